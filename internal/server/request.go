package server

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// request is an operation as it was sent.
type request struct {
	graphql.RawParams
	// named says that there is a document, be it empty, or what stands for one.
	named bool
	// documentID names a trusted document instead of the text.
	documentID string
	// readOnly holds the operation to being a query.
	readOnly bool
	// streams says that the answer may have several parts.
	streams bool
	// principal names who asks.
	principal string
}

// wantsCost says whether the answer is to tell the operation's cost.
func (r *request) wantsCost() bool { return r.Extensions["cost"] == true }

// read reads the operation out of an HTTP request.
func (h *graphqlHandler) read(w http.ResponseWriter, r *http.Request) (*request, *refusal) {
	switch r.Method {
	case http.MethodGet:
		return readQuery(r.URL.Query())
	case http.MethodPost:
		// Only this type: a browser sends it across origins after asking first.
		media, parameters, err := mediaRange(r.Header.Get("Content-Type"))
		if charset := parameters["charset"]; err != nil || media != mediaJSON || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
			return nil, &refusal{status: http.StatusUnsupportedMediaType, code: codeUnsupportedMedia, message: "send the body as application/json in UTF-8"}
		}
		// What is small when it is sent may not be when it is read.
		if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
			return nil, &refusal{status: http.StatusUnsupportedMediaType, code: codeUnsupportedMedia, message: "send the body without a Content-Encoding"}
		}
		body, refused := h.readBody(w, r)
		if refused != nil {
			return nil, refused
		}
		return decodeBody(body)
	}
	return nil, &refusal{status: http.StatusMethodNotAllowed, code: codeMethodNotAllowed, message: "use POST, or GET for queries"}
}

// readBody reads the body as far as it may go, in the time that it may take.
func (h *graphqlHandler) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	tooLarge := &refusal{status: http.StatusRequestEntityTooLarge, code: codeBodyTooLarge, message: "the request's body is too large; send less at once"}
	if r.ContentLength > h.limits.Body {
		return nil, tooLarge
	}
	control := http.NewResponseController(w)
	// A handler that is tested alone has no deadlines. One that has passed stays:
	// the rest of the body is not waited for.
	_ = control.SetReadDeadline(time.Now().Add(h.limits.BodyTime))
	body, err := h.wholeBody(w, r)
	switch {
	case err == nil:
		_ = control.SetReadDeadline(time.Time{})
		return body, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		return nil, &refusal{status: http.StatusRequestTimeout, code: codeBodyTooSlow, message: "the body took too long to arrive"}
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, tooLarge
	}
	return nil, badRequest("the body could not be read whole")
}

// wholeBody is the body to its end. net/http gives no more of one than the caller said
// that it has.
func (h *graphqlHandler) wholeBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// What a caller says of its length is believed as far as it costs little.
	const believed = 16 << 10
	if r.ContentLength >= 0 && r.ContentLength <= min(believed, h.limits.Body) {
		// The byte more is for meeting the end: over HTTP/2 that comes by itself.
		body := make([]byte, r.ContentLength+1)
		n, err := io.ReadFull(r.Body, body)
		if int64(n) == r.ContentLength && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
			err = nil
		}
		return body[:n], err
	}
	var body bytes.Buffer
	body.Grow(believed + bytes.MinRead)
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, h.limits.Body))
	return body.Bytes(), err
}

// decodeBody reads a POST's body.
func decodeBody(body []byte) (*request, *refusal) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte{'['}) {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoBatching, message: "send one operation a request; an operation may have many fields"}
	}
	fields, err := readObject(body)
	if errors.Is(err, errTooManyValues) {
		return nil, tooManyValues()
	}
	var asked *request
	if err == nil {
		asked, err = readOperation(fields)
	}
	if asked == nil || err != nil {
		return nil, badRequest("the body is one JSON object with query, and where needed operationName, variables, extensions and documentId; names are distinct, and text is UTF-8")
	}
	return asked, nil
}

// readQuery reads a GET's parameters, each of which stands there once.
func readQuery(query url.Values) (*request, *refusal) {
	asked := &request{readOnly: true}
	texts := map[string]*string{"query": &asked.Query, "operationName": &asked.OperationName, "documentId": &asked.documentID}
	objects := map[string]*map[string]any{"variables": &asked.Variables, "extensions": &asked.Extensions}
	for name, values := range query {
		into, isObject := objects[name]
		text, isText := texts[name]
		switch {
		case !isObject && !isText:
			continue
		case len(values) > 1 || !utf8.ValidString(values[0]):
			return nil, badRequest("give each parameter once, as UTF-8, URL-encoded")
		case isText:
			*text = values[0]
			continue
		case values[0] == "":
			continue
		}
		value, err := readJSON([]byte(values[0]), maxJSONValues)
		if errors.Is(err, errTooManyValues) {
			return nil, tooManyValues()
		}
		if *into, isObject = value.(map[string]any); err != nil || !isObject && value != nil {
			return nil, badRequest("variables and extensions are JSON objects, URL-encoded, whose names are distinct")
		}
	}
	return asked, nil
}

// readOperation takes an operation out of the object that a POST's body is, or
// the payload of a subscribe.
func readOperation(fields map[string]any) (*request, error) {
	asked := &request{}
	if !take(fields, "query", &asked.Query) || !take(fields, "operationName", &asked.OperationName) || !take(fields, "documentId", &asked.documentID) ||
		!take(fields, "variables", &asked.Variables) || !take(fields, "extensions", &asked.Extensions) {
		return nil, errNotAsDescribed
	}
	_, persisted := asked.Extensions["persistedQuery"]
	asked.named = persisted || fields["query"] != nil || fields["documentId"] != nil
	return asked, nil
}

// take takes a field of that type out of an object, where it is there and not null.
// It is not ok where it is something else.
func take[T any](fields map[string]any, name string, into *T) (ok bool) {
	given := fields[name]
	if given == nil {
		return true
	}
	*into, ok = given.(T)
	return ok
}
