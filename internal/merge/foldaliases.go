package merge

import (
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// foldAliases keeps, as aliases, the values of aliased properties that lose, including
// the survivor's if another client's was chosen.
func (f *Fold) foldAliases() {
	for _, c := range f.All() {
		for i := range client.Properties() {
			p := &client.Properties()[i]
			if !p.Is(client.Aliased) {
				continue
			}
			if value, ok := filled(p.Value(c)).(string); ok {
				f.alias(p, client.Alias{Field: p.Name, Value: value, ClientID: c.ClientID})
			}
		}
		if c == f.Survivor {
			continue
		}
		for _, alias := range c.Aliases {
			f.alias(client.PropertyByName(alias.Field), alias)
		}
	}
}

// alias adds an alias, unless the survivor has that value already.
func (f *Fold) alias(p *client.Property, alias client.Alias) {
	if own, ok := p.Value(f.After).(string); ok && SameAlias(f.Indexer, p, own, alias.Value) {
		return
	}
	for _, known := range f.After.Aliases {
		if known.Field == alias.Field && SameAlias(f.Indexer, p, known.Value, alias.Value) {
			return
		}
	}
	f.After.Aliases = append(f.After.Aliases, alias)
	f.Report.Aliases = append(f.Report.Aliases, alias)
}

// SameAlias says whether a search for one of two values of an aliased property also finds
// the other.
func SameAlias(k *search.Indexer, p *client.Property, a, b string) bool {
	switch {
	case p.Is(client.Phone):
		return k.SamePhone(a, b)
	case p.Name == client.NameEmailAddress:
		return search.FoldEmail(a) == search.FoldEmail(b)
	case p.Name == client.NameExternalUserName:
		return a == b
	}
	return strings.TrimSpace(a) == strings.TrimSpace(b)
}
