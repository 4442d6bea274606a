package server

import (
	"errors"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/internal/limit"
	"clientgraph/internal/plan"
)

// documentBytes bounds the text of the documents that are kept parsed, which
// take some twenty times as much. It is the operations of many front ends, or a
// few of those that somebody makes up to fill the memory: of its owner's share.
const documentBytes = 4 << 20

// parsed is a document, with what its selections are compiled into.
type parsed struct {
	*ast.QueryDocument
	// hash is the SHA-256 of the text, by which those who watch name it.
	hash   string
	plans  *plan.Cache
	prices limit.Prices
}

// document is the parsed document of a request. It is valid where it was seen
// before; any other is measured before it is validated.
func (h *graphqlHandler) document(asked *request) (document *parsed, valid bool, err error) {
	document, known := h.documents.get(asked.Query)
	h.telemetry.Document(known)
	if known {
		return document, true, nil
	}
	if err := h.limits.Shape.Text(asked.Query); err != nil {
		return nil, false, err
	}
	query, err := limit.Parse(asked.Query)
	if err != nil {
		errcode.Set(err, errcode.ParseFailed)
		return nil, false, err
	}
	if len(query.Operations) == 0 {
		return nil, false, gqlerror.List{invalid("query holds no operation")}
	}
	return &parsed{QueryDocument: query, hash: hashOf(asked.Query), plans: plan.NewCache(query)}, false, nil
}

// validate holds a document that was not seen before to the rules of GraphQL, and
// keeps it among those that its principal brought.
func (h *graphqlHandler) validate(asked *request, document *parsed) gqlerror.List {
	if errs := limit.Validate(h.schema, document.QueryDocument, h.suggests); errs != nil {
		return errs
	}
	h.documents.add(asked.principal, asked.Query, document, len(asked.Query))
	return nil
}

func invalid(message string) *gqlerror.Error {
	err := &gqlerror.Error{Message: message}
	errcode.Set(err, errcode.ValidationFailed)
	return err
}

// asList is what the parser says of a document.
func asList(err error) gqlerror.List {
	if list, isList := errors.AsType[gqlerror.List](err); isList {
		return list
	}
	one, isOne := errors.AsType[*gqlerror.Error](err)
	if !isOne {
		one = gqlerror.Wrap(err)
	}
	return gqlerror.List{one}
}
