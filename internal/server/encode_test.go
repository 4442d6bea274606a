package server

import (
	"encoding/json"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// What is written is what encoding/json makes of a response, but that data which are
// missing are left out.
func TestResponsesAreWrittenAsTheirJSON(t *testing.T) {
	failed := gqlerror.List{{Message: `no "such" <field>`, Path: ast.Path{ast.PathName("a"), ast.PathIndex(1)}, Extensions: map[string]any{"code": "NOT_FOUND"}}}
	for name, response := range map[string]*graphql.Response{
		"data":            {Data: json.RawMessage(`{"a":"é <b> \u2028","n":[1,2.5,null]}`)},
		"null":            {Data: json.RawMessage("null"), Errors: failed},
		"partial":         {Data: json.RawMessage(`{"a":null}`), Errors: failed},
		"cost":            {Data: json.RawMessage(`{}`), Extensions: map[string]any{"cost": map[string]any{"points": 3}}},
		"errors and cost": {Data: json.RawMessage(`{}`), Errors: failed, Extensions: map[string]any{"cost": 1}},
		"refused":         {Errors: failed},
		"refused, paced":  {Errors: failed, Extensions: map[string]any{"a": "b"}},
	} {
		written, err := encodeResponse(nil, response, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		whole, err := json.Marshal(response)
		if err != nil {
			t.Fatal(err)
		}
		var got, want map[string]any
		if err := json.Unmarshal(written, &got); err != nil {
			t.Fatalf("%s: %v: %s", name, err, written)
		}
		if err := json.Unmarshal(whole, &want); err != nil {
			t.Fatal(err)
		}
		if response.Data == nil {
			delete(want, "data")
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		message, err := encodeNext(`an "id"`, response)
		if err != nil {
			t.Fatal(err)
		}
		var next struct {
			ID, Type string
			Payload  map[string]any
		}
		if err := json.Unmarshal(message, &next); err != nil || next.ID != `an "id"` || next.Type != messageNext {
			t.Errorf("%s: %v: %s", name, err, message)
		}
		if diff := gocmp.Diff(want, next.Payload); diff != "" {
			t.Errorf("%s in a message (-want +got):\n%s", name, diff)
		}
	}
}

// An event ends at a line break, so that none stands in it, whatever a scalar wrote.
func TestEventsHoldNoLineBreak(t *testing.T) {
	event, err := encodeEvent(&graphql.Response{Data: json.RawMessage("{\"a\":[1,\r\n2],\n\"b\":\"\\n\"}")})
	if err != nil {
		t.Fatal(err)
	}
	if want := "event: next\ndata: {\"data\":{\"a\":[1,2],\"b\":\"\\n\"}}\n\n"; string(event) != want {
		t.Errorf("the event is %q, want %q", event, want)
	}
}
