package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/server"
)

// changed is an event of clientChanged.
type changed struct {
	Cursor, Kind, ClientID  string
	FieldDefinitionsVersion int
	Client                  *struct {
		FirstName   string
		ViewClients []struct{ FirstName string }
	}
}

const watching = "subscription { clientChanged%s { cursor kind clientId fieldDefinitionsVersion client { firstName viewClients { firstName } } } }"

// connect is an acknowledged connection of that caller.
func (s *site) connect(t *testing.T, who client.Identity) *peer {
	t.Helper()
	p := dial(t, s.url, subprotocol, server.SocketProtocol)
	p.init(s.token(t, who))
	return p
}

// event is the next event of a subscription.
func (p *peer) event() changed {
	p.t.Helper()
	message, code := p.next()
	var heard struct {
		Type    string
		Payload struct {
			Data struct{ ClientChanged *changed }
		}
	}
	if err := json.Unmarshal([]byte(message), &heard); code != 0 || err != nil || heard.Payload.Data.ClientChanged == nil {
		p.t.Fatalf("code %d, %s", code, message)
	}
	return *heard.Payload.Data.ClientChanged
}

// create makes a client and returns its id.
func (s *site) create(t *testing.T, token, name string) string {
	t.Helper()
	a := s.do(t, token, fmt.Sprintf(`mutation { createClient(input: {firstName: %q, lastName: "Deer", emailAddress: "a@email.com", password: "correct horse"}) { client { clientId clientAccountId } userErrors { code } } }`, name))
	created, _ := a.Data["createClient"].(map[string]any)
	made, _ := created["client"].(map[string]any)
	if made == nil {
		t.Fatalf("%s", a.body)
	}
	return made["clientId"].(string)
}

func (s *site) patch(t *testing.T, token, id, patch string) {
	t.Helper()
	a := s.do(t, token, fmt.Sprintf(`mutation { patchClient(clientId: %q, patch: {%s}) { userErrors { code } } }`, id, patch))
	if len(a.Errors) > 0 || !strings.Contains(a.body, `"userErrors":[]`) {
		t.Fatalf("%s", a.body)
	}
}

// account is the caller who is that client.
func (s *site) account(t *testing.T, id string) client.Identity {
	t.Helper()
	a := s.do(t, s.owner(t), fmt.Sprintf("{ client(clientId: %q) { clientAccountId } }", id))
	var number int64
	if _, err := fmt.Sscan(a.Data["client"].(map[string]any)["clientAccountId"].(string), &number); err != nil {
		t.Fatal(err)
	}
	return client.Identity{BusinessID: business, User: "c" + id, Role: client.RoleClient, Permissions: client.Write, ClientAccountID: number}
}

// Each change comes once, however often the reader breaks off amid the writing.
func TestSubscriptionGoesOnAfterACursorWithoutAGap(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	id, other := s.create(t, owner, "Jane"), s.create(t, owner, "Other")
	cursor := s.do(t, owner, "{ clientChanges(first: 10) { cursor } }").Data["clientChanges"].(map[string]any)["cursor"].(string)
	const writes = 30
	var writing sync.WaitGroup
	defer writing.Wait()
	writing.Go(func() {
		for i := range writes {
			s.patch(t, owner, id, fmt.Sprintf("firstName: \"Jane %d\"", i))
			s.patch(t, owner, other, fmt.Sprintf("firstName: \"Other %d\"", i))
		}
	})
	seen := map[string]bool{cursor: true}
	for len(seen) <= writes {
		p := s.connect(t, apitest.Owner(business))
		p.say(subscribe("1", fmt.Sprintf(watching, fmt.Sprintf("(clientIds: [%q], after: %q)", id, cursor))))
		for range 4 {
			event := p.event()
			if event.ClientID != id || event.Kind != "UPSERTED" || seen[event.Cursor] {
				t.Fatalf("after %d changes it tells of %+v", len(seen)-1, event)
			}
			cursor = event.Cursor
			if seen[cursor] = true; len(seen) > writes {
				break
			}
		}
		p.conn.Close()
	}
}

// Rows of the feed that a cursor goes on from are kept for a time. Where the next one is
// gone, be it alone or with all others, nothing says what it told.
func TestSubscriptionAfterACursorWhoseRowsAreGoneIsRefused(t *testing.T) {
	for name, gone := range map[string]map[string]any{
		"all":      {"businessId": business},
		"the next": {"businessId": business, "sequence": 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			owner := s.owner(t)
			id := s.create(t, owner, "Jane")
			cursor := s.do(t, owner, "{ clientChanges(first: 10) { cursor } }").Data["clientChanges"].(map[string]any)["cursor"].(string)
			for _, city := range []string{"Here", "There", "Elsewhere"} {
				s.patch(t, owner, id, fmt.Sprintf("city: %q", city))
			}
			// The feed is read, so that all rows have their numbers.
			s.do(t, owner, "{ clientChanges(first: 10) { cursor } }")
			deleted, err := s.mongo.Collection("changes").DeleteMany(t.Context(), gone)
			if err != nil || deleted.DeletedCount == 0 {
				t.Fatal(err, deleted)
			}
			p := s.connect(t, apitest.Owner(business))
			for _, ids := range []string{"", fmt.Sprintf("clientIds: [%q], ", id)} {
				p.say(subscribe("1", fmt.Sprintf(watching, fmt.Sprintf("(%safter: %q)", ids, cursor))))
				message, _ := p.next()
				if !strings.Contains(message, `"code":"RESYNC_REQUIRED"`) || strings.Contains(message, `"data":{`) {
					t.Errorf("%s: %s", ids, message)
				}
				p.want(`{"id":"1","type":"complete"}`)
			}
		})
	}
}

