package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

const (
	eraseMutation = `mutation ($id: ID!, $confirm: ID!, $version: Int!) {
		eraseClient(clientId: $id, confirmClientId: $confirm, expectedVersion: $version) {
			erasedClientIds client { clientId version } userErrors { code message field } conflict { currentVersion changedPaths } } }`
	exportQuery = `query ($id: ID!) { exportClientData(clientId: $id) {
		clientId record fieldDataMap canView viewedBy appointments forms { formId } history { operation } changes merges } }`
)

// A client is erased only by who names it twice as it is now, and may.
func TestEraseIsRefused(t *testing.T) {
	api := reference(t)
	patch(t, api, owner(), "4658091", values{"city": "Here"})
	refused := []struct {
		name      string
		variables values
		want      failure
	}{
		{"another id confirmed", values{"id": "4658091", "confirm": "4761823", "version": 2}, failure{"CONFIRMATION_MISMATCH", "confirmClientId"}},
		{"an older version", values{"id": "4658091", "confirm": "4658091", "version": 1}, failure{"VERSION_CONFLICT", "expectedVersion"}},
		{"nobody's id", values{"id": "99", "confirm": "99", "version": 1}, failure{"NOT_FOUND", "clientId"}},
	}
	nothingWritten(t, api, func() {
		for _, r := range refused {
			answered := only(t, api.MustDo(t, owner(), eraseMutation, r.variables))
			if diff := gocmp.Diff([]failure{r.want}, failures(t, answered)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", r.name, diff)
			}
			if ids := answered["erasedClientIds"].([]any); len(ids) > 0 {
				t.Errorf("%s: %v are said to be erased", r.name, ids)
			}
		}
		for _, who := range []client.Identity{superUser(), staff(), account(1151044)} {
			if errs := api.Do(t, who, eraseMutation, values{"id": "4658091", "confirm": "4658091", "version": 2}).Errors; len(errs) != 1 || errs[0].Code() != "FORBIDDEN" {
				t.Errorf("%s: %v", who.Role, errs)
			}
		}
	})
}

// Whoever was erased is answered like one who never was.
func TestErasedClientIsUnknown(t *testing.T) {
	api := reference(t)
	payload(t, api, owner(), eraseMutation, values{"id": "4658091", "confirm": "4658091", "version": 1})
	for _, query := range []string{
		`query ($id: ID!) { client(clientId: $id) { clientId } }`,
		`query ($id: ID!) { exportClientData(clientId: $id) { clientId } }`,
		`query ($id: ID!) { clients(clientIds: [$id]) { clientId } }`,
		`query ($id: ID!) { clientsCanView(clientId: $id) { clientId } }`,
		patchMutation, deleteMutation, restoreMutation,
	} {
		ask := func(id string) string {
			variables := values{"id": id}
			if query == patchMutation {
				variables["patch"] = values{"city": "There"}
			}
			return strings.ReplaceAll(string(api.Do(t, owner(), query, variables).Body), id, "ID")
		}
		if diff := gocmp.Diff(ask("4658092"), ask("4658091")); diff != "" {
			t.Errorf("%s (-never was +erased):\n%s", query, diff)
		}
	}
	told := only(t, api.MustDo(t, owner(), `{ clientChanges { changes { kind clientId client { clientId } } } }`, nil))["changes"].([]any)
	for _, change := range told {
		if c := change.(values); c["clientId"] == "4658091" && (c["kind"] != "ERASED" || c["client"] != nil) {
			t.Errorf("the feed tells %v", c)
		}
	}
	for _, who := range []string{"4761823", "5143212"} {
		for _, seen := range read(t, api, owner(), who, `viewClients { clientId }`)["viewClients"].([]any) {
			if seen.(values)["clientId"] == "4658091" {
				t.Errorf("%s still sees the erased client", who)
			}
		}
	}
}

