package e2e_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/scheduler"
)

const (
	recordMutation = `mutation ($entries: [AppointmentInput!]!) {
		recordAppointments(appointments: $entries) { recorded userErrors { code message field } } }`
	removeMutation = `mutation ($entries: [AppointmentRemovalInput!]!) {
		removeAppointments(appointments: $entries) { removed userErrors { code message field } } }`
	formsMutation = `mutation ($entries: [ClientFormInput!]!) {
		recordClientForms(forms: $entries) { recorded userErrors { code message field } } }`
)

// day is an instant by which entries are told apart.
func day(n int) string { return fmt.Sprintf("2030-01-%02dT12:00:00Z", n) }

// visit is an entry of an open appointment, with changes.
func visit(id, of string, modified int, more values) values {
	entry := values{
		"appointmentId": id, "clientId": of, "locationId": "14", "staffId": "505", "reasonId": "31",
		"start": "2031-05-01T09:00:00Z", "status": "OPEN", "modifiedDate": day(modified),
	}
	for name, value := range more {
		entry[name] = value
	}
	return entry
}

// feed sends entries as an owner and returns how many were taken in, and what is
// wrong with the others.
func feed(t *testing.T, api *apitest.API, mutation string, entries ...values) (string, []failure) {
	t.Helper()
	answered := only(t, api.MustDo(t, owner(), mutation, values{"entries": entries}))
	for _, name := range []string{"recorded", "removed"} {
		if count, ok := answered[name]; ok {
			return fmt.Sprint(count), failures(t, answered)
		}
	}
	t.Fatalf("%v has no count", answered)
	return "", nil
}

// record takes in entries, all of which must be fine and news.
func record(t *testing.T, api *apitest.API, entries ...values) {
	t.Helper()
	if count, wrong := feed(t, api, recordMutation, entries...); count != strconv.Itoa(len(entries)) || wrong != nil {
		t.Fatalf("of %d appointments %s were recorded, %v", len(entries), count, wrong)
	}
}

// remove takes in removals.
func remove(t *testing.T, api *apitest.API, id string, modified int) string {
	t.Helper()
	count, wrong := feed(t, api, removeMutation, values{"appointmentId": id, "modifiedDate": day(modified)})
	if wrong != nil {
		t.Fatalf("removing: %v", wrong)
	}
	return count
}

// open is how many open appointments the client has.
func open(t *testing.T, api *apitest.API, id string) string {
	t.Helper()
	return fmt.Sprint(read(t, api, owner(), id, "activeAppointmentCount")["activeAppointmentCount"])
}

// fed are the collections that a feed can be seen in.
func fed(t *testing.T, api *apitest.API) contents {
	t.Helper()
	return collections(t, api, append([]string{"appointments", "locationGroups", "clientForms", "fieldDefinitions"}, written...))
}

