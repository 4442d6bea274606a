package server_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/server"
)

// counting is a verifier that counts what it verifies.
type counting struct {
	server.Verifier
	verified atomic.Int64
}

func (c *counting) Verify(token string) (client.Identity, error) {
	c.verified.Add(1)
	return c.Verifier.Verify(token)
}

// A token that was seen before names its caller, who has too much under way: it is
// not verified again, and the body is not waited for.
func TestBusyCallerIsTurnedAwayBeforeItsTokenAndBodyAreRead(t *testing.T) {
	verifier := &counting{}
	world := play(t, func(o *server.Options) {
		verifier.Verifier, o.Verifier = o.Verifier, verifier
		o.Limits = server.Limits{Running: 1, Waiting: 1, WaitTime: time.Minute}
	})
	token := world.token(t, time.Hour)
	// Of three the one that comes last finds the queue full.
	all := []<-chan busyAnswer{world.ask(t, token), world.ask(t, token), world.ask(t, token)}
	select {
	case a := <-all[0]:
		all[0] = nil
		a.wantTurnedAway(t)
	case a := <-all[1]:
		all[1] = nil
		a.wantTurnedAway(t)
	case a := <-all[2]:
		all[2] = nil
		a.wantTurnedAway(t)
	}
	before := verifier.verified.Load()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(world.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", token); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Errorf("half a request of a busy caller is answered %d, %v", response.StatusCode, response.Header)
	}
	if n := verifier.verified.Load() - before; n != 0 {
		t.Errorf("the token was verified %d times more", n)
	}
	close(world.proceed)
	for _, waited := range all {
		if waited != nil {
			if a := <-waited; a.status != http.StatusOK {
				t.Errorf("one that waited is answered %+v", a)
			}
		}
	}
}

// A token that is remembered lets nobody in whose key is gone, in whatever way the
// caller comes.
func TestTokenThatWasGoodIsRefusedAsSoonAsItsKeyIsGone(t *testing.T) {
	k, path := newKeys(t), filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, k.set(t), 0o600); err != nil {
		t.Fatal(err)
	}
	var past atomic.Int64
	verifier, err := auth.NewVerifier(auth.Config{Issuer: "https://issuer.example", Audience: "clientgraph", KeySetFile: path},
		func() time.Time { return time.Now().Add(time.Duration(past.Load())) })
	if err != nil {
		t.Fatal(err)
	}
	verified := &counting{Verifier: verifier}
	world := play(t, func(o *server.Options) { o.Verifier = verified })
	close(world.proceed)
	token := signed(t, jwt.SigningMethodEdDSA, k.ed25519, map[string]any{"kid": "EdDSA"}, said(nil))
	for range 3 {
		if a := <-world.ask(t, token); a.status != http.StatusOK {
			t.Fatalf("a good token is answered %+v", a)
		}
	}
	if n := verified.verified.Load(); n != 1 {
		t.Errorf("a token that came three times was verified %d times", n)
	}
	if err := os.WriteFile(path, newKeys(t).set(t), 0o600); err != nil {
		t.Fatal(err)
	}
	past.Store(int64(2 * time.Second)) // A file is looked at again after a second.
	for range 2 {
		if a := <-world.ask(t, token); a.status != http.StatusUnauthorized {
			t.Errorf("a token whose key is gone is answered %+v", a)
		}
	}
}

// Of a client's token it is remembered who it is of, and not that the account may be
// used.
func TestRememberedTokenOfAnAccountThatIsShutOutIsRefusedAtOnce(t *testing.T) {
	for name, shut := range ways() {
		t.Run(name, func(t *testing.T) {
			verified := &counting{}
			s := newSite(t, func(o *server.Options) { verified.Verifier, o.Verifier = o.Verifier, verified })
			owner := s.owner(t)
			id := s.create(t, owner, "Jane")
			token := s.token(t, s.account(t, id))
			for range 2 {
				if a := s.do(t, token, "{ __typename }"); a.status != http.StatusOK {
					t.Fatalf("a client that may come in is answered %d: %s", a.status, a.body)
				}
			}
			if a := s.do(t, owner, fmt.Sprintf(shut, id)); !strings.Contains(a.body, `"userErrors":[]`) {
				t.Fatal(a.body)
			}
			before := verified.verified.Load()
			if a := s.do(t, token, "{ __typename }"); a.status != http.StatusUnauthorized {
				t.Errorf("a client that is shut out is answered %d: %s", a.status, a.body)
			}
			if n := verified.verified.Load() - before; n != 0 {
				t.Errorf("the token was not remembered, but verified %d times more", n)
			}
		})
	}
}
