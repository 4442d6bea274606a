package client

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// KnownChoice is a choice that was renamed or taken out: clients hold it as Stored,
// and see it as Name. Records, history and journals keep what is stored; so a
// choice is renamed for all of them by one write, of its definition.
type KnownChoice struct{ Name, Stored string }

// shown is a stored value as it is called today.
func (f *FieldDefinition) shown(value any) any {
	text, isText := value.(string)
	if !isText || f.Type != FieldChoice || f.PropertyCode != nil {
		return value
	}
	for _, known := range f.Known {
		if known.Stored == text {
			return known.Name
		}
	}
	return value
}

// stored is as what clients hold a choice.
func (f *FieldDefinition) stored(name string) string {
	if i := slices.IndexFunc(f.Known, func(k KnownChoice) bool { return k.Name == name }); i >= 0 {
		return f.Known[i].Stored
	}
	return name
}

// spellings are the stored values that a filter for the value looks for: a filter
// compares by letters, and the name that a choice had is no one's any more.
func (f *FieldDefinition) spellings(raw any) []any {
	text, isText := raw.(string)
	if !isText || f.Type != FieldChoice || f.PropertyCode != nil || len(f.Known) == 0 {
		return []any{raw}
	}
	var values []any
	given, gone := normalise(text), false
	for _, known := range f.Known {
		if normalise(known.Name) == given {
			values = append(values, known.Stored)
		}
		gone = gone || normalise(known.Stored) == given
	}
	if !gone {
		values = append(values, raw)
	}
	return values
}

// renamedKeys are the index keys of choices that were renamed to a name in which
// the term is found: the search keys of their clients are those of what is stored.
func (d Definitions) renamedKeys(t term) []string {
	var keys []string
	for i := range d {
		if d[i].Retired {
			continue
		}
		for _, known := range d[i].Known {
			if known.Name != known.Stored && t.matches(known.Name) {
				keys = append(keys, fieldKey(strconv.FormatInt(d[i].DefinitionID, 10), known.Stored))
			}
		}
	}
	return keys
}

// shown is a stored value of what a path of history names, as it is called today.
func (d Definitions) shown(changePath string, value any) any {
	for i := range d {
		if d[i].Known != nil && changePath == edgePath(nameFields, d[i].DefinitionID) {
			return d[i].shown(value)
		}
	}
	return value
}

// showRecord makes the record's values those that are shown.
func (d Definitions) showRecord(c *Client) {
	if c == nil {
		return
	}
	c.FieldValues = slices.Clone(c.FieldValues)
	for i, v := range c.FieldValues {
		if definition := d.ByID(v.DefinitionID); definition != nil {
			c.FieldValues[i].Value = definition.shown(v.Value)
		}
	}
}

// showReport makes the report's values those that are shown.
func (d Definitions) showReport(report *MergeReport) {
	if report == nil {
		return
	}
	for i := range report.Fills {
		report.Fills[i].Value = d.shown(report.Fills[i].Field, report.Fills[i].Value)
	}
	for _, conflict := range report.Conflicts {
		for i := range conflict.Values {
			conflict.Values[i].Value = d.shown(conflict.Field, conflict.Values[i].Value)
		}
	}
}

// showJournal makes the journal's values those that are shown.
func (d Definitions) showJournal(j *Journal) error {
	d.showRecord(j.Before)
	d.showRecord(j.After)
	if len(j.Report) == 0 || !slices.ContainsFunc(d, func(f FieldDefinition) bool { return f.Known != nil }) {
		return nil
	}
	var report MergeReport
	if err := json.Unmarshal(j.Report, &report); err != nil {
		return fmt.Errorf("read a report: %w", err)
	}
	d.showReport(&report)
	var err error
	if j.Report, err = json.Marshal(report); err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return nil
}

// inputRenames names the renames of an update.
const inputRenames = "renameChoices"

