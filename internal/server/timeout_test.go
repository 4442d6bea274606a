package server_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/server"
	"clientgraph/internal/testdb"
)

// slow is a way to the database on which the answer to one command never comes.
type slow struct {
	behind string
	mu     sync.Mutex
	// command is a text of the command to hold; empty for none.
	command []byte
	// held tells that it was sent on, and given up that its connection was closed
	// by who sent it.
	held, givenUp chan struct{}
}

// newSlow opens a way to a fresh database.
func newSlow(t *testing.T) (*slow, testdb.DB) {
	t.Helper()
	db := testdb.New(t)
	to, err := url.Parse(db.URI)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	s := &slow{behind: to.Host, held: make(chan struct{}, 1), givenUp: make(chan struct{}, 1)}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go s.carry(t, from)
		}
	}()
	to.Host = listener.Addr().String()
	db.URI = to.String()
	return s, db
}

// hold makes the next command that has this text the one without an answer.
func (s *slow) hold(command string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.command = []byte(command)
}

func (s *slow) isHeld(sent []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.command == nil || !bytes.Contains(sent, s.command) {
		return false
	}
	s.command = nil
	return true
}

// carry carries what one connection sends and is answered.
func (s *slow) carry(t *testing.T, from net.Conn) {
	defer from.Close()
	to, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.behind)
	if err != nil {
		return
	}
	defer to.Close()
	var silent sync.Mutex
	go func() {
		answered := make([]byte, 64<<10)
		for {
			n, err := to.Read(answered)
			silent.Lock()
			if err == nil {
				_, err = from.Write(answered[:n])
			}
			silent.Unlock()
			if err != nil {
				from.Close()
				return
			}
		}
	}()
	if !s.passOn(from, to, &silent) {
		return
	}
	s.held <- struct{}{}
	// Nothing else is sent on it, until it is closed.
	_, _ = io.Copy(io.Discard, from)
	s.givenUp <- struct{}{}
	silent.Unlock()
}

// passOn passes commands on, up to the one to hold; false when there was none. It
// locks silent then.
func (s *slow) passOn(from io.Reader, to io.Writer, silent sync.Locker) bool {
	sent := make([]byte, 64<<10)
	for {
		n, err := from.Read(sent)
		if err != nil {
			return false
		}
		held := s.isHeld(sent[:n])
		if held {
			silent.Lock()
		}
		if _, err := to.Write(sent[:n]); err != nil || held {
			return held
		}
	}
}

// wantGivenUp checks that the command was under way, and that its connection was
// closed: by that MongoDB learns that nobody waits for it, and ends it.
func (s *slow) wantGivenUp(t *testing.T) {
	t.Helper()
	for what, told := range map[string]chan struct{}{"sent": s.held, "given up": s.givenUp} {
		select {
		case <-told:
		case <-time.After(patience):
			t.Fatalf("the command was not %s", what)
		}
	}
}

// quick is time enough to be sent, and for the test to wait.
const quick = 500 * time.Millisecond

func TestQueryThatTakesTooLongIsGivenUpInTheDatabaseToo(t *testing.T) {
	t.Parallel()
	way, db := newSlow(t)
	s := newSiteOn(t, db, func(o *server.Options) { o.Limits.QueryTime = quick })
	s.do(t, s.owner(t), createJane)
	way.hold("canary@email.com")
	a := s.do(t, s.owner(t), `{ clientsByEmail(emailAddress: "canary@email.com") { clientId } }`)
	if a.code() != "TIMEOUT" || a.status != http.StatusOK || strings.Contains(a.body, "canary") {
		t.Errorf("it is answered %d %s", a.status, a.body)
	}
	way.wantGivenUp(t)
	if a := s.do(t, s.owner(t), `{ clientsByEmail(emailAddress: "jane@email.com") { firstName } }`); len(a.Errors) > 0 {
		t.Errorf("the server did not go on: %s", a.body)
	}
}

// Nothing of it is written, and nothing that it locked stays locked.
func TestMutationThatTakesTooLongIsRolledBack(t *testing.T) {
	t.Parallel()
	way, db := newSlow(t)
	s := newSiteOn(t, db, func(o *server.Options) { o.Limits.MutationTime = quick })
	made := s.do(t, s.owner(t), createJane)
	id, _ := dig(made.Data, "createClient", "client", "clientId").(string)
	patch := func(city string) answer {
		return s.do(t, s.owner(t), `mutation { patchClient(clientId: "`+id+`", patch: {city: "`+city+`"}) { client { version city } } }`)
	}
	way.hold("Canaryville")
	if a := patch("Canaryville"); a.code() != "TIMEOUT" || strings.Contains(a.body, "Canary") {
		t.Fatalf("it is answered %d %s", a.status, a.body)
	}
	way.wantGivenUp(t)
	if a := patch("Ulm"); dig(a.Data, "patchClient", "client", "version") != 2.0 || dig(a.Data, "patchClient", "client", "city") != "Ulm" {
		t.Errorf("the next one is answered %s", a.body)
	}
}
