package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"clientgraph/internal/server"
)

// FuzzRequestBody holds the decoder of bodies to its word: whatever comes, it
// answers with an operation or with a code, it takes only what encoding/json
// takes too, and checks it as the slow reference does.
func FuzzRequestBody(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{ a }"}`, `{"query":"{ a }","variables":{"a":[1,2.5e400,{"b":null}]},"operationName":"A","extensions":{"cost":true}}`,
		`{"query":"{ a }","query":"{ b }"}`, `{"query":"{ a }","\u0071uery":"{ b }"}`, `{"variables":{"a":"\ud800"}}`, `{"variables":{"\ud83d\ude00":1}}`,
		`[{"query":"{ a }"}]`, `{"QUERY":"{ a }"}`, `{"query":null}`, `{"query":"{ a }"}x`, `{"query":"{ a }","variables":{"a":1,"b":{"a":1,"a":2}}}`,
		`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"o":15,"p":16,"q":17,"a":18}`,
		`{"variables":{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}`, "{\"query\":\"\xc0\xaf\"}", `{"a":"\\ud800\"\\"}`, `{"":{"":[]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, code := server.ReadBody(data)
		switch code {
		case "":
			var object map[string]json.RawMessage
			if err := json.Unmarshal(data, &object); err != nil || !utf8.Valid(data) {
				t.Fatalf("it takes what is no JSON object: %v", err)
			}
		case "BAD_REQUEST", "BATCHING_NOT_SUPPORTED", "TOO_MANY_VALUES":
		default:
			t.Errorf("the code %s", code)
		}
		// What is no JSON is the decoder's to find; whether characters stand for
		// nothing can't be told afterwards where the text has that one itself.
		if !json.Valid(data) || !utf8.Valid(data) || len(data) > 10_000 || strings.Contains(strings.ToLower(string(data)), `\ufffd`) || bytes.ContainsRune(data, '\ufffd') {
			return
		}
		want, got := naiveCheck(data), server.CheckJSON(data)
		if (want == nil) != (got == nil) {
			t.Errorf("it is checked to %v, want %v", got, want)
		}
	})
}

// naiveCheck reads a JSON text token by token, and remembers all names.
func naiveCheck(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var names []map[string]bool
	isName := false
	for {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		if text, isText := token.(string); isText && strings.ContainsRune(text, '\ufffd') {
			return errors.New("half a surrogate pair")
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '}' || v == ']' {
				names = names[:len(names)-1]
				break
			}
			var open map[string]bool
			if v == '{' {
				open = map[string]bool{}
			}
			if names = append(names, open); len(names) > 32 {
				return errors.New("too deep")
			}
		case string:
			if isName {
				open := names[len(names)-1]
				if open[v] {
					return errors.New("a name twice")
				}
				open[v], isName = true, false
				continue
			}
		}
		if len(names) == 0 {
			return nil
		}
		isName = names[len(names)-1] != nil
	}
}

// FuzzRequestParameters holds the reader of a GET's parameters to the same.
func FuzzRequestParameters(f *testing.F) {
	for _, seed := range []string{
		"query={a}", "query={a}&variables={%22a%22:1}&operationName=A&extensions={}", "query={a}&query={b}", "query=%c0%af", "query=%zz", "variables=[]",
		"variables={%22a%22:1,%22a%22:2}", "variables=", "documentId=a;b", "variables={%22a%22:%22%5cud800%22}", "other=1&other=2",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// As net/http reads it: what can't be read is left out.
		parameters, _ := url.ParseQuery(text)
		query, variables, code := server.ReadParameters(parameters)
		switch code {
		case "":
			if query != parameters.Get("query") || len(parameters["query"]) > 1 || !utf8.ValidString(query) {
				t.Errorf("the query is %q of %v", query, parameters["query"])
			}
			if given := parameters.Get("variables"); given != "" {
				var same map[string]any
				if err := json.Unmarshal([]byte(given), &same); err != nil && !strings.Contains(err.Error(), "range") || len(same) != len(variables) && err == nil {
					t.Errorf("the variables %v of %q: %v", variables, given, err)
				}
			}
		case "BAD_REQUEST", "TOO_MANY_VALUES":
		default:
			t.Errorf("the code %s", code)
		}
	})
}