func nothingFed(t *testing.T, api *apitest.API, do func()) {
	t.Helper()
	before := fed(t, api)
	do()
	if diff := difference(t, before, fed(t, api)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

// TestAppointmentsCountWhileOpen: activeAppointmentCount follows what the
// scheduler tells.
func TestAppointmentsCountWhileOpen(t *testing.T) {
	api := reference(t)
	record(t, api, visit("1", "5966842", 1, nil), visit("2", "5966842", 1, nil), visit("3", "5966842", 1, values{"status": "NO_SHOW"}))
	if got := open(t, api, "5966842"); got != "2" {
		t.Errorf("two of three are open, counted %s", got)
	}
	record(t, api, visit("1", "5966842", 2, values{"status": "COMPLETED"}))
	if got := open(t, api, "5966842"); got != "1" {
		t.Errorf("one is open, counted %s", got)
	}
}

// TestAppointmentsAreIdempotent: what was taken in already changes nothing.
func TestAppointmentsAreIdempotent(t *testing.T) {
	api := reference(t)
	entries := []values{visit("1", "5966842", 1, nil), visit("2", "4658091", 1, nil)}
	record(t, api, entries...)
	remove(t, api, "2", 3)
	nothingFed(t, api, func() {
		if count, wrong := feed(t, api, recordMutation, entries...); count != "0" || wrong != nil {
			t.Errorf("a repeated feed recorded %s, %v", count, wrong)
		}
		if count := remove(t, api, "2", 3); count != "0" {
			t.Errorf("a repeated removal removed %s", count)
		}
	})
}

// TestOlderAppointmentNeverWins: neither over a newer one nor over one as old.
func TestOlderAppointmentNeverWins(t *testing.T) {
	api := reference(t)
	record(t, api, visit("1", "5966842", 5, nil))
	nothingFed(t, api, func() {
		for _, modified := range []int{4, 5} {
			if count, _ := feed(t, api, recordMutation, visit("1", "7475995", modified, values{"status": "CANCELLED"})); count != "0" {
				t.Errorf("day %d was recorded over day 5", modified)
			}
			if count := remove(t, api, "1", modified); count != "0" {
				t.Errorf("day %d removed day 5", modified)
			}
		}
	})
	// Nor over what came with the clients.
	if count, _ := feed(t, api, recordMutation, visit("610010", "4935512", 1, values{"modifiedDate": "2020-02-04T08:00:00Z"})); count != "0" {
		t.Error("an imported appointment was overwritten by one as old")
	}
}

// TestAppointmentRemovalIsRemembered: an older entry does not bring a removed
// appointment back, whether it was there before or not; a newer one does.
func TestAppointmentRemovalIsRemembered(t *testing.T) {
	api := reference(t)
	record(t, api, visit("1", "5966842", 1, nil))
	for _, id := range []string{"1", "2"} {
		if count := remove(t, api, id, 5); count != "1" {
			t.Errorf("removing %s counts %s", id, count)
		}
		if count, _ := feed(t, api, recordMutation, visit(id, "5966842", 4, nil)); count != "0" || open(t, api, "5966842") != "0" {
			t.Errorf("%s came back", id)
		}
	}
	for _, row := range rows(t, api, "appointments") {
		if of := fromJSON(t, row).(values)["appointmentId"].(values)["$numberLong"]; (of == "1" || of == "2") && !strings.Contains(row, `"removed":true`) {
			t.Errorf("%s is not kept as removed", row)
		}
	}
	record(t, api, visit("1", "5966842", 6, nil), visit("2", "5966842", 6, nil))
	if got := open(t, api, "5966842"); got != "2" {
		t.Errorf("newer ones count %s", got)
	}
}

// TestAppointmentMoves: one that names another client is that client's alone.
func TestAppointmentMoves(t *testing.T) {
	api := reference(t)
	// To a client without any and away again.
	if count, wrong := feed(t, api, recordMutation, visit("9", "5966842", 1, nil), visit("9", "7475995", 2, nil)); count != "2" || wrong != nil {
		t.Errorf("there and away again: %s, %v", count, wrong)
	}
	remove(t, api, "9", 3)
	record(t, api, visit("1", "5966842", 1, nil), visit("2", "5966842", 1, nil))
	record(t, api, visit("1", "7475995", 2, nil))
	if was, is := open(t, api, "5966842"), open(t, api, "7475995"); was != "1" || is != "1" {
		t.Errorf("after the move the old client has %s, the new %s", was, is)
	}
	// One that came with the clients moves too.
	record(t, api, visit("610009", "7475995", 2, nil))
	if was, is := open(t, api, "4922146"), open(t, api, "7475995"); was != "0" || is != "2" {
		t.Errorf("after the move the old client has %s, the new %s", was, is)
	}
	// Twice in one feed, in either order.
	record(t, api, visit("2", "4658091", 3, nil), visit("2", "4761823", 4, nil))
	if count, _ := feed(t, api, recordMutation, visit("2", "5966842", 6, nil), visit("2", "4658091", 5, nil)); count != "1" {
		t.Errorf("newer and then older count %s", count)
	}
	if got := []string{open(t, api, "4658091"), open(t, api, "4761823"), open(t, api, "5966842")}; !slices.Equal(got, []string{"0", "0", "1"}) {
		t.Errorf("after moves in one feed: %v", got)
	}
}

// TestFeedsAtOnceAgree: of several at once that tell of the same appointments the
// newest counts, and each appointment is with one client.
func TestFeedsAtOnceAgree(t *testing.T) {
	api := reference(t)
	clients := []string{"5966842", "7475995", "4658091", "4761823"}
	var feeds sync.WaitGroup
	for i, id := range clients {
		feeds.Go(func() {
			var feed scheduler.Feed
			for appointment := range 20 {
				// The newest of each is somebody else's.
				feed.Entries = append(feed.Entries, visit(strconv.Itoa(appointment+1), id, 1+(i+appointment)%len(clients), nil))
			}
			if result, err := api.Service.RecordAppointments(t.Context(), apitest.OwnerScope(sample.BusinessID), feed); err != nil || result.Errors != nil {
				t.Errorf("%v %v", err, result.Errors)
			}
		})
	}
	feeds.Wait()
	for _, id := range clients {
		if got := open(t, api, id); got != "5" {
			t.Errorf("client %s has %s", id, got)
		}
	}
}

// TestFeedEntryHarmsNoOther: entries with errors are told by their index, all
// that is wrong with each, and the others are taken in.
func TestFeedEntryHarmsNoOther(t *testing.T) {
	api := twoBusinesses(t)
	count, wrong := feed(t, api, recordMutation,
		visit("1", "5966842", 1, nil),
		visit("1", "1", 9, nil),
		visit("x", "5966842", 1, values{"start": "soon", "staffId": "y"}),
		visit("0", "5966842", 1, values{"modifiedDate": "2030-01-01"}),
		visit("4", strconv.Itoa(foreignClient), 1, nil),
		visit("5", client.ID{Type: client.TypeClient, Number: 7475995}.String(), 1, nil),
		visit(client.ID{Type: client.TypeClient, Number: 7}.String(), "5966842", 1, nil),
	)
	want := []failure{
		{"NOT_FOUND", "appointments.1.clientId"},
		{"INVALID_ID", "appointments.2.appointmentId"},
		{"INVALID_ID", "appointments.2.staffId"},
		{"INVALID_TYPE", "appointments.2.start"},
		{"INVALID_ID", "appointments.3.appointmentId"},
		{"INVALID_TYPE", "appointments.3.modifiedDate"},
		{"NOT_FOUND", "appointments.4.clientId"},
		{"INVALID_ID", "appointments.6.appointmentId"},
	}
	if diff := gocmp.Diff(want, wrong); diff != "" || count != "2" {
		t.Errorf("recorded %s (-want +got):\n%s", count, diff)
	}
	if a, b := open(t, api, "5966842"), open(t, api, "7475995"); a != "1" || b != "1" {
		t.Errorf("the good entries count %s and %s", a, b)
	}
}

// lastChange is the last row of the change feed, without its place.
func lastChange(t *testing.T, api *apitest.API) bson.M {
	t.Helper()
	numberChanges(t, api)
	cursor, err := api.Mongo.Collection("changes").Find(t.Context(), bson.D{{Key: "businessId", Value: int64(sample.BusinessID)}})
	if err != nil {
		t.Fatal(err)
	}
	var all []bson.M
	if err := cursor.All(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b bson.M) int { return int(a["sequence"].(int64) - b["sequence"].(int64)) })
	return all[len(all)-1]
}

// TestFeedWritesChangeRowOnly: what the scheduler feeds is a row of the change
// feed with the visibility before and after, but no version, date or history.
func TestFeedWritesChangeRowOnly(t *testing.T) {
	api := reference(t)
	const fields = "version modifiedDate modifiedUser"
	for name, send := range map[string]func(){
		"appointment": func() { record(t, api, visit("1", "4761823", 1, values{"staffId": "777"})) },
		"form": func() {
			feed(t, api, formsMutation, values{"formId": "a", "clientId": "4761823", "modifiedDate": day(1)})
		},
	} {
		before, history, changes := read(t, api, owner(), "4761823", fields), rows(t, api, "clientHistory"), len(rows(t, api, "changes"))
		visible := bson.A{"user:JoeSchmo", "staff:501", "location:11"}
		send()
		if diff := gocmp.Diff(before, read(t, api, owner(), "4761823", fields)); diff != "" {
			t.Errorf("%s: the record was stamped:\n%s", name, diff)
		}
		if diff := gocmp.Diff(history, rows(t, api, "clientHistory")); diff != "" {
			t.Errorf("%s: history was written:\n%s", name, diff)
		}
		if got := len(rows(t, api, "changes")) - changes; got != 1 {
			t.Errorf("%s: %d rows of the change feed", name, got)
		}
		row := lastChange(t, api)
		if row["kind"] != "UPSERTED" || row["clientId"] != int64(4761823) {
			t.Errorf("%s: the row is %v", name, row)
		}
		after := row["visibilityAfter"].(bson.A)
		switch name {
		case "appointment":
			if diff := gocmp.Diff(visible, row["visibilityBefore"]); diff != "" || !slices.Contains(after, any("staff:777")) {
				t.Errorf("visibility before and after are wrong: %v", row)
			}
			if diff := gocmp.Diff(bson.A{"appointments", "activeAppointmentCount"}, row["changedPaths"]); diff != "" {
				t.Error(diff)
			}
			remove(t, api, "1", 2)
		case "form":
			if diff := gocmp.Diff(row["visibilityBefore"], row["visibilityAfter"]); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// TestVisibilityFollowsAppointment: a member of staff and a location see a
// client while it has an appointment of theirs, and no longer.
func TestVisibilityFollowsAppointment(t *testing.T) {
	api := reference(t)
	someone := client.Identity{BusinessID: sample.BusinessID, User: "sam", Role: client.RoleStaff, Permissions: client.Write, StaffID: 900}
	place := client.Identity{BusinessID: sample.BusinessID, User: "pat", Role: client.RoleLocationSuperUser, Permissions: client.Write, LocationIDs: []int64{901}}
	sees := func(who client.Identity) string {
		t.Helper()
		var ids []string
		for _, c := range api.MustDo(t, who, `{ clients { clientId } }`, nil)["clients"].([]any) {
			ids = append(ids, c.(values)["clientId"].(string))
		}
		slices.Sort(ids)
		return strings.Join(ids, " ")
	}
	check := func(step, want string) {
		t.Helper()
		if got := sees(someone); got != want {
			t.Errorf("%s: staff sees %q, want %q", step, got, want)
		}
		if got := sees(place); got != want {
			t.Errorf("%s: the location sees %q, want %q", step, got, want)
		}
	}
	theirs := values{"staffId": "900", "locationId": "901", "status": "CANCELLED"}
	check("before", "")
	record(t, api, visit("1", "5966842", 1, theirs), visit("2", "7475995", 1, theirs))
	check("recorded", "5966842 7475995")
	record(t, api, visit("1", "4658091", 2, theirs))
	check("moved", "4658091 7475995")
	remove(t, api, "2", 2)
	check("removed", "4658091")
	record(t, api, visit("1", "4658091", 3, values{"staffId": nil, "locationId": "0"}))
	check("given to others", "")
}

// TestFeedReachesDeletedClients: the scheduler does not know who is deleted.
func TestFeedReachesDeletedClients(t *testing.T) {
	api := reference(t)
	payload(t, api, owner(), deleteMutation, values{"id": "5966842"})
	record(t, api, visit("1", "5966842", 1, nil))
	if got := open(t, api, "5966842"); got != "1" {
		t.Errorf("the deleted client counts %s", got)
	}
	if count, wrong := feed(t, api, formsMutation, values{"formId": "a", "clientId": "5966842", "modifiedDate": day(1)}); count != "1" || wrong != nil {
		t.Errorf("a form of a deleted client: %s, %v", count, wrong)
	}
}

// TestFeedNeedsAdmin: before anything is looked at.
func TestFeedNeedsAdmin(t *testing.T) {
	api := reference(t)
	plain := owner()
	plain.Permissions &^= client.Admin
	for _, mutation := range []string{
		`mutation { recordAppointments(appointments: []) { recorded } }`,
		`mutation { removeAppointments(appointments: []) { removed } }`,
		`mutation { recordClientForms(forms: []) { recorded } }`,
		`mutation { putLocationGroup(input: {locationGroupId: 1, name: "A", locationIds: [], modifiedDate: "2030-01-01T00:00:00Z"}) { locationGroup { name } } }`,
		`mutation { deleteLocationGroup(locationGroupId: 1, modifiedDate: "2030-01-01T00:00:00Z") { locationGroup { name } } }`,
		`mutation { createFieldDefinition(input: {label: "A", type: TEXT}) { fieldDefinition { id } } }`,
		`mutation { updateFieldDefinition(schedulerPreferenceFieldDefnId: 322530, input: {label: "A"}) { fieldDefinition { id } } }`,
		`mutation { retireFieldDefinition(schedulerPreferenceFieldDefnId: 322530) { fieldDefinition { id } } }`,
	} {
		nothingFed(t, api, func() {
			for _, who := range []client.Identity{plain, staff(), superUser(), account(1151044)} {
				response := api.Do(t, who, mutation, nil)
				if len(response.Errors) != 1 || response.Errors[0].Code() != "FORBIDDEN" {
					t.Errorf("%s as %s: %s", mutation, who.Role, response.Body)
				}
			}
		})
		if response := api.Do(t, owner(), mutation, nil); len(response.Errors) > 0 {
			t.Errorf("%s: %s", mutation, response.Body)
		}
	}
}
