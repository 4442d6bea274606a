//go:build hostile && linux

package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const (
	// mostOfACaller is how many subscriptions, and how many streams, one caller may
	// have by default.
	mostOfACaller = 100
	// listened is what is subscribed to.
	listened = `subscription { clientChanged { kind clientId client { fullName viewClients { fullName } } } }`
)

// tally counts what came back, by code; what was taken has none.
type tally struct {
	mu    sync.Mutex
	codes map[string]int
}

func (c *tally) add(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.codes[code]++
}

// subscribed asks for fifty subscriptions on each of some sockets.
func subscribed(t *testing.T, s *serving, token string, told *tally) {
	for range 20 {
		conn, response, err := websocket.Dial(t.Context(), s.base+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			t.Fatal(err)
		}
		if response.Body != nil {
			response.Body.Close()
		}
		t.Cleanup(func() { _ = conn.CloseNow() })
		// A socket that was closed is told when it is read.
		write := func(text string) { _ = conn.Write(t.Context(), websocket.MessageText, []byte(text)) }
		write(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`)
		if _, _, err := conn.Read(t.Context()); err != nil {
			told.add(fmt.Sprint("CLOSE ", int(websocket.CloseStatus(err))))
			continue
		}
		for i := range 50 {
			write(fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":%s}}`, i, quoted(listened)))
		}
		go func() {
			for {
				_, data, err := conn.Read(t.Context())
				if err != nil {
					return
				}
				var m struct {
					Type    string
					Payload json.RawMessage
				}
				var errs []struct{ Extensions struct{ Code string } }
				if json.Unmarshal(data, &m) == nil && m.Type == "error" && json.Unmarshal(m.Payload, &errs) == nil && len(errs) > 0 {
					told.add(errs[0].Extensions.Code)
				} else if m.Type == "next" {
					told.add("")
				}
			}
		}()
	}
}

// streamed asks for a subscription on each of a thousand event streams.
func streamed(t *testing.T, s *serving, token string, told *tally) {
	browser := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(browser.CloseIdleConnections)
	var all sync.WaitGroup
	for range 1_000 {
		all.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+"/graphql", strings.NewReader(`{"query":`+quoted(listened)+`}`))
			if err != nil {
				return
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Accept", "text/event-stream")
			request.Header.Set("Authorization", "Bearer "+token)
			response, err := browser.Do(request)
			if err != nil {
				return
			}
			if response.StatusCode == http.StatusOK {
				t.Cleanup(func() { response.Body.Close() })
				told.add("")
				return
			}
			defer response.Body.Close()
			var refused struct {
				Errors []struct{ Extensions struct{ Code string } }
			}
			if json.NewDecoder(response.Body).Decode(&refused) == nil && len(refused.Errors) > 0 {
				told.add(refused.Errors[0].Extensions.Code)
			}
		})
	}
	all.Wait()
}

// One caller who subscribes a thousand times has a hundred subscriptions, and
// writers beside them are not held up.
func TestHostileSubscriptionsOfOneCallerAreBounded(t *testing.T) {
	t.Parallel()
	for name, attack := range map[string]struct {
		subscribe func(*testing.T, *serving, string, *tally)
		refused   []string
	}{
		"sockets": {subscribed, []string{"TOO_MANY_SUBSCRIPTIONS", "TOO_MANY_REQUESTS", "CLOSE 1013"}},
		"streams": {streamed, []string{"TOO_MANY_CONNECTIONS", "TOO_MANY_SUBSCRIPTIONS", "TOO_MANY_REQUESTS"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours := newIssuer(t)
			s := defended(t, ours)
			good, m := ours.ownerCalled(t, "good"), meter{s.cmd.Process.Pid}
			engine := meter{s.lock.EnginePID}
			patches := func() (took, cpu, ofEngine time.Duration) {
				began, before, beforeEngine := time.Now(), m.cpu(t), engine.cpu(t)
				for i := range 10 {
					city := fmt.Sprintf("city %d %d", i, began.UnixNano())
					s.do(t, good, `mutation { patchClient(clientId: 5143212, patch: {city: "`+city+`"}) { userErrors { code } } }`)
				}
				m.untilIdle(t)
				return time.Since(began), m.cpu(t) - before, engine.cpu(t) - beforeEngine
			}
			alone, aloneCPU, aloneEngine := patches()
			told := &tally{codes: map[string]int{}}
			attack.subscribe(t, s, ours.ownerCalled(t, "bad"), told)
			m.untilIdle(t)
			beside, cpu, ofEngine := patches()
			told.mu.Lock()
			codes := fmt.Sprint(told.codes)
			for code, n := range told.codes {
				if code != "" && !strings.Contains(fmt.Sprint(attack.refused), code) {
					t.Errorf("%d are refused with %s", n, code)
				}
			}
			// Of a socket ten patches are told at most for each subscription.
			over := told.codes[""] > mostOfACaller && name == "streams" || told.codes[""] > 20*mostOfACaller
			told.mu.Unlock()
			if over {
				t.Errorf("a caller has more than %d streams: %s", mostOfACaller, codes)
			}
			t.Logf("%s: 1,000 subscriptions of one caller are told %s; ten patches beside them take %v, %v of the server's CPU and %v of the engine's; alone %v, %v and %v",
				name, codes, beside, cpu, ofEngine, alone, aloneCPU, aloneEngine)
			s.do(t, good, "{ clientCount }")
		})
	}
}
