package client

import "slices"

// unfolding undoes a merge on paper: from the records as they are and the
// journal it tells those afterwards, and what can't be told without a choice.
type unfolding struct {
	survivor *Client
	journal  *Journal
	// folded are the records as they were when they were folded in.
	folded []*Client
	// known says whom the scheduler named for an appointment.
	known map[int64]KnownAppointment
	// made are the edges of the survivor, as history names them, that somebody made
	// since the merge: they are its own, even where the merge brought one such, which
	// was ended before.
	made map[string]bool
	// choices are what was said of conflicts, by field.
	choices map[string]UnmergeValue

	// What follows is told.
	after     *Client
	back      []*Client
	conflicts []UnmergeConflict
}

// UnmergeValue is one of the values that a conflict leaves to choose from.
type UnmergeValue string

// The values: what the survivor had before the merge, or has now.
const (
	UnmergeBefore  UnmergeValue = "BEFORE"
	UnmergeCurrent UnmergeValue = "CURRENT"
)

// UnmergeConflict is a property that the merge changed, and somebody else since.
type UnmergeConflict struct {
	Field string
	// Before is the value that the survivor had before the merge, Merged the one
	// that the merge gave it, Current the one that it has; nil for none, and for
	// secrets.
	Before, Merged, Current any
}

func (u *unfolding) unfold() {
	u.after = u.survivor.Clone()
	for _, name := range u.journal.Changed {
		u.unfoldProperty(PropertyByName(name))
	}
	for _, c := range u.folded {
		back := c.Clone()
		back.Lifecycle, back.MergedInto = Live, nil
		for _, m := range u.survivor.Merged {
			if m.ClientID == c.ClientID {
				back.ClientAccountID = m.AccountID
			}
		}
		u.back = append(u.back, back)
	}
	u.unfoldAliases()
	u.returnLogin()
	u.returnSubjects()
	u.returnAppointments()
}

func (u *unfolding) unfoldProperty(p *Property) {
	switch {
	case p.Name == nameMerged:
		// Only merges write it, and this one is the latest.
		copyPlace(p.At(u.after), p.At(u.journal.Before))
		return
	case p.Name == nameFields:
		u.unfoldFields(p)
		return
	case p.Name == nameAliases || p.Name == nameSubjects || p.Name == nameAccount || p.Name == inputPassword:
		// With what is returned.
		return
	}
	switch current := p.At(u.after).(type) {
	case *[]string:
		*current = without(*current, *p.At(u.journal.Before).(*[]string), *p.At(u.journal.After).(*[]string), entryKey(p))
	case *[]int64:
		*current = without(*current, *p.At(u.journal.Before).(*[]int64), *p.At(u.journal.After).(*[]int64), func(id int64) int64 { return id })
	default:
		before, merged := valueAt(p.At(u.journal.Before)), valueAt(p.At(u.journal.After))
		now := valueAt(p.At(u.after))
		if u.goesBack(p.Name, before, merged, now, func(value any) any { return reported(p, value) }) {
			copyPlace(p.At(u.after), p.At(u.journal.Before))
		}
	}
}

// goesBack says whether a value is to be what it was before the merge: that was
// chosen, or it is as the merge left it. What was changed since and not chosen is
// a conflict.
func (u *unfolding) goesBack(field string, before, merged, current any, report func(any) any) bool {
	switch chosen := u.choices[field]; {
	case chosen != "":
		return chosen == UnmergeBefore
	case equalValues(current, merged):
		return true
	case !equalValues(current, before):
		u.conflicts = append(u.conflicts, UnmergeConflict{Field: field, Before: report(before), Merged: report(merged), Current: report(current)})
	}
	return false
}

func (u *unfolding) unfoldFields(p *Property) {
	var ids []int64
	for _, v := range slices.Concat(u.journal.Before.FieldValues, u.journal.After.FieldValues) {
		ids = append(ids, v.DefinitionID)
	}
	for _, id := range sortedSet(ids) {
		before, merged := u.journal.Before.fieldValue(id), u.journal.After.fieldValue(id)
		if equalValues(before, merged) {
			continue
		}
		if u.goesBack(customFieldName(id), before, merged, u.survivor.fieldValue(id), func(value any) any { return reported(p, value) }) {
			u.after.setFieldValue(id, before)
		}
	}
}

