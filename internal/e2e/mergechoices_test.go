package e2e_test

import (
	"maps"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// What a choice can't decide is refused, all of it at once: nobody is left to
// believe that it was heeded.
func TestChoicesNameOnlyWhatTheyDecide(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(values{"city": "Rome", "tags": entries("Red")}))
	wrong := func(answer values) any {
		var list []any
		for _, e := range answer["userErrors"].([]any) {
			list = append(list, values{"code": e.(values)["code"], "field": e.(values)["field"]})
		}
		return list
	}
	choose := func(field string) values { return values{"field": field, "fromClientId": b} }
	// 322516 stands for a property, and 1 is no field of the business.
	got := only(t, api.MustDo(t, owner(), mergeMutation, values{"id": a, "ids": []string{b}, "choices": entries(choose("fields.322516"), choose("city"), choose("fields.1"))}))
	want := any([]any{
		values{"code": "INVALID_CHOICE", "field": entries("choices", "0", "field")},
		values{"code": "INVALID_CHOICE", "field": entries("choices", "2", "field")},
	})
	if diff := gocmp.Diff(want, wrong(got)); diff != "" {
		t.Errorf("merging (-want +got):\n%s", diff)
	}
	id := merge(t, api, a, b)
	keep := func(field string) values { return values{"field": field, "value": "CURRENT"} }
	got = only(t, api.MustDo(t, owner(), unmergeMutation, values{"id": id, "choices": entries(keep("tags"), keep("city"), keep("fields.322530"))}))
	if diff := gocmp.Diff(want, wrong(got)); diff != "" {
		t.Errorf("unmerging (-want +got):\n%s", diff)
	}
	payload(t, api, owner(), unmergeMutation, values{"id": id, "choices": entries(keep("city"))})
	if city := read(t, api, owner(), a, "city")["city"]; city != "Rome" {
		t.Errorf("the value that was chosen to stay is %v", city)
	}
}

// An edge list names a merged client by its id in vain, and by its login as the
// survivor.
func TestMergedClientInAnEdgeList(t *testing.T) {
	api := reference(t)
	a, c := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	b := create(t, api, owner(), person(values{"password": "correct horse"}))
	login := read(t, api, owner(), b, "clientAccountId")["clientAccountId"]
	merge(t, api, a, b)
	const errors = `userErrors { code field mergedIntoClientId }`
	for mutation, sent := range map[string]values{
		`mutation ($id: ID!, $in: ClientPatch!) { patchClient(clientId: $id, patch: $in) { ` + errors + ` } }`:        {},
		`mutation ($id: ID!, $in: UpdateClientInput!) { updateClient(clientId: $id, input: $in) { ` + errors + ` } }`: person(nil),
		`mutation ($in: CreateClientInput!) { createClient(input: $in) { ` + errors + ` } }`:                          person(nil),
	} {
		in := maps.Clone(sent)
		in["clientIdsClientCanView"] = entries(b)
		got := only(t, api.MustDo(t, owner(), mutation, values{"id": c, "in": in}))["userErrors"].([]any)
		if len(got) != 1 || got[0].(values)["code"] != "CLIENT_MERGED" || got[0].(values)["mergedIntoClientId"] != a {
			t.Errorf("%s: by id: %v", mutation, got)
		}
	}
	patch(t, api, owner(), c, values{"viewClientAccountIds": entries(login)})
	if diff := gocmp.Diff([]string{a}, ids(read(t, api, owner(), c, "viewByClients { clientId }")["viewByClients"])); diff != "" {
		t.Errorf("by login (-want +got):\n%s", diff)
	}
}

func TestMergedClientIsNoViewerToAddOrRemove(t *testing.T) {
	api := reference(t)
	a, b, c := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	merge(t, api, a, b)
	for _, mutation := range []string{"addClientViewers", "removeClientViewers"} {
		got := only(t, api.MustDo(t, owner(), `mutation ($id: ID!, $viewers: [ID!]!) {
			`+mutation+`(clientId: $id, viewerClientIds: $viewers) { client { clientId } userErrors { code field mergedIntoClientId } } }`, values{"id": c, "viewers": []string{b}}))
		want := plain(values{"client": nil, "userErrors": entries(values{"code": "CLIENT_MERGED", "field": entries("viewerClientIds", "0"), "mergedIntoClientId": a})})
		if diff := gocmp.Diff(want, any(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", mutation, diff)
		}
	}
}
