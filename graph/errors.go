package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/internal/client"
	"clientgraph/internal/observe"
)

// Codes of errors outside the domain.
const (
	codeInternal    = "INTERNAL"
	codeUnavailable = "UNAVAILABLE"
	codeTimeout     = "TIMEOUT"
	codeCanceled    = "CANCELED"
)

// fail adds all but the first error of a list to the answer, at the resolved field, and
// returns the first one for gqlgen to add.
func fail(ctx context.Context, err error) error {
	failures := client.AsErrors(err)
	if len(failures) < 2 {
		return err
	}
	for _, failure := range failures[1:] {
		graphql.AddError(ctx, failure)
	}
	return failures[0]
}

// PresentError returns the presenter of errors: errors of the caller get their code,
// message and the path of the argument; others are masked, with an id under which they
// were logged. unavailable says which errors are temporary: their message asks the caller
// to try again.
func PresentError(logger *slog.Logger, unavailable func(error) bool) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		presented := &gqlerror.Error{Path: graphql.GetPath(ctx), Locations: locationsOf(ctx), Extensions: map[string]any{}}
		if located, ok := errors.AsType[*gqlerror.Error](err); ok {
			if located.Err == nil {
				// The error of a document or its variables has a code.
				return presentRequestError(located)
			}
			presented.Path = located.Path
		}
		failures := client.AsErrors(err)
		switch {
		case failures != nil:
			failure := failures[0]
			presented.Message = failure.Message
			maps.Copy(presented.Extensions, failure.Details)
			presented.Extensions["code"] = string(failure.Code)
			if field := argumentPath(ctx, presented, failure); len(field) > 0 {
				presented.Extensions["field"] = field
			}
		// The driver also cancels commands and times out by itself, and the server may
		// cancel a request because its database has ended.
		case unavailable(err) && !(isOver(ctx) && ended(err)):
			mask(ctx, logger, "database unavailable", presented, err)
			presented.Message = "the database could not be reached, or was too busy: try again in a moment, a mutation with the same idempotencyKey"
			presented.Extensions["code"] = codeUnavailable
		case errors.Is(err, context.Canceled):
			presented.Message = "the request was cancelled"
			presented.Extensions["code"] = codeCanceled
		case errors.Is(err, context.DeadlineExceeded):
			presented.Message = "this took too long and was stopped; ask for less, or try again, a mutation with the same idempotencyKey"
			presented.Extensions["code"] = codeTimeout
		default:
			mask(ctx, logger, "internal error", presented, err)
			presented.Message = "something went wrong on our side; tell us the errorId"
			presented.Extensions["code"] = codeInternal
		}
		return presented
	}
}

// locationsOf returns the place of the resolved field in the document; nil if there is
// none. A list entry has no place of its own.
func locationsOf(ctx context.Context) []gqlerror.Location {
	for field := graphql.GetFieldContext(ctx); field != nil; field = field.Parent {
		if field.Field.Field != nil && field.Field.Position != nil {
			return []gqlerror.Location{{Line: field.Field.Position.Line, Column: field.Field.Position.Column}}
		}
	}
	return nil
}

// isOver says whether a context has ended or is about to: the driver may notice the
// deadline a moment earlier.
func isOver(ctx context.Context) bool {
	deadline, bounded := ctx.Deadline()
	return ctx.Err() != nil || (bounded && !time.Now().Before(deadline))
}

// ended says whether an error says that a context ended.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// mask logs an error that callers may not read, and adds the id under which it was logged
// to the answer.
func mask(ctx context.Context, logger *slog.Logger, message string, presented *gqlerror.Error, err error) {
	id := rand.Text()
	logger.ErrorContext(ctx, message, "errorId", id, "path", presented.Path.String(), "error", err)
	presented.Extensions["errorId"] = id
}

// quotedValues match parts of a request in the library's messages: they may have a
// password that was sent with a wrong type.
var quotedValues = []struct {
	match *regexp.Regexp
	with  string
}{
	{regexp.MustCompile(`(?s)^(\w+|Enum "\w+!?") (cannot represent an? non[\w -]+|cannot represent non[\w -]+) value: .*`), "$1 $2 value"},
	{regexp.MustCompile(`(?s)^Value ".*" does not exist in "(\w+)!?" enum\..*`), "Value does not exist in enum $1"},
	{regexp.MustCompile(`(?s)^(Expected value of type "[\w!\[\]]+"), found .*`), "$1"},
	{regexp.MustCompile(`(?s)^.* is not a valid (\w+)$`), "Value does not exist in enum $1"},
	{regexp.MustCompile(`(?s)^cannot use value .* as (\w+)$`), "cannot use this value as $1"},
	{regexp.MustCompile(`(?s)(found|Unexpected) (String|BlockString|Int|Float|Name) .*`), "$1 $2"},
}

// maxQuoting bounds the length of a message in which quoted values are searched, because
// that would take longer than reading the request. The library's own words are at both
// ends.
const maxQuoting = 2_000

// presentRequestError presents the error of a request that could not be executed. A path
// in the variables is not a path in the response, so it is removed.
func presentRequestError(err *gqlerror.Error) *gqlerror.Error {
	if len(err.Message) > maxQuoting {
		// The cuts may be inside characters.
		err.Message = strings.ToValidUTF8(err.Message[:maxQuoting/2], "") + strings.ToValidUTF8(err.Message[len(err.Message)-maxQuoting/2:], "")
	}
	for _, quoted := range quotedValues {
		err.Message = quoted.match.ReplaceAllString(err.Message, quoted.with)
	}
	if len(err.Path) > 0 {
		err.Extensions["field"] = pathNames(err.Path[1:])
		err.Path = nil
	}
	return err
}

// argumentPath returns where in the field's arguments the error is. An error of a scalar
// has this at the end of its path, from where it is removed, because path is the path in
// the response.
func argumentPath(ctx context.Context, presented *gqlerror.Error, failure *client.Error) []string {
	if len(failure.Field) > 0 {
		return failure.Field
	}
	field := graphql.GetFieldContext(ctx)
	if field == nil {
		return nil
	}
	response := field.Path()
	if len(presented.Path) <= len(response) {
		return nil
	}
	path := pathNames(presented.Path[len(response):])
	presented.Path = response
	return path
}

func pathNames(elements ast.Path) []string {
	var path []string
	for _, element := range elements {
		switch e := element.(type) {
		case ast.PathName:
			path = append(path, string(e))
		case ast.PathIndex:
			path = append(path, fmt.Sprint(int(e)))
		}
	}
	return path
}

// RecoverPanic turns a panic of a resolver into an internal error.
func RecoverPanic(_ context.Context, panicked any) error {
	return observe.Panic(panicked)
}
