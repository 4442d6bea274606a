package merge

import (
	"slices"

	"clientgraph/internal/client"
)

// AliasPhones adds the phone numbers of a folded client as aliases.
func (f *Fold) AliasPhones(c *client.Client, id int64) {
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if !p.Is(client.Aliased) || !p.Is(client.Phone) {
			continue
		}
		if value, ok := filled(p.Value(c)).(string); ok {
			f.alias(p, client.Alias{Field: p.Name, Value: value, ClientID: id})
		}
	}
}

// unfoldAliases removes from the survivor the aliases that the merge brought, or that
// were added for it later, and gives the returning clients the aliases of clients merged
// into them.
func (u *Unfold) unfoldAliases() {
	families := map[int64]*client.Client{}
	for _, c := range u.Back {
		for _, id := range c.Family() {
			families[id] = c
		}
	}
	u.After.Aliases = slices.DeleteFunc(u.After.Aliases, func(alias client.Alias) bool {
		if slices.Contains(u.Journal.Before.Aliases, alias) {
			return false
		}
		if c := families[alias.ClientID]; c != nil {
			if alias.ClientID != c.ClientID && !slices.Contains(c.Aliases, alias) {
				c.Aliases = append(c.Aliases, alias)
			}
			return true
		}
		if alias.ClientID != u.Survivor.ClientID {
			return false
		}
		// It is a value of the survivor that lost to a chosen one in this merge.
		p := client.PropertyByName(alias.Field)
		return slices.Contains(u.Journal.After.Aliases, alias) || p.Is(client.Phone) && p.Value(u.Journal.Before) == any(alias.Value)
	})
}
