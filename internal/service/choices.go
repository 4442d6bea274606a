package service

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

// showReport makes the report's values those that are shown.
func showReport(d client.Definitions, report *merge.Report) {
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

// showJournal makes the journal's values those that are shown.
func showJournal(d client.Definitions, j *merge.Journal) error {
	d.ShowRecord(j.Before)
	d.ShowRecord(j.After)
	if len(j.Report) == 0 || !slices.ContainsFunc(d, func(f client.FieldDefinition) bool { return f.Known != nil }) {
		return nil
	}
	var report merge.Report
	if err := json.Unmarshal(j.Report, &report); err != nil {
		return fmt.Errorf("read a report: %w", err)
	}
	showReport(d, &report)
	var err error
	if j.Report, err = json.Marshal(report); err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return nil
}

// inputRenames names the renames of an update.
const inputRenames = "renameChoices"

// rename renames choices, all at once: two may swap names.
func (d *definitionReader) rename(f *client.FieldDefinition) {
	if d.values[inputRenames] == nil {
		return
	}
	entries := client.List(d.values[inputRenames])
	switch {
	case len(entries) == 0:
		return
	case f.Type != client.FieldChoice:
		d.fail(inputRenames, &client.Error{Code: client.CodeInvalidFieldType, Message: "only a field of the type CHOICE has choices"})
		return
	case len(entries) > maxChoices:
		d.fail(inputRenames, client.TooMany(maxChoices))
		return
	}
	// names are those of today, by what is renamed to another one.
	names := map[string]string{}
	taken := map[string]bool{}
	where := d.where.With(inputRenames)
	for i, entry := range entries {
		values, _ := entry.(map[string]any)
		from, _ := values["from"].(string)
		if err := mayRenameChoice(f, from, names); err != nil {
			d.errs = append(d.errs, where.With(strconv.Itoa(i), "from").At(err))
			continue
		}
		names[from] = from
	}
	for _, name := range f.EveryChoice() {
		if _, renamed := names[name]; !renamed {
			taken[name] = true
		}
	}
	for i, entry := range entries {
		values, _ := entry.(map[string]any)
		to, err := decodeChoice(values["to"])
		if err == nil && taken[to] {
			err = &client.Error{Code: client.CodeDuplicateChoice, Message: "another choice has this name, or had it when it was taken out: name each choice once"}
		}
		if err != nil {
			d.errs = append(d.errs, where.With(strconv.Itoa(i), "to").At(err))
			continue
		}
		taken[to] = true
		if from, _ := values["from"].(string); names[from] != "" {
			names[from] = to
		}
	}
	if d.errs == nil {
		f.RenameTo(names)
	}
}

// mayRenameChoice says what is wrong with renaming that choice, beside those of names.
func mayRenameChoice(f *client.FieldDefinition, from string, names map[string]string) *client.Error {
	if !slices.Contains(f.Choices, from) {
		return &client.Error{Code: client.CodeInvalidChoice, Message: "want one of the field's choices, as it is written there"}
	}
	if _, twice := names[from]; twice {
		return &client.Error{Code: client.CodeDuplicateChoice, Message: "rename each choice once"}
	}
	held := search.Normalise(f.Stored(from))
	for _, other := range f.EveryChoice() {
		if other != from && search.Normalise(f.Stored(other)) == held {
			return &client.Error{Code: client.CodeInvalidChoice, Message: "another choice differs from this one in case, accents or marks only, and filters take both for one: it can't be renamed apart"}
		}
	}
	return nil
}

// offerChoices puts choices in place of those that there are. What is taken out stays
// known, for clients keep it; a new one is held as something that nobody holds yet.
func offerChoices(f *client.FieldDefinition, choices []string) {
	known := slices.Clone(f.Known)
	for _, name := range f.Choices {
		if !slices.Contains(choices, name) && !slices.ContainsFunc(known, func(k client.KnownChoice) bool { return k.Name == name }) {
			known = append(known, client.KnownChoice{Name: name, Stored: name})
		}
	}
	f.Known = known
	for _, name := range choices {
		if slices.Contains(f.Choices, name) || slices.ContainsFunc(known, func(k client.KnownChoice) bool { return k.Name == name }) {
			continue
		}
		if held := storedChoiceFor(f, name); held != name {
			f.Known = append(f.Known, client.KnownChoice{Name: name, Stored: held})
		}
	}
	f.Choices = choices
}

// storedChoiceFor is as what a new choice is held: its name, unless another one is held so
// that has another name.
func storedChoiceFor(f *client.FieldDefinition, name string) string {
	taken := func(held string) bool {
		return slices.ContainsFunc(f.Known, func(k client.KnownChoice) bool {
			return search.Normalise(k.Stored) == search.Normalise(held) && search.Normalise(k.Name) != search.Normalise(name)
		})
	}
	held := name
	for n := 2; taken(held); n++ {
		held = fmt.Sprintf("%s (choice %d)", name, n)
	}
	return held
}
