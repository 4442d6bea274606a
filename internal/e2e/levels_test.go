package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/importing"
)

// crowdSubjects is how many clients everybody in a crowd can view: enough for
// several to ask for the same one, and few enough for an answer of three levels
// below 500 clients.
const crowdSubjects = 3

// crowd is a business in which everybody can view the next ones.
func crowd(n int) importing.Dataset {
	clients := sample.Generate(3, sample.BusinessID, n, time.Now())
	for i, c := range clients {
		// What is long takes the database long to index.
		clients[i] = &client.Client{
			ClientID:     int64(1000 + i),
			BusinessID:   c.BusinessID,
			Lifecycle:    client.Live,
			Status:       c.Status,
			FirstName:    c.FirstName,
			LastName:     c.LastName,
			Appointments: c.Appointments,
		}
	}
	for i, c := range clients {
		for step := 1; step <= crowdSubjects; step++ {
			if i+step < len(clients) {
				c.SubjectIDs = append(c.SubjectIDs, clients[i+step].ClientID)
			}
		}
	}
	account := int64(1)
	clients[0].ClientAccountID = &account
	return importing.Dataset{Business: client.DefaultBusiness(sample.BusinessID), Clients: clients}
}

// A level costs one command, however many clients are on it.
func TestLevelsCostOneCommandEach(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	api.Load(t, crowd(600))
	const query = `query ($size: Int!) { clients(pageSize: $size) { viewClients { viewByClients { viewClients { clientId } } } } }`
	callers := []struct {
		who  client.Identity
		want int
	}{
		{apitest.Owner(sample.BusinessID), 4},
		{client.Identity{BusinessID: sample.BusinessID, User: "s", Role: client.RoleStaff, Permissions: client.Write, StaffID: 501}, 4},
		// A CLIENT's token is turned into its record and whom it may view.
		{client.Identity{BusinessID: sample.BusinessID, User: "c", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: 1}, 5},
	}
	for _, caller := range callers {
		for _, size := range []int{1, 50, 500} {
			t.Run(fmt.Sprintf("%s/%d", caller.who.Role, size), func(t *testing.T) {
				var data map[string]any
				sent := api.Commands(func() {
					data = api.MustDo(t, caller.who, query, map[string]any{"size": size})
				})
				if list := data["clients"].([]any); len(list) == 0 {
					t.Fatal("no clients to have relations")
				}
				if len(sent) != caller.want {
					t.Errorf("sent %q, want %d commands", sent, caller.want)
				}
				// Rows seen by key are checked behind the index, in a pipeline.
				if got := strings.Join(sent, " "); caller.who.Role != client.RoleStaff && got != strings.TrimSpace(strings.Repeat("find ", caller.want)) {
					t.Errorf("sent %q, want %d finds", got, caller.want)
				}
			})
		}
	}
}

// Aliases and fragments of one relation share its command, whatever parts of its
// clients each wants.
func TestAliasesAndFragmentsShareTheCommandOfALevel(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	api.Load(t, crowd(40))
	for name, c := range map[string]struct {
		query string
		want  int
	}{
		"aliases":            {`{ clients { a: viewClients { fullName } b: viewClients { fullName } } }`, 2},
		"aliases with less":  {`{ clients { a: viewClients { fullName } b: viewClients(first: 2) { fullName } } }`, 2},
		"a fragment":         {`{ clients { ...F viewClients { fullName } } } fragment F on Client { viewClients { fullName } }`, 2},
		"an inline fragment": {`{ clients { ... on Client { viewClients { fullName } } viewClients { fullName } } }`, 2},
		"both ways":          {`{ clients { viewClients { clientId } viewByClients { clientId } } }`, 3},
		"two levels":         {`{ clients { ...F } } fragment F on Client { viewClients { viewClients { clientId } } }`, 3},
		"other parts":        {`{ clients { a: viewClients { fullName } b: viewClients { notes } } }`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			sent := api.Commands(func() { api.MustDo(t, apitest.Owner(sample.BusinessID), c.query, nil) })
			if len(sent) != c.want {
				t.Errorf("sent %q, want %d commands", sent, c.want)
			}
		})
	}
}
