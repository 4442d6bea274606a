package client

import (
	"slices"
)

// KnownChoice is a choice that was renamed or removed: clients store it as Stored, and
// show it as Name. Records, history and journals have the stored value, so one write, of
// the definition, renames a choice for all of them.
type KnownChoice struct{ Name, Stored string }

// shown returns the current name of a stored value.
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

// Stored returns the stored value of a choice.
func (f *FieldDefinition) Stored(name string) string {
	if i := slices.IndexFunc(f.Known, func(k KnownChoice) bool { return k.Name == name }); i >= 0 {
		return f.Known[i].Stored
	}
	return name
}

// Shown returns a stored value at a path of history by its current name.
func (d Definitions) Shown(changePath string, value any) any {
	for i := range d {
		if d[i].Known != nil && changePath == EdgePath(NameFields, d[i].DefinitionID) {
			return d[i].shown(value)
		}
	}
	return value
}

// ShowRecord replaces the record's stored values by those that are shown.
func (d Definitions) ShowRecord(c *Client) {
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

// EveryChoice returns the names of all choices, also removed ones.
func (f *FieldDefinition) EveryChoice() []string {
	names := slices.Clone(f.Choices)
	for _, known := range f.Known {
		if !slices.Contains(names, known.Name) {
			names = append(names, known.Name)
		}
	}
	return names
}

// RenameTo renames the choices in names, all at once. Stored values of clients do not
// change.
func (f *FieldDefinition) RenameTo(names map[string]string) {
	choices, held := slices.Clone(f.Choices), map[string]string{}
	for i, name := range choices {
		held[name] = f.Stored(name)
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
