package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/server"
	"clientgraph/internal/service"
)

// wantMasked checks that the answer tells nothing but an id, and that the log
// tells the cause under that id.
func wantMasked(t *testing.T, s *site, a answer, cause string) {
	t.Helper()
	if len(a.Errors) != 1 || a.Errors[0].Code() != "INTERNAL" || strings.Contains(a.body, cause) {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	id, _ := a.Errors[0].Extensions["errorId"].(string)
	for _, line := range s.logged(t, "internal error") {
		if line["errorId"] == id && line["level"] == "ERROR" && strings.Contains(line["error"].(string), cause) {
			return
		}
	}
	t.Errorf("no log line with the errorId %q tells of %q: %s", id, cause, s.log)
}

func TestLostDatabaseIsAnInternalErrorThatIsMaskedAndLogged(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	// A client's token is looked up before its operation is read.
	own := s.token(t, client.Identity{BusinessID: business, User: "c", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: 1})
	s.lose()
	const cause = "client is disconnected"
	a := s.do(t, owner, "{ clientCount }")
	if a.status != http.StatusOK {
		t.Errorf("an operation that failed: status %d", a.status)
	}
	wantMasked(t, s, a, cause)
	wantMasked(t, s, s.do(t, owner, createJane), cause)
	a = s.do(t, own, "{ clientCount }")
	if a.status != http.StatusInternalServerError {
		t.Errorf("a token that can't be looked up: status %d", a.status)
	}
	wantMasked(t, s, a, cause)
}

// panicking is a part of the server with a bug.
type panicking struct{}

func (panicking) Hash(context.Context, string) (string, error) { panic("canary of a bug") }

func TestPanicIsAnInternalErrorThatIsMaskedAndLogged(t *testing.T) {
	s := newSite(t, nil)
	broken := newSite(t, func(o *server.Options) {
		o.Service = service.New(s.store, service.Secrets{Hasher: panicking{}}, nil, time.Now)
	})
	withPassword := strings.Replace(createJane, "{firstName", `{password: "correct horse", firstName`, 1)
	a := broken.do(t, broken.owner(t), withPassword)
	wantMasked(t, broken, a, "canary of a bug")
	if strings.Contains(broken.log.String(), "correct horse") {
		t.Errorf("the password is in the log: %s", broken.log)
	}
	if a := broken.do(t, broken.owner(t), "{ clientCount }"); len(a.Errors) > 0 {
		t.Errorf("the server did not go on: %s", a.body)
	}
}

// A response that can't be written as JSON is answered with an errorId, which the log has too.
func TestResponseThatCannotBeWrittenIsMaskedAndLogged(t *testing.T) {
	world := play(t, nil)
	token := world.token(t, time.Hour)
	status, _, body := world.asks(t, token, "{ broken }")
	if status != http.StatusInternalServerError {
		t.Errorf("answered with status %d: %s", status, body)
	}
	streamed, err := io.ReadAll(world.events(t.Context(), t, http.MethodPost, "{ broken }", token).Body)
	if err != nil {
		t.Fatal(err)
	}
	event, ended := strings.CutSuffix(withoutComments(string(streamed)), completeEvent)
	if !ended {
		t.Errorf("the stream did not complete: %s", streamed)
	}
	socket := world.socket(t)
	socket.say(subscribe("1", "{ broken }"))
	var message struct {
		Type    string
		Payload json.RawMessage
	}
	said, _ := socket.next()
	if err := json.Unmarshal([]byte(said), &message); err != nil || message.Type != "error" {
		t.Fatalf("the socket is told %q: %v", said, err)
	}
	// Its other operations go on.
	socket.say(subscribe("1", `{ echo(text: "a") }`))
	socket.want(`{"id":"1","type":"next","payload":{"data":{"echo":"echo"}}}`)
	for _, told := range []string{body, strings.TrimPrefix(event, "event: next\ndata: "), `{"errors":` + string(message.Payload) + "}"} {
		var a answer
		if err := json.Unmarshal([]byte(told), &a); err != nil {
			t.Fatalf("%v: %s", err, told)
		}
		a.body = told
		wantMasked(t, &site{log: world.log}, a, "unsupported type")
	}
}

// Tokens are written nowhere: not good ones, not bad ones, not where the
// operation fails, at any level of the log.
func TestNoTokenIsEverLogged(t *testing.T) {
	s := newSite(t, nil)
	good := s.owner(t)
	const bad = "canaryheader.canaryclaims.canarysignature"
	staff := s.token(t, client.Identity{BusinessID: business, User: "s", Role: client.RoleStaff, Permissions: client.Write, StaffID: 1})
	tampered := good[:len(good)-4] + "AAAA"
	for _, authorization := range []string{"Bearer " + good, "Bearer " + bad, "Bearer " + staff, "Bearer " + tampered, "Basic " + bad, bad, "Bearer " + bad + " " + bad} {
		for _, query := range []string{"{ clientCount }", "{ nothing }", createJane} {
			s.send(t, http.MethodPost, "/graphql", `{"query":`+quoted(query)+`}`, "Content-Type", "application/json", "Authorization", authorization)
		}
		s.send(t, http.MethodGet, "/graphql?query={clientCount}&access_token="+bad, "", "Authorization", authorization)
		s.send(t, http.MethodPost, "/graphql", "no json", "Content-Type", "application/json", "Authorization", authorization)
	}
	s.lose()
	s.do(t, good, "{ clientCount }")
	log := s.log.String()
	if len(s.logged(t, "token refused")) == 0 || len(s.logged(t, "internal error")) == 0 {
		t.Fatalf("nothing was logged that could hold a token: %s", log)
	}
	for _, token := range []string{good, staff, tampered, bad} {
		for part := range strings.SplitSeq(token, ".") {
			if strings.Contains(log, part) {
				t.Errorf("the log holds %q: %s", part, log)
			}
		}
	}
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

func TestRefusedTokenIsLoggedWithItsReasonAndRequest(t *testing.T) {
	s := newSite(t, nil)
	a := s.do(t, "nonsense", "{ clientCount }")
	lines := s.logged(t, "token refused")
	if len(lines) != 1 || lines[0]["requestId"] != a.header.Get("X-Request-Id") || lines[0]["reason"] == "" {
		t.Errorf("it logs %v", lines)
	}
	if a.header.Get("WWW-Authenticate") != "Bearer" || a.Errors[0].Code() != "UNAUTHENTICATED" {
		t.Errorf("%v: %s", a.header, a.body)
	}
}
