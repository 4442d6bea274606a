package query

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// EachRow visits the documents of a new cursor until visit returns false, and closes it.
// Each counts as a row of the operation. Error: TOO_MANY_ROWS.
func EachRow(ctx context.Context, cursor *mongo.Cursor, visit func(bson.Raw) (more bool, err error)) error {
	defer func() {
		// The database closes cursors by itself after some time; this only frees it
		// earlier.
		_ = cursor.Close(context.WithoutCancel(ctx))
	}()
	budget := client.RowBudgetOf(ctx)
	row := func(document bson.Raw) (more bool, err error) {
		if err := budget.Count(1); err != nil {
			return false, err
		}
		return visit(document)
	}
	if more, err := firstRows(ctx, cursor, row); err != nil || !more {
		return err
	}
	for cursor.Next(ctx) {
		if more, err := row(cursor.Current); err != nil || !more {
			return err
		}
	}
	return cursor.Err()
}

// Found is the result of a command.
type Found struct {
	// documents are those of a reply with all of them, as entries of a list; cursor, if
	// not nil, reads them.
	documents []byte
	cursor    *mongo.Cursor
}

// OfCursor returns the result that a cursor reads.
func OfCursor(cursor *mongo.Cursor) Found { return Found{cursor: cursor} }

// OfReply returns the result in a reply to a find or an aggregate. open is the id of the
// cursor for the documents that did not fit in the reply; 0 if there are none.
func OfReply(reply bson.Raw) (found Found, open int64, err error) {
	cursor, ok := reply.Lookup("cursor").DocumentOK()
	if !ok {
		return Found{}, 0, errNoDocuments
	}
	open, hasID := cursor.Lookup("id").Int64OK()
	list, hasList := cursor.Lookup("firstBatch").ArrayOK()
	if !hasID || !hasList {
		return Found{}, 0, errNoDocuments
	}
	return Found{documents: list[4:]}, open, nil
}

// Size returns the number of documents in the first reply.
func (f Found) Size() int {
	if f.cursor != nil {
		return f.cursor.RemainingBatchLength()
	}
	size := 0
	for rest := f.documents; len(rest) > 1; size++ {
		_, after, ok := firstDocument(rest)
		if !ok {
			break
		}
		rest = after
	}
	return size
}

// Lasts says whether the documents stay valid while later ones are visited.
func (f Found) Lasts() bool { return f.cursor == nil }

// Each visits the documents until visit returns false, as EachRow does. Error:
// TOO_MANY_ROWS.
func (f Found) Each(ctx context.Context, visit func(bson.Raw) (more bool, err error)) error {
	if f.cursor != nil {
		return EachRow(ctx, f.cursor, visit)
	}
	budget := client.RowBudgetOf(ctx)
	_, err := eachDocument(f.documents, func(document bson.Raw) (more bool, err error) {
		if err := budget.Count(1); err != nil {
			return false, err
		}
		return visit(document)
	})
	return err
}

// firstRows visits the documents that came with the cursor, which are all documents for
// most reads. It reads them from the reply, because the cursor would allocate memory for
// each. The cursor then continues after them, so messages, deadlines and errors are the
// driver's as usual.
func firstRows(ctx context.Context, cursor *mongo.Cursor, visit func(bson.Raw) (more bool, err error)) (more bool, err error) {
	batch := mongo.BatchCursorFromCursor(cursor) //nolint:staticcheck // The driver has nothing else that yields what came, and go.mod holds its version.
	if batch == nil || cursor.RemainingBatchLength() == 0 || !batch.Next(ctx) {
		return true, nil
	}
	return eachDocument(batch.Batch().List[4:], visit)
}

// eachDocument visits the entries of a list until visit returns false.
func eachDocument(list []byte, visit func(bson.Raw) (more bool, err error)) (more bool, err error) {
	for len(list) > 1 {
		document, rest, ok := firstDocument(list)
		if !ok {
			return false, errNoDocuments
		}
		if more, err := visit(document); err != nil || !more {
			return false, err
		}
		list = rest
	}
	return true, nil
}

// errNoDocuments is the error for a reply that does not follow the protocol.
var errNoDocuments = errors.New("the database did not answer a list of documents")

// firstDocument returns the first entry of the rest of a list, and what follows it; false
// if it is not a document.
func firstDocument(list []byte) (document bson.Raw, rest []byte, ok bool) {
	const least = 5
	name := bytes.IndexByte(list, 0)
	if bson.Type(list[0]) != bson.TypeEmbeddedDocument || name < 0 || len(list) < name+1+least {
		return nil, nil, false
	}
	list = list[name+1:]
	size := int64(int32(binary.LittleEndian.Uint32(list))) //nolint:gosec // It is signed.
	if size < least || size > int64(len(list)) {
		return nil, nil, false
	}
	return bson.Raw(list[:size:size]), list[size:], true
}

// FindAll decodes all documents of a find. They do not count as rows of the operation.
// noun names them in errors.
func FindAll[T any](ctx context.Context, collection *mongo.Collection, noun string, filter bson.D, o *options.FindOptionsBuilder) ([]T, error) {
	return find(ctx, collection, noun, filter, o, func(ctx context.Context, cursor *mongo.Cursor, found *[]T) error { return cursor.All(ctx, found) })
}

// FindRows is FindAll for rows of the operation, read in one batch. Error: TOO_MANY_ROWS.
func FindRows[T any](ctx context.Context, collection *mongo.Collection, noun string, filter bson.D, o *options.FindOptionsBuilder) ([]T, error) {
	return find(ctx, collection, noun, filter, o.SetBatchSize(OneBatch), AllRows[T])
}

func find[T any](ctx context.Context, collection *mongo.Collection, noun string, filter bson.D, o *options.FindOptionsBuilder,
	read func(context.Context, *mongo.Cursor, *[]T) error,
) ([]T, error) {
	cursor, err := collection.Find(ctx, filter, o)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", noun, err)
	}
	var found []T
	if err := read(ctx, cursor, &found); err != nil {
		return nil, fmt.Errorf("read %s: %w", noun, err)
	}
	return found, nil
}

// Erased finds the ids of the erased clients that filter selects.
func Erased(ctx context.Context, db *mongo.Database, filter bson.D) ([]int64, error) {
	found, err := FindAll[struct {
		ClientID int64 `bson:"_id"`
	}](ctx, db.Collection(schema.Tombstones), "tombstones", filter, options.Find().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}}).SetBatchSize(OneBatch))
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(found))
	for i, tombstone := range found {
		ids[i] = tombstone.ClientID
	}
	return ids, nil
}

// AllRows decodes the documents of a cursor, which count as rows of the operation. Error:
// TOO_MANY_ROWS.
func AllRows[T any](ctx context.Context, cursor *mongo.Cursor, rows *[]T) error {
	return EachRow(ctx, cursor, func(document bson.Raw) (bool, error) {
		var row T
		if err := bson.Unmarshal(document, &row); err != nil {
			return false, err
		}
		*rows = append(*rows, row)
		return true, nil
	})
}