// without takes from a list what the merge brought, where it is still there.
func without[T any, K comparable](current, before, merged []T, key func(T) K) []T {
	had := map[K]bool{}
	for _, entry := range before {
		had[key(entry)] = true
	}
	brought := map[K]bool{}
	for _, entry := range merged {
		if !had[key(entry)] {
			brought[key(entry)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(current), func(entry T) bool { return brought[key(entry)] })
}

// returnLogin gives an adopted login back, with the password that it has now.
func (u *unfolding) returnLogin() {
	if !slices.Contains(u.journal.Changed, nameAccount) {
		return
	}
	for _, c := range u.back {
		if c.ClientAccountID != nil && equalValues(*c.ClientAccountID, valueAt(&u.survivor.ClientAccountID)) {
			c.PasswordHash = u.survivor.PasswordHash
			u.after.ClientAccountID, u.after.PasswordHash = nil, nil
		}
	}
}

// returnSubjects gives edges back. Of an edge that somebody took from the
// survivor since, nothing is left to go back, even when another one was made; one
// that the merge did not bring stays. Edges between the clients themselves were none while they were one.
func (u *unfolding) returnSubjects() {
	among := map[int64]bool{u.survivor.ClientID: true}
	for _, c := range u.folded {
		among[c.ClientID] = true
	}
	current := map[int64]bool{}
	for _, id := range u.survivor.SubjectIDs {
		current[id] = !u.made[edgePath(pathSubject, id)]
	}
	own := u.survivor.SubjectIDs
	if slices.Contains(u.journal.Changed, nameSubjects) {
		had := map[int64]bool{}
		var inner []int64
		for _, id := range u.journal.Before.SubjectIDs {
			had[id] = true
			if among[id] {
				inner = append(inner, id)
			}
		}
		brought := map[int64]bool{}
		for _, id := range u.journal.After.SubjectIDs {
			brought[id] = !had[id] && !u.made[edgePath(pathSubject, id)]
		}
		own = slices.DeleteFunc(slices.Clone(own), func(id int64) bool { return brought[id] })
		own = append(own, inner...)
	}
	u.after.SubjectIDs = sortedSet(slices.Clone(own))
	for _, c := range u.back {
		var subjects []int64
		for _, id := range c.SubjectIDs {
			if among[id] || current[id] {
				subjects = append(subjects, id)
			}
		}
		c.SubjectIDs = sortedSet(subjects)
	}
}

// returnAppointments gives each appointment to whom the scheduler named.
func (u *unfolding) returnAppointments() {
	owners := map[int64]*Client{}
	for _, c := range u.back {
		for _, a := range c.Appointments {
			// As it was then, should the scheduler have said nothing of it.
			if _, said := u.known[a.AppointmentID]; !said {
				u.known[a.AppointmentID] = KnownAppointment{ClientID: c.ClientID}
			}
		}
		c.Appointments = nil
		for _, id := range c.family() {
			owners[id] = c
		}
	}
	u.after.Appointments = nil
	for _, a := range u.survivor.Appointments {
		if owner := owners[u.known[a.AppointmentID].ClientID]; owner != nil {
			owner.putAppointment(a)
		} else {
			u.after.putAppointment(a)
		}
	}
}

// repointings are what becomes of the viewers' edges. now says what they see
// today: who sees the survivor no more, or anew, gets nothing back.
func (u *unfolding) repointings(now map[int64]Viewer) []Repointing {
	var changes []Repointing
	places := map[string]int{}
	survivor := u.survivor.ClientID
	for _, viewer := range u.journal.Viewers {
		if !slices.Contains(now[viewer.ClientID].Saw, survivor) || u.made[edgePath(pathViewer, viewer.ClientID)] {
			continue
		}
		change := Repointing{Add: slices.DeleteFunc(slices.Clone(viewer.Saw), func(id int64) bool { return id == survivor })}
		if len(change.Add) == len(viewer.Saw) {
			change.Drop = []int64{survivor}
		}
		key := joinIDs(change.Drop) + "/" + joinIDs(change.Add)
		i, known := places[key]
		if !known {
			i = len(changes)
			places[key] = i
			changes = append(changes, change)
		}
		changes[i].ViewerIDs = append(changes[i].ViewerIDs, viewer.ClientID)
	}
	return changes
}
