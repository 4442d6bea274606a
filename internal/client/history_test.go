package client

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clientgraph/internal/testsize"
)

// replay applies changes, as history keeps them, to a record.
func replay(t *rapid.T, c *Client, changes []Change) *Client {
	c = c.Clone()
	for _, change := range changes {
		name, rest, listed := strings.Cut(change.Path, ".")
		switch {
		case name == "deleted":
			if c.Lifecycle = Live; change.After == true {
				c.Lifecycle = Removed
			}
		case listed:
			id, err := strconv.ParseInt(rest, 10, 64)
			if err != nil {
				t.Fatalf("the path %s has no id", change.Path)
			}
			if name == "fields" {
				c.FieldValues = slices.DeleteFunc(c.FieldValues, func(v FieldValue) bool { return v.DefinitionID == id })
				if change.After != nil {
					c.FieldValues = append(c.FieldValues, FieldValue{id, change.After})
				}
				slices.SortFunc(c.FieldValues, func(a, b FieldValue) int { return int(a.DefinitionID - b.DefinitionID) })
				continue
			}
			c.SubjectIDs = slices.DeleteFunc(c.SubjectIDs, func(other int64) bool { return other == id })
			if change.After != nil {
				c.SubjectIDs = sortedSet(append(c.SubjectIDs, change.After.(int64)))
			}
		default:
			place := PropertyByName(name).At(c)
			if sanitized, ok := place.(*bool); ok {
				*sanitized, _ = change.After.(bool)
				continue
			}
			setAt(place, change.After)
		}
	}
	return c
}

// What history keeps of a change turns the one state into the other; of secrets
// it keeps nothing but that they changed.
func TestPropertyHistoryReplays(t *testing.T) {
	testsize.Check(t, testsize.Of(200, 1000, 10_000), func(rt *rapid.T) {
		before, after := anyClient().Draw(rt, "before"), anyClient().Draw(rt, "after")
		changes := diff(before, after)
		for _, change := range changes {
			if p := PropertyByName(change.Path); p != nil && p.is(secret) {
				if change.Before != nil || change.After != nil {
					rt.Fatalf("history holds the secret %s", change.Path)
				}
			}
		}
		replayed := replay(rt, before, slices.DeleteFunc(changes, func(c Change) bool {
			p := PropertyByName(c.Path)
			return p != nil && p.is(secret)
		}))
		for i := range properties {
			p := &properties[i]
			if p.is(derived) || p.is(secret) {
				continue
			}
			if diff := cmp.Diff(valueAt(p.at(after)), valueAt(p.at(replayed)), cmpopts.EquateEmpty()); diff != "" {
				rt.Fatalf("%s (-after +replayed):\n%s", p.Name, diff)
			}
		}
		if replayed.Lifecycle != after.Lifecycle {
			rt.Fatalf("the life is %s, want %s", replayed.Lifecycle, after.Lifecycle)
		}
		if same := diff(after, after.Clone()); len(same) > 0 {
			rt.Fatalf("a copy differs in %v", same)
		}
	})
}

// A copy shares nothing that can be changed in place.
func TestPropertyCloneIsACopyOfItsOwn(t *testing.T) {
	testsize.Check(t, testsize.Of(50, 200, 1000), func(rt *rapid.T) {
		c := anyClient().Draw(rt, "client")
		// Pointers are printed as such, lists as what they hold.
		kept := fmt.Sprintf("%+v", *c)
		clone := c.Clone()
		for i := range properties {
			switch list := properties[i].at(clone).(type) {
			case *[]string:
				for j := range *list {
					(*list)[j] = "changed"
				}
			case *[]int64:
				for j := range *list {
					(*list)[j] = -1
				}
			case *[]byte:
				for j := range *list {
					(*list)[j]++
				}
			case *[]FieldValue:
				for j := range *list {
					(*list)[j].Value = "changed"
				}
			case *[]Appointment:
				for j := range *list {
					(*list)[j].StaffID = -1
				}
			}
		}
		if now := fmt.Sprintf("%+v", *c); now != kept {
			rt.Fatalf("changing a copy changed the original from\n%s to\n%s", kept, now)
		}
	})
}
