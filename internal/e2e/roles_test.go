package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// narrowed is an owner with some permissions only.
func narrowed(permissions client.Permissions) client.Identity {
	return client.Identity{BusinessID: sample.BusinessID, User: "nora", Role: client.RoleOwner, Permissions: permissions}
}

// A caller without the permission is told so before anything is looked up: what
// it asks about makes no difference.
func TestForbiddenMutationsLookNothingUp(t *testing.T) {
	api := reference(t)
	const (
		createText  = `createClient(input: {firstName: "A", lastName: "B", emailAddress: "a@example.com"}) { client { clientId } }`
		badCreate   = `createClient(input: {}) { client { clientId } }`
		patchText   = `patchClient(clientId: "ID", patch: {city: "Here"}) { client { clientId } }`
		badPatch    = `patchClient(clientId: "ID", patch: {}) { client { clientId } }`
		deleteText  = `deleteClient(clientId: "ID") { client { clientId } }`
		restoreText = `restoreClient(clientId: "ID") { client { clientId } }`
	)
	noWrite := account(1151035)
	noWrite.Permissions = 0
	for _, test := range []struct {
		who    client.Identity
		denied []string
	}{
		{narrowed(client.AllPermissions &^ client.Write), []string{createText, badCreate, patchText, badPatch}},
		{narrowed(client.AllPermissions &^ client.Delete), []string{deleteText, restoreText}},
		{narrowed(0), []string{createText, patchText, deleteText, restoreText}},
		{staff(), []string{deleteText, restoreText}},
		{account(1151035), []string{createText, badCreate, deleteText, restoreText}},
		{noWrite, []string{createText, patchText, badPatch, deleteText, restoreText}},
	} {
		want := ""
		if test.who.Role == client.RoleClient {
			// Its own record, which makes its scope.
			want = "find"
		}
		for _, field := range test.denied {
			for _, id := range []string{"4658091", "4922146", "1"} {
				var response apitest.Response
				commands := api.Commands(func() {
					response = api.Do(t, test.who, "mutation { "+strings.ReplaceAll(field, "ID\"", id+"\"")+" }", nil)
				})
				name, _, _ := strings.Cut(field, "(")
				if diff := gocmp.Diff([]told{{"FORBIDDEN", name, ""}}, tell(t, response)); diff != "" {
					t.Errorf("%s %s (-want +got):\n%s", test.who.Role, field, diff)
				}
				if value, there := response.Data[name]; !there || value != nil {
					t.Errorf("%s %s answered %s", test.who.Role, field, response.Body)
				}
				if sent := strings.Join(commands, " "); sent != want {
					t.Errorf("%s %s: the database was asked: %q", test.who.Role, field, sent)
				}
			}
		}
	}
}