// Who lost sight of a client, and has not read of that when it is erased, is told
// of the erasure: a copy of the client would stay otherwise.
func TestErasureIsToldToWhoLostSightUnread(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), person(nil))
	appointment := func(staffID, at string) {
		t.Helper()
		payload(t, api, owner(), `mutation ($list: [AppointmentInput!]!) { recordAppointments(appointments: $list) { userErrors { code } } }`, values{"list": []any{values{
			"appointmentId": "77", "clientId": id, "staffId": staffID, "start": "2030-01-01T00:00:00Z", "status": "OPEN", "modifiedDate": at,
		}}})
	}
	follow := func(since any) (held []any, cursor any) {
		t.Helper()
		part := only(t, api.MustDo(t, staff(), `query ($since: String) { clientChanges(since: $since, first: 100) { cursor changes { kind clientId } } }`, values{"since": since}))
		for _, change := range part["changes"].([]any) {
			if c := change.(values); c["clientId"] == id {
				held = append(held, c["kind"])
			}
		}
		return held, part["cursor"]
	}
	appointment("501", "2030-01-01T00:00:00Z")
	held, cursor := follow(nil)
	if diff := gocmp.Diff([]any{"UPSERTED"}, held); diff != "" {
		t.Fatalf("before (-want +got):\n%s", diff)
	}
	appointment("999", "2030-01-01T00:00:01Z")
	payload(t, api, owner(), eraseMutation, values{"id": id, "confirm": id, "version": 1})
	if told, _ := follow(cursor); !slices.Equal(told, []any{"ERASED"}) {
		t.Errorf("who saw the client is told %v", told)
	}
}

