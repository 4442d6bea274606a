package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

// Rows are moved from the outbox to the feed in steps, each of one command:
//
//  1. The rows are inserted into the feed above its head, in their order, under the
//     ids that they have. Numbers and ids are unique, so a row gets one number, even
//     if two processes insert it. A command stops at the first row that it can't
//     insert, so there is no gap.
//  2. The head goes up to the last of them: readers see them.
//  3. They are deleted from the outbox.
//
// A process that finds rows above the head, or rows of the outbox that have a number,
// continues with them, whichever process inserted them: each step may be done several
// times, and by several processes at once. So a process that dies on the way delays no
// other, as it would with a transaction.

// feedHead says how far the feed of a business is numbered.
type feedHead struct {
	// Head is the number of the last row that readers may see; all rows up to it exist.
	Head int64 `bson:"head"`
	// Epoch is the epoch of the WriterState.
	Epoch int64 `bson:"epoch"`
}

// outboxRow has what numbering needs of a row. fields are all fields of the row.
type outboxRow struct {
	id       bson.ObjectID
	clientID int64
	change   int64
	epoch    int64
	// at is when the change was made.
	at     time.Time
	fields bson.D
}

// findHead returns the head of a business's feed; nil if it has none, while rows are
// numbered in their transactions.
func (f *Feed) findHead(ctx context.Context, businessID int64) (*feedHead, error) {
	var head feedHead
	err := f.db.Collection(schema.Feeds).FindOne(ctx, feedPart(businessID, partHead)).Decode(&head)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the head of the feed: %w", err)
	}
	return &head, nil
}

// isNumbered says whether all rows of a business have numbers. Call it before reading the
// head, so that rows that another process numbers meanwhile are below the head.
func (f *Feed) isNumbered(ctx context.Context, businessID int64) (bool, error) {
	err := f.db.Collection(schema.Outbox).FindOne(ctx, bson.D{{Key: schema.FieldBusiness, Value: businessID}},
		options.FindOne().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look into the outbox: %w", err)
	}
	return false, nil
}

// number numbers all rows of a business that were committed before the call, and deletes
// them from the outbox. One goroutine of this process at a time does that for a business.
func (f *Feed) number(ctx context.Context, businessID int64) error {
	_, finish, err := f.numberRows(ctx, businessID)
	if err != nil {
		return err
	}
	return finish(ctx)
}

// numberRows numbers rows as number does, and returns the head of the feed; nil if there
// is none. The caller must call finish, which does the rest.
func (f *Feed) numberRows(ctx context.Context, businessID int64) (head *feedHead, finish func(context.Context) error, err error) {
	done, err := f.numberer.begin(ctx, businessID)
	if err != nil {
		return nil, nil, err
	}
	ctx = mongo.NewSessionContext(ctx, nil)
	// A pass goes through the clients once, so that it ends, and a client that is written
	// all the time does not make the others wait.
	var rows []outboxRow
	for last := (outboxRow{}); ; last = rows[len(rows)-1] {
		if rows, err = f.waiting(ctx, businessID, last); err == nil {
			head, err = f.numberBatch(ctx, businessID, rows)
		}
		if err == nil && len(rows) == RowBatch {
			err = f.clearOutbox(ctx, businessID, rows)
		}
		switch {
		case err != nil:
			done()
			return nil, nil, err
		case len(rows) < RowBatch:
			return head, func(ctx context.Context) error {
				defer done()
				return f.clearOutbox(mongo.NewSessionContext(ctx, nil), businessID, rows)
			}, nil
		}
	}
}

