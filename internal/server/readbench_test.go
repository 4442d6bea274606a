package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"clientgraph/internal/server"
)

// BenchmarkReadBody reads bodies of the kinds that callers send: a query, a
// mutation of one client, and a batch of a hundred.
func BenchmarkReadBody(b *testing.B) {
	client := func(n int) map[string]any {
		fields := []any{}
		for i := range 10 {
			fields = append(fields, map[string]any{"schedulerPreferenceFieldDefnId": fmt.Sprint(322500 + i), "value": i})
		}
		return map[string]any{
			"firstName": "Ada", "lastName": fmt.Sprint("Bell \"", n, "\""), "emailAddress": fmt.Sprintf("ada%d@example.com", n), "cellPhone": "+15551234567",
			"notes": strings.Repeat("She likes the window seat.\n", 8), "tags": []any{"VIP", "Walk-in"}, "invitationOptIn": true, "latitude": 59.33, "fields": fields,
		}
	}
	batch := []any{}
	for n := range 100 {
		batch = append(batch, map[string]any{"clientId": fmt.Sprint(n), "patch": client(n)})
	}
	for name, body := range map[string]map[string]any{
		"query": {
			"query":     "query ($size: Int!) { clients(pageSize: $size) { clientId fullName emailAddress viewClients { clientId fullName } } }",
			"variables": map[string]any{"size": 50},
		},
		"mutation": {
			"query":     "mutation ($input: CreateClientInput!) { createClient(input: $input) { client { clientId } userErrors { code message field } } }",
			"variables": map[string]any{"input": client(1)},
		},
		"batch": {
			"query":     "mutation ($patches: [ClientPatchEntry!]!) { patchClients(patches: $patches) { results { userErrors { code } } } }",
			"variables": map[string]any{"patches": batch},
		},
	} {
		text, err := json.Marshal(body)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, code := server.ReadBody(text); code != "" {
					b.Fatal(code)
				}
			}
		})
	}
}
