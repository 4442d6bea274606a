package server_test

import (
	"net/http"
	"testing"

	"clientgraph/internal/server"
)

// Who asks for a schema that is not told is refused with a code, wherever in the
// document it is asked for, and nothing is logged as a failure of ours.
func TestIntrospectionThatIsDisabledIsARefusal(t *testing.T) {
	s := newSite(t, nil)
	for _, query := range []string{
		"{ __schema { description } }",
		`{ me { user } a: __type(name: "Client") { name } }`,
		"{ ... { __schema { description } } }",
		"{ ...A } fragment A on Query { ...B } fragment B on Query { __schema { description } }",
		"query A { me { user } ...A } fragment A on Query { ... on Query { __schema { description } } }",
	} {
		a := s.do(t, s.owner(t), query, "Accept", "application/graphql-response+json")
		if a.status != http.StatusBadRequest || a.code() != "INTROSPECTION_DISABLED" || a.Data != nil {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	if failures := s.logged(t, "internal error"); len(failures) > 0 {
		t.Errorf("logged %v", failures)
	}
	if a := s.do(t, s.owner(t), "{ __typename me { __typename } }"); len(a.Errors) > 0 {
		t.Errorf("the name of a type is no introspection of the schema: %s", a.body)
	}
	open := newSite(t, func(o *server.Options) { o.Introspection = true })
	if a := open.do(t, open.owner(t), "{ __schema { queryType { name } } }"); len(a.Errors) > 0 {
		t.Errorf("where it is allowed: %s", a.body)
	}
}