// waiting finds the rows of the outbox after a given row, ordered by client and change
// number. It reads one snapshot, so that it has no row of a client without the earlier
// ones.
func (f *Feed) waiting(ctx context.Context, businessID int64, after outboxRow) ([]outboxRow, error) {
	filter := bson.D{{Key: schema.FieldBusiness, Value: businessID}}
	if after.clientID != 0 {
		// The same client may have more rows. Its earlier ones were deleted.
		filter = append(filter, bson.E{Key: schema.FieldClient, Value: bson.D{{Key: "$gte", Value: after.clientID}}})
	}
	outbox := f.db.Collection(schema.Outbox, options.Collection().SetReadConcern(readconcern.Snapshot()))
	cursor, err := outbox.Find(ctx, filter, options.Find().SetSort(schema.Ascending(schema.FieldBusiness, schema.FieldClient, schema.FieldChange)).SetLimit(RowBatch).SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("find rows of the outbox: %w", err)
	}
	return readOutbox(ctx, cursor)
}

func readOutbox(ctx context.Context, cursor *mongo.Cursor) ([]outboxRow, error) {
	var found []bson.D
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read rows of the outbox: %w", err)
	}
	rows := make([]outboxRow, len(found))
	for i, fields := range found {
		row := &rows[i]
		row.fields = make(bson.D, 0, len(fields)+2)
		for _, e := range fields {
			switch e.Key {
			case schema.FieldID:
				row.id, _ = e.Value.(bson.ObjectID)
			case fieldEpoch:
				row.epoch, _ = e.Value.(int64)
				continue
			case "at":
				if at, isDate := e.Value.(bson.DateTime); isDate {
					row.at = at.Time()
				}
				continue
			case schema.FieldClient:
				row.clientID, _ = e.Value.(int64)
			case schema.FieldChange:
				row.change, _ = e.Value.(int64)
			}
			row.fields = append(row.fields, e)
		}
	}
	return rows, nil
}

// numberBatch numbers rows, and returns a head at or above them. The head is read after
// the rows, so its epoch is not earlier than theirs.
func (f *Feed) numberBatch(ctx context.Context, businessID int64, rows []outboxRow) (*feedHead, error) {
	head, err := f.findHead(ctx, businessID)
	if err != nil || head == nil || len(rows) == 0 {
		return head, err
	}
	if err := f.remakeLate(ctx, businessID, head.Epoch, rows); err != nil {
		return nil, err
	}
	top := head.Head
	for backoff := transact.BackoffFirst; len(rows) > 0; backoff = min(2*backoff, transact.BackoffMost) {
		inserted, err := f.insertNumbered(ctx, top, rows)
		if err != nil {
			return nil, err
		}
		if inserted {
			top += int64(len(rows))
			break
		}
		// Another process numbers too, or began before this one.
		if err := transact.Pause(ctx, backoff); err != nil {
			return nil, err
		}
		// In this order: a row that another process numbers meanwhile is not below top
		// yet, and must stay in the outbox.
		if rows, err = f.withoutNumber(ctx, businessID, rows); err != nil {
			return nil, err
		}
		if top, err = f.findTop(ctx, businessID); err != nil {
			return nil, err
		}
	}
	return f.raiseHead(ctx, businessID, top)
}

// insertNumbered inserts rows into the feed above a number. It returns false if a number
// is taken, or if a row has a number already; the rows before that one are inserted then.
// Rows expire by the time of their numbering, so the earliest come first.
func (f *Feed) insertNumbered(ctx context.Context, top int64, rows []outboxRow) (bool, error) {
	now := time.Now()
	numbered := make([]any, len(rows))
	for i, row := range rows {
		numbered[i] = append(row.fields[:len(row.fields):len(row.fields)],
			bson.E{Key: "at", Value: now}, bson.E{Key: schema.FieldSequence, Value: top + int64(i) + 1})
	}
	_, err := f.db.Collection(schema.Changes).InsertMany(ctx, numbered, options.InsertMany().SetOrdered(true))
	if mongo.IsDuplicateKeyError(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("write the feed: %w", err)
	}
	if tell := f.lag; tell != nil {
		for _, row := range rows {
			tell(now.Sub(row.at))
		}
	}
	return true, nil
}

