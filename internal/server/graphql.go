package server

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
)

// Media types of answers.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
)

// Codes of requests that never become an operation.
const (
	codeBadRequest       = "BAD_REQUEST"
	codeBodyTooLarge     = "BODY_TOO_LARGE"
	codeBodyTooSlow      = "BODY_TOO_SLOW"
	codeNoBatching       = "BATCHING_NOT_SUPPORTED"
	codeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	codeNotAcceptable    = "NOT_ACCEPTABLE"
	codeUnsupportedMedia = "UNSUPPORTED_MEDIA_TYPE"
	codeNotPersisted     = "PERSISTED_QUERY_NOT_FOUND"
	codeNotPersistable   = "PERSISTED_QUERY_NOT_SUPPORTED"
	codeNotTrusted       = "OPERATION_NOT_TRUSTED"
	codeInternal         = "INTERNAL"
	codeUnavailable      = "UNAVAILABLE"
	codeTimeout          = "TIMEOUT"

	codeForbiddenOrigin   = "FORBIDDEN_ORIGIN"
	codeOverloaded        = "OVERLOADED"
	codeTooManyOperations = "TOO_MANY_OPERATIONS"
)

// graphqlHandler serves GraphQL over HTTP: POST with a JSON body, and GET for
// queries.
type graphqlHandler struct {
	executor    *executor.Executor
	schema      *ast.Schema
	service     *client.Service
	verifier    Verifier
	unavailable func(error) bool
	logger      *slog.Logger
	streams     *streams
	limits      Limits
	gate        *gate
	// documents keeps valid documents parsed, by their text.
	documents *shares[*ast.QueryDocument]
	// suggests says that errors of a document may name what was meant.
	suggests   bool
	persisted  *persisted
	compressor *compressor
	// points is the budget of each principal; nil for none.
	points *limit.Rate
	// allowsOrigin says whether a page of the request's origin may open a socket.
	allowsOrigin func(*http.Request) bool
}

// refusal is an answer to a request that is not executed.
type refusal struct {
	status  int
	code    string
	message string
	// details are further facts for programs, by name.
	details map[string]any
}

func (h *graphqlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isSocket(r) {
		h.serveSocket(w, r)
		return
	}
	// Who asks is decided first: a stranger learns nothing else.
	who, refused := h.scope(r)
	if refused != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		h.refuse(w, r, refused)
		return
	}
	events := wantsEvents(r)
	if !events && mediaFor(r) == "" {
		h.refuse(w, r, &refusal{status: http.StatusNotAcceptable, code: codeNotAcceptable, message: "accept application/graphql-response+json, application/json or text/event-stream"})
		return
	}
	asked, refused := h.read(w, r)
	if refused != nil {
		h.refuse(w, r, refused)
		return
	}
	asked.Headers = r.Header
	if events {
		h.serveEvents(w, r, who, asked)
		return
	}
	begun, failed := h.begin(r.Context(), who.scope, asked)
	if failed != nil {
		h.fail(w, r, failed)
		return
	}
	defer begun.end()
	response := begun.next()
	if response == nil && begun.expired() {
		response = &graphql.Response{Errors: errorList(codeTimeout, "this took too long and was stopped; ask for less, or try again")}
	}
	if response != nil {
		h.write(w, r, http.StatusOK, response)
	}
}

// scope is who sends the request.
func (h *graphqlHandler) scope(r *http.Request) (admitted, *refusal) {
	who, err := h.admit(r.Context(), r.Header.Get("Authorization"))
	switch {
	case client.HasCode(err, client.CodeUnauthenticated):
		return admitted{}, unauthenticated()
	case err != nil && h.unavailable(err):
		return admitted{}, &refusal{status: http.StatusServiceUnavailable, code: codeUnavailable, message: "the database could not be reached: try again in a moment"}
	case err != nil:
		return admitted{}, &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "something went wrong on our side; tell us the errorId"}
	}
	return who, nil
}

func unauthenticated() *refusal {
	refused := client.AsErrors(auth.ErrUnauthenticated)[0]
	return &refusal{status: http.StatusUnauthorized, code: string(refused.Code), message: refused.Message}
}

func badRequest(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: codeBadRequest, message: message}
}

// refuse answers a request that was not executed.
func (h *graphqlHandler) refuse(w http.ResponseWriter, r *http.Request, refused *refusal) {
	extensions := map[string]any{"code": refused.code}
	maps.Copy(extensions, refused.details)
	if refused.status >= http.StatusInternalServerError {
		// The id under which it was logged.
		extensions["errorId"] = requestID(r.Context())
	}
	if refused.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, POST")
	}
	h.write(w, r, refused.status, &graphql.Response{Errors: gqlerror.List{{Message: refused.message, Extensions: extensions}}})
}

// fail answers an operation that was not begun. What is wrong with the operation
// has a status of its own only for callers of the newer media type; to the older
// one every well-formed answer is 200.
func (h *graphqlHandler) fail(w http.ResponseWriter, r *http.Request, failed *unbegun) {
	status := failed.status
	if failed.wellFormed && mediaFor(r) == mediaJSON {
		status = http.StatusOK
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST")
	}
	if failed.wait > 0 {
		// A second too late is on time.
		w.Header().Set("Retry-After", strconv.FormatInt(int64((failed.wait+time.Second-1)/time.Second), 10))
	}
	h.write(w, r, status, failed.response)
}

type requestError struct {
	Errors     gqlerror.List  `json:"errors"`
	Extensions map[string]any `json:"extensions,omitempty"`
}

func (h *graphqlHandler) write(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	data, err := json.Marshal(body(response))
	if err != nil {
		h.logger.ErrorContext(r.Context(), "internal error", "errorId", requestID(r.Context()), "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	data, encoding := h.compressor.compress(append(data, '\n'), encodingFor(r))
	media := mediaFor(r)
	if media == "" {
		media = mediaJSON
	}
	header := w.Header()
	header.Set("Content-Type", media+"; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(data)))
	header.Add("Vary", "Accept, Accept-Encoding")
	if encoding != encodingIdentity {
		header.Set("Content-Encoding", encoding)
	}
	// What one caller sees is nobody else's; a query by GET may be kept where it is
	// asked about again.
	header.Set("Cache-Control", "private, no-store")
	if r.Method == http.MethodGet && status == http.StatusOK {
		header.Set("Cache-Control", "private, no-cache")
	}
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A client that is gone can't be told.
	_, _ = w.Write(data) //nolint:gosec // It is JSON, and said to be nothing else.
}

// body is a response as it is written: where nothing was executed it has no
// data, not null.
func body(response *graphql.Response) any {
	if response.Data == nil {
		return requestError{response.Errors, response.Extensions}
	}
	return response
}
