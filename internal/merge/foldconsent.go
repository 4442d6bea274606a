package merge

import (
	"clientgraph/internal/client"
)

// foldConsent takes the strictest value of a property of consent. A choice has no
// say in it.
func (f *Fold) foldConsent(p *client.Property) {
	winner := f.Survivor
	var values []Value
	differ := false
	for _, c := range f.All() {
		if strictness(p, c) > strictness(p, winner) {
			winner = c
		}
		differ = differ || strictness(p, c) != strictness(p, f.Survivor)
		if value := client.ValueAt(p.At(c)); value != nil {
			values = append(values, Value{ClientID: c.ClientID, Value: reported(p, value)})
		}
	}
	if !differ {
		return
	}
	client.SetAt(p.At(f.After), client.ValueAt(p.At(winner)))
	f.Report.Conflicts = append(f.Report.Conflicts, Conflict{Field: p.Name, Values: values, WinnerID: winner.ClientID})
}

// strictness orders values of consent: BLACKLISTED and blocked are stricter than
// what they are not, and of what may be sent false is stricter than never asked,
// and that than true.
func strictness(p *client.Property, c *client.Client) int {
	switch place := p.At(c).(type) {
	case *client.Status:
		if *place == client.StatusBlacklisted {
			return 1
		}
	case *bool:
		if *place {
			return 1
		}
	case **bool:
		switch {
		case *place == nil:
		case **place:
			return -1
		default:
			return 1
		}
	}
	return 0
}
