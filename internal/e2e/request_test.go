package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"clientgraph/internal/apitest"
	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// exchange is a request and what must come back.
type exchange struct {
	name    string
	method  string
	query   url.Values
	header  map[string]string
	body    string
	status  int
	code    string
	answers map[string]string
}

// send sends a request as an owner, unless header says otherwise.
func (e exchange) send(t *testing.T, api *apitest.API) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), e.method, api.URL+"/graphql?"+e.query.Encode(), strings.NewReader(e.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+api.Token(t, owner()))
	if e.method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range e.header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

const (
	deleteJohnny = `mutation { deleteClient(clientId: 4658091) { client { clientId } } }`
	askMe        = `{"query":"{ me { user } }"}`
	askTwo       = `query A { me { user } } query B($id: ID!) { client(clientId: $id) { clientId } }`
)

func exchanges() []exchange {
	newer := map[string]string{"Accept": "application/graphql-response+json"}
	ofType := func(media string) map[string]string { return map[string]string{"Content-Type": media} }
	return []exchange{
		{name: "post", method: "POST", body: askMe, status: 200},
		{name: "post with a charset", method: "POST", body: askMe, header: ofType("application/json; charset=utf-8"), status: 200},
		{name: "post with nulls", method: "POST", body: `{"query":"{ me { user } }","variables":null,"operationName":null,"extensions":null}`, status: 200},
		{name: "get", method: "GET", query: url.Values{"query": {"{ me { user } }"}}, status: 200},
		{name: "get with variables", method: "GET", query: url.Values{
			"query": {askTwo}, "operationName": {"B"}, "variables": {`{"id":"4658091"}`},
		}, status: 200},
		{name: "newer type", method: "POST", body: askMe, header: newer, status: 200, answers: map[string]string{
			"Content-Type": "application/graphql-response+json; charset=utf-8",
		}},
		{name: "older type", method: "POST", body: askMe, status: 200, answers: map[string]string{
			"Content-Type": "application/json; charset=utf-8", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
		}},
		{name: "request error in the newer type", method: "POST", header: newer, body: `{"query":"{ nobody }"}`, status: 400, code: validationFailed},
		{name: "syntax error in the newer type", method: "POST", header: newer, body: `{"query":"{ me "}`, status: 400, code: parseFailed},
		{name: "field error in the newer type", method: "POST", header: newer, body: `{"query":"{ client(clientId: \"x\") { id } }"}`, status: 200, code: "INVALID_ID"},
		{name: "broken body", method: "POST", body: `{"query":`, status: 400, code: "BAD_REQUEST"},
		{name: "no body", method: "POST", status: 400, code: "BAD_REQUEST"},
		{name: "two bodies", method: "POST", body: askMe + askMe, status: 400, code: "BAD_REQUEST"},
		{name: "a batch", method: "POST", body: "[" + askMe + "]", status: 400, code: "BATCHING_NOT_SUPPORTED"},
		{name: "no object", method: "POST", body: `"{ me { user } }"`, status: 400, code: "BAD_REQUEST"},
		{name: "query is no text", method: "POST", body: `{"query":{"me":1}}`, status: 400, code: "BAD_REQUEST"},
		{name: "variables are no object", method: "POST", body: `{"query":"{ me { user } }","variables":[1]}`, status: 400, code: "BAD_REQUEST"},
		{name: "operationName is no text", method: "POST", body: `{"query":"{ me { user } }","operationName":1}`, status: 400, code: "BAD_REQUEST"},
		{name: "no query", method: "POST", body: `{}`, status: 400, code: "BAD_REQUEST"},
		{name: "empty query", method: "POST", body: `{"query":""}`, status: 400, code: "BAD_REQUEST"},
		{name: "blank query", method: "POST", body: `{"query":" \n"}`, status: 400, code: "BAD_REQUEST"},
		{name: "get without a query", method: "GET", status: 400, code: "BAD_REQUEST"},
		{name: "get with broken variables", method: "GET", query: url.Values{"query": {"{ me { user } }"}, "variables": {"{"}}, status: 400, code: "BAD_REQUEST"},
		{name: "get of a mutation", method: "GET", query: url.Values{"query": {deleteJohnny}}, status: 405, code: "METHOD_NOT_ALLOWED", answers: map[string]string{"Allow": "POST"}},
		{name: "put", method: "PUT", body: askMe, status: 405, code: "METHOD_NOT_ALLOWED", answers: map[string]string{"Allow": "GET, POST"}},
		{name: "delete", method: "DELETE", status: 405, code: "METHOD_NOT_ALLOWED", answers: map[string]string{"Allow": "GET, POST"}},
		{name: "text", method: "POST", body: askMe, header: ofType("text/plain"), status: 415, code: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "form", method: "POST", body: "query=%7Bme%7Buser%7D%7D", header: ofType("application/x-www-form-urlencoded"), status: 415, code: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "no type", method: "POST", body: askMe, header: ofType(""), status: 415, code: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "just fits", method: "POST", body: askMe + strings.Repeat(" ", 1<<20-len(askMe)), status: 200},
		{name: "too large", method: "POST", body: askMe + strings.Repeat(" ", 1<<20-len(askMe)+1), status: 413, code: "BODY_TOO_LARGE"},
		{name: "two operations, none named", method: "POST", body: `{"query":` + quoted(askTwo) + `}`, status: 200, code: validationFailed},
		{name: "two operations, another named", method: "POST", body: `{"query":` + quoted(askTwo) + `,"operationName":"C"}`, status: 200, code: validationFailed},
		{name: "two operations, one named", method: "POST", body: `{"query":` + quoted(askTwo) + `,"operationName":"A"}`, status: 200},
		{name: "own request id", method: "POST", body: askMe, header: map[string]string{"X-Request-Id": "abc-1"}, status: 200, answers: map[string]string{"X-Request-Id": "abc-1"}},
	}
}

