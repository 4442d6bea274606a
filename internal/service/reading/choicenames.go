package reading

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/merge"
	"clientgraph/internal/search"
)

// choiceSpellings are the stored values that a filter for the value looks for: a filter
// compares by letters, and the name that a choice had is no one's any more.
func choiceSpellings(f *client.FieldDefinition, raw any) []any {
	text, isText := raw.(string)
	if !isText || f.Type != client.FieldChoice || f.PropertyCode != nil || len(f.Known) == 0 {
		return []any{raw}
	}
	var values []any
	given, gone := search.Normalise(text), false
	for _, known := range f.Known {
		if search.Normalise(known.Name) == given {
			values = append(values, known.Stored)
		}
		gone = gone || search.Normalise(known.Stored) == given
	}
	if !gone {
		values = append(values, raw)
	}
	return values
}

// renamedKeys are the index keys of choices that were renamed to a name in which
// the term is found: the search keys of their clients are those of what is stored.
func renamedKeys(d client.Definitions, t search.Term) []string {
	var keys []string
	for i := range d {
		if d[i].Retired {
			continue
		}
		for _, known := range d[i].Known {
			if known.Name != known.Stored && t.Matches(known.Name) {
				keys = append(keys, search.FieldKey(strconv.FormatInt(d[i].DefinitionID, 10), known.Stored))
			}
		}
	}
	return keys
}

// ShowReport makes the report's values those that are shown.
func ShowReport(d client.Definitions, report *merge.Report) {
	if report == nil {
		return
	}
	for i := range report.Fills {
		report.Fills[i].Value = d.Shown(report.Fills[i].Field, report.Fills[i].Value)
	}
	for _, conflict := range report.Conflicts {
		for i := range conflict.Values {
			conflict.Values[i].Value = d.Shown(conflict.Field, conflict.Values[i].Value)
		}
	}
}

// ShowJournal makes the journal's values those that are shown.
func ShowJournal(d client.Definitions, j *merge.Journal) error {
	d.ShowRecord(j.Before)
	d.ShowRecord(j.After)
	if len(j.Report) == 0 || !slices.ContainsFunc(d, func(f client.FieldDefinition) bool { return f.Known != nil }) {
		return nil
	}
	var report merge.Report
	if err := json.Unmarshal(j.Report, &report); err != nil {
		return fmt.Errorf("read a report: %w", err)
	}
	ShowReport(d, &report)
	var err error
	if j.Report, err = json.Marshal(report); err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return nil
}
