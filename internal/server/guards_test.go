package server_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"clientgraph/graph"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
	"clientgraph/internal/server"
)

// code is the code of an answer's one error.
func (a answer) code() string {
	if len(a.Errors) != 1 {
		return ""
	}
	return a.Errors[0].Code()
}

// Every guard refuses with its code, and with both numbers.
func TestOperationsOverABoundAreRefusedWithItsNumbers(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Limits.Shape = limit.Shape{Depth: 3, Cost: 100, Tokens: 60} })
	for _, c := range []struct{ query, code, number string }{
		{"{ clients { viewClients { viewClients { clientId } } } }", "QUERY_TOO_DEEP", "depth"},
		{"{ clients(pageSize: 101) { clientId } }", "QUERY_TOO_COSTLY", "cost"},
		{"{" + strings.Repeat(" clientCount", 60) + "}", "TOO_MANY_TOKENS", "tokens"},
		{"query { ...A } fragment A on Query { ...A }", "FRAGMENT_CYCLE", ""},
	} {
		a := s.do(t, s.owner(t), c.query)
		if a.code() != c.code || a.Data != nil {
			t.Errorf("%s: %s", c.query, a.body)
		} else if _, told := a.Errors[0].Extensions[c.number]; c.number != "" && !told {
			t.Errorf("%s does not tell its number: %s", c.code, a.body)
		}
	}
	if a := s.do(t, s.owner(t), "{ clients(pageSize: 99) { clientId } }"); len(a.Errors) > 0 {
		t.Errorf("at the bound: %s", a.body)
	}
}

// A body of too many values is refused before there is an operation, with both
// numbers all the same.
func TestBodyOfTooManyValuesIsToldTheBound(t *testing.T) {
	s := newSite(t, nil)
	const most = 12_000
	ask := func(values int) answer {
		return s.post(t, `{"query": "{ me { user } }", "variables": {"a": [0`+strings.Repeat(",0", values-1)+`]}}`)
	}
	a := ask(most)
	if a.code() != "TOO_MANY_VALUES" || a.Errors[0].Extensions["values"] != float64(most+1) || a.Errors[0].Extensions["limit"] != float64(most) {
		t.Errorf("over the bound: %s", a.body)
	}
	if a := ask(most / 2); len(a.Errors) > 0 {
		t.Errorf("below the bound: %s", a.body)
	}
}

func TestAnswerTellsTheCostToWhoAsks(t *testing.T) {
	s := newSite(t, nil)
	ask := func(extensions string) answer {
		return s.post(t, `{"query": "{ clients(pageSize: 7) { clientId } }"`+extensions+`}`)
	}
	if a := ask(""); strings.Contains(a.body, "extensions") {
		t.Errorf("nobody asked: %s", a.body)
	}
	if a := ask(`, "extensions": {"cost": true}`); !strings.Contains(a.body, `"cost":{"cost":8,"limit":50000}`) {
		t.Errorf("asked: %s", a.body)
	}
}

// post sends a body as an owner.
func (s *site) post(t *testing.T, body string, headers ...string) answer {
	t.Helper()
	return s.send(t, http.MethodPost, "/graphql", body, append([]string{"Content-Type", "application/json", "Authorization", "Bearer " + s.owner(t)}, headers...)...)
}

// get asks by GET as an owner.
func (s *site) get(t *testing.T, parameters url.Values) answer {
	t.Helper()
	return s.send(t, http.MethodGet, "/graphql?"+parameters.Encode(), "", "Authorization", "Bearer "+s.owner(t))
}

// Each principal has a minute's points; another's are its own.
func TestPrincipalWhoSpentItsPointsWaits(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Limits.Points = 20 })
	const query = "{ clients(pageSize: 14) { clientId } }"
	if a := s.do(t, s.owner(t), query); len(a.Errors) > 0 {
		t.Fatal(a.body)
	}
	a := s.do(t, s.owner(t), query)
	if a.code() != "RATE_LIMITED" || a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("status %d, %v: %s", a.status, a.header, a.body)
	}
	other := s.token(t, client.Identity{BusinessID: business, User: "other", Role: client.RoleOwner})
	if a := s.do(t, other, query); len(a.Errors) > 0 {
		t.Errorf("another pays: %s", a.body)
	}
}

