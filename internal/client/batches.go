package client

import "iter"

const (
	// importBatch bounds how many clients one transaction imports: enough to spare
	// round trips, few enough to stay far from the database's limits on a
	// transaction's size and time.
	importBatch = 100
	// importKeys bounds the keys that clients of one transaction have in the index
	// that most are found by. Each changes a page of its own, and the embedded
	// engine keeps those pages in its cache until the commit: where they are more
	// than its least cache takes, it hangs.
	importKeys = 600
	// importTogether bounds the same keys of clients who view each other and are
	// therefore imported in one transaction.
	importTogether = 2 * importKeys
)

// importBatches cuts a list into transactions. Whoever views clients that come
// later in the list is in the same one as they are, so that an import that stops
// leaves nobody who views clients that are not there; only groups of more than a
// transaction holds are cut. Keys must have been made.
func importBatches(clients []*Client) iter.Seq[[]*Client] {
	return func(yield func([]*Client) bool) {
		place := make(map[int64]int, len(clients))
		for i, c := range clients {
			place[c.ClientID] = i
		}
		// The batch is clients[start:], end is where it may be cut, and before end
		// are so many keys.
		start, end := 0, 0
		keys, keysBeforeEnd, farthest := 0, 0, 0
		for i, c := range clients {
			n := len(c.Keys)
			full := keysBeforeEnd+(keys-keysBeforeEnd)+n > importKeys || i-start == importBatch
			if full && end > start {
				if !yield(clients[start:end]) {
					return
				}
				keys -= keysBeforeEnd
				start, keysBeforeEnd = end, 0
			}
			if i > start && (keys+n > importTogether || i-start == importBatch) {
				if !yield(clients[start:i]) {
					return
				}
				start, end, keys, keysBeforeEnd = i, i, 0, 0
			}
			keys += n
			for _, id := range c.SubjectIDs {
				farthest = max(farthest, place[id])
			}
			if farthest <= i {
				end, keysBeforeEnd = i+1, keys
			}
		}
		if start < len(clients) {
			yield(clients[start:])
		}
	}
}
