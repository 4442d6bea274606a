package feed

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

// OutboxParts returns the writes of a transaction's rows into the outbox, which are
// numbered after the commit. epoch is that of the WriterState that the transaction read.
// A duplicate key says that another transaction wrote a row about the client at the same
// time.
func OutboxParts(rows []bson.D, epoch int64) []transact.Part {
	var parts []transact.Part
	for batch := range slices.Chunk(rows, RowBatch) {
		documents := make([]any, len(batch))
		for i, row := range batch {
			documents[i] = append(row, bson.E{Key: fieldEpoch, Value: epoch})
		}
		part := transact.Inserts(schema.Outbox, documents)
		part.Taken = transact.AsConflict
		parts = append(parts, part)
	}
	return parts
}

// Number writes a transaction's rows into the feed with their numbers. All servers do
// this until the last one without the outbox is gone: see SwitchToOutbox. Transactions
// that write clients of the business wait for each other at its counter. Before the rows
// are written, follow is called with the counter's settings and rules.
func (f *Feed) Number(ctx context.Context, businessID int64, rows []bson.D, follow func(context.Context, *WriterState) error) error {
	collection, key := f.db.Collection(schema.Counters), Counter(businessID)
	counter, err := counters.Add(ctx, collection, key, int64(len(rows)))
	if counters.MadeMeanwhile(err) {
		return key.Taken(ctx, collection, err)
	}
	if err != nil {
		return err
	}
	if err := follow(ctx, &WriterState{Settings: counter.Settings, RulesVersion: counter.RulesVersion, RekeyTo: counter.RekeyTo}); err != nil {
		return err
	}
	first := counter.Value - int64(len(rows)) + 1
	numbered := make([]any, len(rows))
	for i, row := range rows {
		numbered[i] = append(row, bson.E{Key: schema.FieldSequence, Value: first + int64(i)})
	}
	for batch := range slices.Chunk(numbered, RowBatch) {
		if _, err := f.db.Collection(schema.Changes).InsertMany(ctx, batch); err != nil {
			return fmt.Errorf("write the feed: %w", err)
		}
	}
	return nil
}

// SubjectChanges returns the fields of a row with the client's added and removed
// subjects. Callers who see clients through these edges read them there.
func SubjectChanges(before, after *client.Client) bson.D {
	var was []int64
	if before != nil {
		was = before.SubjectIDs
	}
	if slices.Equal(was, after.SubjectIDs) {
		return nil
	}
	var parts bson.D
	if gained := without(after.SubjectIDs, was); len(gained) > 0 {
		parts = append(parts, bson.E{Key: "subjectsGained", Value: gained})
	}
	if lost := without(was, after.SubjectIDs); len(lost) > 0 {
		parts = append(parts, bson.E{Key: "subjectsLost", Value: lost})
	}
	return parts
}

// without returns the entries of an ascending list that another ascending list does not
// have.
func without(list, other []int64) []int64 {
	var rest []int64
	for _, id := range list {
		if _, both := slices.BinarySearch(other, id); !both {
			rest = append(rest, id)
		}
	}
	return rest
}
