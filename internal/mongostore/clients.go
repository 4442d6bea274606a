package mongostore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/indexed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// clientReads reads clients and what belongs to them.
type clientReads struct {
	db    *mongo.Database
	codec *record.Codec
	seen  *indexed.Seen
	// common is commonKey; tests set another value.
	common int64
}

// Account implements store.Store.
func (r *clientReads) Account(ctx context.Context, scope client.Scope, clientAccountID int64) (*client.Client, error) {
	q := query.Query{Core: append(query.Tenant(scope), bson.E{Key: schema.FieldAccounts, Value: clientAccountID}), Rest: query.Visible(scope), Index: "byAccounts"}
	found, err := r.read(ctx, q, query.Window{Limit: 1}, client.Select("blocked", schema.FieldSubjects))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// Clients implements store.Store.
func (r *clientReads) Clients(ctx context.Context, scope client.Scope, asked store.Query) ([]*client.Client, error) {
	q, w := query.Plan(scope, asked)
	return r.read(ctx, q, w, asked.Need)
}

// Rows implements store.Store.
func (r *clientReads) Rows(ctx context.Context, scope client.Scope, asked store.Query) ([]client.Row, error) {
	q, w := query.Plan(scope, asked)
	return readAs(ctx, r, r.codec.NewRowSet(asked.Need), q, w, asked.Need)
}

// scanBatch is the number of documents in a batch of reads that may stop anywhere.
const scanBatch = 200

// Scan implements store.Store.
func (r *clientReads) Scan(ctx context.Context, scope client.Scope, asked store.Query, visit func(*client.Client) bool) error {
	q, w := query.Plan(scope, asked)
	w.Batch = scanBatch
	return r.stream(ctx, q, w, asked.Need, visit)
}

// ClientsByID implements store.Store.
func (r *clientReads) ClientsByID(ctx context.Context, scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]*client.Client, error) {
	return readByID(ctx, r, r.codec, scope, ids, withDeleted, need)
}

// RowsByID implements store.Store.
func (r *clientReads) RowsByID(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error) {
	return readByID(ctx, r, r.codec.NewRowSet(need), scope, ids, false, need)
}

// Viewers implements store.Store.
func (r *clientReads) Viewers(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]*client.Client, error) {
	return readViewers(ctx, r, r.codec, scope, subjectIDs, need.With(client.Select(schema.FieldSubjects)))
}

// ViewerRows implements store.Store.
func (r *clientReads) ViewerRows(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]client.Row, error) {
	need = need.With(client.Select(schema.FieldSubjects))
	return readViewers(ctx, r, r.codec.NewRowSet(need), scope, subjectIDs, need)
}

// reader decodes documents as records or as rows.
type reader[T any] interface {
	// Expect tells how many documents come next, and whether their memory stays valid.
	Expect(documents int, lasting bool)
	Read(document bson.Raw) (T, error)
	Base(T) client.Base
	Subjects(T) []int64
}

func readByID[T any](ctx context.Context, r *clientReads, as reader[T], scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]T, error) {
	found, err := readStored(ctx, r, as, scope, ids, need)
	// Deleted and merged clients, which are few, are removed here: with another condition
	// the embedded engine would not use its index.
	return slices.DeleteFunc(found, func(one T) bool {
		lifecycle := as.Base(one).Lifecycle
		return lifecycle == client.Merged || (lifecycle == client.Removed && !withDeleted)
	}), err
}

// readStored reads the clients with those ids that the scope sees: live, deleted and
// merged ones.
func readStored[T any](ctx context.Context, r *clientReads, as reader[T], scope client.Scope, ids []int64, need client.Selection) ([]T, error) {
	var found []T
	for chunk := range query.IDChunks(ids) {
		part, err := readAs(ctx, r, as, query.ByIDs(scope, chunk), query.Window{Sort: schema.Ascending(schema.FieldID), Most: int64(len(chunk))}, need)
		if err != nil {
			return nil, err
		}
		found = appended(found, part)
	}
	return found, nil
}

// readViewers reads the viewers of any number of subjects, without duplicates and ordered
// by id.
func readViewers[T any](ctx context.Context, r *clientReads, as reader[T], scope client.Scope, subjectIDs []int64, need client.Selection) ([]T, error) {
	if scope.Rows.ByID() {
		found, err := readAs(ctx, r, as, query.ViewersOf(scope, nil), query.Window{Sort: schema.Ascending(schema.FieldID)}, need)
		if err != nil {
			return nil, err
		}
		wanted := make(map[int64]bool, len(subjectIDs))
		for _, id := range subjectIDs {
			wanted[id] = true
		}
		return slices.DeleteFunc(found, func(viewer T) bool {
			return !slices.ContainsFunc(as.Subjects(viewer), func(id int64) bool { return wanted[id] })
		}), nil
	}
	var found []T
	for chunk := range query.IDChunks(subjectIDs) {
		part, err := readAs(ctx, r, as, query.ViewersOf(scope, chunk), query.Window{Sort: schema.Ascending(schema.FieldID)}, need)
		if err != nil {
			return nil, err
		}
		found = appended(found, part)
	}
	if len(subjectIDs) > query.IDChunk {
		id := func(one T) int64 { return as.Base(one).ClientID }
		slices.SortFunc(found, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
		found = slices.CompactFunc(found, func(a, b T) bool { return id(a) == id(b) })
	}
	return found, nil
}

// appended appends a part to the clients found so far. Most reads have one part, which is
// not copied.
func appended[T any](found, part []T) []T {
	if found == nil {
		return part
	}
	return append(found, part...)
}

// read runs a query of clients.
func (r *clientReads) read(ctx context.Context, q query.Query, w query.Window, need client.Selection) ([]*client.Client, error) {
	return readAs(ctx, r, r.codec, q, w, need)
}

func readAs[T any](ctx context.Context, r *clientReads, as reader[T], q query.Query, w query.Window, need client.Selection) ([]T, error) {
	var found []T
	expect := func(documents int, lasting bool) {
		as.Expect(documents, lasting)
		if documents > 0 {
			found = make([]T, 0, documents)
		}
	}
	err := streamAs(ctx, r, as, q, w, need, expect, func(one T) bool {
		found = append(found, one)
		return true
	})
	return found, err
}

// stream runs a query of clients, and decodes and visits each while it reads, until visit
// returns false.
func (r *clientReads) stream(ctx context.Context, q query.Query, w query.Window, need client.Selection, visit func(*client.Client) bool) error {
	return streamAs(ctx, r, r.codec, q, w, need, func(int, bool) {}, visit)
}

// streamAs runs a query of clients, as a find if an index answers all of it. expect gets
// the number of documents in the first batch, and whether their memory stays valid.
func streamAs[T any](ctx context.Context, r *clientReads, as reader[T], q query.Query, w query.Window, need client.Selection, expect func(documents int, lasting bool), visit func(T) bool) error {
	found, err := r.open(ctx, q, w, r.codec.Projection(need))
	if err != nil {
		return fmt.Errorf("find clients: %w", err)
	}
	expect(found.Size(), found.Lasts())
	err = found.Each(ctx, func(document bson.Raw) (bool, error) {
		one, err := as.Read(document)
		return err == nil && visit(one), err
	})
	if err != nil {
		return fmt.Errorf("read clients: %w", err)
	}
	return nil
}
