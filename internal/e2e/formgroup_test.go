package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/sample"
)

// TestFormsAreRecordedWhole: a newer form replaces all of an older one, an older
// none of it; each client has its own.
func TestFormsAreRecordedWhole(t *testing.T) {
	api := reference(t)
	const fields = "formList { formId name signedDate data }"
	send := func(want string, entries ...values) {
		t.Helper()
		if count, wrong := feed(t, api, formsMutation, entries...); count != want || wrong != nil {
			t.Fatalf("recorded %s of %d, %v", count, len(entries), wrong)
		}
	}
	send("3",
		values{"formId": "b", "clientId": "5966842", "name": "Waiver", "signedDate": day(1), "data": values{"ok": true, "n": 1.5}, "modifiedDate": day(2)},
		values{"formId": "a", "clientId": "5966842", "modifiedDate": day(2)},
		values{"formId": "b", "clientId": "7475995", "name": "Other", "modifiedDate": day(2)})
	want := values{"formList": []any{
		values{"formId": "a", "name": nil, "signedDate": nil, "data": nil},
		values{"formId": "b", "name": "Waiver", "signedDate": "2030-01-01T12:00:00.000Z", "data": values{"ok": true, "n": 1.5}},
	}}
	if diff := gocmp.Diff(want, read(t, api, owner(), "5966842", fields)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	nothingFed(t, api, func() {
		send("0", values{"formId": "b", "clientId": "5966842", "name": "Late", "modifiedDate": day(2)})
	})
	send("1", values{"formId": "b", "clientId": "5966842", "data": []any{1.0}, "modifiedDate": day(3)},
		values{"formId": "b", "clientId": "5966842", "name": "Older", "modifiedDate": day(2)})
	want["formList"].([]any)[1] = values{"formId": "b", "name": nil, "signedDate": nil, "data": []any{1.0}}
	if diff := gocmp.Diff(want, read(t, api, owner(), "5966842", fields)); diff != "" {
		t.Errorf("after a newer form (-want +got):\n%s", diff)
	}
	_, wrong := feed(t, api, formsMutation,
		values{"formId": " ", "clientId": "5966842", "modifiedDate": day(3)},
		values{"formId": "c", "clientId": "99", "modifiedDate": day(3)},
		values{"formId": "c", "clientId": "5966842", "data": strings.Repeat("x", 100_000), "modifiedDate": day(3)})
	if diff := gocmp.Diff([]failure{
		{"REQUIRED", "forms.0.formId"}, {"NOT_FOUND", "forms.1.clientId"}, {"TOO_LONG", "forms.2.data"},
	}, wrong); diff != "" {
		t.Errorf("bad forms (-want +got):\n%s", diff)
	}
}

// TestLocationGroups: a group is put whole; older entries, of deletions too,
// change nothing.
func TestLocationGroups(t *testing.T) {
	api := reference(t)
	put := func(id, name string, modified int, locations ...string) values {
		t.Helper()
		locations = append([]string{}, locations...)
		group, _ := payload(t, api, owner(), `mutation ($input: LocationGroupInput!) {
			putLocationGroup(input: $input) { locationGroup { name locationIds } userErrors { code message field } } }`,
			values{"input": values{"locationGroupId": id, "name": name, "locationIds": locations, "modifiedDate": day(modified)}})["locationGroup"].(values)
		return group
	}
	drop := func(id string, modified int) values {
		t.Helper()
		group, _ := payload(t, api, owner(), `mutation ($id: ID!, $at: DateTime!) {
			deleteLocationGroup(locationGroupId: $id, modifiedDate: $at) { locationGroup { name } userErrors { code message field } } }`,
			values{"id": id, "at": day(modified)})["locationGroup"].(values)
		return group
	}
	list := func(want ...string) {
		t.Helper()
		var got []string
		for _, g := range api.MustDo(t, owner(), `{ locationGroups { locationGroupId name locationIds } }`, nil)["locationGroups"].([]any) {
			g := g.(values)
			got = append(got, fmt.Sprintf("%v %v %v", g["locationGroupId"], g["name"], g["locationIds"]))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	put("7", "North", 2, "12", "3", "12")
	put("5", "South", 2)
	list("5 South []", "7 North [3 12]")
	if g := put("7", "Late", 2, "9"); g["name"] != "North" {
		t.Errorf("an entry as old answers %v", g)
	}
	if g := drop("7", 1); g["name"] != "North" {
		t.Errorf("an older deletion answers %v", g)
	}
	found, err := api.Store.LocationGroups(t.Context(), apitest.OwnerScope(sample.BusinessID), []int64{7, 8, 7})
	if diff := gocmp.Diff(map[int64][]int64{7: {3, 12}}, found); err != nil || diff != "" {
		t.Errorf("the locations of groups: %v\n%s", err, diff)
	}
	if g := drop("7", 3); g != nil {
		t.Errorf("a deletion leaves %v", g)
	}
	drop("8", 3)
	for _, id := range []string{"7", "8"} {
		if g := put(id, "Back", 3, "1"); g != nil {
			t.Errorf("group %s came back: %v", id, g)
		}
	}
	list("5 South []")
	put("7", "Back", 4, "1")
	list("5 South []", "7 Back [1]")
	if got := api.MustDo(t, apitest.Owner(otherBusiness), `{ locationGroups { name } }`, nil)["locationGroups"].([]any); len(got) > 0 {
		t.Errorf("another business sees %v", got)
	}
	wrong := failures(t, only(t, api.MustDo(t, owner(), `mutation { putLocationGroup(input: {
		locationGroupId: "x", name: " ", locationIds: ["1", "0"], modifiedDate: "now"}) { userErrors { code message field } } }`, nil)))
	if diff := gocmp.Diff([]failure{
		{"INVALID_ID", "input.locationGroupId"}, {"INVALID_ID", "input.locationIds.1"}, {"INVALID_TYPE", "input.modifiedDate"}, {"REQUIRED", "input.name"},
	}, wrong); diff != "" {
		t.Errorf("a bad group (-want +got):\n%s", diff)
	}
}
