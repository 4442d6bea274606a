package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	gqlast "github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

// canary is in every text that is sent: nobody who runs the server may read it.
const canary = "Kx8canary"

// Whatever is asked, with whatever values, headers and tokens, and however it
// ends: those who run the server are told names, sizes and codes.
func TestLogMetricsAndSpansTellNoValueOfARequest(t *testing.T) {
	t.Parallel()
	api := apitest.Watched(t)
	api.LoadReference(t)
	who := owner()
	who.User = canary + "User"
	schema := apitest.Schema(t)
	for _, root := range []*gqlast.Definition{schema.Query, schema.Mutation} {
		for _, field := range root.Fields {
			if apitest.IsIntrospection(field) || field.Name == "eraseClient" {
				continue
			}
			for _, id := range []string{"4761823", canary} {
				variables := map[string]any{}
				for _, argument := range field.Arguments {
					variables[argument.Name] = filled(schema, argument.Type, argument.Name, id, 4)
				}
				text := strings.Replace(mutationText(schema, field), "mutation ", strings.ToLower(root.Name)+" Told"+field.Name+" ", 1)
				if len(field.Arguments) == 0 {
					text = strings.NewReplacer("()", "").Replace(text)
				}
				sendTold(t, api, who, map[string]any{"query": text, "variables": variables})
			}
		}
	}
	created := create(t, api, who, person(values{
		"firstName": canary + "First", "emailAddress": canary + "@example.com", "notes": canary, "tags": []any{canary}, "password": canary + "1234",
	}))
	read(t, api, who, created, "fullName notes")
	for _, body := range []map[string]any{
		{"query": `{ clientReport(filter: {searchTerm: "` + canary + `"}) { clientId } }`},
		{"query": "{ " + canary + " }"},
		{"query": "{ clientCount ", "operationName": canary},
		{"query": `{ clients(pageSize: "` + canary + `") { clientId } }`},
		{"documentId": canary},
		{"query": "{ clientCount }", "extensions": map[string]any{canary: canary, "persistedQuery": canary}},
	} {
		sendTold(t, api, who, body)
	}
	told := strings.ToLower(api.Observed(t))
	for _, want := range []string{`"operation":"toldclients"`, `"name":"query toldclient"`, `"name":"find clients"`, `clientgraph_operations_total{`, `"msg":"slow operation"`, "clientgraph_user_errors_total{"} {
		if !strings.Contains(told, want) {
			t.Errorf("nobody is told %s", want)
		}
	}
	if at := strings.Index(told, strings.ToLower(canary)); at >= 0 {
		t.Errorf("they are told a value: %s", told[max(0, at-400):min(len(told), at+100)])
	}
}

// filled is a value of a type with the canary in all its texts.
func filled(schema *gqlast.Schema, of *gqlast.Type, name, id string, depth int) any {
	if of.Elem != nil {
		return []any{filled(schema, of.Elem, name, id, depth)}
	}
	def := schema.Types[of.NamedType]
	switch {
	case def.Kind == gqlast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == gqlast.InputObject:
		object := map[string]any{}
		for _, field := range def.Fields {
			if depth == 0 && !field.Type.NonNull {
				continue
			}
			object[field.Name] = filled(schema, field.Type, field.Name, id, depth-1)
			if def.Directives.ForName("oneOf") != nil {
				break
			}
		}
		return object
	case of.NamedType == "ID":
		return id
	case of.NamedType == "Boolean":
		return true
	case of.NamedType == "Int" || of.NamedType == "Long" || of.NamedType == "Float":
		return 1
	}
	return canary + name
}

// sendTold sends a request with the canary in every header that it may have.
func sendTold(t *testing.T, api *apitest.API, who client.Identity, body map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, authorization := range []string{"Bearer " + api.Token(t, who), "Bearer " + canary + ".a.b"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api.URL+"/graphql", bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{
			"User-Agent", "Referer", "Cookie", "X-Forwarded-For", "X-Real-Ip", "Forwarded", "Tracestate", "Baggage", "Traceparent", "X-Api-Key",
			"Apollographql-Client-Name", "Apollographql-Client-Version", "Accept-Language", "If-None-Match", "X-" + canary,
		} {
			request.Header.Set(name, canary+" "+name)
		}
		request.Header.Set("X-Request-Id", canary+" is no id")
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", authorization)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}