// findTop returns the number of the last row of the feed, which may be above the head.
// Rows above the head come from processes that are numbering, or that ended before they
// finished, and must still be in the outbox. Others are an error.
func (f *Feed) findTop(ctx context.Context, businessID int64) (int64, error) {
	for {
		head, err := f.findHead(ctx, businessID)
		if err != nil {
			return 0, err
		}
		above, err := feedRows(ctx, f.db, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldSequence, Value: bson.D{{Key: "$gt", Value: head.Head}}}})
		if err != nil || len(above) == 0 {
			return head.Head, err
		}
		left, err := f.db.Collection(schema.Outbox).CountDocuments(ctx, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldID, Value: query.In(above)}})
		if err != nil {
			return 0, fmt.Errorf("look for rows of the outbox: %w", err)
		}
		if left == int64(len(above)) {
			return head.Head + left, nil
		}
		// Rows are deleted from the outbox after the head is above them.
		now, err := f.findHead(ctx, businessID)
		if err != nil {
			return 0, err
		}
		if now.Head == head.Head {
			return 0, fmt.Errorf("write the feed: numbers above %d are taken", head.Head)
		}
	}
}

// withoutNumber returns the rows that are not in the feed.
func (f *Feed) withoutNumber(ctx context.Context, businessID int64, rows []outboxRow) ([]outboxRow, error) {
	ids := make([]bson.ObjectID, len(rows))
	for i := range rows {
		ids[i] = rows[i].id
	}
	there, err := feedRows(ctx, f.db, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldID, Value: query.In(ids)}})
	if err != nil {
		return nil, err
	}
	var rest []outboxRow
	for _, row := range rows {
		if !slices.Contains(there, row.id) {
			rest = append(rest, row)
		}
	}
	return rest, nil
}

// feedRows returns the ids of rows of the feed.
func feedRows(ctx context.Context, db *mongo.Database, filter bson.D) ([]bson.ObjectID, error) {
	cursor, err := db.Collection(schema.Changes).Find(ctx, filter, options.Find().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}}).SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("look for rows of the feed: %w", err)
	}
	var found []struct {
		ID bson.ObjectID `bson:"_id"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read rows of the feed: %w", err)
	}
	ids := make([]bson.ObjectID, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	return ids, nil
}

// raiseHead raises the head of a feed to a number, unless it is higher, and returns it.
func (f *Feed) raiseHead(ctx context.Context, businessID, top int64) (*feedHead, error) {
	var head feedHead
	err := f.db.Collection(schema.Feeds).FindOneAndUpdate(ctx, feedPart(businessID, partHead),
		bson.D{{Key: "$max", Value: bson.D{{Key: "head", Value: top}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&head)
	if err != nil {
		return nil, fmt.Errorf("raise the head of the feed: %w", err)
	}
	return &head, nil
}

// clearOutbox deletes rows from the outbox that have numbers and are below the head.
func (f *Feed) clearOutbox(ctx context.Context, businessID int64, rows []outboxRow) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]bson.ObjectID, len(rows))
	for i := range rows {
		ids[i] = rows[i].id
	}
	_, err := f.db.Collection(schema.Outbox).DeleteMany(ctx, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldID, Value: query.In(ids)}})
	if err != nil {
		return fmt.Errorf("clear the outbox: %w", err)
	}
	return nil
}

// remakeLate recomputes the search and sort keys of clients whose writer did not know the
// current settings and rules: Rekey may have passed these clients already.
func (f *Feed) remakeLate(ctx context.Context, businessID, epoch int64, rows []outboxRow) error {
	late := map[int64]bool{}
	for _, row := range rows {
		if row.epoch != epoch {
			late[row.clientID] = true
		}
	}
	if len(late) == 0 {
		return nil
	}
	return f.remake(ctx, businessID, slices.Sorted(maps.Keys(late)))
}
