package e2e_test

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/importing"
)

// The clients of another business on the same server.
const (
	otherBusiness  = 77
	foreignClient  = 800001
	foreignAccount = 800901
	foreignDeleted = 800002
)

// twoBusinesses is reference beside another business.
func twoBusinesses(t *testing.T) *apitest.API {
	t.Helper()
	api := reference(t)
	login := int64(foreignAccount)
	name, address := "Faye", "faye@example.com"
	api.Load(t, importing.Dataset{Business: client.DefaultBusiness(otherBusiness), Clients: []*client.Client{
		{ClientID: foreignClient, ClientAccountID: &login, Lifecycle: client.Live, Status: client.StatusActive, FirstName: &name, LastName: &name, EmailAddress: &address, SubjectIDs: []int64{foreignDeleted}},
		{ClientID: foreignDeleted, Lifecycle: client.Removed, Status: client.StatusActive, FirstName: &name, LastName: &name, EmailAddress: &address},
	}})
	return api
}

// What missing ids are answered with: null where something is read, NOT_FOUND
// where something is written.
func TestMissingIDs(t *testing.T) {
	api := twoBusinesses(t)
	data := api.MustDo(t, owner(), `{ client(clientId: 800009) { id } node(id: "800001") { id } nodes(ids: ["800001", "4658091", "9", "4658091"]) { ... on Client { clientId } }
		wrong: client(clientId: "`+client.ID{Type: "Form", Number: 4658091}.String()+`") { id }
		clientConnection(first: 1, filter: {clientIdList: ["800001"]}) { totalCount } }`, nil)
	want := fromJSON(t, `{"client": null, "node": null, "nodes": [null, {"clientId": "4658091"}, null, {"clientId": "4658091"}], "wrong": null}`).(values)
	if count := data["clientConnection"].(values)["totalCount"]; count != float64(0) {
		t.Errorf("a foreign id is counted: %v", count)
	}
	delete(data, "clientConnection")
	if diff := gocmp.Diff(want, data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, mutation := range []string{patchMutation, deleteMutation, restoreMutation} {
		variables := values{"id": "800001"}
		if mutation == patchMutation {
			variables["patch"] = values{"city": "Here"}
		}
		answered := only(t, api.MustDo(t, owner(), mutation, variables))
		if got := failures(t, answered); len(got) != 1 || got[0] != (failure{"NOT_FOUND", "clientId"}) || answered["client"] != nil {
			t.Errorf("got %v", answered)
		}
	}
}

// visible is what a caller sees in every kind of list.
func TestEveryListHoldsWhatTheCallerSees(t *testing.T) {
	api := twoBusinesses(t)
	all := []string{"4658091", "4761823", "4922146", "4932331", "4935512", "5143212", "5966842", "7475995"}
	for _, test := range []struct {
		who  client.Identity
		want []string
	}{
		{owner(), all},
		{client.Identity{BusinessID: sample.BusinessID, User: "ann", Role: client.RoleAdmin, Permissions: client.AllPermissions}, all},
		{staff(), []string{"4658091", "4761823", "5143212"}},
		{superUser(), []string{"4922146", "5143212"}},
		{account(1151044), []string{"4658091", "4761823", "4922146"}},
		{account(1151035), []string{"4658091"}},
		{client.Identity{BusinessID: sample.BusinessID, User: "new", Role: client.RoleStaff, Permissions: client.Write, StaffID: 599}, nil},
		// Who created a client sees it.
		{client.Identity{BusinessID: sample.BusinessID, User: "WebClient", Role: client.RoleStaff, Permissions: client.Write, StaffID: 599}, []string{"7475995"}},
		{client.Identity{BusinessID: otherBusiness, User: "web", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: foreignAccount}, []string{"800001"}},
	} {
		data := api.MustDo(t, test.who, `{ clients { clientId } clientCount clientConnection(first: 100) { totalCount nodes { clientId } }
			nodes(ids: ["4658091", "4761823", "4922146", "4932331", "4935512", "5143212", "5966842", "7475995", "800001"]) { ... on Client { clientId } } }`, nil)
		connection := data["clientConnection"].(values)
		for what, list := range map[string]any{"clients": data["clients"], "nodes": data["nodes"], "clientConnection": connection["nodes"]} {
			if diff := gocmp.Diff(test.want, ids(list)); diff != "" {
				t.Errorf("%s %s sees in %s (-want +got):\n%s", test.who.Role, test.who.User, what, diff)
			}
		}
		if count := float64(len(test.want)); data["clientCount"] != count || connection["totalCount"] != count {
			t.Errorf("%s %s counts %v and %v of %v", test.who.Role, test.who.User, data["clientCount"], connection["totalCount"], count)
		}
	}
}

// ids are the clientIds in a list of clients, in order.
func ids(list any) []string {
	var found []string
	entries, _ := list.([]any)
	for _, entry := range entries {
		if c, ok := entry.(values); ok {
			found = append(found, c["clientId"].(string))
		}
	}
	slices.Sort(found)
	return found
}

func TestRelationsLeaveOutHiddenClients(t *testing.T) {
	api := reference(t)
	for _, test := range []struct {
		who               client.Identity
		id                string
		subjects, viewers []string
	}{
		{owner(), "4761823", []string{"4658091", "4922146"}, nil},
		{owner(), "4658091", nil, []string{"4761823", "5143212"}},
		{staff(), "4761823", []string{"4658091"}, nil},
		{staff(), "4658091", nil, []string{"4761823", "5143212"}},
		{superUser(), "4922146", nil, nil},
		{superUser(), "5143212", nil, nil},
		{account(1151044), "4761823", []string{"4658091", "4922146"}, nil},
		{account(1151044), "4658091", nil, []string{"4761823"}},
	} {
		got := read(t, api, test.who, test.id, "viewClients { clientId } clientIdsClientCanView viewByClients { clientId clientAccountId } viewClientAccountIds")
		if diff := gocmp.Diff(test.subjects, ids(got["viewClients"])); diff != "" {
			t.Errorf("%s: viewClients of %s (-want +got):\n%s", test.who.Role, test.id, diff)
		}
		if listed := strings.Join(test.subjects, "."); joined(got["clientIdsClientCanView"]) != listed {
			t.Errorf("%s: clientIdsClientCanView of %s is %v", test.who.Role, test.id, got["clientIdsClientCanView"])
		}
		if diff := gocmp.Diff(test.viewers, ids(got["viewByClients"])); diff != "" {
			t.Errorf("%s: viewByClients of %s (-want +got):\n%s", test.who.Role, test.id, diff)
		}
		var logins []any
		for _, viewer := range got["viewByClients"].([]any) {
			if login := viewer.(values)["clientAccountId"]; login != nil {
				logins = append(logins, login)
			}
		}
		if joined(got["viewClientAccountIds"]) != joined(logins) {
			t.Errorf("%s: viewClientAccountIds of %s is %v, want %v", test.who.Role, test.id, got["viewClientAccountIds"], logins)
		}
	}
}
