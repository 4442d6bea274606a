package mongostore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// clientReads are the reads of clients and of what belongs to them.
type clientReads struct {
	db    *mongo.Database
	codec *codec
}

// Account implements store.Store.
func (r *clientReads) Account(ctx context.Context, scope client.Scope, clientAccountID int64) (*client.Client, error) {
	q := query{core: append(tenant(scope), bson.E{Key: keyAccounts, Value: clientAccountID}), rest: visible(scope)}
	found, err := r.read(ctx, q, window{limit: 1}, client.Select("blocked", keySubjects))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// Clients implements store.Store.
func (r *clientReads) Clients(ctx context.Context, scope client.Scope, asked store.Query) ([]*client.Client, error) {
	q, w := plan(scope, asked)
	return r.read(ctx, q, w, asked.Need)
}

// Rows implements store.Store.
func (r *clientReads) Rows(ctx context.Context, scope client.Scope, asked store.Query) ([]client.Row, error) {
	q, w := plan(scope, asked)
	return readAs(ctx, r, r.codec.newRowSet(asked.Need), q, w, asked.Need)
}

// scanBatch is how many documents a message brings of reads that may stop anywhere.
const scanBatch = 200

// Scan implements store.Store.
func (r *clientReads) Scan(ctx context.Context, scope client.Scope, asked store.Query, visit func(*client.Client) bool) error {
	q, w := plan(scope, asked)
	w.batch = scanBatch
	return r.stream(ctx, q, w, asked.Need, visit)
}

// ClientsByID implements store.Store.
func (r *clientReads) ClientsByID(ctx context.Context, scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]*client.Client, error) {
	return readByID(ctx, r, r.codec, scope, ids, withDeleted, need)
}

// RowsByID implements store.Store.
func (r *clientReads) RowsByID(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error) {
	return readByID(ctx, r, r.codec.newRowSet(need), scope, ids, false, need)
}

// Viewers implements store.Store.
func (r *clientReads) Viewers(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]*client.Client, error) {
	return readViewers(ctx, r, r.codec, scope, subjectIDs, need.With(client.Select(keySubjects)))
}

// ViewerRows implements store.Store.
func (r *clientReads) ViewerRows(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]client.Row, error) {
	need = need.With(client.Select(keySubjects))
	return readViewers(ctx, r, r.codec.newRowSet(need), scope, subjectIDs, need)
}

// reader reads documents as records, or as rows.
type reader[T any] interface {
	read(document bson.Raw) (T, error)
	base(T) client.Base
	subjects(T) []int64
}

func readByID[T any](ctx context.Context, r *clientReads, as reader[T], scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]T, error) {
	var found []T
	for chunk := range idChunks(ids) {
		part, err := readAs(ctx, r, as, byIDs(scope, chunk), window{sort: ascending(keyID)}, need)
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
	}
	// The few deleted and merged ones among them are dropped here: with a condition
	// more the embedded engine would not use its index.
	return slices.DeleteFunc(found, func(one T) bool {
		lifecycle := as.base(one).Lifecycle
		return lifecycle == client.Merged || (lifecycle == client.Removed && !withDeleted)
	}), nil
}

// readViewers reads those of clients that any number of subjects has, each once and
// in the order of their ids.
func readViewers[T any](ctx context.Context, r *clientReads, as reader[T], scope client.Scope, subjectIDs []int64, need client.Selection) ([]T, error) {
	if scope.Rows.ByID() {
		found, err := readAs(ctx, r, as, viewersOf(scope, nil), window{sort: ascending(keyID)}, need)
		if err != nil {
			return nil, err
		}
		wanted := make(map[int64]bool, len(subjectIDs))
		for _, id := range subjectIDs {
			wanted[id] = true
		}
		return slices.DeleteFunc(found, func(viewer T) bool {
			return !slices.ContainsFunc(as.subjects(viewer), func(id int64) bool { return wanted[id] })
		}), nil
	}
	var found []T
	for chunk := range idChunks(subjectIDs) {
		part, err := readAs(ctx, r, as, viewersOf(scope, chunk), window{sort: ascending(keyID)}, need)
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
	}
	if len(subjectIDs) > idChunk {
		id := func(one T) int64 { return as.base(one).ClientID }
		slices.SortFunc(found, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
		found = slices.CompactFunc(found, func(a, b T) bool { return id(a) == id(b) })
	}
	return found, nil
}

// read runs one query of clients.
func (r *clientReads) read(ctx context.Context, q query, w window, need client.Selection) ([]*client.Client, error) {
	return readAs(ctx, r, r.codec, q, w, need)
}

func readAs[T any](ctx context.Context, r *clientReads, as reader[T], q query, w window, need client.Selection) ([]T, error) {
	var found []T
	err := streamAs(ctx, r, as, q, w, need, func(one T) bool {
		found = append(found, one)
		return true
	})
	return found, err
}

// stream runs one query of clients, decodes as it reads, and visits what it finds
// until visit returns false.
func (r *clientReads) stream(ctx context.Context, q query, w window, need client.Selection, visit func(*client.Client) bool) error {
	return streamAs(ctx, r, r.codec, q, w, need, visit)
}

// streamAs runs one query of clients, as a find where an index answers all of it.
func streamAs[T any](ctx context.Context, r *clientReads, as reader[T], q query, w window, need client.Selection, visit func(T) bool) error {
	cursor, err := r.open(ctx, q, w, r.codec.projection(need))
	if err != nil {
		return fmt.Errorf("find clients: %w", err)
	}
	err = eachRow(ctx, cursor, func(document bson.Raw) (bool, error) {
		one, err := as.read(document)
		return err == nil && visit(one), err
	})
	if err != nil {
		return fmt.Errorf("read clients: %w", err)
	}
	return nil
}

func (r *clientReads) open(ctx context.Context, q query, w window, projection bson.D) (*mongo.Cursor, error) {
	clients := r.db.Collection(clientsName)
	if w.batch == 0 {
		w.batch = oneBatch
	}
	if len(q.rest) > 0 {
		return clients.Aggregate(ctx, append(q.stages(), w.stages(projection)...), options.Aggregate().SetBatchSize(w.batch))
	}
	o := options.Find().SetProjection(projection).SetSkip(w.skip).SetLimit(w.limit).SetBatchSize(w.batch)
	if w.sort != nil {
		o.SetSort(w.sort)
	}
	return clients.Find(ctx, q.core, o)
}