// What is denied takes nothing else of the operation with it.
func TestForbiddenMutationLeavesItsSiblings(t *testing.T) {
	api := reference(t)
	response := api.Do(t, staff(), `mutation {
		first: patchClient(clientId: 4658091, patch: {city: "Here"}) { client { city } userErrors { code } }
		deleteClient(clientId: 4658091) { client { clientId } }
		second: patchClient(clientId: 4658091, patch: {state: "NY"}) { client { city state deleted } userErrors { code } }
	}`, nil)
	want := fromJSON(t, `{"first": {"client": {"city": "Here"}, "userErrors": []}, "deleteClient": null,
		"second": {"client": {"city": "Here", "state": "NY", "deleted": false}, "userErrors": []}}`).(values)
	if diff := gocmp.Diff(want, response.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]told{{"FORBIDDEN", "deleteClient", ""}}, tell(t, response)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// ownProperties are what a CLIENT may change about itself: its name, its phones,
// its address, its language and its zone. The password is beside the table.
var ownProperties = []string{
	"firstName", "lastName", "fullName", "cellPhone", "homePhone", "businessPhone", "address1", "address2", "city", "county", "state",
	"zip", "country", "locale", "timeZone",
}

func TestClientChangesOnlyItsOwnList(t *testing.T) {
	api := reference(t)
	who := account(1151035)
	denied := []string{"ssn"}
	for _, p := range client.Properties() {
		if p.Writable() && !slices.Contains(ownProperties, p.Name) {
			denied = append(denied, p.Name)
		}
	}
	nothingWritten(t, api, func() {
		for _, name := range denied {
			// Not even by clearing it, and not by what would be wrong anyway.
			answered := only(t, api.MustDo(t, who, patchMutation, values{"id": "4658091", "patch": values{name: nil}}))
			if diff := gocmp.Diff([]failure{{"FIELD_NOT_WRITABLE", "patch." + name}}, failures(t, answered)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		answered := only(t, api.MustDo(t, who, patchMutation, values{"id": "4658091", "patch": values{"fields": []any{
			field("322530", 5), field("322520", "new@example.com"), field("322534", nil),
		}}}))
		want := []failure{{"FIELD_NOT_WRITABLE", "patch.fields.0.value"}, {"FIELD_NOT_WRITABLE", "patch.fields.1.value"}, {"FIELD_NOT_WRITABLE", "patch.fields.2.value"}}
		if diff := gocmp.Diff(want, failures(t, answered)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	change := values{"password": "correct horse", "fields": []any{field("322516", "Jon")}}
	for _, name := range ownProperties {
		if name != "firstName" && name != "locale" && name != "timeZone" {
			change[name] = "new " + name
		}
	}
	change["locale"], change["timeZone"] = "fr-CA", "America/Toronto"
	patch(t, api, who, "4658091", change)
	got := read(t, api, who, "4658091", "firstName lastName fullName cellPhone country locale timeZone { timeZoneId }")
	want := values{
		"firstName": "Jon", "lastName": "new lastName", "fullName": "new fullName", "cellPhone": "new cellPhone", "country": "new country",
		"locale": "fr-CA", "timeZone": values{"timeZoneId": "America/Toronto"},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A CLIENT changes itself and nobody else, whomever it sees.
func TestClientChangesNobodyElse(t *testing.T) {
	api := reference(t)
	who := account(1151044)
	nothingWritten(t, api, func() {
		for _, id := range []string{"4658091", "4922146", "5143212", "1"} {
			answered := only(t, api.MustDo(t, who, patchMutation, values{"id": id, "patch": values{"city": "Here"}}))
			if diff := gocmp.Diff([]failure{{"NOT_FOUND", "clientId"}}, failures(t, answered)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
		}
	})
	patch(t, api, who, "4761823", values{"city": "Here"})
}

func TestClientKeepsItsEdgesInBounds(t *testing.T) {
	api := reference(t)
	who := account(1151044)
	own := func() values {
		return read(t, api, owner(), "4761823", "clientIdsClientCanView viewClientAccountIds")
	}
	// It drops whom it sees.
	patch(t, api, who, "4761823", values{"clientIdsClientCanView": []any{"4658091"}})
	if got := joined(own()["clientIdsClientCanView"]); got != "4658091" {
		t.Errorf("sees %s", got)
	}
	nothingWritten(t, api, func() {
		for id, code := range map[string]string{"4922146": "NOT_FOUND", "5143212": "NOT_FOUND", "4761823": "SELF_VIEW"} {
			answered := only(t, api.MustDo(t, who, patchMutation, values{"id": "4761823", "patch": values{"clientIdsClientCanView": []any{"4658091", id}}}))
			if diff := gocmp.Diff([]failure{{code, "patch.clientIdsClientCanView.1"}}, failures(t, answered)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
		}
		// An account that it does not see may not become its viewer.
		answered := only(t, api.MustDo(t, who, patchMutation, values{"id": "4761823", "patch": values{"viewClientAccountIds": []any{"1151042"}}}))
		if diff := gocmp.Diff([]failure{{"NOT_FOUND", "patch.viewClientAccountIds.0"}}, failures(t, answered)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	patch(t, api, who, "4761823", values{"viewClientAccountIds": []any{"1151035"}})
	if got := joined(own()["viewClientAccountIds"]); got != "1151035" {
		t.Errorf("is seen by %s", got)
	}
	patch(t, api, who, "4761823", values{"viewClientAccountIds": nil, "clientIdsClientCanView": nil})
	if got := own(); joined(got["viewClientAccountIds"]) != "" || joined(got["clientIdsClientCanView"]) != "" {
		t.Errorf("got %v", got)
	}
}

// hiddenFromClients are the fields of Client that role CLIENT may not read.
var hiddenFromClients = []string{"createdUser", "modifiedUser", "notes", "alertNotes", "aggregatedNotes", "tags", "ipAddress"}

// A denied field is null with an error, at any depth, and its siblings stay.
func TestHiddenFieldsAreNullWithAnError(t *testing.T) {
	api := reference(t)
	patch(t, api, owner(), "4658091", values{"notes": "rude", "alertNotes": []any{"late"}, "ipAddress": "192.0.2.1"})
	fields := "clientId " + strings.Join(hiddenFromClients, " ") + " fullName"
	response := api.Do(t, account(1151044), `{ me { client { `+fields+` viewClients(first: 1) { `+fields+` } } } clients(pageSize: 1) { secret: notes clientId } }`, nil)
	nulls := func(id, name string) values {
		c := values{"clientId": id, "fullName": name}
		for _, field := range hiddenFromClients {
			c[field] = nil
		}
		return c
	}
	own := nulls("4761823", "Jane Deer")
	own["viewClients"] = []any{nulls("4658091", "Johnny Begood")}
	want := values{"me": values{"client": own}, "clients": []any{values{"secret": nil, "clientId": "4761823"}}}
	if diff := gocmp.Diff(want, response.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantErrors := []told{{"FORBIDDEN", "clients.0.secret", ""}}
	for _, field := range hiddenFromClients {
		wantErrors = append(wantErrors, told{"FORBIDDEN", "me.client." + field, ""}, told{"FORBIDDEN", "me.client.viewClients.0." + field, ""})
	}
	got := tell(t, response)
	slices.SortFunc(got, func(a, b told) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(wantErrors, func(a, b told) int { return strings.Compare(a.Path, b.Path) })
	if diff := gocmp.Diff(wantErrors, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if seen := read(t, api, staff(), "4658091", "notes alertNotes aggregatedNotes tags ipAddress createdUser"); seen["aggregatedNotes"] != "rude\nlate" {
		t.Errorf("staff reads %v", seen)
	}
}

// A conflict names no property that the caller may not read.
func TestConflictHidesPathsFromClients(t *testing.T) {
	api := reference(t)
	patch(t, api, owner(), "4658091", values{"notes": "rude", "tags": nil, "city": "Here"})
	for _, test := range []struct {
		who  client.Identity
		want []any
	}{{owner(), []any{"city", "notes", "tags"}}, {account(1151035), []any{"city"}}} {
		answered := only(t, api.MustDo(t, test.who, patchMutation, values{"id": "4658091", "patch": values{"state": "NY"}, "version": 1}))
		want := values{"currentVersion": float64(2), "changedPaths": test.want}
		if diff := gocmp.Diff(want, answered["conflict"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.who.Role, diff)
		}
	}
}

func TestSSNIsMaskedWithoutPII(t *testing.T) {
	api := reference(t)
	id := create(t, api, staff(), person(values{"ssn": "123456789", "password": "correct horse"}))
	login := read(t, api, owner(), id, "clientAccountId")["clientAccountId"].(string)
	var number int64
	if _, err := fmt.Sscan(login, &number); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		who  client.Identity
		want string
	}{
		{owner(), "123-45-6789"},
		{narrowed(client.PII), "123-45-6789"},
		{narrowed(client.AllPermissions &^ client.PII), "***-**-6789"},
		{staff(), "***-**-6789"},
		{account(number), "***-**-6789"},
	} {
		if got := read(t, api, test.who, id, "ssn")["ssn"]; got != test.want {
			t.Errorf("%s with %v reads %v, want %s", test.who.Role, test.who.Permissions.Names(), got, test.want)
		}
	}
	if got := read(t, api, staff(), "4658091", "ssn")["ssn"]; got != nil {
		t.Errorf("who has none has %v", got)
	}
}

// A conflict names a list of edges only to who sees an edge of it that changed.
func TestConflictNamesNoEdgesToHiddenClients(t *testing.T) {
	t.Parallel()
	api := reference(t)
	const subject, hidden, seen = "5143212", "4922146", "4761823"
	addViewer := func(viewer string) {
		t.Helper()
		api.MustDo(t, owner(), `mutation ($id: ID!, $viewers: [ID!]!) { addClientViewers(clientId: $id, viewerClientIds: $viewers) { userErrors { code } } }`, values{"id": subject, "viewers": []any{viewer}})
	}
	check := func(who client.Identity, want ...any) {
		t.Helper()
		answered := only(t, api.MustDo(t, who, patchMutation, values{"id": subject, "patch": values{"state": "NY"}, "version": 1}))
		if diff := gocmp.Diff(append([]any{}, want...), answered["conflict"].(values)["changedPaths"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", who.Role, diff)
		}
	}
	addViewer(hidden)
	check(owner(), "viewByClients")
	check(staff())
	addViewer(seen)
	check(staff(), "viewByClients")
}
