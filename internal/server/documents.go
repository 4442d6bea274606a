package server

import (
	"errors"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/internal/limit"
	"clientgraph/internal/plan"
)

// documentBytes bounds the text of the cached documents; a parsed document takes some
// twenty times as much memory. It suffices for the operations of many front ends. A
// caller who sends ever new documents fills only its own share.
const documentBytes = 4 << 20

// parsed is a document with its compiled selections.
type parsed struct {
	*ast.QueryDocument
	// hash is the SHA-256 of the text, which names the document in metrics and traces.
	hash   string
	plans  *plan.Cache
	prices limit.Prices
}

// document returns the parsed document of a request. A cached document is valid already;
// any other must be measured, then validated.
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
		return nil, false, gqlerror.List{invalid("query has no operation")}
	}
	return &parsed{QueryDocument: query, hash: hashOf(asked.Query), plans: plan.NewCache(query)}, false, nil
}

// validate validates a new document, and caches it in the share of its principal.
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

// asList returns the parser's error as a list.
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
