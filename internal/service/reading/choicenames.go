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

// choiceSpellings returns the stored values that a filter by a choice's name must find.
// Renamed choices are stored under their first name, which no longer finds them.
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

// renamedKeys returns the index keys of renamed choices whose name the term is found in:
// their clients' search keys have the stored name.
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

// ShowReport replaces stored values in the report by those that are shown.
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

// ShowJournal replaces stored values in the journal by those that are shown.
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
