package server

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/graph"
	"clientgraph/internal/auth"
	"clientgraph/internal/buffer"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
	"clientgraph/internal/service"
	"clientgraph/internal/telemetry"
)

// Media types of answers.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
)

// Codes of requests that are refused before there is an operation.
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
	codeTooManyRequests   = "TOO_MANY_REQUESTS"
	// Codes of refused connections and streams.
	codeTooManyConnections    = "TOO_MANY_CONNECTIONS"
	codeTooManySubscriptions  = "TOO_MANY_SUBSCRIPTIONS"
	codeIntrospectionDisabled = "INTROSPECTION_DISABLED"
)

// graphqlHandler serves GraphQL over HTTP: POST with a JSON body, and GET for
// queries.
type graphqlHandler struct {
	executor    *engine
	schema      *ast.Schema
	service     *service.Service
	verifier    Verifier
	unavailable func(error) bool
	logger      *slog.Logger
	telemetry   *telemetry.Telemetry
	streams     *streams
	// subscriptions counts the open subscriptions.
	subscriptions *crowds
	limits        Limits
	// slots bounds the operations that are executed at once, shared between callers.
	slots *limit.Slots
	// verifying bounds the new tokens that are verified at once.
	verifying chan struct{}
	// unwritten bounds the answers that callers have not read yet.
	unwritten *limit.Shares
	// introspection allows callers to read the schema.
	introspection bool
	pace          pace
	// documents caches parsed valid documents by their text.
	documents *shares[*parsed]
	// planned lets plans answer operations as far as they can.
	planned bool
	// suggests allows errors of a document to suggest names.
	suggests   bool
	persisted  *persisted
	compressor *compressor
	headers    *answerHeaders
	// buffers has the buffers that answers are written into.
	buffers buffer.Pool
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
	// allow are the methods that are allowed, if they differ from those of operations.
	allow string
	// details are further facts for programs, by name.
	details map[string]any
}

func (h *graphqlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isSocket(r) {
		h.serveSocket(w, r)
		return
	}
	// The caller is authenticated first. Others learn nothing, and a caller with too many
	// requests under way is refused before its body is read.
	who, err := h.admit(r.Context(), r.Header.Get("Authorization"))
	if err != nil {
		h.telemetry.Refused(h.refusalOf(err).code)
		h.shutOut(w, r, err)
		return
	}
	events := wantsEvents(r)
	if !events && mediaFor(r) == "" {
		h.telemetry.Refused(codeNotAcceptable)
		h.refuse(w, r, &refusal{status: http.StatusNotAcceptable, code: codeNotAcceptable, message: "accept application/graphql-response+json, application/json or text/event-stream"})
		return
	}
	asked, refused := h.read(w, r)
	if refused != nil {
		h.telemetry.Refused(refused.code)
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
	response := begun.next()
	if response == nil && begun.expired() {
		response = &graphql.Response{Errors: errorList(codeTimeout, "this took too long and was stopped; ask for less, or try again")}
	}
	var made *answer
	if response != nil {
		made = h.encode(r, http.StatusOK, response, begun.parts)
		begun.watched.Sized(len(made.data))
	}
	// The turn is given back before the answer is written, so that a caller who reads
	// slowly does not keep it.
	begun.end()
	if made != nil {
		h.deliver(w, r, made, begun.principal)
	}
}

// refusalOf returns how to refuse a request whose caller was not admitted.
func (h *graphqlHandler) refusalOf(err error) *refusal {
	switch {
	case turnedAway(err) != 0:
		failure := client.AsErrors(err)[0]
		return &refusal{status: turnedAway(err), code: string(failure.Code), message: failure.Message}
	case client.HasCode(err, client.CodeUnauthenticated):
		return unauthenticated()
	case h.unavailable(err):
		return &refusal{status: http.StatusServiceUnavailable, code: codeUnavailable, message: "the database could not be reached: try again in a moment"}
	}
	return &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "something went wrong on our side; tell us the errorId"}
}

