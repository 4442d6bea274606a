package client

import (
	"slices"
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

// Stored is as what clients hold a choice.
func (f *FieldDefinition) Stored(name string) string {
	if i := slices.IndexFunc(f.Known, func(k KnownChoice) bool { return k.Name == name }); i >= 0 {
		return f.Known[i].Stored
	}
	return name
}

// Shown is a stored value of what a path of history names, as it is called today.
func (d Definitions) Shown(changePath string, value any) any {
	for i := range d {
		if d[i].Known != nil && changePath == EdgePath(NameFields, d[i].DefinitionID) {
			return d[i].shown(value)
		}
	}
	return value
}

// ShowRecord makes the record's values those that are shown.
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

// EveryChoice are the names of the choices, those that were taken out too.
func (f *FieldDefinition) EveryChoice() []string {
	names := slices.Clone(f.Choices)
	for _, known := range f.Known {
		if !slices.Contains(names, known.Name) {
			names = append(names, known.Name)
		}
	}
	return names
}

// RenameTo gives choices the names that they have in names, all at once. What
// clients hold stays as it is.
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
