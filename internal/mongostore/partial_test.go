package mongostore_test

import (
	"context"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
)

// Where a reply has no room for all that a small read finds, the read finds all the same,
// and closes the cursor that was opened for the rest: outside of transactions and in one.
func TestReadBeyondOneReplyFindsAllAndLeavesNoCursorOpen(t *testing.T) {
	t.Parallel()
	const opened = int64(4_711)
	wire, kept := newWire(t, testdb.New(t))
	for id := int64(1); id <= 2; id++ {
		if _, err := writeOne(t.Context(), kept, id); err != nil {
			t.Fatal(err)
		}
	}
	read := func(ctx context.Context) (ids []int64, err error) {
		found, err := kept.ClientsByID(ctx, ownerScope(), []int64{1, 2}, true, client.SelectAll())
		return idsOf(found), err
	}
	for name, where := range map[string]func(context.Context, func(context.Context) error) error{
		"alone":         func(ctx context.Context, do func(context.Context) error) error { return do(ctx) },
		"a transaction": kept.Snapshot,
	} {
		var found []int64
		var closed []string
		partial := bson.D{{Key: "ok", Value: 1}, {Key: "cursor", Value: bson.D{
			{Key: "id", Value: opened}, {Key: "ns", Value: "of.clients"}, {Key: "firstBatch", Value: bson.A{bson.D{{Key: "_id", Value: int64(1)}}}},
		}}}
		wire.answersCommands(func(command string, sent bson.Raw) bson.D {
			switch {
			case command == "find" && wire.asked[command] == 2:
				return partial
			case command == "killCursors":
				closed = append(closed, sent.Lookup("cursors").String())
				return bson.D{{Key: "ok", Value: 1}, {Key: "cursorsKilled", Value: bson.A{opened}}}
			}
			return nil
		})
		err := where(t.Context(), func(ctx context.Context) (err error) {
			// The database itself begins the transaction, with the first one.
			for range 2 {
				if found, err = read(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || fmt.Sprint(found) != "[1 2]" {
			t.Errorf("%s: found %v: %v", name, found, err)
		}
		if len(closed) != 1 || closed[0] != fmt.Sprintf(`[{"$numberLong":"%d"}]`, opened) {
			t.Errorf("%s: of cursors were closed %v", name, closed)
		}
	}
}
