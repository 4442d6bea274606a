package transact

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// Part has the writes of a transaction to one collection.
type Part struct {
	Collection string
	Writes     []mongo.WriteModel
	// Affected is the number of documents that the writes insert, find and delete. If it
	// is less, another transaction has changed them since this one read them: a conflict.
	Affected int64
	// Taken converts a duplicate key error: AsConflict if another transaction wrote the
	// key at the same time; nil if it is an internal error.
	Taken func(error) error
}

const (
	// maxTogether bounds one command for several collections in bytes. A command is a
	// document, with 16 MiB at most. Larger writes go in a command for each collection,
	// which the driver splits if needed.
	maxTogether = 8 << 20
	// maxWritesTogether bounds the writes of one command for several collections.
	maxWritesTogether = 10_000
	// firstSize is the first capacity of a command's buffer in bytes; few commands are
	// larger.
	firstSize = 8 << 10
	// separateFor is how long writes go in a command for each collection after the
	// database refused the one for several: it may be upgraded later.
	separateFor = 10 * time.Minute
)

// Codes of servers without a command for several collections: those before MongoDB 8, and
// MongoDB 8 with the feature compatibility of an earlier version.
const (
	codeCommandNotFound     = 59
	codeCommandNotSupported = 115
)

// Writer writes parts in one command if the database has a command for several
// collections, as MongoDB has since version 8. It is safe for concurrent use.
type Writer struct {
	db *mongo.Database
	// admin is the database that such a command is sent to.
	admin *mongo.Database
	// separateUntil is until when it is not tried, in nanoseconds since the epoch; 0 for
	// always.
	separateUntil atomic.Int64
}

// NewWriter returns a writer to that database.
func NewWriter(db *mongo.Database) *Writer {
	return &Writer{db: db, admin: db.Client().Database("admin")}
}

// Write writes the parts in order, in a transaction that has read something before.
// Errors: those of Part, and conflicts.
func (w *Writer) Write(ctx context.Context, parts []Part) error {
	parts = slices.DeleteFunc(parts, func(p Part) bool { return len(p.Writes) == 0 })
	if len(parts) > 1 && time.Now().UnixNano() >= w.separateUntil.Load() {
		command, err := together(w.db.Name(), parts)
		if err != nil {
			return err
		}
		if command != nil {
			return w.writeTogether(ctx, parts, command)
		}
	}
	return w.WriteEach(ctx, parts)
}

// WriteEach writes the parts in order, each in a command of its own.
func (w *Writer) WriteEach(ctx context.Context, parts []Part) error {
	for i := range parts {
		part := &parts[i]
		if len(part.Writes) == 0 {
			continue
		}
		result, err := w.db.Collection(part.Collection).BulkWrite(ctx, part.Writes, options.BulkWrite().SetOrdered(true))
		if err != nil {
			return part.failed(err)
		}
		affected := result.InsertedCount + result.MatchedCount + result.UpsertedCount + result.DeletedCount
		if affected != part.Affected {
			return AsConflict(fmt.Errorf("%d of %d documents of %s are gone", part.Affected-affected, part.Affected, part.Collection))
		}
	}
	return nil
}

// Inserts returns the part that inserts documents.
func Inserts[D any](collection string, documents []D) Part {
	writes := make([]mongo.WriteModel, len(documents))
	for i, document := range documents {
		writes[i] = mongo.NewInsertOneModel().SetDocument(document)
	}
	return Part{Collection: collection, Writes: writes, Affected: int64(len(documents))}
}

// failed converts an error of the part's writes.
func (p *Part) failed(err error) error {
	if p.Taken != nil && mongo.IsDuplicateKeyError(err) {
		return p.Taken(err)
	}
	return fmt.Errorf("write %s: %w", p.Collection, err)
}

// together returns one command with the writes of all parts; nil if they are too large
// for one. It is built here from documents that are encoded once, because the driver
// would copy embedded documents value by value.
func together(database string, parts []Part) (bson.Raw, error) {
	start, command := bsoncore.AppendDocumentStart(make([]byte, 0, firstSize))
	command = bsoncore.AppendInt32Element(command, "bulkWrite", 1)
	ops, command := bsoncore.AppendArrayElementStart(command, "ops")
	count := 0
	for i := range parts {
		for _, model := range parts[i].Writes {
			if count == maxWritesTogether {
				return nil, nil
			}
			var op int32
			op, command = bsoncore.AppendDocumentElementStart(command, strconv.Itoa(count))
			var err error
			if command, err = appendOperation(command, int32(i), model); err != nil {
				return nil, fmt.Errorf("encode a write to %s: %w", parts[i].Collection, err)
			}
			if command, err = bsoncore.AppendDocumentEnd(command, op); err != nil {
				return nil, fmt.Errorf("encode a write to %s: %w", parts[i].Collection, err)
			}
			if len(command) > maxTogether {
				return nil, nil
			}
			count++
		}
	}
	command, err := bsoncore.AppendArrayEnd(command, ops)
	if err != nil {
		return nil, fmt.Errorf("encode writes: %w", err)
	}
	namespaces, command := bsoncore.AppendArrayElementStart(command, "nsInfo")
	for i := range parts {
		name := bsoncore.BuildDocument(nil, bsoncore.AppendStringElement(nil, "ns", database+"."+parts[i].Collection))
		command = bsoncore.AppendDocumentElement(command, strconv.Itoa(i), name)
	}
	if command, err = bsoncore.AppendArrayEnd(command, namespaces); err != nil {
		return nil, fmt.Errorf("encode writes: %w", err)
	}
	command = bsoncore.AppendBooleanElement(command, "ordered", true)
	// With errorsOnly the reply has only the number of writes that succeeded.
	command = bsoncore.AppendBooleanElement(command, "errorsOnly", true)
	command, err = bsoncore.AppendDocumentEnd(command, start)
	return bson.Raw(command), err
}

