// Package livelist tells how one state of an ordered list becomes the next one:
// which clients left it, which came, and which moved. It is pure.
package livelist

import "slices"

// Kind is what a step does.
type Kind string

// The kinds of steps.
const (
	// Entered puts a client in that was not in the list.
	Entered Kind = "ENTERED"
	// Left takes a client out.
	Left Kind = "LEFT"
	// Moved takes a client out and puts it in at another place.
	Moved Kind = "MOVED"
	// Changed leaves the list as it is: what is shown of a client may have changed.
	Changed Kind = "CHANGED"
	// Resync replaces the whole list.
	Resync Kind = "RESYNC"
)

// Step changes a list in one place. The zero Step does nothing.
type Step struct {
	Kind Kind
	ID   int64
	// Index is where the client is after the step, from 0, and Previous whom it
	// follows there, 0 for nobody. Of Left, Index is where the client was.
	Index    int
	Previous int64
}

// Diff are the steps from one list to another, of ids that are not 0 and each once
// in a list. Who left goes first, so that the list never has more entries than the
// longer of the two. As few clients as possible move. Of those in both lists that
// stay where they are, the ones in changed are told as Changed, last.
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

// Apply is the list after a step; the given one is not touched.
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

func at(list []int64, i int) int64 {
	if i < 0 {
		return 0
	}
	return list[i]
}

func places(list []int64) map[int64]int {
	of := make(map[int64]int, len(list))
	for i, id := range list {
		of[id] = i
	}
	return of
}

// unmoved are as many entries of a list as possible that have the order of their
// places already: a longest ascending subsequence.
func unmoved(list []int64, place map[int64]int) map[int64]bool {
	// ends has, for each length, the entry with the lowest place that a subsequence
	// of that length ends with; before is whom an entry follows in its own.
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
