package merging

import (
	"clientgraph/internal/client"
	"clientgraph/internal/merge"
)

// choosable says whether a choice may name the field: it has one value, and its value is
// not decided by a rule.
func (m *merging) choosable(field string) bool {
	if id, custom := merge.CustomFieldID(field); custom {
		d := m.definitions.ByID(id)
		return d != nil && d.PropertyCode == nil
	}
	p := client.PropertyByName(field)
	return merge.OfOneValue(field) && !p.Is(client.Consent) && p.Name != "notes"
}