func TestAutomaticPersistedQueryIsKeptByItsHash(t *testing.T) {
	s := newSite(t, nil)
	const query = "{ clientCount }"
	sum := sha256.Sum256([]byte(query))
	persisted := func(hash string) string {
		return fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hash)
	}
	known := persisted(hex.EncodeToString(sum[:]))
	byHash := url.Values{"extensions": {known}}
	if a := s.get(t, byHash); a.code() != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("before: %s", a.body)
	}
	if a := s.post(t, `{"query": "{ clientCount  }", "extensions": `+known+`}`); a.code() != "BAD_REQUEST" {
		t.Errorf("another text of that hash: %s", a.body)
	}
	if a := s.post(t, `{"query": "`+query+`", "extensions": `+known+`}`); len(a.Errors) > 0 {
		t.Errorf("sent whole: %s", a.body)
	}
	a := s.get(t, byHash)
	if a.Data["clientCount"] != float64(0) || !strings.HasPrefix(a.header.Get("Cache-Control"), "private") {
		t.Errorf("by GET: %v %s", a.header, a.body)
	}
	if a := s.post(t, `{"extensions": `+known+`}`); a.Data["clientCount"] != float64(0) {
		t.Errorf("by POST: %s", a.body)
	}
	if a := s.post(t, `{"extensions": `+persisted("zz")+`}`); a.code() != "BAD_REQUEST" {
		t.Errorf("no hash: %s", a.body)
	}
}

func TestOnlyTrustedDocumentsAreExecutedWhereThatIsAsked(t *testing.T) {
	schema := graph.NewSchema(nil).Schema()
	write := func(text string) string {
		name := filepath.Join(t.TempDir(), "documents.json")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, text := range []string{
		`{"count": "{ clientCount }"}`,
		`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "count", "body": "{ clientCount }", "name": "", "type": "query"}]}`,
	} {
		trusted, err := server.ReadTrustedDocuments(write(text), schema)
		if err != nil {
			t.Fatal(err)
		}
		s := newSite(t, func(o *server.Options) { o.Trusted, o.TrustedOnly = trusted, true })
		for _, body := range []string{`{"documentId": "count"}`, `{"query": "{ clientCount }"}`} {
			if a := s.post(t, body); a.Data["clientCount"] != float64(0) {
				t.Errorf("%s: %s", body, a.body)
			}
		}
		for _, body := range []string{`{"documentId": "another"}`, `{"query": "{ clientCount me { user } }"}`} {
			if a := s.post(t, body); a.code() != "OPERATION_NOT_TRUSTED" || a.Data != nil {
				t.Errorf("%s: %s", body, a.body)
			}
		}
	}
	for _, text := range []string{`{"count": "{ nothing }"}`, `[]`, `{`} {
		if _, err := server.ReadTrustedDocuments(write(text), schema); err == nil {
			t.Errorf("%s is taken for trusted documents", text)
		}
	}
}

// An object that has a name twice, text that is no UTF-8 and values too deep are
// no request.
func TestBodyThatCouldBeReadInTwoWaysIsRefused(t *testing.T) {
	s := newSite(t, nil)
	for _, body := range []string{
		`{"query": "{ clientCount }", "query": "{ me { user } }"}`,
		`{"query": "{ clientCount }", "variables": {"a": {"b": 1, "b": 2}}}`,
		`{"query": "{ clientCount }", "variables": {"a": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`,
		"{\"query\": \"{ clientCount }\", \"operationName\": \"\xc0\xaf\"}",
		`{"query": "{ clientCount }"} {}`,
		`{"query": 1}`,
	} {
		if a := s.post(t, body); a.code() != "BAD_REQUEST" || a.status != http.StatusBadRequest {
			t.Errorf("%.80s: status %d: %s", body, a.status, a.body)
		}
	}
	if a := s.post(t, `[{"query": "{ clientCount }"}]`); a.code() != "BATCHING_NOT_SUPPORTED" {
		t.Errorf("a batch: %s", a.body)
	}
	if a := s.post(t, `{"query": "{ clientCount }"}`, "Content-Encoding", "gzip"); a.code() != "UNSUPPORTED_MEDIA_TYPE" {
		t.Errorf("compressed: %s", a.body)
	}
	if a := s.post(t, `{"query": "{ clientCount }"}`, "Content-Type", "application/json; charset=latin1"); a.code() != "UNSUPPORTED_MEDIA_TYPE" {
		t.Errorf("another charset: %s", a.body)
	}
}

func TestCallerWhoTakesNoMediaTypeOfOursIsTold(t *testing.T) {
	s := newSite(t, nil)
	for accept, status := range map[string]int{
		"text/html": http.StatusNotAcceptable, "application/json;q=0": http.StatusNotAcceptable, "application/json; charset=latin1": http.StatusNotAcceptable,
		"application/*": http.StatusOK, "text/html, */*;q=0.1": http.StatusOK,
	} {
		if a := s.post(t, `{"query": "{ clientCount }"}`, "Accept", accept); a.status != status {
			t.Errorf("%s: status %d: %s", accept, a.status, a.body)
		}
	}
}

// An answer worth it goes out in the encoding that its caller likes best.
func TestLargeAnswersAreCompressedAsTheCallerLikes(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Introspection = true })
	const query = `{"query": "{ __schema { types { name description } } }"}`
	_, plain := s.encoded(t, query, "identity")
	for accept, want := range map[string]string{"gzip": "gzip", "zstd": "zstd", "gzip, zstd": "gzip", "zstd, gzip": "gzip", "gzip, deflate, br, zstd": "gzip", "*": "gzip", "zstd;q=0.5, gzip": "gzip", "gzip;q=0.5, zstd": "zstd", "br": "", "gzip;q=0": ""} {
		encoding, body := s.encoded(t, query, accept)
		if encoding != want {
			t.Errorf("%s: answered in %q, want %q", accept, encoding, want)
			continue
		}
		if text := unpacked(t, body, want); text != plain {
			t.Errorf("%s: the answer is another: %.80s", accept, text)
		}
	}
	if a := s.post(t, `{"query": "{ clientCount }"}`, "Accept-Encoding", "gzip"); a.header.Get("Content-Encoding") != "" {
		t.Error("a small answer is compressed")
	}
}

