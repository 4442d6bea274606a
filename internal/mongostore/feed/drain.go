package feed

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/schema"
)

// NumberAll numbers all rows of the change feed without a number, in all businesses:
// servers that ended may have left some.
func (f *Feed) NumberAll(ctx context.Context) error {
	businesses, err := waitingBusinesses(ctx, f.db)
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range businesses {
		if err := f.number(ctx, id); err != nil {
			failed = append(failed, fmt.Errorf("number the changes of business %d: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

// waitingBusinesses returns the businesses with rows in the outbox: one index look-up for
// each, however many rows it has.
func waitingBusinesses(ctx context.Context, db *mongo.Database) ([]int64, error) {
	var businesses []int64
	for last := int64(math.MinInt64); ; {
		cursor, err := db.Collection(schema.Outbox).Find(ctx, bson.D{{Key: schema.FieldBusiness, Value: bson.D{{Key: "$gt", Value: last}}}},
			options.Find().SetSort(schema.Ascending(schema.FieldBusiness, schema.FieldClient, schema.FieldChange)).SetLimit(1).SetProjection(bson.D{{Key: schema.FieldBusiness, Value: 1}}))
		if err != nil {
			return nil, fmt.Errorf("find the businesses with rows to number: %w", err)
		}
		next, err := readBusinesses(ctx, cursor)
		if err != nil || len(next) == 0 {
			return businesses, err
		}
		last = next[0]
		businesses = append(businesses, last)
	}
}

func readBusinesses(ctx context.Context, cursor *mongo.Cursor) ([]int64, error) {
	var found []struct {
		BusinessID int64 `bson:"businessId"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read businesses: %w", err)
	}
	ids := make([]int64, len(found))
	for i := range found {
		ids[i] = found[i].BusinessID
	}
	return ids, nil
}

// drain numbers the waiting rows of a business for as long as a reader may wait, and
// returns the head; nil while rows are numbered in their transactions. If numbering
// fails, readers get the numbered rows.
func (f *Feed) drain(ctx context.Context, businessID int64) (*feedHead, error) {
	numbered, err := f.isNumbered(ctx, businessID)
	if err != nil {
		return nil, err
	}
	if numbered {
		return f.findHead(ctx, businessID)
	}
	short, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	head, finish, err := f.numberRows(short, businessID)
	if err != nil {
		// The next reader tries again; NumberAll returns such errors.
		return f.findHead(ctx, businessID)
	}
	// The reader need not wait for the rest.
	f.numberer.inBackground(finish) //nolint:contextcheck // f.numberer.inBackground(finish) //nolint:contextcheck // It continues after the request.
	return head, nil
}

// place returns the number of the last row.
func (h *feedHead) place() int64 {
	if h == nil {
		return 0
	}
	return h.Head
}