// All that was written about a client is handed over, and of others their ids
// alone.
func TestExportHandsOverWhatIsHeld(t *testing.T) {
	api := reference(t)
	patch(t, api, owner(), "4658091", values{
		"city": "Here", "notes": "likes tea", "ssn": "123-45-6789", "password": "correct horse", "fields": []any{field("322534", "Tea")},
		"clientIdsClientCanView": []any{"5966842"},
	})
	export := func(who client.Identity) values {
		t.Helper()
		data, _ := api.MustDo(t, who, exportQuery, values{"id": "4658091"})["exportClientData"].(values)
		return data
	}
	got := export(owner())
	record := got["record"].(values)
	held := values{"city": "Here", "notes": "likes tea", "ssn": "123-45-6789", "hasPassword": true, "firstName": "Johnny"}
	for name, want := range held {
		if record[name] != want {
			t.Errorf("%s is %v, want %v", name, record[name], want)
		}
	}
	if got["fieldDataMap"].(values)["322534"] != "Tea" {
		t.Errorf("custom fields are %v", got["fieldDataMap"])
	}
	if diff := gocmp.Diff([]any{"5966842"}, got["canView"]); diff != "" {
		t.Errorf("canView (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]any{"4761823", "5143212"}, got["viewedBy"]); diff != "" {
		t.Errorf("viewedBy (-want +got):\n%s", diff)
	}
	if n := len(got["history"].([]any)); n != 2 {
		t.Errorf("%d entries of history, want the import's and the patch's", n)
	}
	if n := len(got["changes"].([]any)); n == 0 {
		t.Error("no change")
	}
	narrow := owner()
	narrow.Permissions = client.Export
	if ssn := export(narrow)["record"].(values)["ssn"]; ssn != "***-**-6789" {
		t.Errorf("without pii the ssn is %v", ssn)
	}
	if other := export(apitest.Owner(7)); other != nil {
		t.Errorf("another business is answered %v", other)
	}
	if data := export(superUser()); data != nil {
		t.Errorf("who does not see the client is answered %v", data)
	}
	for _, who := range []client.Identity{staff(), account(1151035)} {
		if errs := api.Do(t, who, exportQuery, values{"id": "4658091"}).Errors; len(errs) != 1 || errs[0].Code() != "FORBIDDEN" {
			t.Errorf("%s: %v", who.Role, errs)
		}
	}
}

// An export tells of all merges that brought somebody into the client, also of
// those into one that was merged into it later.
func TestExportTellsOfTheMergesOfMergedClients(t *testing.T) {
	api := reference(t)
	ids := make([]string, 3)
	for i := range ids {
		ids[i] = create(t, api, owner(), person(nil))
	}
	first := merge(t, api, ids[1], ids[2])
	second := merge(t, api, ids[0], ids[1])
	data := api.MustDo(t, owner(), `query ($id: ID!) { exportClientData(clientId: $id) { merges } }`, values{"id": ids[0]})
	var told []any
	for _, one := range data["exportClientData"].(values)["merges"].([]any) {
		told = append(told, one.(values)["mergeId"])
	}
	if diff := gocmp.Diff([]any{first, second}, told); diff != "" {
		t.Errorf("merges (-want +got):\n%s", diff)
	}
}

// Who was merged into a client is part of the person, with the whole of its
// record. Once told apart again they are two, and neither export holds the other.
func TestExportOfMergedClients(t *testing.T) {
	api := reference(t)
	a := create(t, api, owner(), person(values{"city": "Rome", "lastName": "Aardvark", "notes": "of Aardvark"}))
	b := create(t, api, owner(), person(values{"city": "Oslo", "lastName": "Beaver", "notes": "of Beaver", "fields": entries(field("322530", 7))}))
	const query = `query ($id: ID!) { exportClientData(clientId: $id) {
		record fieldDataMap merges mergedRecords { clientId record fieldDataMap history { operation } changes } } }`
	export := func(who client.Identity, id string) values {
		t.Helper()
		data, _ := api.MustDo(t, who, query, values{"id": id})["exportClientData"].(values)
		return data
	}
	mergeID := merge(t, api, a, b)
	records := export(owner(), a)["mergedRecords"].([]any)
	if len(records) != 1 {
		t.Fatalf("%d merged records", len(records))
	}
	held := records[0].(values)
	record := held["record"].(values)
	if held["clientId"] != b || record["city"] != "Oslo" || record["lastName"] != "Beaver" || held["fieldDataMap"].(values)["322530"] != 7.0 {
		t.Errorf("the merged record is %v", held)
	}
	if len(held["history"].([]any)) != 2 || len(held["changes"].([]any)) != 2 {
		t.Errorf("its history is %v, its changes are %v", held["history"], held["changes"])
	}
	unmerge(t, api, mergeID)
	payload(t, api, owner(), `mutation ($list: [AppointmentInput!]!) { recordAppointments(appointments: $list) { userErrors { code } } }`, values{"list": []any{values{
		"appointmentId": "77", "clientId": a, "locationId": "12", "start": "2030-01-01T00:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z",
	}}})
	if ids := export(superUser(), a)["merges"].([]any)[0].(values)["clientIds"].([]any); len(ids) > 0 {
		t.Errorf("who does not see the other one is told of %v", ids)
	}
	narrow := superUser()
	narrow.User = "owner" // Who created both sees both.
	for id, other := range map[string]string{a: "Beaver", b: "Aardvark"} {
		got := export(narrow, id)
		if strings.Contains(fmt.Sprint(got["record"], got["merges"], got["mergedRecords"]), other) || len(got["mergedRecords"].([]any)) > 0 {
			t.Errorf("the export of %s holds the other one: %v", id, got)
		}
		want := []any{values{"mergeId": mergeID, "at": nil, "user": "owner", "undone": true, "clientId": a, "clientIds": []any{b}}}
		merges := got["merges"].([]any)
		merges[0].(values)["at"] = nil
		if diff := gocmp.Diff(want, merges); diff != "" {
			t.Errorf("merges of %s (-want +got):\n%s", id, diff)
		}
	}
}

// What names a person apart from a record is handed over too, of all who became
// one, and of others no more than the ids of whom the caller sees.
func TestExportHandsOverWhatIsHeldAside(t *testing.T) {
	api := reference(t)
	names := []string{"Person", "Folded", "Seen", "Hidden", "Gone"}
	ids := map[string]string{}
	for _, name := range names {
		ids[name] = create(t, api, owner(), person(values{"firstName": name}))
	}
	at := func(day int) string { return fmt.Sprintf("2030-01-%02dT00:00:00.000Z", day) }
	book := func(appointment, name string, day int) {
		payload(t, api, owner(), `mutation ($list: [AppointmentInput!]!) { recordAppointments(appointments: $list) { userErrors { code } } }`, values{"list": []any{values{
			"appointmentId": appointment, "clientId": ids[name], "locationId": "12", "start": at(1), "status": "OPEN", "modifiedDate": at(day),
		}}})
	}
	for i, name := range []string{"Person", "Seen", "Gone"} {
		book(fmt.Sprint(70+i), name, 1)
	}
	book("75", "Folded", 1)
	payload(t, api, owner(), `mutation ($list: [AppointmentRemovalInput!]!) { removeAppointments(appointments: $list) { userErrors { code } } }`, values{"list": []any{values{
		"appointmentId": "75", "modifiedDate": at(2),
	}}})
	payload(t, api, owner(), dismissMutation, values{"ids": []any{ids["Person"], ids["Seen"], ids["Hidden"], ids["Gone"]}})
	payload(t, api, owner(), dismissMutation, values{"ids": []any{ids["Person"], ids["Folded"], ids["Seen"]}})
	payload(t, api, owner(), deleteMutation, values{"id": ids["Gone"]})
	payload(t, api, owner(), `mutation ($id: ID!) { addClientTags(clientId: $id, tags: ["x"], idempotencyKey: "secret key") { userErrors { code } } }`, values{"id": ids["Folded"]})
	payload(t, api, owner(), `mutation ($id: ID!) { addClientTags(clientId: $id, tags: ["x"], idempotencyKey: "of another") { userErrors { code } } }`, values{"id": ids["Seen"]})
	merge(t, api, ids["Person"], ids["Folded"])
	pair := func(a, b string) any { return values{"clientIds": []any{ids[a], ids[b]}} }
	const query = `query ($id: ID!) { exportClientData(clientId: $id) { dismissedDuplicates keptAnswers removedAppointments } }`
	for _, test := range []struct {
		who       client.Identity
		dismissed []any
	}{
		{owner(), []any{pair("Person", "Folded"), pair("Person", "Seen"), pair("Person", "Hidden"), pair("Person", "Gone"), pair("Folded", "Seen")}},
		{superUser(), []any{pair("Person", "Folded"), pair("Person", "Seen"), pair("Person", "Gone"), pair("Folded", "Seen")}},
	} {
		response := api.Do(t, test.who, query, values{"id": ids["Person"]})
		got := fromJSON(t, string(response.Body)).(values)["data"].(values)["exportClientData"].(values)
		kept := got["keptAnswers"].([]any)
		for _, answer := range kept {
			delete(answer.(values), "at")
		}
		want := values{
			"dismissedDuplicates": test.dismissed,
			"keptAnswers":         fromJSON(t, fmt.Sprintf(`[{"clientId": %q, "version": 2}]`, ids["Folded"])),
			"removedAppointments": []any{values{"appointmentId": "75", "clientId": ids["Folded"], "modifiedDate": at(2)}},
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.who.Role, diff)
		}
		if strings.Contains(string(response.Body), "secret key") {
			t.Errorf("a caller's key is told: %s", response.Body)
		}
	}
	// Of who became another one the id is told to who sees the survivor.
	merge(t, api, ids["Seen"], ids["Hidden"])
	data := api.MustDo(t, superUser(), query, values{"id": ids["Person"]})["exportClientData"].(values)
	if n := len(data["dismissedDuplicates"].([]any)); n != 5 {
		t.Errorf("%d pairs are told once the hidden one is part of one who is seen: %v", n, data["dismissedDuplicates"])
	}
}
