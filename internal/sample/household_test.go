package sample

import (
	"slices"
	"testing"

	"clientgraph/internal/client"
)

// settled is clients with ids that are not in the order of the slice.
func settled(n int) []*client.Client {
	clients := Generate(8, 5, n, today)
	for i, c := range clients {
		c.ClientID = int64(1_000 + i*7_919%10_007)
	}
	return clients
}

func TestHouseholdsViewEachOther(t *testing.T) {
	clients := settled(2_000)
	Households(8, clients)
	byID := map[int64]*client.Client{}
	for _, c := range clients {
		byID[c.ClientID] = c
	}
	together := 0
	for _, viewer := range clients {
		together += count(len(viewer.SubjectIDs) > 0)
		if len(viewer.SubjectIDs) > 5 || !slices.IsSorted(viewer.SubjectIDs) || len(slices.Compact(slices.Clone(viewer.SubjectIDs))) != len(viewer.SubjectIDs) {
			t.Errorf("client %d views %v", viewer.ClientID, viewer.SubjectIDs)
		}
		for _, id := range viewer.SubjectIDs {
			subject := byID[id]
			if subject == nil || subject == viewer || !slices.Contains(subject.SubjectIDs, viewer.ClientID) {
				t.Errorf("client %d views %d, which does not view it", viewer.ClientID, id)
			}
		}
	}
	if together < 500 || together > 1_300 {
		t.Errorf("%d of 2,000 live with somebody", together)
	}
}

func TestHouseholdsShareAnAddress(t *testing.T) {
	clients := settled(2_000)
	Households(8, clients)
	byID := map[int64]*client.Client{}
	for _, c := range clients {
		byID[c.ClientID] = c
	}
	compared := 0
	for _, viewer := range clients {
		for _, id := range viewer.SubjectIDs {
			subject := byID[id]
			if viewer.Address1 == nil || subject.Address1 == nil {
				continue
			}
			compared++
			if *viewer.Address1 != *subject.Address1 || *viewer.City != *subject.City {
				t.Errorf("%d lives at %s, %d at %s", viewer.ClientID, *viewer.Address1, id, *subject.Address1)
			}
		}
	}
	if compared == 0 {
		t.Error("nobody to compare")
	}
}

func TestHouseholdsAreTheSameAgain(t *testing.T) {
	clients := settled(300)
	Households(8, clients)
	first := marshal(t, clients)
	Households(8, clients)
	if string(first) != string(marshal(t, clients)) {
		t.Error("edges differ the second time")
	}
	Households(8, nil)
}
