package feed

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/indexed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
)

const (
	// changeWindow is the number of the business's rows that one call reads if no index
	// finds those of the caller, and scanWindow if an index does: the embedded engine
	// reads all matches before it applies the limit.
	changeWindow = 10_000
	scanWindow   = 100_000
	// keysAtOnce is the number of values of one field for which MongoDB merges index
	// scans in the order of the next field: see internalQueryMaxScansToExplode.
	keysAtOnce = 200
	// mostEmbedded is the number of values that the embedded engine is asked for one
	// after the other. With several values in one query it would read the whole
	// collection.
	mostEmbedded = 16
)

// indexScan finds the rows with one of some values by an index, in the order of the feed.
type indexScan struct {
	index  string
	values bson.E
}

// Changes implements store.ChangeStore.
func (f *Feed) Changes(ctx context.Context, scope client.Scope, after, until, limit int64) ([]changefeed.Row, int64, error) {
	var found []changefeed.Row
	var err error
	if scans := f.scans(scope); scans == nil {
		until = min(until, after+changeWindow)
		if scope.Rows.All {
			// Every row concerns the caller, and numbers have no gap.
			until = min(until, after+limit)
		}
		found, err = f.changesOf(ctx, scope, after, until, limit)
	} else {
		if !f.seen.IsMongoDB() {
			until = min(until, after+scanWindow)
		}
		found, err = f.changesBy(ctx, scope, scans, after, until, limit)
	}
	if err != nil {
		return nil, 0, err
	}
	if int64(len(found)) == limit {
		// Rows after the last one were not read.
		until = found[limit-1].Sequence
	}
	return found, until, nil
}

// scans returns the scans that find the rows about clients that the caller sees before or
// after the change; nil if these are all rows, or if no index finds them.
func (f *Feed) scans(scope client.Scope) []indexScan {
	var scans []indexScan
	switch {
	case scope.Rows.All:
		return nil
	case scope.Rows.ByID():
		scans = scansOf(f.seen, indexByClient, schema.FieldClient, scope.Rows.ClientIDs)
	default:
		before := scansOf(f.seen, schema.IndexSeenBefore, schema.FieldSeenBefore, scope.Rows.VisibilityKeys)
		after := scansOf(f.seen, schema.IndexSeenAfter, schema.FieldSeenAfter, scope.Rows.VisibilityKeys)
		if before != nil && after != nil {
			scans = slices.Concat(before, after)
		}
	}
	return scans
}

// indexByClient is the index with the rows about each client.
const indexByClient = "byClient"

// scansOf returns the scans of an index for rows with one of the values; nil if the index
// can't return them in the order of the feed.
func scansOf[T cmp.Ordered](seen *indexed.Seen, index, field string, values []T) []indexScan {
	size := keysAtOnce
	if !seen.IsMongoDB() {
		size = 1
	}
	if !seen.Has(schema.Changes, index) || (size == 1 && len(values) > mostEmbedded) {
		return nil
	}
	scans := []indexScan{}
	for chunk := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(values))), size) {
		var condition any = chunk[0]
		if len(chunk) > 1 {
			condition = query.In(chunk)
		}
		scans = append(scans, indexScan{index: index, values: bson.E{Key: field, Value: condition}})
	}
	return scans
}

// changesBy finds the rows of some scans in order, without duplicates.
func (f *Feed) changesBy(ctx context.Context, scope client.Scope, scans []indexScan, after, until, limit int64) ([]changefeed.Row, error) {
	var all []changefeed.Row
	for _, scan := range scans {
		filter := append(query.Tenant(scope), scan.values, bson.E{Key: schema.FieldSequence, Value: between(after, until)})
		cursor, err := indexed.Read(f.seen, schema.Changes, scan.index, func(hint string) (*mongo.Cursor, error) {
			o := options.Find().SetSort(schema.Ascending(schema.FieldSequence)).SetLimit(limit).SetBatchSize(query.OneBatch)
			if hint != "" {
				o.SetHint(hint)
			}
			return f.db.Collection(schema.Changes).Find(ctx, filter, o)
		})
		if err != nil {
			return nil, fmt.Errorf("find rows of the feed: %w", err)
		}
		found, err := readChangeRows(ctx, cursor)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b changefeed.Row) int { return cmp.Compare(a.Sequence, b.Sequence) })
	all = slices.CompactFunc(all, func(a, b changefeed.Row) bool { return a.Sequence == b.Sequence })
	return all[:min(int64(len(all)), limit)], nil
}

// changesOf reads all rows of a part of the feed, and returns those about clients that
// the caller sees.
func (f *Feed) changesOf(ctx context.Context, scope client.Scope, after, until, limit int64) ([]changefeed.Row, error) {
	q := query.Query{Core: numberedAbove(scope, between(after, until)), Rest: concerning(scope)}
	pipeline := append(q.Stages(),
		bson.D{{Key: "$sort", Value: schema.Ascending(schema.FieldSequence)}}, bson.D{{Key: "$limit", Value: limit}})
	cursor, err := f.db.Collection(schema.Changes).Aggregate(ctx, pipeline, options.Aggregate().SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("find rows of the feed: %w", err)
	}
	return readChangeRows(ctx, cursor)
}

func between(after, until int64) bson.D {
	return bson.D{{Key: "$gt", Value: after}, {Key: "$lte", Value: until}}
}

// concerning is the condition that a feed row is about a client of the scope's rows,
// before or after the change.
func concerning(scope client.Scope) bson.D {
	switch {
	case scope.Rows.All:
		return nil
	case scope.Rows.ByID():
		return bson.D{{Key: schema.FieldClient, Value: query.In(query.NonNil(scope.Rows.ClientIDs))}}
	}
	return bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: schema.FieldSeenBefore, Value: query.In(scope.Rows.VisibilityKeys)}},
		bson.D{{Key: schema.FieldSeenAfter, Value: query.In(scope.Rows.VisibilityKeys)}},
	}}}
}