// rename renames choices, all at once: two may swap names.
func (d *definitionReader) rename(f *FieldDefinition) {
	if d.values[inputRenames] == nil {
		return
	}
	entries := list(d.values[inputRenames])
	switch {
	case len(entries) == 0:
		return
	case f.Type != FieldChoice:
		d.fail(inputRenames, &Error{Code: CodeInvalidFieldType, Message: "only a field of the type CHOICE has choices"})
		return
	case len(entries) > maxChoices:
		d.fail(inputRenames, tooMany(maxChoices))
		return
	}
	// names are those of today, by what is renamed to another one.
	names := map[string]string{}
	taken := map[string]bool{}
	where := d.where.with(inputRenames)
	for i, entry := range entries {
		values, _ := entry.(map[string]any)
		from, _ := values["from"].(string)
		if err := f.mayRename(from, names); err != nil {
			d.errs = append(d.errs, where.with(strconv.Itoa(i), "from").at(err))
			continue
		}
		names[from] = from
	}
	for _, name := range f.everyChoice() {
		if _, renamed := names[name]; !renamed {
			taken[name] = true
		}
	}
	for i, entry := range entries {
		values, _ := entry.(map[string]any)
		to, err := decodeChoice(values["to"])
		if err == nil && taken[to] {
			err = &Error{Code: CodeDuplicateChoice, Message: "another choice has this name, or had it when it was taken out: name each choice once"}
		}
		if err != nil {
			d.errs = append(d.errs, where.with(strconv.Itoa(i), "to").at(err))
			continue
		}
		taken[to] = true
		if from, _ := values["from"].(string); names[from] != "" {
			names[from] = to
		}
	}
	if d.errs == nil {
		f.renameTo(names)
	}
}

// mayRename says what is wrong with renaming that choice, beside those of names.
func (f *FieldDefinition) mayRename(from string, names map[string]string) *Error {
	if !slices.Contains(f.Choices, from) {
		return &Error{Code: CodeInvalidChoice, Message: "want one of the field's choices, as it is written there"}
	}
	if _, twice := names[from]; twice {
		return &Error{Code: CodeDuplicateChoice, Message: "rename each choice once"}
	}
	held := normalise(f.stored(from))
	for _, other := range f.everyChoice() {
		if other != from && normalise(f.stored(other)) == held {
			return &Error{Code: CodeInvalidChoice, Message: "another choice differs from this one in case, accents or marks only, and filters take both for one: it can't be renamed apart"}
		}
	}
	return nil
}

// everyChoice are the names of the choices, those that were taken out too.
func (f *FieldDefinition) everyChoice() []string {
	names := slices.Clone(f.Choices)
	for _, known := range f.Known {
		if !slices.Contains(names, known.Name) {
			names = append(names, known.Name)
		}
	}
	return names
}

func (f *FieldDefinition) renameTo(names map[string]string) {
	choices, held := slices.Clone(f.Choices), map[string]string{}
	for i, name := range choices {
		held[name] = f.stored(name)
		if to, renamed := names[name]; renamed {
			choices[i] = to
		}
	}
	known := slices.DeleteFunc(slices.Clone(f.Known), func(k KnownChoice) bool { _, renamed := names[k.Name]; return renamed })
	for i, name := range f.Choices {
		if _, renamed := names[name]; renamed && choices[i] != held[name] {
			known = append(known, KnownChoice{Name: choices[i], Stored: held[name]})
		}
	}
	f.Choices, f.Known = choices, known
}

// offer puts choices in place of those that there are. What is taken out stays
// known, for clients keep it; a new one is held as something that nobody holds yet.
func (f *FieldDefinition) offer(choices []string) {
	known := slices.Clone(f.Known)
	for _, name := range f.Choices {
		if !slices.Contains(choices, name) && !slices.ContainsFunc(known, func(k KnownChoice) bool { return k.Name == name }) {
			known = append(known, KnownChoice{Name: name, Stored: name})
		}
	}
	f.Known = known
	for _, name := range choices {
		if slices.Contains(f.Choices, name) || slices.ContainsFunc(known, func(k KnownChoice) bool { return k.Name == name }) {
			continue
		}
		if held := f.free(name); held != name {
			f.Known = append(f.Known, KnownChoice{Name: name, Stored: held})
		}
	}
	f.Choices = choices
}

// free is as what a new choice is held: its name, unless another one is held so
// that has another name.
func (f *FieldDefinition) free(name string) string {
	taken := func(held string) bool {
		return slices.ContainsFunc(f.Known, func(k KnownChoice) bool {
			return normalise(k.Stored) == normalise(held) && normalise(k.Name) != normalise(name)
		})
	}
	held := name
	for n := 2; taken(held); n++ {
		held = fmt.Sprintf("%s (choice %d)", name, n)
	}
	return held
}
