package e2e_test

import (
	"encoding/json"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

const (
	reportFields = `clientId clientIds versions { clientId version } moves { field fromClientId count values }
		fills { field fromClientId value } conflicts { field values { clientId value } winnerClientId choosable }
		aliases { field value clientId }`
	previewQuery = `query ($id: ID!, $ids: [ID!]!, $choices: [MergeChoice!]) {
		previewMerge(clientId: $id, clientIds: $ids, choices: $choices) { ` + reportFields + ` } }`
	mergeMutation = `mutation ($id: ID!, $ids: [ID!]!, $choices: [MergeChoice!], $versions: [ExpectedVersion!]) {
		mergeClients(clientId: $id, clientIds: $ids, choices: $choices, expectedVersions: $versions) {
			client { clientId version } mergeId report { ` + reportFields + ` }
			userErrors { code message field mergedIntoClientId } conflicts { clientId currentVersion changedPaths } } }`
	unmergeMutation = `mutation ($id: ID!, $choices: [UnmergeChoice!], $version: Int) {
		unmergeClients(mergeId: $id, choices: $choices, expectedVersion: $version) {
			client { clientId version } clients { clientId version } userErrors { code message field }
			conflict { currentVersion changedPaths } conflicts { field before merged current } } }`
)

// merge folds clients into one and returns the id of the merge.
func merge(t *testing.T, api *apitest.API, id string, ids ...string) string {
	t.Helper()
	return payload(t, api, owner(), mergeMutation, values{"id": id, "ids": ids})["mergeId"].(string)
}

// unmerge undoes a merge.
func unmerge(t *testing.T, api *apitest.API, id string) {
	t.Helper()
	payload(t, api, owner(), unmergeMutation, values{"id": id})
}

// entries is a list as answers have it.
func entries(list ...any) []any { return append([]any{}, list...) }

func TestMergeUnitesListsFillsBlanksAndTakesTheStrictestConsent(t *testing.T) {
	api := reference(t)
	a := create(t, api, owner(), person(values{
		"tags": entries("Red", "Blue"), "notes": "first", "allowWaitListText": true, "invitationOptIn": true,
		"excludeEmailCategoryIdList": entries("1"), "city": " ", "spouseName": "Bo", "stripeCustomerId": "S1",
	}))
	b := create(t, api, owner(), person(values{
		"emailAddress": "B@example.com", "firstName": "Adele", "tags": entries("RED", "Green"), "notes": "second", "city": "Rome", "spouseName": "Cy",
		"allowWaitListText": false, "blocked": true, "stripeCustomerId": "S2", "externalUserName": "adele", "ssn": "123-45-6789",
		"excludeEmailCategoryIdList": entries("2", "1"), "alertNotes": entries("late"), "fields": entries(field("322530", 7)),
	}))
	c := create(t, api, owner(), person(values{
		"emailAddress": "c@example.com", "status": "BLACKLISTED", "city": "Oslo", "state": "NY", "notes": "first", "externalUserName": "carl", "invitationOptIn": true,
	}))
	merge(t, api, a, b, c)
	got := read(t, api, owner(), a, `tags notes alertNotes allowWaitListText invitationOptIn excludeEmailCategoryIdList city state spouseName
		firstName emailAddress stripeCustomerId externalUserName blocked status ssn fieldDataMap aliases { field value clientId } mergedClients { clientId } version`)
	delete(got["fieldDataMap"].(values), "322516")
	want := plain(values{
		"tags": entries("Red", "Blue", "Green"), "notes": "first\nsecond", "alertNotes": entries("late"), "allowWaitListText": false, "invitationOptIn": nil,
		"excludeEmailCategoryIdList": entries("1", "2"), "city": "Rome", "state": "NY", "spouseName": "Bo", "firstName": "Ada",
		"emailAddress": "ada@example.com", "stripeCustomerId": "S1", "externalUserName": "adele", "blocked": true, "status": "BLACKLISTED", "ssn": "123-45-6789",
		"fieldDataMap": got["fieldDataMap"], "mergedClients": entries(values{"clientId": b}, values{"clientId": c}), "version": 2,
		"aliases": entries(
			values{"field": "emailAddress", "value": "B@example.com", "clientId": b}, values{"field": "stripeCustomerId", "value": "S2", "clientId": b},
			values{"field": "emailAddress", "value": "c@example.com", "clientId": c}, values{"field": "externalUserName", "value": "carl", "clientId": c}),
	})
	if diff := gocmp.Diff(want, any(got)); diff != "" {
		t.Errorf("the survivor (-want +got):\n%s", diff)
	}
	if points := got["fieldDataMap"].(values)["322530"]; points != 7.0 {
		t.Errorf("the custom field is %v", points)
	}
}

func TestPreviewTellsWhatTheMergeThenDoesToTheByte(t *testing.T) {
	api := reference(t)
	a := create(t, api, owner(), person(values{"tags": entries("Red"), "clientIdsClientCanView": entries("4922146")}))
	b := create(t, api, owner(), person(values{
		"emailAddress": "b@example.com", "tags": entries("Blue"), "password": "correct horse", "city": "Rome", "ssn": "123456789",
		"clientIdsClientCanView": entries("4658091", a), "viewClientAccountIds": entries("1151044"), "dateOfBirth": "1990-01-02",
	}))
	variables := values{"id": a, "ids": []string{b}, "choices": entries(values{"field": "emailAddress", "fromClientId": b})}
	var preview any
	nothingWritten(t, api, func() { preview = only(t, api.MustDo(t, owner(), previewQuery, variables)) })
	merged := payload(t, api, owner(), mergeMutation, variables)
	was, _ := json.Marshal(preview)
	is, _ := json.Marshal(merged["report"])
	if diff := gocmp.Diff(string(was), string(is)); diff != "" {
		t.Errorf("preview and merge differ (-preview +merge):\n%s", diff)
	}
	if got := read(t, api, owner(), a, "emailAddress")["emailAddress"]; got != "b@example.com" {
		t.Errorf("the chosen address is %v", got)
	}
}

func TestMergedIDsKeepResolving(t *testing.T) {
	api := reference(t)
	a, b, c := create(t, api, owner(), person(nil)), create(t, api, owner(), person(values{"emailAddress": "old@example.com", "externalUserName": "olaf"})), create(t, api, owner(), person(nil))
	merge(t, api, b, c)
	merge(t, api, a, b)
	for _, id := range []string{b, c} {
		old := globalID(t, client.TypeClient, id)
		for _, asked := range []string{id, old} {
			if got := read(t, api, owner(), asked, "clientId"); got["clientId"] != a {
				t.Errorf("client(%s) answered %v", asked, got)
			}
		}
		global := globalID(t, client.TypeMergedClient, id)
		node := api.MustDo(t, owner(), `query ($id: ID!) { node(id: $id) { __typename id ... on MergedClient { clientId clientGlobalId survivor { clientId fullName viewClients { clientId } } } } }`, values{"id": global})["node"]
		want := plain(values{"__typename": "MergedClient", "id": global, "clientId": id, "clientGlobalId": old, "survivor": values{"clientId": a, "fullName": "Ada Bell", "viewClients": entries()}})
		if diff := gocmp.Diff(want, node); diff != "" {
			t.Errorf("node (-want +got):\n%s", diff)
		}
		refused := only(t, api.MustDo(t, owner(), `mutation ($id: ID!) { patchClient(clientId: $id, patch: {city: "X"}) { client { clientId } userErrors { code field mergedIntoClientId } } }`, values{"id": id}))
		want = plain(values{"client": nil, "userErrors": entries(values{"code": "CLIENT_MERGED", "field": entries("clientId"), "mergedIntoClientId": a})})
		if diff := gocmp.Diff(want, any(refused)); diff != "" {
			t.Errorf("a patch of a merged client (-want +got):\n%s", diff)
		}
	}
	data := api.MustDo(t, owner(), `query ($ids: [ID!]!) {
		byEmail: clientsByEmail(emailAddress: "OLD@example.com") { clientId }
		byName: clientsByExternalUserName(externalUserName: "olaf", includeDeleted: true) { clientId }
		clientReport(filter: {clientIdList: $ids, includeDeleted: true}) { clientId }
		clientTags(clientId: "`+c+`")
	}`, values{"ids": []string{a, b, c}})
	want := plain(values{
		"byEmail": entries(values{"clientId": a}), "byName": entries(values{"clientId": a}),
		"clientReport": entries(values{"clientId": a}), "clientTags": entries(),
	})
	if diff := gocmp.Diff(want, any(data)); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
}

func TestMergedLoginsLeadToTheSurvivor(t *testing.T) {
	api := reference(t)
	a, b, c := create(t, api, owner(), person(nil)), create(t, api, owner(), person(values{"password": "correct horse"})), create(t, api, owner(), person(values{"password": "battery staple"}))
	login := func(id string) any { return read(t, api, owner(), id, "clientAccountId")["clientAccountId"] }
	first, second, hash := login(b), login(c), hashOf(t, api, b)
	id := merge(t, api, a, b, c)
	if got := login(a); got != first || hashOf(t, api, a) != hash {
		t.Errorf("the survivor has the login %v", got)
	}
	for _, one := range []any{first, second} {
		me := api.MustDo(t, account(number(t, one.(string))), "{ me { client { clientId } } }", nil)["me"].(values)["client"].(values)["clientId"]
		if me != a {
			t.Errorf("the token of %v is %v's", one, me)
		}
	}
	patch(t, api, owner(), "4922146", values{"viewClientAccountIds": entries(second)})
	if got := read(t, api, owner(), a, "clientIdsClientCanView")["clientIdsClientCanView"]; gocmp.Diff(entries("4922146"), got) != "" {
		t.Errorf("an edge to a merged login made %v", got)
	}
	patch(t, api, owner(), a, values{"password": "new and longer"})
	changed := hashOf(t, api, a)
	unmerge(t, api, id)
	if login(a) != nil || login(b) != first || login(c) != second || hashOf(t, api, b) != changed || hashOf(t, api, a) != "" {
		t.Errorf("after unmerging the logins are %v, %v, %v", login(a), login(b), login(c))
	}
}

// setSubjects makes a client see those, whoever they are.
func setSubjects(t *testing.T, api *apitest.API, id int64, subjects []int64) {
	t.Helper()
	if _, err := api.Mongo.Collection("clients").UpdateByID(t.Context(), id, bson.D{{Key: "$set", Value: bson.D{{Key: "viewSubjectIds", Value: subjects}}}}); err != nil {
		t.Fatal(err)
	}
}
