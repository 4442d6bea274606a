package server_test

import (
	"encoding/json"
	"testing"

	"clientgraph/internal/server"
)

// FuzzSocketMessage holds the reader of messages to its word: whatever comes, it
// answers with a message that the protocol has or with a code that it names, and
// what it takes for a message encoding/json takes for one too.
func FuzzSocketMessage(f *testing.F) {
	for _, seed := range []string{
		`{"type":"connection_init"}`,
		`{"type":"connection_init","payload":{"Authorization":"Bearer a.b.c","headers":{"authorization":"x"}}}`,
		`{"type":"ping"}`, `{"type":"pong","payload":{"a":[1,2,{}]}}`,
		`{"id":"1","type":"complete"}`,
		`{"id":"1","type":"subscribe","payload":{"query":"{ a }","variables":{"a":1e400},"operationName":null,"extensions":{}}}`,
		`{"type":"ping","type":"ping"}`, `{"TYPE":"ping"}`, `[]`, `{`, `{"type":`, "\xff", `{"type":"\ud800"}`, `{"type":"ping"}x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, id, code := server.ParseMessage(data)
		if code != 0 {
			if code != 4400 && code != 1007 {
				t.Errorf("code %d", code)
			}
			return
		}
		var same struct{ Type, ID string }
		if err := json.Unmarshal(data, &same); err != nil {
			t.Fatalf("it takes what is no JSON: %v", err)
		}
		switch kind {
		case "connection_init", "ping", "pong":
		case "subscribe", "complete":
			if id == "" || len(id) > 128 {
				t.Errorf("the id %q", id)
			}
		default:
			t.Errorf("the type %q", kind)
		}
	})
}
