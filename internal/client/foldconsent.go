package client

// foldConsent takes the strictest value of a property of consent. A choice has no
// say in it.
func (f *folding) foldConsent(p *Property) {
	winner := f.survivor
	var values []MergeValue
	differ := false
	for _, c := range f.all() {
		if strictness(p, c) > strictness(p, winner) {
			winner = c
		}
		differ = differ || strictness(p, c) != strictness(p, f.survivor)
		if value := valueAt(p.At(c)); value != nil {
			values = append(values, MergeValue{ClientID: c.ClientID, Value: reported(p, value)})
		}
	}
	if !differ {
		return
	}
	setAt(p.At(f.after), valueAt(p.At(winner)))
	f.report.Conflicts = append(f.report.Conflicts, MergeConflict{Field: p.Name, Values: values, WinnerID: winner.ClientID})
}

// strictness orders values of consent: BLACKLISTED and blocked are stricter than
// what they are not, and of what may be sent false is stricter than never asked,
// and that than true.
func strictness(p *Property, c *Client) int {
	switch place := p.At(c).(type) {
	case *Status:
		if *place == StatusBlacklisted {
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