// Relations below an event are as they are then, not as they were when the
// subscription began.
func TestSubscriptionReadsRelationsAnewForEachEvent(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	viewer, subject := s.create(t, owner, "Viewer"), s.create(t, owner, "Subject")
	p := s.connect(t, s.account(t, viewer))
	p.say(subscribe("1", fmt.Sprintf(watching, "(clientIds: ["+viewer+"])")))
	s.untilWatched(t)
	s.patch(t, owner, viewer, `firstName: "Alone"`)
	if event := p.event(); event.Client == nil || event.Client.FirstName != "Alone" || len(event.Client.ViewClients) != 0 {
		t.Fatalf("%+v", event)
	}
	s.patch(t, owner, viewer, fmt.Sprintf("clientIdsClientCanView: [%q]", subject))
	if event := p.event(); len(event.Client.ViewClients) != 1 || event.Client.ViewClients[0].FirstName != "Subject" {
		t.Fatalf("%+v", event)
	}
}

// An event goes with the custom fields as they are then.
func TestSubscriptionTellsOfChangedCustomFields(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	id := s.create(t, owner, "Jane")
	p := s.connect(t, apitest.Owner(business))
	p.say(subscribe("1", fmt.Sprintf(watching, "")))
	s.untilWatched(t)
	version := func(city string) int {
		s.patch(t, owner, id, fmt.Sprintf("city: %q", city))
		return p.event().FieldDefinitionsVersion
	}
	before := version("Here")
	if after := version("There"); after != before {
		t.Errorf("%d after %d, though nothing changed", after, before)
	}
	s.do(t, owner, `mutation { createFieldDefinition(input: {label: "Drink", type: TEXT}) { userErrors { code } } }`)
	if after := version("Here"); after <= before {
		t.Errorf("%d after %d and a new custom field", after, before)
	}
}

// untilWatched waits until a change stream stands: subscriptions have begun.
func (s *site) untilWatched(t *testing.T) {
	t.Helper()
	eventually(t, "the feed is watched", func() bool { return s.watched.Load() > 0 })
}

// ways to shut an account out.
func ways() map[string]string {
	return map[string]string{
		"blocked": "mutation { patchClient(clientId: %q, patch: {blocked: true}) { userErrors { code } } }",
		"deleted": "mutation { deleteClient(clientId: %q) { userErrors { code } } }",
	}
}

// It is closed at once where a subscription meets it, and soon where nothing is
// under way.
func TestSocketOfAnAccountThatIsShutOutIsClosed(t *testing.T) {
	for name, shut := range ways() {
		for _, subscribed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, subscribed %t", name, subscribed), func(t *testing.T) {
				s := newSite(t, func(o *server.Options) {
					if !subscribed {
						o.Streams.Recheck = 50 * time.Millisecond
					}
				})
				owner := s.owner(t)
				id := s.create(t, owner, "Jane")
				account := s.account(t, id)
				p := s.connect(t, account)
				if subscribed {
					p.say(subscribe("1", fmt.Sprintf(watching, "")))
					s.untilWatched(t)
				}
				if a := s.do(t, owner, fmt.Sprintf(shut, id)); len(a.Errors) > 0 || !strings.Contains(a.body, `"userErrors":[]`) {
					t.Fatal(a.body)
				}
				if message, code := p.next(); code != 4403 {
					t.Errorf("code %d, %s", code, message)
				}
				again := dial(t, s.url, subprotocol, server.SocketProtocol)
				again.say(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + s.token(t, account) + `"}}`)
				if code, _ := again.end(); code != 4403 {
					t.Errorf("a new connection is closed with %d", code)
				}
			})
		}
	}
}

func TestEventStreamOfAnAccountThatIsShutOutEndsWithAnError(t *testing.T) {
	for name, shut := range ways() {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			owner := s.owner(t)
			id := s.create(t, owner, "Jane")
			ended := make(chan answer, 1)
			token := s.token(t, s.account(t, id))
			go func() { ended <- s.do(t, token, fmt.Sprintf(watching, ""), "Accept", "text/event-stream") }()
			s.untilWatched(t)
			s.do(t, owner, fmt.Sprintf(shut, id))
			a := <-ended
			if !strings.Contains(a.body, `"code":"UNAUTHENTICATED"`) || !strings.HasSuffix(a.body, completeEvent) || strings.Contains(a.body, "Jane") {
				t.Errorf("it streams %s", a.body)
			}
		})
	}
}

func TestSubscriptionRefusesArgumentsByAnError(t *testing.T) {
	s := newSite(t, nil)
	p := s.connect(t, apitest.Owner(business))
	for argument, want := range map[string]string{
		`(after: "nonsense")`: "INVALID_CURSOR",
		"(clientIds: [" + strings.Repeat(`"1",`, 1001) + "])": "TOO_MANY",
	} {
		p.say(subscribe("1", fmt.Sprintf(watching, argument)))
		message, _ := p.next()
		if !strings.Contains(message, `"code":"`+want+`"`) || strings.Contains(message, `"data":{`) {
			t.Errorf("%s", message)
		}
		p.want(`{"id":"1","type":"complete"}`)
	}
}
