package query

import (
	"fmt"
	"math"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"clientgraph/internal/client"
)

// Read concerns: of documents on a majority of the replica set, of a snapshot of these,
// and that of the transaction, which is set when it begins. Raw commands do not get the
// database's read concern.
const (
	OfMajority    = "majority"
	OfSnapshot    = "snapshot"
	OfTransaction = ""
)

// Command returns the query as a raw command: a find if Core is all of it, else an
// aggregate. hint is the index that it names; "" for none. The driver would look up how
// to encode each value, which takes longer than the rest of its work for a small command.
func (q Query) Command(collection string, w Window, projection bson.Raw, hint, level string) (bson.Raw, error) {
	if len(q.Rest) > 0 {
		return aggregate(collection, append(q.Stages(), w.Stages(projection)...), w.Batch, hint, level)
	}
	start, dst := begin("find", collection)
	dst, err := appendValue(dst, "filter", q.Core)
	if err != nil {
		return nil, err
	}
	if dst, err = w.appendTo(dst, projection); err != nil {
		return nil, err
	}
	return end(dst, start, hint, level)
}

// Aggregate returns an aggregate as a raw command.
func Aggregate(collection string, stages mongo.Pipeline, level string) (bson.Raw, error) {
	return aggregate(collection, stages, OneBatch, "", level)
}

func aggregate(collection string, stages mongo.Pipeline, batch int32, hint, level string) (bson.Raw, error) {
	start, dst := begin("aggregate", collection)
	dst, err := appendList(dst, "pipeline", stages)
	if err != nil {
		return nil, err
	}
	cursor, dst := bsoncore.AppendDocumentElementStart(dst, "cursor")
	dst = bsoncore.AppendInt32Element(dst, "batchSize", batch)
	if dst, err = bsoncore.AppendDocumentEnd(dst, cursor); err != nil {
		return nil, fmt.Errorf("write a cursor: %w", err)
	}
	return end(dst, start, hint, level)
}

func begin(command, collection string) (start int32, dst []byte) {
	const usual = 1 << 10
	start, dst = bsoncore.AppendDocumentStart(make([]byte, 0, usual))
	return start, bsoncore.AppendStringElement(dst, command, collection)
}

func end(dst []byte, start int32, hint, level string) (bson.Raw, error) {
	if hint != "" {
		dst = bsoncore.AppendStringElement(dst, "hint", hint)
	}
	if level != OfTransaction {
		concern, begun := bsoncore.AppendDocumentElementStart(dst, "readConcern")
		begun = bsoncore.AppendStringElement(begun, "level", level)
		dst, _ = bsoncore.AppendDocumentEnd(begun, concern) // dst, _ = bsoncore.AppendDocumentEnd(begun, concern) // concern is where it begins.
	}
	dst, err := bsoncore.AppendDocumentEnd(dst, start)
	if err != nil {
		return nil, fmt.Errorf("write a command: %w", err)
	}
	return dst, nil
}

// appendTo appends the window as fields of a find.
func (w Window) appendTo(dst []byte, projection bson.Raw) ([]byte, error) {
	if w.Sort != nil {
		var err error
		if dst, err = appendValue(dst, "sort", w.Sort); err != nil {
			return nil, err
		}
	}
	dst = bsoncore.AppendDocumentElement(dst, "projection", bsoncore.Document(projection))
	if w.Skip > 0 {
		dst = bsoncore.AppendInt64Element(dst, "skip", w.Skip)
	}
	if w.Limit > 0 {
		dst = bsoncore.AppendInt64Element(dst, "limit", w.Limit)
	}
	return bsoncore.AppendInt32Element(dst, "batchSize", w.Batch), nil
}

// appendValue appends an element as the driver encodes it. Values of usual types are
// encoded directly, others by the driver.
func appendValue(dst []byte, key string, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return bsoncore.AppendNullElement(dst, key), nil
	case string:
		return bsoncore.AppendStringElement(dst, key, v), nil
	case client.Lifecycle:
		return bsoncore.AppendStringElement(dst, key, string(v)), nil
	case int64:
		return bsoncore.AppendInt64Element(dst, key, v), nil
	case int:
		if v < math.MinInt32 || v > math.MaxInt32 {
			return bsoncore.AppendInt64Element(dst, key, int64(v)), nil
		}
		return bsoncore.AppendInt32Element(dst, key, int32(v)), nil
	case bool:
		return bsoncore.AppendBooleanElement(dst, key, v), nil
	case bson.Raw:
		return bsoncore.AppendDocumentElement(dst, key, bsoncore.Document(v)), nil
	case bson.D:
		return appendDocument(dst, key, v)
	case idList:
		return bsoncore.AppendArrayElement(dst, key, v.list()), nil
	case bson.A:
		return appendList(dst, key, v)
	case mongo.Pipeline:
		return appendList(dst, key, v)
	case []string:
		return appendList(dst, key, v)
	}
	kind, data, err := bson.MarshalValue(value)
	if err != nil {
		return nil, fmt.Errorf("write %s of a query: %w", key, err)
	}
	return bsoncore.AppendValueElement(dst, key, bsoncore.Value{Type: bsoncore.Type(kind), Data: data}), nil
}

func appendDocument(dst []byte, key string, d bson.D) ([]byte, error) {
	if d == nil {
		return bsoncore.AppendNullElement(dst, key), nil
	}
	start, dst := bsoncore.AppendDocumentElementStart(dst, key)
	for i := range d {
		var err error
		if dst, err = appendValue(dst, d[i].Key, d[i].Value); err != nil {
			return nil, err
		}
	}
	return bsoncore.AppendDocumentEnd(dst, start)
}

func appendList[T any](dst []byte, key string, list []T) ([]byte, error) {
	if list == nil {
		return bsoncore.AppendNullElement(dst, key), nil
	}
	start, dst := bsoncore.AppendArrayElementStart(dst, key)
	for i := range list {
		var err error
		if dst, err = appendValue(dst, strconv.Itoa(i), list[i]); err != nil {
			return nil, err
		}
	}
	return bsoncore.AppendArrayEnd(dst, start)
}
