//go:build unix

package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

const (
	// liveBusiness is the business of the test, and firstStaff the member of staff
	// of its first group.
	liveBusiness, firstStaff = 7, 1_000
	// clientsOfGroup are in a group beside its viewer.
	clientsOfGroup = 4
)

// liveWorld is a business on two servers, whose clients are in groups. A group has a
// member of staff who sees it, a client who may view it, and a tag.
type liveWorld struct {
	crash   *crash
	bases   [2]atomic.Pointer[string]
	token   func(client.Identity) string
	owner   string
	writers int
	groups  []*liveGroup
	// stamps counts appointments' states, so that the later one wins.
	stamps    atomic.Int64
	written   atomic.Int64
	followers []*follower
	used      []usage
}

// liveGroup is written by one writer alone, who so knows what the database has.
type liveGroup struct {
	number  int
	viewer  *liveClient
	clients []*liveClient
	account int64
	// views says whom the viewer may see.
	views map[string]bool
}

type liveClient struct {
	id, city       string
	deleted, moved bool
}

func newLiveWorld(t *testing.T, groups, writers int) *liveWorld {
	t.Helper()
	w := &liveWorld{crash: &crash{dir: dataDir(t)}, writers: writers}
	w.crash.start(t)
	w.serveAt()
	key, err := auth.DevelopmentKey(w.crash.dir)
	if err != nil {
		t.Fatal(err)
	}
	development, err := auth.NewDevelopment(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.token = func(who client.Identity) string {
		who.BusinessID = liveBusiness
		token, err := development.Token(who, 4*time.Hour)
		if err != nil {
			t.Error(err)
		}
		return token
	}
	w.owner = w.token(client.Identity{User: "owner", Role: client.RoleOwner, Permissions: client.AllPermissions})
	for number := range groups {
		w.groups = append(w.groups, w.found(t, number))
	}
	for number := range groups {
		w.follow(number)
	}
	return w
}

// serveAt notes where the servers are.
func (w *liveWorld) serveAt() {
	for i, s := range w.crash.servers() {
		w.bases[i].Store(&s.base)
	}
}

func (w *liveWorld) base(server int) string { return *w.bases[server].Load() }

func tagOf(group int) string { return fmt.Sprintf("group %d", group) }

// found makes a group.
func (w *liveWorld) found(t *testing.T, number int) *liveGroup {
	t.Helper()
	g := &liveGroup{number: number, views: map[string]bool{}}
	var inputs []any
	for i := range clientsOfGroup + 1 {
		input := map[string]any{
			"firstName": fmt.Sprintf("Client %d", i), "lastName": "Deer", "city": "the first",
			"emailAddress": fmt.Sprintf("c%d.%d@email.com", number, i), "tags": []string{tagOf(number)},
		}
		if i == 0 {
			input["password"] = "correct horse"
		}
		inputs = append(inputs, input)
	}
	var made struct {
		CreateClients struct {
			Results []struct {
				Client struct{ ClientID, ClientAccountID string }
			}
		}
	}
	if err := liveAsk(t.Context(), w.base(0), w.owner, `mutation ($inputs: [CreateClientInput!]!) { createClients(inputs: $inputs) { results { client { clientId clientAccountId } userErrors { code } } } }`,
		map[string]any{"inputs": inputs}, &made); err != nil {
		t.Fatal(err)
	}
	for i, result := range made.CreateClients.Results {
		c := &liveClient{id: result.Client.ClientID, city: "the first"}
		if i == 0 {
			g.viewer = c
			if _, err := fmt.Sscan(result.Client.ClientAccountID, &g.account); err != nil {
				t.Fatal(err)
			}
		} else {
			g.clients = append(g.clients, c)
			g.views[c.id] = true
		}
		if err := w.appoint(t.Context(), c, number); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.view(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	return g
}

// ask asks the servers in turn until one of them does what it is asked for: what is
// asked here may be done twice.
func (w *liveWorld) ask(ctx context.Context, query string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*patience)
	defer cancel()
	pause := time.NewTicker(10 * pollPause)
	defer pause.Stop()
	for try := 0; ; try++ {
		var done map[string]struct{ UserErrors []struct{ Code string } }
		sent := strings.ReplaceAll(query, "$now", fmt.Sprintf("%q", fmt.Sprint(time.Now().UnixNano())))
		attempt, end := context.WithTimeout(ctx, patience)
		err := liveAsk(attempt, w.base(rand.IntN(2)), w.owner, sent, nil, &done)
		end()
		if err == nil {
			for _, answer := range done {
				if len(answer.UserErrors) > 0 {
					return fmt.Errorf("%s is refused: %v", query, answer.UserErrors)
				}
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("after %d tries", try), err)
		case <-pause.C:
		}
	}
}

func (w *liveWorld) patch(ctx context.Context, c *liveClient, patch string) error {
	return w.ask(ctx, fmt.Sprintf(`mutation { patchClient(clientId: %q, patch: {state: $now, %s}) { userErrors { code } } }`, c.id, patch))
}

// appoint gives the client's appointment to the staff of that group.
func (w *liveWorld) appoint(ctx context.Context, c *liveClient, group int) error {
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(w.stamps.Add(1)) * time.Second).Format(time.RFC3339)
	return w.ask(ctx, fmt.Sprintf(`mutation { recordAppointments(appointments: [{appointmentId: %q, clientId: %q, staffId: "%d", start: "2031-01-01T00:00:00Z", status: OPEN, modifiedDate: %q}]) { userErrors { code } } }`,
		c.id, c.id, firstStaff+group, at))
}

// view writes whom the viewer of a group may see.
func (w *liveWorld) view(ctx context.Context, g *liveGroup) error {
	ids := []string{}
	for _, c := range g.clients {
		if g.views[c.id] && !c.deleted {
			ids = append(ids, fmt.Sprintf("%q", c.id))
		}
	}
	return w.patch(ctx, g.viewer, "clientIdsClientCanView: ["+strings.Join(ids, ",")+"]")
}

// write draws a write to one of the writer's groups.
func (w *liveWorld) write(ctx context.Context, writer int, random *rand.Rand) error {
	n := w.written.Add(1)
	mine := (len(w.groups) - writer + w.writers - 1) / w.writers
	g := w.groups[writer+random.IntN(mine)*w.writers]
	c := g.clients[random.IntN(len(g.clients))]
	draw := random.IntN(20)
	switch {
	case c.deleted:
		c.deleted = false
		return w.ask(ctx, fmt.Sprintf(`mutation { restoreClient(clientId: %q) { userErrors { code } } }`, c.id))
	case draw == 0:
		c.deleted = true
		return w.ask(ctx, fmt.Sprintf(`mutation { deleteClient(clientId: %q) { userErrors { code } } }`, c.id))
	case draw <= 2:
		c.moved = !c.moved
		to := g.number
		if c.moved {
			to = (g.number + 1) % len(w.groups)
		}
		return w.appoint(ctx, c, to)
	case draw == 3:
		g.views[c.id] = !g.views[c.id]
		return w.view(ctx, g)
	case draw == 4:
		return w.patch(ctx, c, "tags: []")
	case draw == 5:
		return w.patch(ctx, c, fmt.Sprintf("tags: [%q]", tagOf(g.number)))
	case draw == 6:
		return w.patch(ctx, c, fmt.Sprintf("firstName: \"Client %d\"", random.IntN(9)))
	}
	c.city = fmt.Sprintf("city %d", n)
	return w.patch(ctx, c, fmt.Sprintf("city: %q", c.city))
}
