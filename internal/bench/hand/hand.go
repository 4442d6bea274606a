// Package hand answers the benchmark's queries with hand-written handlers, one for each
// query: the least that an answer costs in Go with net/http and MongoDB's driver. They
// check a token and make JSON from the database's bytes; they omit all other duties of a
// server. Below /copy/ they send the same commands, and copy the documents unchanged.
package hand

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// Handler serves the handlers by GET, each below its query's name.
type Handler struct {
	db     *mongo.Database
	gate   *gate
	byName bsoncore.Document
	pool   sync.Pool
	// jsonType is a header of all answers.
	jsonType []string

	whole, listed, edge, brief, level, last projection
}

// New returns the handlers for a database that the product has filled.
func New(db *mongo.Database, tokens Tokens) *Handler {
	return &Handler{
		db: db, gate: newGate(tokens), byName: bsoncore.Document(project("nameKey")),
		jsonType: []string{"application/json; charset=utf-8"},
		pool:     sync.Pool{New: func() any { return &work{} }},

		whole:  project(clientParts()...),
		listed: project(append(clientParts(), "viewSubjectIds")...),
		edge:   project("lifecycle", "firstName", "lastName", "fullName", "emailAddress", "cellPhone", "status"),
		brief:  project("firstName", "lastName", "fullName", "emailAddress", "cellPhone", "status", "createdDate", "nameKey"),
		level:  project("lifecycle", "firstName", "lastName", "fullName", "viewSubjectIds"),
		last:   project("lifecycle", "firstName", "lastName", "fullName", "emailAddress"),
	}
}

// clientParts are the properties for twelve fields of a client.
func clientParts() []string {
	return []string{"lifecycle", "firstName", "lastName", "fullName", "emailAddress", "cellPhone", "city", "status", "tags", "createdDate", "version"}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	businessID, ok := h.gate.enter(r)
	if !ok {
		http.Error(w, "send a token", http.StatusUnauthorized)
		return
	}
	path, copies := strings.CutPrefix(r.URL.Path, "/copy")
	_, argument, _ := strings.Cut(r.URL.RawQuery, "=")
	job := h.pool.Get().(*work)
	defer h.pool.Put(job)
	job.answer, job.copies = job.answer[:0], copies
	if err := h.answer(r.Context(), job, path, businessID, argument); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header["Content-Type"] = h.jsonType
	header["Content-Length"] = []string{strconv.Itoa(len(job.answer))}
	_, _ = w.Write(job.answer) // _, _ = w.Write(job.answer) // An error is ignored: the caller is gone.
}

func (h *Handler) answer(ctx context.Context, w *work, path string, businessID int64, argument string) error {
	switch path {
	case "/client":
		return h.client(ctx, w, businessID, argument)
	case "/clients":
		return h.clients(ctx, w, businessID, argument)
	case "/report":
		return h.report(ctx, w, businessID, argument)
	case "/levels":
		return h.levels(ctx, w, businessID, argument)
	case "/empty":
		w.answer = append(w.answer, `{"data":{"__typename":"Query"}}`...)
		return nil
	case "/connection":
		return h.connection(ctx, w, businessID, argument)
	}
	return errNoHandler
}

// page returns the page number of an argument, from 0.
func page(argument string) int64 {
	n, err := strconv.ParseInt(argument, 10, 64)
	if err != nil || n < 1 {
		return 0
	}
	return n - 1
}

// after returns the place in an order that a cursor has.
func after(cursor string) string {
	key, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return ""
	}
	return string(key)
}
