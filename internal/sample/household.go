package sample

import (
	"iter"
	"slices"

	"clientgraph/internal/client"
)

// maxHousehold bounds the people of a household, because each views all the others.
const maxHousehold = 6

// Households lets the people of each household view each other, and nobody else: it
// replaces SubjectIDs. The clients must have ids. For all clients that Generate returned
// for the same seed, in order, the households are those that share a family name and an
// address.
func Households(seed uint64, clients []*client.Client) {
	for size := range householdSizes(seed) {
		if len(clients) == 0 {
			return
		}
		size = min(size, len(clients))
		together := clients[:size]
		clients = clients[size:]
		for _, viewer := range together {
			viewer.SubjectIDs = nil
			for _, subject := range together {
				if subject != viewer {
					viewer.SubjectIDs = append(viewer.SubjectIDs, subject.ClientID)
				}
			}
			slices.Sort(viewer.SubjectIDs)
		}
	}
}

// householdSizes returns the sizes of households, one after the other, without end. Most
// people live alone.
func householdSizes(seed uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		g := chance(seed, streamHouseholds)
		for {
			size := 1
			if g.IntN(100) < 15 {
				size = g.IntRange(2, maxHousehold)
			}
			if !yield(size) {
				return
			}
		}
	}
}
