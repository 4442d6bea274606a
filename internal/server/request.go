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

// request is an operation as the caller sent it.
type request struct {
	graphql.RawParams
	// named says that the request has a document, maybe empty, or its id or hash.
	named bool
	// documentID is the id of a trusted document, sent in place of the text.
	documentID string
	// readOnly allows only queries.
	readOnly bool
	// streams says that the answer may have several parts.
	streams bool
	// principal is the caller.
	principal string
}

// wantsCost says whether the caller asks for the operation's cost.
func (r *request) wantsCost() bool { return r.Extensions["cost"] == true }

// read reads the operation from an HTTP request.
func (h *graphqlHandler) read(w http.ResponseWriter, r *http.Request) (*request, *refusal) {
	switch r.Method {
	case http.MethodGet:
		return readQuery(r.URL.Query())
	case http.MethodPost:
		// Only application/json: for it, browsers send a pre-flight before a cross-origin
		// request.
		media, parameters, err := mediaRange(r.Header.Get("Content-Type"))
		if charset := parameters["charset"]; err != nil || media != mediaJSON || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
			return nil, &refusal{status: http.StatusUnsupportedMediaType, code: codeUnsupportedMedia, message: "send the body as application/json in UTF-8"}
		}
		// A small compressed body can be large when it is decompressed.
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

// readBody reads the body up to its bound, within BodyTime.
func (h *graphqlHandler) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	tooLarge := &refusal{status: http.StatusRequestEntityTooLarge, code: codeBodyTooLarge, message: "the request's body is too large; send less at once"}
	if r.ContentLength > h.limits.Body {
		return nil, tooLarge
	}
	control := http.NewResponseController(w)
	// SetReadDeadline fails only in tests of the handler alone. An exceeded deadline
	// stays, so that nothing waits for the rest of the body.
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
	return nil, badRequest("the body could not be read completely")
}

// wholeBody reads the whole body. net/http returns no more bytes than Content-Length
// tells.
func (h *graphqlHandler) wholeBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// Content-Length is trusted for allocations up to this size.
	const believed = 16 << 10
	if r.ContentLength >= 0 && r.ContentLength <= min(believed, h.limits.Body) {
		// One more byte lets Read find the end of the body.
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

// decodeBody decodes the body of a POST.
func decodeBody(body []byte) (*request, *refusal) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte{'['}) {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoBatching, message: "send one operation in a request; it may have many fields"}
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
		return nil, badRequest("the body is one JSON object with query, and optionally operationName, variables, extensions and documentId; no name may occur twice, and text is UTF-8")
	}
	return asked, nil
}

// readQuery reads the parameters of a GET. Each may be given once.
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
			return nil, badRequest("variables and extensions are URL-encoded JSON objects, in which no name may occur twice")
		}
	}
	return asked, nil
}

// readOperation reads an operation from the object of a POST's body, or the payload of a
// subscribe.
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

// take reads a field of that type from an object, if it is present and not null. It
// returns false if the field has another type.
func take[T any](fields map[string]any, name string, into *T) (ok bool) {
	given := fields[name]
	if given == nil {
		return true
	}
	*into, ok = given.(T)
	return ok
}