// shutOut answers a request whose caller was not admitted. The connection of an
// unauthenticated caller is closed, so that it is open for a few seconds at most.
func (h *graphqlHandler) shutOut(w http.ResponseWriter, r *http.Request, err error) {
	refused := h.refusalOf(err)
	switch {
	case refused.status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.Header().Set("Connection", "close")
	case turnedAway(err) != 0:
		h.pace.wait(r.Context())
		w.Header().Set("Retry-After", turnAfter)
	}
	h.refuse(w, r, refused)
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
		// The error was logged under this id.
		extensions["errorId"] = requestID(r.Context())
	}
	if refused.status == http.StatusMethodNotAllowed {
		allowed := refused.allow
		if allowed == "" {
			allowed = "GET, POST"
		}
		w.Header().Set("Allow", allowed)
	}
	h.write(w, r, refused.status, &graphql.Response{Errors: gqlerror.List{{Message: refused.message, Extensions: extensions}}})
}

// fail answers an operation that was not begun. With the media type
// application/graphql-response+json, the status tells that the operation is wrong; with
// application/json every well-formed answer is 200.
func (h *graphqlHandler) fail(w http.ResponseWriter, r *http.Request, failed *rejection) {
	status := failed.status
	if failed.wellFormed && mediaFor(r) == mediaJSON {
		status = http.StatusOK
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST")
	}
	if failed.err != nil {
		h.shutOut(w, r, failed.err)
		return
	}
	if failed.wait > 0 {
		// Rounded up, so that the caller does not come too early.
		w.Header().Set("Retry-After", strconv.FormatInt(int64((failed.wait+time.Second-1)/time.Second), 10))
	}
	h.write(w, r, status, failed.response)
}

// answer is an encoded response.
type answer struct {
	status          int
	media, encoding string
	data            []byte
}

// encode encodes a response, or an internal error with an errorId if that fails.
func (h *graphqlHandler) encode(r *http.Request, status int, response *graphql.Response, parts *graph.Parts) *answer {
	// One more byte is for the line break at the end.
	data, err := encodeResponse(h.buffers.Take(responseSize(response, parts)+1), response, parts)
	if err != nil {
		failed := h.unwritable(r.Context(), err)
		data, _ = encodeResponse(nil, failed.response, nil) // Text can always be encoded.
		status = failed.status
	}
	made := &answer{status: status, media: mediaFor(r)}
	data = append(data, '\n')
	if made.data, made.encoding = h.compressor.compress(data, encodingFor(r)); made.encoding != encodingIdentity {
		h.buffers.Give(data)
	}
	return made
}

// unwritable logs that a response can't be encoded, and returns the internal error to
// answer instead.
func (h *graphqlHandler) unwritable(ctx context.Context, err error) *rejection {
	h.logger.ErrorContext(ctx, "internal error", "errorId", requestID(ctx), "error", err)
	return h.notLetIn(ctx, err)
}

// deliver writes an answer, which counts as unread until it is written. It is written
// even if too much is unread: a result of an executed operation is always answered.
func (h *graphqlHandler) deliver(w http.ResponseWriter, r *http.Request, made *answer, principal string) {
	much := int64(len(made.data))
	h.unwritten.Put(principal, much)
	defer h.unwritten.Give(principal, much)
	h.send(w, r, made)
}

// write writes a small answer.
func (h *graphqlHandler) write(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	h.send(w, r, h.encode(r, status, response, nil))
}

// send writes an answer, whose data must not be read afterwards.
func (h *graphqlHandler) send(w http.ResponseWriter, r *http.Request, made *answer) {
	header := w.Header()
	h.headers.put(header, made, r.Method == http.MethodGet)
	w.WriteHeader(made.status)
	// An error is ignored: the caller is gone. After a failed write HTTP/2 may still read
	// the data, so the buffer is not reused.
	if _, err := w.Write(made.data); err == nil { //nolint:gosec // It is JSON, and said to be nothing else.
		h.buffers.Give(made.data)
	}
}
