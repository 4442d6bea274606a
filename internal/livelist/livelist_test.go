package livelist_test

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/livelist"
	"clientgraph/internal/testsize"
)

func none(int64) bool { return false }

func lists(rt *rapid.T) (before, after []int64) {
	draw := func(name string) []int64 {
		return rapid.SliceOfNDistinct(rapid.Int64Range(1, 14), 0, 12, rapid.ID[int64]).Draw(rt, name)
	}
	return draw("before"), draw("after")
}

// Applying the steps, by Index or by Previous, gives the next list. On the way the list
// is never longer than the longer of the two lists.
func TestStepsLeadFromOneListToTheOtherProperty(t *testing.T) {
	t.Parallel()
	testsize.Check(t, testsize.Of(2_000, 20_000, 200_000), func(rt *rapid.T) {
		before, after := lists(rt)
		byIndex, byPrevious := slices.Clone(before), slices.Clone(before)
		for _, step := range livelist.Diff(before, after, none) {
			if left := step.Kind == livelist.Left; left && byIndex[step.Index] != step.ID {
				rt.Fatalf("%+v removes another client from %v", step, byIndex)
			}
			byIndex = livelist.Apply(byIndex, step)
			byPrevious = slices.DeleteFunc(byPrevious, func(id int64) bool { return id == step.ID })
			if step.Kind != livelist.Left {
				byPrevious = slices.Insert(byPrevious, slices.Index(byPrevious, step.Previous)+1, step.ID)
			}
			if len(byIndex) > max(len(before), len(after)) {
				rt.Fatalf("%v has more entries than %v and %v", byIndex, before, after)
			}
		}
		if !slices.Equal(byIndex, after) || !slices.Equal(byPrevious, after) {
			rt.Fatalf("from %v: %v by the index, %v by the entry before, want %v", before, byIndex, byPrevious, after)
		}
	})
}

// There are no more steps than needed: one for each client that entered or left, and one
// for each client in both lists that is not in their longest common subsequence.
func TestStepsAreAsFewAsPossibleProperty(t *testing.T) {
	t.Parallel()
	testsize.Check(t, testsize.Of(500, 5_000, 50_000), func(rt *rapid.T) {
		before, after := lists(rt)
		var came, left, common int
		for _, id := range after {
			if !slices.Contains(before, id) {
				came++
			}
		}
		for _, id := range before {
			if !slices.Contains(after, id) {
				left++
			}
		}
		// The length of the longest common subsequence, computed the slow way.
		table := make([][]int, len(before)+1)
		for i := range table {
			table[i] = make([]int, len(after)+1)
			for j := range table[i] {
				switch {
				case i == 0 || j == 0:
				case before[i-1] == after[j-1]:
					table[i][j] = table[i-1][j-1] + 1
				default:
					table[i][j] = max(table[i-1][j], table[i][j-1])
				}
				common = table[i][j]
			}
		}
		if got, want := len(livelist.Diff(before, after, none)), came+left+(len(after)-came-common); got != want {
			rt.Fatalf("%d steps from %v to %v, want %d", got, before, after, want)
		}
	})
}

func TestOnlyClientsThatKeepTheirPlaceHaveChangedSteps(t *testing.T) {
	t.Parallel()
	got := livelist.Diff([]int64{1, 2, 3, 4}, []int64{5, 4, 2, 3}, func(int64) bool { return true })
	want := []livelist.Step{
		{Kind: livelist.Left, ID: 1, Index: 0},
		{Kind: livelist.Entered, ID: 5, Index: 0},
		{Kind: livelist.Moved, ID: 4, Index: 1, Previous: 5},
		{Kind: livelist.Changed, ID: 2, Index: 2, Previous: 4},
		{Kind: livelist.Changed, ID: 3, Index: 3, Previous: 2},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
