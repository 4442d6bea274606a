package merge

import (
	"clientgraph/internal/client"
)

// foldConsent takes the strictest value of a consent property, regardless of choices.
func (f *Fold) foldConsent(p *client.Property) {
	winner := f.Survivor
	var values []Value
	differ := false
	for _, c := range f.All() {
		if p.Strictness(c) > p.Strictness(winner) {
			winner = c
		}
		differ = differ || p.Strictness(c) != p.Strictness(f.Survivor)
		if value := p.Value(c); value != nil {
			values = append(values, Value{ClientID: c.ClientID, Value: reported(p, value)})
		}
	}
	if !differ {
		return
	}
	p.Copy(f.After, winner)
	f.Report.Conflicts = append(f.Report.Conflicts, Conflict{Field: p.Name, Values: values, WinnerID: winner.ClientID})
}
