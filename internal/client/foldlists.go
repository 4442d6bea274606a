package client

import (
	"slices"
)

// foldList unites a list: the survivor's entries, then those of the others that
// it has not, in their order. Tags are one whatever their case.
func (f *folding) foldList(p *Property) {
	switch own := p.At(f.after).(type) {
	case *[]string:
		*own = unite(f, p, *own, func(c *Client) []string { return *p.At(c).(*[]string) }, entryKey(p))
	case *[]int64:
		*own = unite(f, p, *own, func(c *Client) []int64 { return *p.At(c).(*[]int64) }, func(id int64) int64 { return id })
	}
}

// entryKey is by what two entries of a list of texts are one.
func entryKey(p *Property) func(string) string {
	if p.Name == "tags" {
		return TagKey
	}
	return func(text string) string { return text }
}

func unite[T any, K comparable](f *folding, p *Property, own []T, of func(*Client) []T, key func(T) K) []T {
	seen := map[K]bool{}
	for _, entry := range own {
		seen[key(entry)] = true
	}
	for _, c := range f.folded {
		var brought []T
		for _, entry := range of(c) {
			if !seen[key(entry)] {
				seen[key(entry)] = true
				brought = append(brought, entry)
			}
		}
		own = append(own, brought...)
		f.move(p.Name, c, len(brought), reportedList(p, brought))
	}
	return own
}

// foldSubjects unites whom the clients may see, without each other.
func (f *folding) foldSubjects() {
	seen := map[int64]bool{}
	var subjects []int64
	for _, c := range f.all() {
		brought := 0
		for _, id := range c.SubjectIDs {
			if !seen[id] && !f.among(id) {
				seen[id] = true
				subjects = append(subjects, id)
				brought++
			}
		}
		if c != f.survivor {
			f.move("viewClients", c, brought, nil)
		}
	}
	f.after.SubjectIDs = sortedSet(subjects)
}

// foldViewers reports who comes to see the survivor because it saw another one.
func (f *folding) foldViewers() {
	brought := map[int64]int{}
	for _, viewer := range f.viewers {
		if slices.Contains(viewer.Saw, f.survivor.ClientID) {
			continue
		}
		first := slices.IndexFunc(f.folded, func(c *Client) bool { return slices.Contains(viewer.Saw, c.ClientID) })
		brought[f.folded[first].ClientID]++
	}
	for _, c := range f.folded {
		f.move("viewByClients", c, brought[c.ClientID], nil)
	}
}

// foldAppointments moves all appointments; each is one client's.
func (f *folding) foldAppointments() {
	for _, c := range f.folded {
		for _, a := range c.Appointments {
			f.after.putAppointment(a)
		}
		f.move(nameAppointments, c, len(c.Appointments), nil)
	}
}

func (f *folding) foldForms() {
	for _, c := range f.folded {
		f.move(nameFormList, c, int(f.forms[c.ClientID]), nil)
	}
}
