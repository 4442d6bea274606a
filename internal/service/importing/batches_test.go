package importing

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/client"
)

// TestImportBatchesProperty: every client is in one batch, in order; no batch has more
// keys or clients than a transaction takes, except for a client with many keys; and no
// client views one of a later batch, except in groups that no transaction takes.
func TestImportBatchesProperty(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 8), 0, 60).Draw(r, "households")
		most := rapid.SampledFrom([]int{0, 3, 100, 200, 700, 1_500}).Draw(r, "most keys of a client")
		clients, fits := households(r, sizes, most)
		batchOf, whole := map[int64]int{}, []*client.Client{}
		n := 0
		for batch := range importBatches(clients) {
			whole = append(whole, batch...)
			for _, c := range batch {
				batchOf[c.ClientID] = n
			}
			if n++; len(batch) > importBatch || len(batch) == 0 || (len(batch) > 1 && countKeys(batch) > importTogether) {
				r.Fatalf("a batch of %d clients with %d keys", len(batch), countKeys(batch))
			}
		}
		if !slices.Equal(whole, clients) {
			r.Fatalf("%d clients in batches, want the %d, in their order", len(whole), len(clients))
		}
		for _, c := range clients {
			for _, id := range c.SubjectIDs {
				if fits[c.ClientID] && batchOf[id] > batchOf[c.ClientID] {
					r.Fatalf("client %d of batch %d views %d of batch %d", c.ClientID, batchOf[c.ClientID], id, batchOf[id])
				}
			}
		}
	})
}

// households returns clients who view the others of their household; fits says whether a
// household fits in one transaction.
func households(r *rapid.T, sizes []int, most int) (clients []*client.Client, fits map[int64]bool) {
	fits = map[int64]bool{}
	for _, size := range sizes {
		home := make([]*client.Client, size)
		for i := range home {
			home[i] = &client.Client{ClientID: int64(len(clients) + i + 1), IndexKeys: make([]string, rapid.IntRange(0, most).Draw(r, "keys"))}
		}
		for _, c := range home {
			fits[c.ClientID] = countKeys(home) <= importTogether
			for _, other := range home {
				if other != c {
					c.SubjectIDs = append(c.SubjectIDs, other.ClientID)
				}
			}
		}
		clients = append(clients, home...)
	}
	return clients, fits
}

// TestImportOfClientsWithFewKeysIsInLargeBatches, to save round trips.
func TestImportOfClientsWithFewKeysIsInLargeBatches(t *testing.T) {
	clients := make([]*client.Client, 2*importBatch+1)
	for i := range clients {
		clients[i] = &client.Client{ClientID: int64(i + 1), IndexKeys: make([]string, importKeys/importBatch)}
	}
	var sizes []int
	for batch := range importBatches(clients) {
		sizes = append(sizes, len(batch))
	}
	if !slices.Equal(sizes, []int{importBatch, importBatch, 1}) {
		t.Errorf("batches of %v", sizes)
	}
}
