package client

import "strings"

// foldAliases keeps, of what others know the clients by, the values that
// lost: those of the survivor too, where another's was chosen.
func (f *folding) foldAliases() {
	for _, c := range f.all() {
		for i := range Properties() {
			p := &Properties()[i]
			if !p.is(aliased) {
				continue
			}
			if value, ok := filled(valueAt(p.At(c))).(string); ok {
				f.alias(p, Alias{Field: p.Name, Value: value, ClientID: c.ClientID})
			}
		}
		if c == f.survivor {
			continue
		}
		for _, alias := range c.Aliases {
			f.alias(PropertyByName(alias.Field), alias)
		}
	}
}

// alias adds one, unless the survivor is known by that value already.
func (f *folding) alias(p *Property, alias Alias) {
	if own, ok := valueAt(p.At(f.after)).(string); ok && f.keyer.sameAlias(p, own, alias.Value) {
		return
	}
	for _, known := range f.after.Aliases {
		if known.Field == alias.Field && f.keyer.sameAlias(p, known.Value, alias.Value) {
			return
		}
	}
	f.after.Aliases = append(f.after.Aliases, alias)
	f.report.Aliases = append(f.report.Aliases, alias)
}

// sameAlias says whether two values of an aliased property mean the same to who
// looks for them.
func (k *Keyer) sameAlias(p *Property, a, b string) bool {
	switch {
	case p.is(phone):
		return k.samePhone(a, b)
	case p.Name == nameEmailAddress:
		return foldEmail(a) == foldEmail(b)
	case p.Name == nameExternalUserName:
		return a == b
	}
	return strings.TrimSpace(a) == strings.TrimSpace(b)
}
