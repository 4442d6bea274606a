package importing

import (
	"iter"
	"slices"

	"clientgraph/internal/client"
)

const (
	// importBatch bounds the clients of one transaction: enough to save round trips, and
	// few enough for the database's limits on the size and time of a transaction.
	importBatch = 100
	// importKeys bounds the index keys of those clients. Each key changes a page of its
	// own, and the embedded engine keeps changed pages in its cache until the commit: a
	// transaction that fills a fifth of the cache makes it hang.
	importKeys = 600
	// importTogether bounds the index keys of clients in one transaction because they
	// view each other.
	importTogether = 2 * importKeys
)

// importBatches splits a list into transactions, so that an import that stops between two
// of them leaves no edge to a missing client. The clients must have their keys.
func importBatches(clients []*client.Client) iter.Seq[[]*client.Client] {
	return func(yield func([]*client.Client) bool) {
		start, end, keys := 0, 0, 0
		for group := range viewGroups(clients) {
			n := countKeys(group)
			if end > start && (keys+n > importKeys || end+len(group)-start > importBatch) {
				if !yield(clients[start:end]) {
					return
				}
				start, keys = end, 0
			}
			end, keys = end+len(group), keys+n
		}
		if end > start {
			yield(clients[start:end])
		}
	}
}

// viewGroups splits a list after each client if no client before views one after it. A
// group that is too large for a transaction is split into single clients.
func viewGroups(clients []*client.Client) iter.Seq[[]*client.Client] {
	place := make(map[int64]int, len(clients))
	for i, c := range clients {
		place[c.ClientID] = i
	}
	return func(yield func([]*client.Client) bool) {
		start, farthest := 0, 0
		for i, c := range clients {
			for _, id := range c.SubjectIDs {
				farthest = max(farthest, place[id])
			}
			if farthest > i {
				continue
			}
			size := i + 1 - start
			if size > importBatch || countKeys(clients[start:i+1]) > importTogether {
				size = 1
			}
			for group := range slices.Chunk(clients[start:i+1], size) {
				if !yield(group) {
					return
				}
			}
			start = i + 1
		}
	}
}

func countKeys(clients []*client.Client) int {
	n := 0
	for _, c := range clients {
		n += len(c.IndexKeys)
	}
	return n
}
