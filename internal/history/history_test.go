package history

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/clienttest"
	"clientgraph/internal/testsize"
)

// What history keeps of a change turns the one state into the other, and back; of
// secrets it keeps nothing but that they changed.
func TestPropertyHistoryReplays(t *testing.T) {
	testsize.Check(t, testsize.Of(200, 1000, 10_000), func(rt *rapid.T) {
		before, after := clienttest.AnyClient().Draw(rt, "before"), clienttest.AnyClient().Draw(rt, "after")
		changes := Diff(before, after)
		for _, change := range changes {
			if change.Secret() && (change.Before != nil || change.After != nil) {
				rt.Fatalf("history holds the secret %s", change.Path)
			}
		}
		replayed, rewound := before.Clone(), after.Clone()
		for i := range changes {
			changes[i].put(replayed, changes[i].After)
			changes[len(changes)-1-i].put(rewound, changes[len(changes)-1-i].Before)
		}
		checkTold(rt, "replayed", after, replayed)
		checkTold(rt, "rewound", before, rewound)
		if same := Diff(after, after.Clone()); len(same) > 0 {
			rt.Fatalf("a copy differs in %v", same)
		}
	})
}

// checkTold compares what history tells of a client.
func checkTold(t *rapid.T, how string, want, got *client.Client) {
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if p.Is(client.Derived) || p.Is(client.Secret) {
			continue
		}
		if diff := cmp.Diff(p.Value(want), p.Value(got), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s, %s (-want +got):\n%s", how, p.Name, diff)
		}
	}
	if got.Lifecycle != want.Lifecycle {
		t.Fatalf("%s, the life is %s, want %s", how, got.Lifecycle, want.Lifecycle)
	}
}

// A copy shares nothing that can be changed in place.
func TestPropertyCloneIsACopyOfItsOwn(t *testing.T) {
	testsize.Check(t, testsize.Of(50, 200, 1000), func(rt *rapid.T) {
		c := clienttest.AnyClient().Draw(rt, "client")
		// Pointers are printed as such, lists as what they hold.
		kept := fmt.Sprintf("%+v", *c)
		clone := c.Clone()
		for i := range client.Properties() {
			switch list := client.Properties()[i].At(clone).(type) {
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
			case *[]client.FieldValue:
				for j := range *list {
					(*list)[j].Value = "changed"
				}
			case *[]client.Appointment:
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
