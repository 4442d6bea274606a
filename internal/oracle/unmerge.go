package oracle

import "slices"

// Conflict is a field that was changed by a merge, and again later.
type Conflict struct {
	Field                   string
	Before, Merged, Current any
}

// UnmergeChoice settles a conflict: with the value before the merge, or the current one.
type UnmergeChoice struct {
	Field  string
	Before bool
}

// Unmerge undoes a merge. Edges and appointments return by themselves, because they store
// the clients that they were made for.
func (m *Model) Unmerge(c Caller, id int64, choices []UnmergeChoice, expected *int64) (Outcome, []Conflict) {
	if c.Role == Client || !c.May("merge") {
		return Outcome{Forbidden: true}, nil
	}
	for i, choice := range choices {
		if slices.ContainsFunc(choices[:i], func(other UnmergeChoice) bool { return other.Field == choice.Field }) {
			return Outcome{Failures: []Failure{{"INVALID_CHOICE", at("choices", i, "field")}}}, nil
		}
	}
	var conflicts []Conflict
	failures := m.change(func(next *Model) []Failure {
		merge, failures := next.undoable(id, expected)
		if failures != nil {
			return failures
		}
		if conflicts, failures = next.undo(merge, choices); failures != nil {
			return failures
		}
		merge.Undone = true
		return nil
	})
	return Outcome{Failures: failures}, conflicts
}

// undoable finds a merge that can be undone.
func (m *Model) undoable(id int64, expected *int64) (*Merge, []Failure) {
	merge := m.Merges[id]
	switch {
	case merge == nil:
		return nil, []Failure{{"NOT_FOUND", "mergeId"}}
	case merge.Undone:
		return nil, []Failure{{"ALREADY_UNMERGED", "mergeId"}}
	}
	p := m.People[merge.Into]
	switch {
	case p.Life == Merged:
		return nil, []Failure{{"MERGE_NOT_LATEST", "mergeId"}}
	case p.Life == Deleted:
		return nil, []Failure{{"CLIENT_DELETED", "mergeId"}}
	case p.Folded[len(p.Folded)-1].MergeID != id:
		return nil, []Failure{{"MERGE_NOT_LATEST", "mergeId"}}
	case expected != nil && *expected != p.Version:
		return nil, []Failure{{"VERSION_CONFLICT", "expectedVersion"}}
	case m.remerged(merge):
		return nil, []Failure{{"MERGE_NOT_LATEST", "mergeId"}}
	}
	return merge, nil
}

// remerged says whether a neighbour took part in a later merge, as survivor or folded
// client: that merge knows the edges between them as this one left them. It counts even
// if the edge ended since.
func (m *Model) remerged(merge *Merge) bool {
	return slices.ContainsFunc(merge.Around, func(id int64) bool {
		p := m.People[id]
		if p == nil {
			return false
		}
		later := slices.ContainsFunc(p.Folded, func(folded Folded) bool { return folded.MergeID > merge.ID })
		return later || (p.Life == Merged && m.Survivor(id).ID != merge.Into)
	})
}

func (m *Model) undo(merge *Merge, choices []UnmergeChoice) ([]Conflict, []Failure) {
	p := m.People[merge.Into]
	var conflicts []Conflict
	changed := map[string]bool{}
	for _, field := range m.fieldsOfOneValue() {
		before, merged, current := merge.Before.value(field), merge.After.value(field), p.value(field)
		if before == merged {
			continue
		}
		changed[field] = true
		at := slices.IndexFunc(choices, func(choice UnmergeChoice) bool { return choice.Field == field })
		switch {
		case at >= 0 && choices[at].Before, at < 0 && current == merged:
			p.set(field, before)
		case at >= 0, current == before:
		default:
			conflicts = append(conflicts, Conflict{field, before, merged, current})
		}
	}
	if conflicts != nil {
		return conflicts, []Failure{{"UNMERGE_CONFLICT", "choices"}}
	}
	var failures []Failure
	for i, choice := range choices {
		if !changed[choice.Field] {
			failures = append(failures, Failure{"INVALID_CHOICE", at("choices", i, "field")})
		}
	}
	m.part(merge, p)
	return nil, failures
}

// part returns what has several values, and the folded clients.
func (m *Model) part(merge *Merge, p *Person) {
	for name, known := range table() {
		if !known.list {
			continue
		}
		list, _ := p.value(name).([]any)
		before, _ := merge.Before.value(name).([]any)
		merged, _ := merge.After.value(name).([]any)
		list = slices.DeleteFunc(slices.Clone(list), func(entry any) bool {
			return listed(name, merged, entry) && !listed(name, before, entry)
		})
		if p.set(name, nil); len(list) > 0 {
			p.set(name, list)
		}
	}
	for _, id := range merge.Folded {
		q := m.People[id]
		q.Life, q.Into, q.Saw = Live, 0, nil
		if merge.Before.Account == 0 && q.Account != 0 && q.Account == p.Account {
			q.Passwords, p.Account, p.Passwords = p.Passwords, 0, 0
		}
	}
	p.Aliases, p.Folded = merge.Before.Aliases, merge.Before.Folded
}
