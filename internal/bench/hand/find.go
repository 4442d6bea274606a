package hand

import (
	"context"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// work has the buffers of a request. They are reused for the next one.
type work struct {
	// answer is the answer to write.
	answer []byte
	// copies says that the handler copies documents instead of writing them as JSON.
	copies  bool
	command []byte
	levels  [maxLevels]level
}

// projection is the projection of a find, a document.
type projection []byte

func project(names ...string) projection {
	start, document := bsoncore.AppendDocumentStart(nil)
	for _, name := range names {
		document = bsoncore.AppendInt32Element(document, name, 1)
	}
	document, _ = bsoncore.AppendDocumentEnd(document, start)
	return document
}

// list selects a page of the live clients by name.
type list struct {
	projection  projection
	skip, limit int64
	// status, if set, is the only listed status; it follows after, the place in the order
	// after which the page begins, if set.
	status, after string
}

// list sends the find of a list, and returns the documents as an array.
func (h *Handler) list(ctx context.Context, w *work, businessID int64, l list) ([]byte, error) {
	start, command := bsoncore.AppendDocumentStart(w.command[:0])
	command = bsoncore.AppendStringElement(command, "find", "clients")
	command = appendFilter(command, "filter", businessID, l)
	command = bsoncore.AppendDocumentElement(command, "sort", h.byName)
	command = bsoncore.AppendDocumentElement(command, "projection", bsoncore.Document(l.projection))
	if l.skip > 0 {
		command = bsoncore.AppendInt64Element(command, "skip", l.skip)
	}
	command = bsoncore.AppendInt64Element(command, "limit", l.limit)
	command = bsoncore.AppendBooleanElement(command, "singleBatch", true)
	command = bsoncore.AppendInt32Element(command, "batchSize", int32(l.limit)+1) //nolint:gosec // A page is small.
	return h.run(ctx, w, command, start)
}

// byIDs finds the clients of those ids.
func (h *Handler) byIDs(ctx context.Context, w *work, businessID int64, ids []int64, of projection) ([]byte, error) {
	start, command := bsoncore.AppendDocumentStart(w.command[:0])
	command = bsoncore.AppendStringElement(command, "find", "clients")
	filter, command := bsoncore.AppendDocumentElementStart(command, "filter")
	command = bsoncore.AppendInt64Element(command, "businessId", businessID)
	condition, command := bsoncore.AppendDocumentElementStart(command, "_id")
	array, command := bsoncore.AppendArrayElementStart(command, "$in")
	var key [20]byte
	for i, id := range ids {
		command = append(command, byte(bson.TypeInt64))
		command = append(command, strconv.AppendInt(key[:0], int64(i), 10)...)
		command = append(command, 0)
		command = bsoncore.AppendInt64(command, id)
	}
	command, _ = bsoncore.AppendArrayEnd(command, array)
	command, _ = bsoncore.AppendDocumentEnd(command, condition)
	command, _ = bsoncore.AppendDocumentEnd(command, filter)
	command = bsoncore.AppendDocumentElement(command, "projection", bsoncore.Document(of))
	command = bsoncore.AppendBooleanElement(command, "singleBatch", true)
	command = bsoncore.AppendInt32Element(command, "batchSize", int32(len(ids))+1) //nolint:gosec // A level is small.
	return h.run(ctx, w, command, start)
}

// appendFilter appends the conditions of a list.
func appendFilter(to []byte, name string, businessID int64, l list) []byte {
	filter, to := bsoncore.AppendDocumentElementStart(to, name)
	to = bsoncore.AppendInt64Element(to, "businessId", businessID)
	to = bsoncore.AppendStringElement(to, "lifecycle", "live")
	if l.status != "" {
		to = bsoncore.AppendStringElement(to, "status", l.status)
	}
	place, to := bsoncore.AppendDocumentElementStart(to, "nameKey")
	to = bsoncore.AppendStringElement(to, "$gt", l.after)
	to, _ = bsoncore.AppendDocumentEnd(to, place)
	to, _ = bsoncore.AppendDocumentEnd(to, filter)
	return to
}

// run completes a command, sends it, and returns the documents found.
func (h *Handler) run(ctx context.Context, w *work, command []byte, start int32) ([]byte, error) {
	reply, err := h.send(ctx, w, command, start)
	if err != nil {
		return nil, err
	}
	found := batch(reply)
	if w.copies {
		w.answer = append(w.answer, found...)
	}
	return found, nil
}

func (h *Handler) send(ctx context.Context, w *work, command []byte, start int32) ([]byte, error) {
	command, err := bsoncore.AppendDocumentEnd(command, start)
	if err != nil {
		return nil, fmt.Errorf("write a command: %w", err)
	}
	w.command = command
	reply, err := h.db.RunCommand(ctx, bson.Raw(command)).Raw()
	if err != nil {
		return nil, fmt.Errorf("ask the database: %w", err)
	}
	return reply, nil
}

// count counts the clients of a list.
func (h *Handler) count(ctx context.Context, w *work, businessID int64, l list) (int64, error) {
	start, command := bsoncore.AppendDocumentStart(w.command[:0])
	command = bsoncore.AppendStringElement(command, "count", "clients")
	command = appendFilter(command, "query", businessID, l)
	reply, err := h.send(ctx, w, command, start)
	if err != nil {
		return 0, err
	}
	for e := scan(reply); e.next(); {
		if string(e.key) == "n" {
			return e.number(), nil
		}
	}
	return 0, fmt.Errorf("the reply to a count has no n: %v", bson.Raw(reply))
}
