package mongostore

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// outboxName is the collection of rows of the feeds that have no number yet. A
// transaction leaves its rows there, which whoever numbers them moves to the feed:
// so writers of different clients have no document in common. Rows stay until they
// are numbered, however long that takes.
const outboxName = "outbox"

// keyChange is, in a client's document, how many rows of the feed there were about
// the client; in a row, which of them it is. Every write that announces a client
// raises it, so that two of them refuse each other, and rows about one client have
// the order of the writes.
const keyChange = "change"

// raise returns the number of the next row about a client, of whom the transaction
// read that number.
func (t *transaction) raise(clientID, read int64) int64 {
	if t.raised == nil {
		t.raised = map[int64]int64{}
	}
	t.raised[clientID] = max(read, t.raised[clientID]) + 1
	return t.raised[clientID]
}

// writeOutbox leaves the transaction's rows to be numbered.
func (t *transaction) writeOutbox(ctx context.Context, epoch int64) error {
	outbox := t.store.db.Collection(outboxName)
	for batch := range slices.Chunk(t.changes, rowBatch) {
		rows := make([]any, len(batch))
		for i, row := range batch {
			rows[i] = append(row, bson.E{Key: keyEpoch, Value: epoch})
		}
		_, err := outbox.InsertMany(ctx, rows)
		if mongo.IsDuplicateKeyError(err) {
			// Another one announced the client at the same time.
			return asConflict(err)
		}
		if err != nil {
			return fmt.Errorf("write the outbox: %w", err)
		}
	}
	t.left = len(t.changes) > 0
	return nil
}