// encoded sends a body and returns the answer as it came, and its encoding.
func (s *site) encoded(t *testing.T, body, accept string) (encoding, answered string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+s.owner(t))
	request.Header.Set("Accept-Encoding", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.Header.Get("Content-Encoding"), string(data)
}

func unpacked(t *testing.T, body, encoding string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(body)
	var err error
	switch encoding {
	case "gzip":
		r, err = gzip.NewReader(bytes.NewReader([]byte(body)))
	case "zstd":
		r, err = zstd.NewReader(bytes.NewReader([]byte(body)))
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Without introspection a document that is not valid tells neither names of the
// schema nor anything that was sent.
func TestInvalidDocumentIsNotEchoed(t *testing.T) {
	s := newSite(t, nil)
	for _, query := range []string{"{ canaryField }", `{ clients(canaryArgument: 1) { clientId } }`, "query ($canary: CanaryType) { clientCount }", "{ ...canaryFragment }"} {
		a := s.do(t, s.owner(t), query)
		if len(a.Errors) == 0 || strings.Contains(strings.ToLower(a.body), "canary") {
			t.Errorf("%s: %s", query, a.body)
		}
	}
}

// ask sends the query wait as the only one, and tells how it is answered.
func (p *playground) ask(t *testing.T, token string) <-chan busyAnswer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/graphql", strings.NewReader(`{"query": "{ wait }"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	answers := make(chan busyAnswer, 1)
	go func() {
		var a busyAnswer
		defer func() { answers <- a }()
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return
		}
		defer response.Body.Close()
		a.status, a.after = response.StatusCode, response.Header.Get("Retry-After")
		_ = json.NewDecoder(response.Body).Decode(&a.body)
	}()
	return answers
}

// busyAnswer is the part of an answer that a busy server has.
type busyAnswer struct {
	status int
	after  string
	body   struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
}

// wantTurnedAway holds an answer to being that of a caller who has all under way
// that one may have.
func (a busyAnswer) wantTurnedAway(t *testing.T) {
	t.Helper()
	if a.status != http.StatusTooManyRequests || a.after != "1" || len(a.body.Errors) != 1 || a.body.Errors[0].Extensions.Code != "TOO_MANY_REQUESTS" {
		t.Errorf("who should be turned away is answered %+v", a)
	}
}

// More operations than run at once wait, and more than may wait are turned away.
func TestServerThatIsBusyTurnsAwayWhoWouldWaitForNothing(t *testing.T) {
	world := play(t, func(o *server.Options) {
		o.Limits = server.Limits{Running: 1, Waiting: 1, WaitTime: time.Minute}
	})
	token := world.token(t, time.Hour)
	// Which of the three comes third is not known: the one that is answered.
	first, second, third := world.ask(t, token), world.ask(t, token), world.ask(t, token)
	var turnedAway busyAnswer
	select {
	case turnedAway = <-first:
		first = nil
	case turnedAway = <-second:
		second = nil
	case turnedAway = <-third:
		third = nil
	}
	turnedAway.wantTurnedAway(t)
	close(world.proceed)
	for _, waited := range []<-chan busyAnswer{first, second, third} {
		if waited == nil {
			continue
		}
		if a := <-waited; a.status != http.StatusOK {
			t.Errorf("one that waited is answered %+v", a)
		}
	}
}

// Who waits for its turn is turned away when that takes too long.
func TestServerThatStaysBusyTurnsAwayWhoWaitedTooLong(t *testing.T) {
	world := play(t, func(o *server.Options) {
		o.Limits = server.Limits{Running: 1, Waiting: 10, WaitTime: time.Millisecond}
	})
	token := world.token(t, time.Hour)
	first := world.ask(t, token)
	eventually(t, "one operation runs", func() bool { return world.waiting.Load() == 1 })
	(<-world.ask(t, token)).wantTurnedAway(t)
	close(world.proceed)
	if a := <-first; a.status != http.StatusOK {
		t.Errorf("the one that ran is answered %+v", a)
	}
}
