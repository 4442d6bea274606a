package merge

import (
	"slices"

	"clientgraph/internal/client"
)

// foldList unites a list: the survivor's entries, followed by the others' further
// entries, in order. Tags that differ only in case are one tag.
func (f *Fold) foldList(p *client.Property) {
	own := p.Entries(f.After)
	known := map[any]bool{}
	for _, entry := range own {
		known[identity(p, entry)] = true
	}
	for _, c := range f.Folded {
		var brought []any
		for _, entry := range p.Entries(c) {
			if !known[identity(p, entry)] {
				known[identity(p, entry)] = true
				brought = append(brought, entry)
			}
		}
		own = append(own, brought...)
		f.move(p.Name, c, len(brought), reportedEntries(p, brought))
	}
	p.SetEntries(f.After, own)
}

// identity is equal for two entries that count as one.
func identity(p *client.Property, entry any) any {
	if tag, isText := entry.(string); isText && p.Name == client.NameTags {
		return client.TagKey(tag)
	}
	return entry
}

// foldSubjects unites the clients' subjects, except the merged clients themselves.
func (f *Fold) foldSubjects() {
	seen := map[int64]bool{}
	var subjects []int64
	for _, c := range f.All() {
		brought := 0
		for _, id := range c.SubjectIDs {
			if !seen[id] && !f.Among(id) {
				seen[id] = true
				subjects = append(subjects, id)
				brought++
			}
		}
		if c != f.Survivor {
			f.move("viewClients", c, brought, nil)
		}
	}
	f.After.SubjectIDs = client.SortedSet(subjects)
}

// foldViewers reports which clients become viewers of the survivor because they view a
// folded client.
func (f *Fold) foldViewers() {
	brought := map[int64]int{}
	for _, viewer := range f.Viewers {
		if slices.Contains(viewer.Saw, f.Survivor.ClientID) {
			continue
		}
		first := slices.IndexFunc(f.Folded, func(c *client.Client) bool { return slices.Contains(viewer.Saw, c.ClientID) })
		brought[f.Folded[first].ClientID]++
	}
	for _, c := range f.Folded {
		f.move("viewByClients", c, brought[c.ClientID], nil)
	}
}

// foldAppointments moves all appointments; each belongs to one client.
func (f *Fold) foldAppointments() {
	for _, c := range f.Folded {
		for _, a := range c.Appointments {
			f.After.PutAppointment(a)
		}
		f.move(client.NameAppointments, c, len(c.Appointments), nil)
	}
}

func (f *Fold) foldForms() {
	for _, c := range f.Folded {
		f.move(client.NameFormList, c, int(f.Forms[c.ClientID]), nil)
	}
}
