package settings

import (
	"fmt"
	"slices"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// inputRenames is the input's list of renames.
const inputRenames = "renameChoices"

// rename renames choices, all at once, so that two may swap names.
func (d *definitionReader) rename(f *client.FieldDefinition) {
	if d.Values[inputRenames] == nil {
		return
	}
	entries := client.List(d.Values[inputRenames])
	switch {
	case len(entries) == 0:
		return
	case f.Type != client.FieldChoice:
		d.Fail(inputRenames, &client.Error{Code: client.CodeInvalidFieldType, Message: "only a field of the type CHOICE has choices"})
		return
	case len(entries) > maxChoices:
		d.Fail(inputRenames, client.TooMany(maxChoices))
		return
	}
	// names maps the current names of renamed choices to the new ones.
	names := map[string]string{}
	taken := map[string]bool{}
	where := d.Where.With(inputRenames)
	for i, entry := range entries {
		values, _ := entry.(map[string]any)
		from, _ := values["from"].(string)
		if err := checkRename(f, from, names); err != nil {
			d.Errors = append(d.Errors, where.With(strconv.Itoa(i), "from").At(err))
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
			err = &client.Error{Code: client.CodeDuplicateChoice, Message: "another choice has this name, or had it before it was removed: choose another name"}
		}
		if err != nil {
			d.Errors = append(d.Errors, where.With(strconv.Itoa(i), "to").At(err))
			continue
		}
		taken[to] = true
		if from, _ := values["from"].(string); names[from] != "" {
			names[from] = to
		}
	}
	if d.Errors == nil {
		f.RenameTo(names)
	}
}

// checkRename returns the error of renaming a choice together with those in names.
func checkRename(f *client.FieldDefinition, from string, names map[string]string) *client.Error {
	if !slices.Contains(f.Choices, from) {
		return &client.Error{Code: client.CodeInvalidChoice, Message: "want one of the field's choices, as it is written there"}
	}
	if _, twice := names[from]; twice {
		return &client.Error{Code: client.CodeDuplicateChoice, Message: "rename each choice once"}
	}
	held := search.Normalise(f.Stored(from))
	for _, other := range f.EveryChoice() {
		if other != from && search.Normalise(f.Stored(other)) == held {
			return &client.Error{Code: client.CodeInvalidChoice, Message: "another choice differs from this one only in case, accents or marks, and filters take both for one: this one can't be renamed"}
		}
	}
	return nil
}

// replaceChoices replaces the choices of a field. Removed choices stay known, because
// clients keep their values; a new choice is stored as a value that no client has.
func replaceChoices(f *client.FieldDefinition, choices []string) {
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

// storedChoiceFor returns the value that a new choice is stored as: its name, unless that
// is the stored value of another choice.
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
