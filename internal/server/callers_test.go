package server_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/server"
)

// counting is a verifier that counts, and may be told to refuse all tokens, as one
// whose keys are gone.
type counting struct {
	server.Verifier
	verified atomic.Int64
	gone     atomic.Bool
}

func (c *counting) Verify(token string) (client.Identity, error) {
	c.verified.Add(1)
	if c.gone.Load() {
		return client.Identity{}, auth.ErrUnauthenticated
	}
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

// That a token was seen before lets nobody in: one whose key is gone is refused at
// once.
func TestTokenThatWasGoodIsRefusedAsSoonAsItsKeyIsGone(t *testing.T) {
	verifier := &counting{}
	world := play(t, func(o *server.Options) { verifier.Verifier, o.Verifier = o.Verifier, verifier })
	close(world.proceed)
	token := world.token(t, time.Hour)
	if a := <-world.ask(t, token); a.status != http.StatusOK {
		t.Fatalf("a good token is answered %+v", a)
	}
	verifier.gone.Store(true)
	for range 2 {
		if a := <-world.ask(t, token); a.status != http.StatusUnauthorized {
			t.Errorf("a token whose key is gone is answered %+v", a)
		}
	}
}