func quoted(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestHTTPExchanges(t *testing.T) {
	api := reference(t)
	for _, e := range exchanges() {
		t.Run(e.name, func(t *testing.T) {
			nothingWritten(t, api, func() {
				response, body := e.send(t, api)
				if response.StatusCode != e.status {
					t.Errorf("HTTP %d, want %d: %s", response.StatusCode, e.status, body)
				}
				for name, want := range e.answers {
					if got := response.Header.Get(name); got != want {
						t.Errorf("%s: %q, want %q", name, got, want)
					}
				}
				answered := apitest.Response{Body: body}
				if err := json.Unmarshal(body, &answered); err != nil {
					t.Fatalf("%s: %v", body, err)
				}
				code := ""
				if len(answered.Errors) > 0 {
					code = answered.Errors[0].Code()
				}
				if code != e.code {
					t.Errorf("got the code %q, want %q: %s", code, e.code, body)
				}
			})
		})
	}
}

// developmentKey is the key of apitest's tokens.
var developmentKey = bytes.Repeat([]byte{7}, 32)

// forged is a token of an owner with one thing wrong.
func forged(t *testing.T, method jwt.SigningMethod, key any, change jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{
		"iss": auth.DevelopmentIssuer, "aud": auth.DevelopmentAudience, "sub": "owner", "role": "OWNER", "businessId": sample.BusinessID,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	for name, value := range change {
		if value == nil {
			delete(claims, name)
			continue
		}
		claims[name] = value
	}
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer " + token
}

// Whoever is refused learns nothing but that, whatever is wrong.
func TestRefusedTokensAreAnsweredAlike(t *testing.T) {
	api := reference(t)
	payload(t, api, owner(), deleteMutation, values{"id": "4658091"})
	patch(t, api, owner(), "4922146", values{"blocked": true})
	hs := jwt.SigningMethodHS256
	good := forged(t, hs, developmentKey, nil)
	if response := api.Post(t, good, []byte(askMe)); response.Status != 200 {
		t.Fatalf("a token of this test's making is refused: %s", response.Body)
	}
	header, rest, _ := strings.Cut(good, ".")
	claims, _, _ := strings.Cut(rest, ".")
	bearers := map[string]string{
		"none":            "",
		"no token":        "Bearer",
		"blank token":     "Bearer ",
		"another scheme":  "Basic b3duZXI6b3duZXI=",
		"garbage":         "Bearer garbage",
		"three parts":     "Bearer a.b.c",
		"expired":         forged(t, hs, developmentKey, jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}),
		"never expires":   forged(t, hs, developmentKey, jwt.MapClaims{"exp": nil}),
		"not yet":         forged(t, hs, developmentKey, jwt.MapClaims{"nbf": time.Now().Add(time.Hour).Unix()}),
		"another key":     forged(t, hs, bytes.Repeat([]byte{8}, 32), nil),
		"another hash":    forged(t, jwt.SigningMethodHS512, developmentKey, nil),
		"alg none":        forged(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"no signature":    header + "." + claims + ".",
		"another header":  "Bearer " + base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + claims + ".",
		"audience":        forged(t, hs, developmentKey, jwt.MapClaims{"aud": "somebody"}),
		"no audience":     forged(t, hs, developmentKey, jwt.MapClaims{"aud": nil}),
		"issuer":          forged(t, hs, developmentKey, jwt.MapClaims{"iss": "somebody"}),
		"no business":     forged(t, hs, developmentKey, jwt.MapClaims{"businessId": nil}),
		"no user":         forged(t, hs, developmentKey, jwt.MapClaims{"sub": nil}),
		"no role":         forged(t, hs, developmentKey, jwt.MapClaims{"role": nil}),
		"unknown role":    forged(t, hs, developmentKey, jwt.MapClaims{"role": "GOD"}),
		"no staff id":     forged(t, hs, developmentKey, jwt.MapClaims{"role": "STAFF"}),
		"no locations":    forged(t, hs, developmentKey, jwt.MapClaims{"role": "LOCATION_SUPER_USER"}),
		"no account":      forged(t, hs, developmentKey, jwt.MapClaims{"role": "CLIENT"}),
		"unknown account": "Bearer " + api.Token(t, account(999)),
		"deleted account": "Bearer " + api.Token(t, account(1151035)),
		"blocked account": "Bearer " + api.Token(t, account(1151042)),
		"foreign account": "Bearer " + api.Token(t, client.Identity{
			BusinessID: 77, User: "web", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: 1151044,
		}),
	}
	const want = `{"errors":[{"message":"send a valid access token: Authorization: Bearer TOKEN","extensions":{"code":"UNAUTHENTICATED"}}]}` + "\n"
	for name, bearer := range bearers {
		// What is asked makes no difference either.
		for _, e := range []exchange{
			{method: "POST", body: `{"query":` + quoted(deleteJohnny) + `}`},
			{method: "POST", body: `{`},
			{method: "GET", query: url.Values{"query": {"{ me { user } }"}}},
			{method: "PUT"},
		} {
			e.header = map[string]string{"Authorization": bearer}
			var response *http.Response
			var body []byte
			commands := api.Commands(func() { response, body = e.send(t, api) })
			if response.StatusCode != http.StatusUnauthorized || string(body) != want {
				t.Errorf("%s, %s: HTTP %d %s", name, e.method, response.StatusCode, body)
			}
			if got := response.Header.Get("WWW-Authenticate"); got != "Bearer" {
				t.Errorf("%s, %s: WWW-Authenticate is %q", name, e.method, got)
			}
			if looked := strings.Join(commands, " "); looked != "" && !strings.HasSuffix(name, " account") {
				t.Errorf("%s, %s: the database was asked: %s", name, e.method, looked)
			}
		}
	}
	if log := api.Log.String(); strings.Contains(log, claims) || strings.Contains(log, "garbage") {
		t.Error("the log holds a token")
	}
}

// No value of a variable brings the server down or is a mistake of ours.
func TestNoVariableIsAnInternalError(t *testing.T) {
	api := reference(t)
	operations := map[string][]string{
		`query ($v: ID!) { client(clientId: $v) { clientId } }`:                                                     {`%`},
		`query ($v: [ID!]!) { nodes(ids: $v) { id } }`:                                                              {`%`, `[%]`, `[[%]]`},
		`query ($v: Int!) { clients(pageSize: $v) { clientId } }`:                                                   {`%`},
		`query ($v: OrderMode!) { clients(orderMode: $v) { clientId } }`:                                            {`%`},
		`query ($v: ClientOrder!) { clientConnection(orderBy: $v, first: 1) { totalCount } }`:                       {`%`, `{"field": %}`, `{"field": "FULL_NAME", "direction": %}`},
		`query ($v: ClientReportFilter) { clientConnection(filter: $v, first: 1) { totalCount } }`:                  {`%`, `{"clientIdList": %}`, `{"clientIdList": [%]}`, `{"statusList": [%]}`, `{"includeDeleted": %}`},
		`query ($v: String) { clientConnection(first: 1, after: $v) { totalCount } }`:                               {`%`},
		`mutation ($v: Int) { patchClient(clientId: 1, patch: {sex: "f"}, expectedVersion: $v) { client { id } } }`: {`%`},
		`mutation ($v: ClientPatch!) { patchClient(clientId: 1, patch: $v) { client { id } } }`: {
			`%`, `{"firstName": %}`, `{"dateOfBirth": %}`, `{"latitude": %}`, `{"blocked": %}`, `{"status": %}`, `{"tags": %}`, `{"tags": [%]}`,
			`{"tags": [[%]]}`, `{"excludeEmailCategoryIdList": %}`, `{"clientIdsClientCanView": [%]}`, `{"viewClientAccountIds": %}`, `{"ssn": %}`,
			`{"password": %}`, `{"fields": %}`, `{"fields": [%]}`, `{"fields": [{"schedulerPreferenceFieldDefnId": %}]}`,
			`{"fields": [{"schedulerPreferenceFieldDefnId": 322530, "value": %}]}`, `{"fields": [{"schedulerPreferenceFieldDefnId": 322516, "value": %}]}`,
		},
		`mutation ($v: String) { patchClient(clientId: 1, patch: {sex: $v}) { client { id } } }`:                                                     {`%`},
		`mutation ($v: JSON) { patchClient(clientId: 1, patch: {fields: [{schedulerPreferenceFieldDefnId: 322534, value: $v}]}) { client { id } } }`: {`%`},
	}
	nothingWritten(t, api, func() {
		for operation, shapes := range operations {
			for _, shape := range shapes {
				for _, value := range []string{
					`null`, `true`, `0`, `-1`, `1.5`, `1e400`, `99999999999999999999`, `""`, `"text"`, `"1"`, `[]`, `[null]`, `[1]`, `["text"]`, `[[]]`, `{}`,
					`{"a": null}`, `{"a": {"b": [1]}}`, `"\ud800"`,
				} {
					variables := values{"v": fromJSON(t, strings.ReplaceAll(shape, "%", value))}
					response := api.Do(t, owner(), operation, variables)
					if response.Status != 200 {
						t.Errorf("%s with %v: HTTP %d", operation, variables, response.Status)
					}
					for _, e := range response.Errors {
						if e.Code() == "INTERNAL" || e.Code() == "" {
							t.Errorf("%s with %v: %s", operation, variables, response.Body)
						}
					}
				}
			}
		}
	})
}
