package mongostore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/store"
)

// maxDocument bounds a document in bytes, a little below MongoDB's limit.
const maxDocument = 16<<20 - 16<<10

type journalDocument struct {
	BusinessID int64 `bson:"businessId"`
	MergeID    int64 `bson:"mergeId"`
	// Part is 0, or the number of a part with viewers, from 1.
	Part int `bson:"part"`
	// ClientIDs are the survivor, followed by the folded clients, in every part: they
	// find the journals of a client.
	ClientIDs []int64          `bson:"clientIds"`
	At        time.Time        `bson:"at"`
	User      string           `bson:"user,omitempty"`
	Changed   []string         `bson:"changed,omitempty"`
	Before    bson.Raw         `bson:"before,omitempty"`
	After     bson.Raw         `bson:"after,omitempty"`
	Report    string           `bson:"report,omitempty"`
	Undone    bool             `bson:"undone,omitempty"`
	Viewers   []viewerDocument `bson:"viewers,omitempty"`
}

// PutJournal implements store.MergeTx.
func (t *mergeTx) PutJournal(j *merge.Journal) error {
	row := journalDocument{
		BusinessID: t.scope.BusinessID, MergeID: j.MergeID, ClientIDs: append([]int64{j.ClientID}, j.ClientIDs...),
		At: j.At, User: j.User, Changed: j.Changed, Report: string(j.Report),
	}
	var err error
	if row.Before, err = record.Marshalled(t.store.codec.Encode(j.Before)); err != nil {
		return err
	}
	if row.After, err = record.Marshalled(t.store.codec.Encode(j.After)); err != nil {
		return err
	}
	if size, err := bson.Marshal(row); err != nil {
		return fmt.Errorf("encode a journal: %w", err)
	} else if len(size) > maxDocument {
		return fmt.Errorf("a journal of %d bytes: %w", len(size), store.ErrTooLarge)
	}
	t.journals = append(t.journals, row)
	part := 0
	for viewers := range slices.Chunk(j.Viewers, feed.RowBatch) {
		part++
		further := journalDocument{BusinessID: row.BusinessID, MergeID: row.MergeID, Part: part, ClientIDs: row.ClientIDs, At: row.At}
		for _, viewer := range viewers {
			further.Viewers = append(further.Viewers, viewerDocument{ClientID: viewer.ClientID, Saw: viewer.Saw})
		}
		t.journals = append(t.journals, further)
	}
	return nil
}

// Journal implements store.MergeTx.
func (t *mergeTx) Journal(ctx context.Context, mergeID int64) (*merge.Journal, error) {
	rows, err := query.FindAll[journalDocument](ctx, t.store.db.Collection(schema.Journal), "the journal",
		append(query.Tenant(t.scope), bson.E{Key: "mergeId", Value: mergeID}), options.Find().SetSort(schema.Ascending("part")))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	j, err := readJournal(t.store.codec, &rows[0])
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		for _, viewer := range row.Viewers {
			j.Viewers = append(j.Viewers, merge.Viewer{ClientID: viewer.ClientID, Saw: viewer.Saw})
		}
	}
	return j, nil
}

// Journals implements store.ExportStore.
func (e *exports) Journals(ctx context.Context, scope client.Scope, clientIDs []int64) ([]merge.Journal, error) {
	q := query.Query{Core: append(query.Tenant(scope), bson.E{Key: "clientIds", Value: query.In(query.NonNil(clientIDs))}), Rest: bson.D{{Key: "part", Value: 0}}}
	cursor, err := e.db.Collection(schema.Journal).Aggregate(ctx, append(q.Stages(), bson.D{{Key: "$sort", Value: schema.Ascending("mergeId")}}))
	if err != nil {
		return nil, fmt.Errorf("find journals: %w", err)
	}
	var rows []journalDocument
	if err := cursor.All(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read journals: %w", err)
	}
	journals := make([]merge.Journal, len(rows))
	for i := range rows {
		j, err := readJournal(e.codec, &rows[i])
		if err != nil {
			return nil, err
		}
		journals[i] = *j
	}
	return journals, nil
}

// readJournal decodes part 0 of a journal.
func readJournal(c *record.Codec, row *journalDocument) (*merge.Journal, error) {
	j := &merge.Journal{
		MergeID: row.MergeID, ClientID: row.ClientIDs[0], ClientIDs: row.ClientIDs[1:], At: row.At.UTC(), User: row.User,
		Changed: row.Changed, Report: []byte(row.Report), Undone: row.Undone,
	}
	var err error
	if j.Before, err = c.Decode(row.Before); err != nil {
		return nil, err
	}
	if j.After, err = c.Decode(row.After); err != nil {
		return nil, err
	}
	return j, nil
}

// CloseJournal implements store.MergeTx.
func (t *mergeTx) CloseJournal(mergeID int64) {
	t.closed = append(t.closed, mergeID)
}

// parts returns the writes of the new journals.
func (t *mergeTx) parts() []transact.Part {
	var parts []transact.Part
	for rows := range slices.Chunk(t.journals, feed.RowBatch) {
		parts = append(parts, transact.Inserts(schema.Journal, rows))
	}
	return parts
}

// closeJournals marks the journals of merges as undone.
func (t *mergeTx) closeJournals(ctx context.Context) error {
	journal := t.store.db.Collection(schema.Journal)
	for _, id := range t.closed {
		_, err := journal.UpdateOne(ctx,
			append(query.Tenant(t.scope), bson.E{Key: "mergeId", Value: id}, bson.E{Key: "part", Value: 0}),
			bson.D{{Key: "$set", Value: bson.D{{Key: "undone", Value: true}}}})
		if err != nil {
			return fmt.Errorf("close the journal: %w", err)
		}
	}
	return nil
}

// Fold implements store.MergeTx.
func (t *mergeTx) Fold(before, after, survivor *client.Client, entry history.Entry, kind history.Kind) error {
	t.put(before, after)
	entry.MergedIntoClientID = survivor.ClientID
	paths := t.keep(entry)
	row := t.row(before, after, entry, kind, paths)
	seen := "visibilityAfter"
	if kind == history.KindUnmerged {
		seen = "visibilityBefore"
	}
	for i := range row {
		if row[i].Key == seen {
			row[i].Value = survivor.VisibilityKeys()
		}
	}
	t.written = append(t.written, after)
	t.changes = append(t.changes, row)
	return nil
}
