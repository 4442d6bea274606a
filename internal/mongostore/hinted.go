package mongostore

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"clientgraph/internal/mongostore/indexed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

const (
	// commonKey is the number of clients from which a key counts as common. The clients
	// of a rarer key are all read and sorted. A page of a common key's clients is read in
	// its order, skipping other clients: it ends soon if it is one of the first pages.
	commonKey = 5_000
	firstRows = 500
)

// open begins to read the result of a query. It names the index, except in transactions:
// there, an error because of a dropped index would abort the transaction.
func (r *clientReads) open(ctx context.Context, q query.Query, w query.Window, projection bson.Raw) (query.Found, error) {
	if w.Batch == 0 {
		w.Batch = query.OneBatch
	}
	if mongo.SessionFromContext(ctx) != nil {
		return r.sendWritten(ctx, q, w, projection, "")
	}
	index, err := r.indexFor(ctx, q, w)
	if err != nil {
		return query.Found{}, err
	}
	return indexed.Read(r.seen, schema.Clients, index, func(hint string) (query.Found, error) {
		found, err := r.sendWritten(ctx, q, w, projection, hint)
		if err == nil || !transact.Unavailable(err) {
			return found, err
		}
		// The driver does not retry raw commands if a connection broke or the primary
		// changed.
		cursor, err := r.send(ctx, q, w, projection, hint)
		return query.OfCursor(cursor), err
	})
}

// sendWritten sends a query as a raw command, to the primary.
func (r *clientReads) sendWritten(ctx context.Context, q query.Query, w query.Window, projection bson.Raw, hint string) (query.Found, error) {
	command, err := q.Command(schema.Clients, w, projection, hint, levelOf(ctx))
	if err != nil {
		return query.Found{}, err
	}
	return r.ask(ctx, command, w.Batch, w.IsSmall())
}

// levelOf returns the read concern of a read.
func levelOf(ctx context.Context) string {
	if mongo.SessionFromContext(ctx) != nil {
		return query.OfTransaction
	}
	return query.OfMajority
}

// ask sends a raw command. A small result is taken from the reply, because a cursor would
// allocate as much as the rest of the driver's work. If the reply does not have the whole
// result, against expectation, the command is sent again with a cursor.
func (r *clientReads) ask(ctx context.Context, command bson.Raw, batch int32, small bool) (query.Found, error) {
	if small {
		reply, err := r.db.RunCommand(ctx, command).Raw()
		if err != nil {
			return query.Found{}, err
		}
		found, open, err := query.OfReply(reply)
		if err != nil || open == 0 {
			return found, err
		}
		// Otherwise it would stay open for ten minutes, or until the transaction ends.
		err = r.db.RunCommand(ctx, bson.D{{Key: "killCursors", Value: schema.Clients}, {Key: "cursors", Value: bson.A{open}}}).Err()
		if err != nil {
			return query.Found{}, fmt.Errorf("close a cursor: %w", err)
		}
	}
	cursor, err := r.db.RunCommandCursor(ctx, command)
	if err != nil {
		return query.Found{}, err
	}
	cursor.SetBatchSize(batch)
	return query.OfCursor(cursor), nil
}

// openAll begins to read the result of an aggregate of clients.
func (r *clientReads) openAll(ctx context.Context, stages mongo.Pipeline, level string, small bool) (query.Found, error) {
	command, err := query.Aggregate(schema.Clients, stages, level)
	if err != nil {
		return query.Found{}, err
	}
	found, err := r.ask(ctx, command, query.OneBatch, small)
	if err == nil || level == query.OfTransaction || !transact.Unavailable(err) {
		return found, err
	}
	// The driver does not retry raw commands; see open.
	cursor, err := r.db.Collection(schema.Clients, options.Collection().SetReadConcern(&readconcern.ReadConcern{Level: level})).Aggregate(ctx, stages)
	return query.OfCursor(cursor), err
}

func (r *clientReads) send(ctx context.Context, q query.Query, w query.Window, projection bson.Raw, hint string) (*mongo.Cursor, error) {
	clients := r.db.Collection(schema.Clients)
	if len(q.Rest) > 0 {
		o := options.Aggregate().SetBatchSize(w.Batch)
		if hint != "" {
			o.SetHint(hint)
		}
		return clients.Aggregate(ctx, append(q.Stages(), w.Stages(projection)...), o)
	}
	o := options.Find().SetProjection(projection).SetSkip(w.Skip).SetLimit(w.Limit).SetBatchSize(w.Batch)
	if w.Sort != nil {
		o.SetSort(w.Sort)
	}
	if hint != "" {
		o.SetHint(hint)
	}
	return clients.Find(ctx, q.Core, o)
}

// indexFor returns the index that a read must name; "" for none. For clients with one key
// that depends on their number, which MongoDB is asked for first, if it takes hints.
func (r *clientReads) indexFor(ctx context.Context, q query.Query, w query.Window) (string, error) {
	if q.Ordered == "" {
		return q.Index, nil
	}
	if w.Limit == 0 || w.Sort == nil || r.seen.Hint(schema.Clients, q.Index) == "" || r.seen.Hint(schema.Clients, q.Ordered) == "" {
		return "", nil
	}
	if w.Skip+w.Limit > firstRows {
		return q.Index, nil
	}
	n, err := r.count(ctx, query.Query{Core: q.Core, Index: q.Index}, r.common)
	if err != nil {
		return "", err
	}
	if n < r.common {
		return q.Index, nil
	}
	return q.Ordered, nil
}

// count counts with the command count, which reads no documents if an index answers the
// whole query, up to a limit unless that is 0. MongoDB does not allow it in transactions.
func (r *clientReads) count(ctx context.Context, q query.Query, limit int64) (int64, error) {
	counted, err := indexed.Read(r.seen, schema.Clients, q.Index, func(hint string) (int64, error) {
		command := bson.D{
			{Key: "count", Value: schema.Clients},
			{Key: "query", Value: q.Core},
			// Raw commands do not get the database's read concern.
			{Key: "readConcern", Value: bson.D{{Key: "level", Value: "majority"}}},
		}
		if limit > 0 {
			command = append(command, bson.E{Key: "limit", Value: limit})
		}
		if hint != "" {
			command = append(command, bson.E{Key: "hint", Value: hint})
		}
		var counted struct {
			N int64 `bson:"n"`
		}
		err := r.db.RunCommand(ctx, command).Decode(&counted)
		return counted.N, err
	})
	if err != nil {
		return 0, fmt.Errorf("count clients: %w", err)
	}
	return counted, nil
}
