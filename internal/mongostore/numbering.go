package mongostore

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

	"clientgraph/internal/client"
)

// Rows are moved from the outbox to the feed in steps, each of one command:
//
//  1. The head of the feed is given a claim: the next rows, in their order. It has
//     one claim at a time, and so the rows have their numbers from here on.
//  2. The rows are inserted into the feed, under the ids that they have.
//  3. They are deleted from the outbox.
//  4. The head goes up to the last of them, and the claim ends.
//
// Whoever finds a claim goes on with it, from step 2, whoever made it: each of its
// steps may be done several times and by several processes at once. So a process
// that dies on the way holds nobody up, as it would with a transaction.

// feedHead is how far the feed of a business is numbered.
type feedHead struct {
	// Head is the number of the last row that readers may see; all up to it are there.
	Head int64 `bson:"head"`
	// Epoch is that of feedKeys.
	Epoch int64 `bson:"epoch"`
	// Claim are the rows that come after Head, by id, while they are being moved.
	Claim []bson.ObjectID `bson:"claim"`
}

func (h *feedHead) claimed() int64 { return h.Head + int64(len(h.Claim)) }

// outboxRow is what numbering reads of a row. All of the row is in fields.
type outboxRow struct {
	id       bson.ObjectID
	clientID int64
	change   int64
	epoch    int64
	fields   bson.D
}

// findHead finds the head of a business's feed; nil while it has none, and rows are
// numbered in their transactions.
func (s *Store) findHead(ctx context.Context, businessID int64) (*feedHead, error) {
	var head feedHead
	err := s.db.Collection(feedsName).FindOne(ctx, feedPart(businessID, partHead)).Decode(&head)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the head of the feed: %w", err)
	}
	return &head, nil
}