// appendOperation appends a write to the collection at index at of the command's
// namespaces.
func appendOperation(command []byte, at int32, model mongo.WriteModel) ([]byte, error) {
	switch m := model.(type) {
	case *mongo.InsertOneModel:
		document, err := bson.Marshal(m.Document)
		if err != nil {
			return nil, err
		}
		command = bsoncore.AppendInt32Element(command, "insert", at)
		return bsoncore.AppendDocumentElement(command, "document", bsoncore.Document(withID(document))), nil
	case *mongo.UpdateOneModel:
		return appendUpdate(command, at, m.Filter, m.Update, false, m.Upsert != nil && *m.Upsert)
	case *mongo.UpdateManyModel:
		return appendUpdate(command, at, m.Filter, m.Update, true, m.Upsert != nil && *m.Upsert)
	case *mongo.ReplaceOneModel:
		return appendUpdate(command, at, m.Filter, m.Replacement, false, m.Upsert != nil && *m.Upsert)
	case *mongo.DeleteOneModel:
		filter, err := bson.Marshal(m.Filter)
		if err != nil {
			return nil, err
		}
		command = bsoncore.AppendInt32Element(command, "delete", at)
		command = bsoncore.AppendDocumentElement(command, "filter", filter)
		return bsoncore.AppendBooleanElement(command, "multi", false), nil
	}
	return nil, fmt.Errorf("a write of the type %T", model)
}

func appendUpdate(command []byte, at int32, filter, change any, multi, upsert bool) ([]byte, error) {
	which, err := bson.Marshal(filter)
	if err != nil {
		return nil, err
	}
	// An update is a document or a pipeline.
	kind, what, err := bson.MarshalValue(change)
	if err != nil {
		return nil, err
	}
	command = bsoncore.AppendInt32Element(command, "update", at)
	command = bsoncore.AppendDocumentElement(command, "filter", which)
	command = bsoncore.AppendValueElement(command, "updateMods", bsoncore.Value{Type: bsoncore.Type(kind), Data: what})
	command = bsoncore.AppendBooleanElement(command, "multi", multi)
	if upsert {
		command = bsoncore.AppendBooleanElement(command, "upsert", true)
	}
	return command, nil
}

// withID adds an id to a document that has none, as the driver does.
func withID(document bson.Raw) bson.Raw {
	if _, err := document.LookupErr("_id"); err == nil {
		return document
	}
	const header = "\x07_id\x00"
	id := bson.NewObjectID()
	whole := make(bson.Raw, 4, len(document)+len(header)+len(id))
	whole = append(append(append(whole, header...), id[:]...), document[4:]...)
	binary.LittleEndian.PutUint32(whole, uint32(len(whole))) //nolint:gosec // A document has 16 MiB at most.
	return whole
}

// writeTogether sends the command with the writes of all parts.
func (w *Writer) writeTogether(ctx context.Context, parts []Part, command bson.Raw) error {
	reply, err := w.admin.RunCommand(ctx, command).Raw()
	if code, ok := ServerCode(err); ok && (code == codeCommandNotFound || code == codeCommandNotSupported) {
		// The transaction runs again, with a command for each collection.
		w.separateUntil.Store(time.Now().Add(separateFor).UnixNano())
		return AsConflict(err)
	}
	if err != nil {
		return fmt.Errorf("write to several collections: %w", err)
	}
	if at, failure := firstFailure(reply); failure != nil {
		return partOf(parts, at).failed(failure)
	}
	var affected, expected int64
	for _, name := range []string{"nInserted", "nMatched", "nUpserted", "nDeleted"} {
		n, ok := reply.Lookup(name).AsInt64OK()
		if !ok {
			return errors.New("write to several collections: the database does not say how many documents it wrote")
		}
		affected += n
	}
	for i := range parts {
		expected += parts[i].Affected
	}
	if affected != expected {
		return AsConflict(fmt.Errorf("%d of %d documents are gone", expected-affected, expected))
	}
	return nil
}

// firstFailure returns the index and the error of the first write that failed; nil if all
// succeeded.
func firstFailure(reply bson.Raw) (at int64, failure error) {
	batch, _ := reply.Lookup("cursor", "firstBatch").ArrayOK()
	values, _ := batch.Values()
	for _, value := range values {
		result, _ := value.DocumentOK()
		if ok, _ := result.Lookup("ok").AsInt64OK(); ok == 1 {
			continue
		}
		code, _ := result.Lookup("code").AsInt64OK()
		message, _ := result.Lookup("errmsg").StringValueOK()
		at, _ = result.Lookup("idx").AsInt64OK()
		return at, mongo.CommandError{Code: int32(code), Message: message} //nolint:gosec // Codes are of 32 bits.
	}
	if n, _ := reply.Lookup("nErrors").AsInt64OK(); n > 0 {
		return 0, errors.New("the database reports a failure without saying which")
	}
	return 0, nil
}

// partOf returns the part of the write at that index.
func partOf(parts []Part, at int64) *Part {
	for i := range parts {
		if at -= int64(len(parts[i].Writes)); at < 0 {
			return &parts[i]
		}
	}
	return &parts[len(parts)-1]
}
