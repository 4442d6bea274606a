package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/graph"
	"clientgraph/internal/auth"
	"clientgraph/internal/client"
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
	codeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	codeUnsupportedMedia = "UNSUPPORTED_MEDIA_TYPE"
	codeInternal         = "INTERNAL"
	codeUnavailable      = "UNAVAILABLE"

	codeForbiddenOrigin   = "FORBIDDEN_ORIGIN"
	codeOverloaded        = "OVERLOADED"
	codeTooManyOperations = "TOO_MANY_OPERATIONS"
)

// graphqlHandler serves GraphQL over HTTP: POST with a JSON body, and GET for
// queries.
type graphqlHandler struct {
	executor    *executor.Executor
	service     *client.Service
	verifier    Verifier
	unavailable func(error) bool
	logger      *slog.Logger
	streams     *streams
	// allowsOrigin says whether a page of the request's origin may open a socket.
	allowsOrigin func(*http.Request) bool
}

// refusal is an answer to a request that is not executed.
type refusal struct {
	status  int
	code    string
	message string
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
		refuse(w, r, refused)
		return
	}
	params, refused := readParams(w, r)
	if refused != nil {
		if refused.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, POST")
		}
		refuse(w, r, refused)
		return
	}
	if wantsEvents(r) {
		h.serveEvents(w, r, who, params)
		return
	}
	ctx := graph.WithScope(graphql.StartOperationTrace(r.Context()), h.service, who.scope)
	params.ReadTime = graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}
	operation, errs := h.executor.CreateOperationContext(ctx, params)
	if errs != nil {
		if operation.Doc != nil && operation.Operation == nil {
			errs[0].Message = "operationName must name one of the operations of query"
		}
		response := h.executor.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
		writeResponse(w, r, http.StatusBadRequest, response)
		return
	}
	if r.Method == http.MethodGet && operation.Operation.Operation != ast.Query {
		w.Header().Set("Allow", "POST")
		refuse(w, r, &refusal{http.StatusMethodNotAllowed, codeMethodNotAllowed, "send mutations by POST"})
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout(operation.Operation.Operation))
	defer cancel()
	responses, ctx := h.executor.DispatchOperation(ctx, operation)
	writeResponse(w, r, http.StatusOK, responses(ctx))
}

// scope is who sends the request.
func (h *graphqlHandler) scope(r *http.Request) (admitted, *refusal) {
	who, err := h.admit(r.Context(), r.Header.Get("Authorization"))
	switch {
	case client.HasCode(err, client.CodeUnauthenticated):
		return admitted{}, unauthenticated()
	case err != nil && h.unavailable(err):
		return admitted{}, &refusal{http.StatusServiceUnavailable, codeUnavailable, "the database could not be reached: try again in a moment"}
	case err != nil:
		return admitted{}, &refusal{http.StatusInternalServerError, codeInternal, "something went wrong on our side; tell us the errorId"}
	}
	return who, nil
}

func unauthenticated() *refusal {
	refused := client.AsErrors(auth.ErrUnauthenticated)[0]
	return &refusal{http.StatusUnauthorized, string(refused.Code), refused.Message}
}

// readParams reads the operation out of a request.
func readParams(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	params := &graphql.RawParams{Headers: r.Header}
	switch r.Method {
	case http.MethodGet:
		query := r.URL.Query()
		params.Query = query.Get("query")
		params.OperationName = query.Get("operationName")
		if variables := query.Get("variables"); variables != "" {
			if err := decodeJSON([]byte(variables), &params.Variables); err != nil {
				return nil, badRequest("variables is a JSON object, URL-encoded")
			}
		}
	case http.MethodPost:
		// Only this type: a browser sends it across origins after asking first.
		media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || media != mediaJSON {
			return nil, &refusal{http.StatusUnsupportedMediaType, codeUnsupportedMedia, "send the body as application/json"}
		}
		if refused := readBody(w, r, params); refused != nil {
			return nil, refused
		}
	default:
		return nil, &refusal{http.StatusMethodNotAllowed, codeMethodNotAllowed, "use POST, or GET for queries"}
	}
	if strings.TrimSpace(params.Query) == "" {
		return nil, badRequest("query holds the document to execute")
	}
	return params, nil
}

func readBody(w http.ResponseWriter, r *http.Request, params *graphql.RawParams) *refusal {
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return &refusal{http.StatusRequestEntityTooLarge, codeBodyTooLarge, "a request's body has at most 1 MiB"}
		}
		return badRequest("the body could not be read whole")
	}
	var request struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
		Extensions    map[string]any `json:"extensions"`
	}
	if err := decodeJSON(body.Bytes(), &request); err != nil {
		return badRequest("the body is one JSON object with query, and where needed operationName and variables")
	}
	params.Query, params.OperationName = request.Query, request.OperationName
	params.Variables, params.Extensions = request.Variables, request.Extensions
	return nil
}

// decodeJSON reads one JSON value, numbers to the last digit.
func decodeJSON(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("more than one value")
	}
	return nil
}

func badRequest(message string) *refusal {
	return &refusal{http.StatusBadRequest, codeBadRequest, message}
}

// refuse answers a request that was not executed.
func refuse(w http.ResponseWriter, r *http.Request, refused *refusal) {
	extensions := map[string]any{"code": refused.code}
	if refused.status >= http.StatusInternalServerError {
		// The id under which it was logged.
		extensions["errorId"] = requestID(r.Context())
	}
	write(w, responseType(r), refused.status, &graphql.Response{Errors: gqlerror.List{{Message: refused.message, Extensions: extensions}}})
}

// writeResponse answers an operation. A request error has its own status only
// for callers of the newer media type; to the older one every well-formed
// answer is 200.
func writeResponse(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	media := responseType(r)
	if response == nil {
		// The caller is gone.
		return
	}
	if media == mediaJSON {
		status = http.StatusOK
	}
	write(w, media, status, response)
}

// responseType is the newer media type for those who name it.
func responseType(r *http.Request) string {
	if strings.Contains(r.Header.Get("Accept"), mediaResponse) {
		return mediaResponse
	}
	return mediaJSON
}

type requestError struct {
	Errors     gqlerror.List  `json:"errors"`
	Extensions map[string]any `json:"extensions,omitempty"`
}

func write(w http.ResponseWriter, media string, status int, response *graphql.Response) {
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A client that is gone can't be told.
	_ = json.NewEncoder(w).Encode(body(response))
}

// body is a response as it is written: where nothing was executed it has no
// data, not null.
func body(response *graphql.Response) any {
	if response.Data == nil {
		return requestError{response.Errors, response.Extensions}
	}
	return response
}