// isNumbered says whether no row of a business waits for its number. It is asked
// before the head is read: of a row that another process moves meanwhile, the head
// has the claim then, or the number.
func (s *Store) isNumbered(ctx context.Context, businessID int64) (bool, error) {
	err := s.db.Collection(outboxName).FindOne(ctx, bson.D{{Key: keyBusiness, Value: businessID}},
		options.FindOne().SetProjection(bson.D{{Key: keyID, Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look into the outbox: %w", err)
	}
	return false, nil
}

// number gives all rows of a business their numbers that were committed before it
// was called. One goroutine of the process does that at a time for each business.
func (s *Store) number(ctx context.Context, businessID int64) error {
	done, err := s.numberer.begin(ctx, businessID)
	if err != nil {
		return err
	}
	defer done()
	ctx = mongo.NewSessionContext(ctx, nil)
	// A pass goes up through the clients once: one that is written all the time does
	// not keep others waiting, and a pass comes to its end.
	last := outboxRow{}
	for backoff := backoffFirst; ; {
		head, err := s.findHead(ctx, businessID)
		if err != nil || head == nil {
			return err
		}
		if len(head.Claim) > 0 {
			if err := s.move(ctx, businessID, head, nil); err != nil {
				return err
			}
			continue
		}
		rows, err := s.waiting(ctx, businessID, last)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			// Another process may have cleared the outbox since the head was read, and
			// not have come to the head yet.
			if head, err = s.findHead(ctx, businessID); err != nil || head == nil || len(head.Claim) == 0 {
				return err
			}
			continue
		}
		if err := s.keyAnew(ctx, businessID, head.Epoch, rows); err != nil {
			return err
		}
		claimed, err := s.claim(ctx, businessID, head, rows)
		if err != nil {
			return err
		}
		if !claimed {
			// Somebody else went on: look again.
			if err := pause(ctx, backoff); err != nil {
				return err
			}
			backoff = min(2*backoff, backoffMost)
			continue
		}
		if err := s.move(ctx, businessID, head, rows); err != nil {
			return err
		}
		if last = rows[len(rows)-1]; len(rows) < rowBatch {
			return nil
		}
		backoff = backoffFirst
	}
}

// waiting finds the rows of the outbox that come after another one, by client and by
// their order within it. They are read of one moment: of a client there is no later
// row without the earlier ones.
func (s *Store) waiting(ctx context.Context, businessID int64, after outboxRow) ([]outboxRow, error) {
	filter := bson.D{{Key: keyBusiness, Value: businessID}}
	if after.clientID != 0 {
		// The client goes on with its next rows, if it has more: none of before is left.
		filter = append(filter, bson.E{Key: keyClient, Value: bson.D{{Key: "$gte", Value: after.clientID}}})
	}
	outbox := s.db.Collection(outboxName, options.Collection().SetReadConcern(readconcern.Snapshot()))
	cursor, err := outbox.Find(ctx, filter, options.Find().SetSort(ascending(keyBusiness, keyClient, keyChange)).SetLimit(rowBatch).SetBatchSize(oneBatch))
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
		row.fields = make(bson.D, 0, len(fields)+1)
		for _, e := range fields {
			switch e.Key {
			case keyID:
				row.id, _ = e.Value.(bson.ObjectID)
			case keyEpoch:
				row.epoch, _ = e.Value.(int64)
				continue
			case "at":
				continue
			case keyClient:
				row.clientID, _ = e.Value.(int64)
			case keyChange:
				row.change, _ = e.Value.(int64)
			}
			row.fields = append(row.fields, e)
		}
	}
	return rows, nil
}

// claim makes rows those that are numbered next, unless anything about the head has
// changed: then it returns false.
func (s *Store) claim(ctx context.Context, businessID int64, head *feedHead, rows []outboxRow) (bool, error) {
	head.Claim = make([]bson.ObjectID, len(rows))
	for i := range rows {
		head.Claim[i] = rows[i].id
	}
	result, err := s.db.Collection(feedsName).UpdateOne(ctx,
		append(feedPart(businessID, partHead),
			bson.E{Key: "head", Value: head.Head}, bson.E{Key: keyEpoch, Value: head.Epoch}, bson.E{Key: "claimed", Value: nil}),
		bson.D{{Key: "$set", Value: bson.D{{Key: "claim", Value: head.Claim}, {Key: "claimed", Value: true}}}})
	if err != nil {
		return false, fmt.Errorf("claim rows of the outbox: %w", err)
	}
	return result.MatchedCount == 1, nil
}

// move brings the claimed rows into the feed and the head above them. rows are nil
// where another one made the claim: those of it that are not there any more were
// moved already.
func (s *Store) move(ctx context.Context, businessID int64, head *feedHead, rows []outboxRow) error {
	claimed := bson.D{{Key: keyBusiness, Value: businessID}, {Key: keyID, Value: in(head.Claim)}}
	outbox := s.db.Collection(outboxName)
	if rows == nil {
		cursor, err := outbox.Find(ctx, claimed, options.Find().SetBatchSize(oneBatch))
		if err != nil {
			return fmt.Errorf("find claimed rows: %w", err)
		}
		if rows, err = readOutbox(ctx, cursor); err != nil {
			return err
		}
	}
	if err := s.insertNumbered(ctx, businessID, head, rows); err != nil {
		return err
	}
	if _, err := outbox.DeleteMany(ctx, claimed); err != nil {
		return fmt.Errorf("clear the outbox: %w", err)
	}
	// Only the first to come here finds the head as it was.
	_, err := s.db.Collection(feedsName).UpdateOne(ctx,
		append(feedPart(businessID, partHead), bson.E{Key: "head", Value: head.Head}, bson.E{Key: "claimed", Value: true}),
		bson.D{
			{Key: "$set", Value: bson.D{{Key: "head", Value: head.claimed()}}},
			{Key: "$unset", Value: bson.D{{Key: "claim", Value: ""}, {Key: "claimed", Value: ""}}},
		})
	if err != nil {
		return fmt.Errorf("raise the head of the feed: %w", err)
	}
	return nil
}

// insertNumbered writes rows into the feed, as far as they are not there yet. Rows
// are kept from when they were numbered: so the first of them go first.
func (s *Store) insertNumbered(ctx context.Context, businessID int64, head *feedHead, rows []outboxRow) error {
	if len(rows) == 0 {
		return nil
	}
	places := make(map[bson.ObjectID]int64, len(head.Claim))
	for i, id := range head.Claim {
		places[id] = head.Head + int64(i) + 1
	}
	now := time.Now()
	numbered := make([]any, len(rows))
	for i, row := range rows {
		numbered[i] = append(row.fields[:len(row.fields):len(row.fields)],
			bson.E{Key: "at", Value: now}, bson.E{Key: keySequence, Value: places[row.id]})
	}
	changes := s.db.Collection(changesName)
	_, err := changes.InsertMany(ctx, numbered, options.InsertMany().SetOrdered(false))
	if err == nil {
		return nil
	}
	if !mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("write the feed: %w", err)
	}
	// Another process was here too, or began before this one: then all are there,
	// each under its own id.
	ids := make([]bson.ObjectID, len(rows))
	for i := range rows {
		ids[i] = rows[i].id
	}
	there, findErr := changes.CountDocuments(ctx, append(
		bson.D{{Key: keyBusiness, Value: businessID}},
		bson.E{Key: keySequence, Value: bson.D{{Key: "$gt", Value: head.Head}, {Key: "$lte", Value: head.claimed()}}},
		bson.E{Key: keyID, Value: in(ids)}))
	if findErr != nil {
		return fmt.Errorf("look for rows of the feed: %w", findErr)
	}
	if there != int64(len(rows)) {
		return fmt.Errorf("write the feed: numbers above %d are taken: %w", head.Head, err)
	}
	return nil
}

// keyAnew makes the keys of the clients anew that were written by who did not know
// by what clients are keyed now: whoever makes all keys anew has gone past them, or
// has not seen them.
func (s *Store) keyAnew(ctx context.Context, businessID, epoch int64, rows []outboxRow) error {
	late := map[int64]bool{}
	for _, row := range rows {
		if row.epoch != epoch {
			late[row.clientID] = true
		}
	}
	if len(late) == 0 {
		return nil
	}
	scope := client.Scope{BusinessID: businessID, Rows: client.Rows{All: true}}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(late)), keyBatch) {
		err := s.inTransaction(ctx, func(ctx context.Context) error {
			t := &transaction{store: s, scope: scope}
			keys, err := s.findFeedKeys(ctx, businessID)
			if err != nil || keys == nil {
				return err
			}
			q := query{core: append(tenant(scope), bson.E{Key: keyID, Value: in(ids)})}
			if t.written, err = s.read(ctx, q, window{}, client.SelectAll()); err != nil {
				return err
			}
			return t.followKeys(ctx, keys)
		})
		if err != nil {
			return fmt.Errorf("key clients anew: %w", err)
		}
	}
	return nil
}

// keyBatch is how many clients one transaction makes the keys of.
const keyBatch = 100
