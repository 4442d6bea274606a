// Package livelist computes the steps from one state of an ordered list of clients to the
// next: which clients left, entered and moved. It has no side effects.
package livelist

import "slices"

// Kind is what a step does.
type Kind string

// The kinds of steps.
const (
	// Entered inserts a client that was not in the list.
	Entered Kind = "ENTERED"
	// Left removes a client.
	Left Kind = "LEFT"
	// Moved removes a client and inserts it at another place.
	Moved Kind = "MOVED"
	// Changed leaves the list as it is: the client's data may have changed.
	Changed Kind = "CHANGED"
	// Resync replaces the whole list.
	Resync Kind = "RESYNC"
)

// Step changes a list in one place. The zero Step does nothing.
type Step struct {
	Kind Kind
	ID   int64
	// Index is the client's place after the step, from 0; for Left, its place before.
	Index int
	// Previous is the client right before it after the step; 0 for none, and for Left.
	Previous int64
}

// Diff returns the steps from one list to another. No id is 0 or twice in a list.
// Clients leave first, so that the list is never longer than the longer of the two. As few
// clients as possible move. Last come the Changed steps: one for each client that does not
// move and that changed says yes for.
func Diff(before, after []int64, changed func(id int64) bool) []Step {
	was, is := places(before), places(after)
	var steps []Step
	now := make([]int64, 0, max(len(before), len(after)))
	for _, id := range before {
		if _, stays := is[id]; !stays {
			steps = append(steps, Step{Kind: Left, ID: id, Index: len(now)})
			continue
		}
		now = append(now, id)
	}
	still := unmoved(now, is)
	var previous int64
	for _, id := range after {
		_, known := was[id]
		if !known || !still[id] {
			step := Step{Kind: Entered, ID: id, Previous: previous}
			if known {
				step.Kind = Moved
				now = slices.DeleteFunc(now, func(other int64) bool { return other == id })
			}
			step.Index = slices.Index(now, previous) + 1
			now = slices.Insert(now, step.Index, id)
			steps = append(steps, step)
		}
		previous = id
	}
	for i, id := range after {
		if still[id] && changed(id) {
			steps = append(steps, Step{Kind: Changed, ID: id, Index: i, Previous: at(after, i-1)})
		}
	}
	return steps
}

// Apply returns the list after a step. It does not modify the given list.
func Apply(list []int64, step Step) []int64 {
	switch step.Kind {
	case Left:
		return slices.DeleteFunc(slices.Clone(list), func(id int64) bool { return id == step.ID })
	case Entered, Moved:
		rest := slices.DeleteFunc(slices.Clone(list), func(id int64) bool { return id == step.ID })
		return slices.Insert(rest, step.Index, step.ID)
	}
	return list
}

// at returns the entry at index i; 0 for an index below 0.
func at(list []int64, i int) int64 {
	if i < 0 {
		return 0
	}
	return list[i]
}

// places returns the index of each id in the list.
func places(list []int64) map[int64]int {
	of := make(map[int64]int, len(list))
	for i, id := range list {
		of[id] = i
	}
	return of
}

// unmoved returns the entries of a list that need not move to get into the order of
// their places, as many as possible: a longest ascending subsequence.
func unmoved(list []int64, place map[int64]int) map[int64]bool {
	// ends has, for each length, the entry with the lowest place that ends an ascending
	// subsequence of that length. before has, for each entry, the one before it in its
	// subsequence.
	var ends []int64
	before := make(map[int64]int64, len(list))
	for _, id := range list {
		length, _ := slices.BinarySearchFunc(ends, place[id], func(end int64, p int) int { return place[end] - p })
		before[id] = at(ends, length-1)
		if length == len(ends) {
			ends = append(ends, id)
		} else {
			ends[length] = id
		}
	}
	still := make(map[int64]bool, len(ends))
	for id := at(ends, len(ends)-1); id != 0; id = before[id] {
		still[id] = true
	}
	return still
}
