package merge

import (
	"slices"
	"strconv"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// Unfold computes the undoing of a merge: from the current records and the journal, the
// records after it and the conflicts that need a choice. It reads and stores nothing.
type Unfold struct {
	Survivor *client.Client
	Journal  *Journal
	// Folded are the folded clients as they were before the merge.
	Folded []*client.Client
	// Known are the clients that the scheduler named for appointments.
	Known map[int64]client.KnownAppointment
	// Made are the survivor's edges that were added since the merge, by their paths in
	// history. They stay with the survivor, even if the merge had brought the same edge
	// and it was removed before.
	Made map[string]bool
	// Choices are the caller's choices for conflicts, by field.
	Choices map[string]UnmergeValue

	// Run computes the following fields.
	After     *client.Client
	Back      []*client.Client
	Conflicts []UnmergeConflict
}

// UnmergeValue names one of the values to choose from in a conflict.
type UnmergeValue string

// The choices: the value before the merge, or the current one.
const (
	UnmergeBefore  UnmergeValue = "BEFORE"
	UnmergeCurrent UnmergeValue = "CURRENT"
)

// UnmergeConflict is a property that was changed by the merge, and again later.
type UnmergeConflict struct {
	Field string
	// Before is the survivor's value before the merge, Merged the value after it, Current
	// the current one; nil for none, and for secrets.
	Before, Merged, Current any
}

// Run computes the survivor and the returning clients.
func (u *Unfold) Run() {
	u.After = u.Survivor.Clone()
	for _, name := range u.Journal.Changed {
		u.unfoldProperty(client.PropertyByName(name))
	}
	for _, c := range u.Folded {
		back := c.Clone()
		back.Lifecycle, back.MergedInto = client.Live, nil
		for _, m := range u.Survivor.Merged {
			if m.ClientID == c.ClientID {
				back.ClientAccountID = m.AccountID
			}
		}
		u.Back = append(u.Back, back)
	}
	u.unfoldAliases()
	u.returnLogin()
	u.returnSubjects()
	u.returnAppointments()
}

func (u *Unfold) unfoldProperty(p *client.Property) {
	switch {
	case p.Name == client.NameMerged:
		// Only merges write this property, and this merge is the latest.
		p.Copy(u.After, u.Journal.Before)
		return
	case p.Name == client.NameFields:
		u.unfoldFields(p)
		return
	case p.Name == client.NameAliases || p.Name == client.NameSubjects || p.Name == nameAccount || p.Name == client.InputPassword:
		// Other methods return these.
		return
	}
	if p.IsList() {
		p.SetEntries(u.After, without(p, p.Entries(u.After), p.Entries(u.Journal.Before), p.Entries(u.Journal.After)))
		return
	}
	values := unmergeValues{before: p.Value(u.Journal.Before), merged: p.Value(u.Journal.After), current: p.Value(u.After)}
	if u.goesBack(p, p.Name, values, p.SameValue) {
		p.Copy(u.After, u.Journal.Before)
	}
}

// unmergeValues are the values of a field that decide whether the one before the merge
// returns.
type unmergeValues struct{ before, merged, current any }

// goesBack says whether the value before the merge returns: it was chosen, or the value
// is still the merge's. A value that was changed later, without a choice, is a conflict.
func (u *Unfold) goesBack(p *client.Property, field string, values unmergeValues, same func(a, b any) bool) bool {
	switch chosen := u.Choices[field]; {
	case chosen != "":
		return chosen == UnmergeBefore
	case same(values.current, values.merged):
		return true
	case !same(values.current, values.before):
		u.Conflicts = append(u.Conflicts, UnmergeConflict{
			Field: field, Before: reported(p, values.before), Merged: reported(p, values.merged), Current: reported(p, values.current),
		})
	}
	return false
}

func (u *Unfold) unfoldFields(p *client.Property) {
	var ids []int64
	for _, v := range slices.Concat(u.Journal.Before.FieldValues, u.Journal.After.FieldValues) {
		ids = append(ids, v.DefinitionID)
	}
	for _, id := range client.SortedSet(ids) {
		values := unmergeValues{before: u.Journal.Before.FieldValue(id), merged: u.Journal.After.FieldValue(id), current: u.Survivor.FieldValue(id)}
		if same(values.before, values.merged) {
			continue
		}
		if u.goesBack(p, customFieldName(id), values, same) {
			u.After.SetFieldValue(id, values.before)
		}
	}
}

// without removes from a list the entries that the merge brought.
func without(p *client.Property, current, before, merged []any) []any {
	had := map[any]bool{}
	for _, entry := range before {
		had[identity(p, entry)] = true
	}
	brought := map[any]bool{}
	for _, entry := range merged {
		if !had[identity(p, entry)] {
			brought[identity(p, entry)] = true
		}
	}
	return slices.DeleteFunc(current, func(entry any) bool { return brought[identity(p, entry)] })
}

// returnLogin returns an adopted login, with its current password.
func (u *Unfold) returnLogin() {
	if !slices.Contains(u.Journal.Changed, nameAccount) {
		return
	}
	for _, c := range u.Back {
		if c.ClientAccountID != nil && *c.ClientAccountID == client.Deref(u.Survivor.ClientAccountID) {
			c.PasswordHash = u.Survivor.PasswordHash
			u.After.ClientAccountID, u.After.PasswordHash = nil, nil
		}
	}
}

// returnSubjects returns edges. An edge that was removed from the survivor since does not
// return, even if it was added again; an edge that the merge did not bring stays. Edges
// between the merged clients, which the merge removed, return.
func (u *Unfold) returnSubjects() {
	among := map[int64]bool{u.Survivor.ClientID: true}
	for _, c := range u.Folded {
		among[c.ClientID] = true
	}
	current := map[int64]bool{}
	for _, id := range u.Survivor.SubjectIDs {
		current[id] = !u.Made[client.EdgePath(history.PathSubject, id)]
	}
	own := u.Survivor.SubjectIDs
	if slices.Contains(u.Journal.Changed, client.NameSubjects) {
		had := map[int64]bool{}
		var inner []int64
		for _, id := range u.Journal.Before.SubjectIDs {
			had[id] = true
			if among[id] {
				inner = append(inner, id)
			}
		}
		brought := map[int64]bool{}
		for _, id := range u.Journal.After.SubjectIDs {
			brought[id] = !had[id] && !u.Made[client.EdgePath(history.PathSubject, id)]
		}
		own = slices.DeleteFunc(slices.Clone(own), func(id int64) bool { return brought[id] })
		own = append(own, inner...)
	}
	u.After.SubjectIDs = client.SortedSet(slices.Clone(own))
	for _, c := range u.Back {
		var subjects []int64
		for _, id := range c.SubjectIDs {
			if among[id] || current[id] {
				subjects = append(subjects, id)
			}
		}
		c.SubjectIDs = client.SortedSet(subjects)
	}
}

// returnAppointments returns each appointment to the client that the scheduler named.
func (u *Unfold) returnAppointments() {
	owners := map[int64]*client.Client{}
	for _, c := range u.Back {
		for _, a := range c.Appointments {
			// If the scheduler has sent nothing about it, it returns to its former
			// client.
			if _, said := u.Known[a.AppointmentID]; !said {
				u.Known[a.AppointmentID] = client.KnownAppointment{ClientID: c.ClientID}
			}
		}
		c.Appointments = nil
		for _, id := range c.Family() {
			owners[id] = c
		}
	}
	u.After.Appointments = nil
	for _, a := range u.Survivor.Appointments {
		if owner := owners[u.Known[a.AppointmentID].ClientID]; owner != nil {
			owner.PutAppointment(a)
		} else {
			u.After.PutAppointment(a)
		}
	}
}

// Repointings returns the changes of the viewers' edges. now are the viewers' current
// edges: a viewer that lost or regained the survivor since gets no edge back.
func (u *Unfold) Repointings(now map[int64]Viewer) []Repointing {
	var changes []Repointing
	places := map[string]int{}
	survivor := u.Survivor.ClientID
	for _, viewer := range u.Journal.Viewers {
		if !slices.Contains(now[viewer.ClientID].Saw, survivor) || u.Made[client.EdgePath(history.PathViewer, viewer.ClientID)] {
			continue
		}
		change := Repointing{Add: slices.DeleteFunc(slices.Clone(viewer.Saw), func(id int64) bool { return id == survivor })}
		if len(change.Add) == len(viewer.Saw) {
			change.Drop = []int64{survivor}
		}
		key := JoinIDs(change.Drop) + "/" + JoinIDs(change.Add)
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

// Changed says whether the merge changed the value of a field with one value.
func (u *Unfold) Changed(field string) bool {
	if id, custom := CustomFieldID(field); custom {
		return !same(u.Journal.Before.FieldValue(id), u.Journal.After.FieldValue(id))
	}
	return OfOneValue(field) && slices.Contains(u.Journal.Changed, field)
}

// JoinIDs returns a text that is equal only for equal lists.
func JoinIDs(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ",")
}
