package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

const (
	duplicatesQuery = `query ($first: Int! = 20, $after: String) { duplicateClients(first: $first, after: $after) {
		nodes { clients { clientId } score pairs { clientIds score reasons } }
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`
	undismissMutation = `mutation ($ids: [ID!]!) { undismissDuplicates(clientIds: $ids) { undismissed userErrors { code message field } } }`
	dismissMutation   = `mutation ($ids: [ID!]!) { dismissDuplicates(clientIds: $ids) { dismissed userErrors { code message field } } }`
)

// duplicates is a page of groups as that caller.
func duplicates(t *testing.T, api *apitest.API, variables values) values {
	t.Helper()
	return only(t, api.MustDo(t, owner(), duplicatesQuery, variables))
}

// memberIDs are the clients of each group.
func memberIDs(page values) []string {
	var groups []string
	for _, node := range page["nodes"].([]any) {
		var members []string
		for _, c := range node.(values)["clients"].([]any) {
			members = append(members, c.(values)["clientId"].(string))
		}
		groups = append(groups, strings.Join(members, " "))
	}
	return groups
}

// pairOf makes two clients who share an e-mail address and a name.
func pairOf(t *testing.T, api *apitest.API, name string) [2]string {
	t.Helper()
	address := strings.ToLower(name) + "@example.com"
	return [2]string{
		create(t, api, owner(), person(values{"firstName": name, "emailAddress": address})),
		create(t, api, owner(), person(values{"firstName": strings.ToUpper(name), "emailAddress": strings.ToUpper(address)})),
	}
}

// TestDuplicatePairsSayWhy: what two clients share is told, and how much it says.
func TestDuplicatePairsSayWhy(t *testing.T) {
	api := apitest.New(t)
	a := create(t, api, owner(), person(values{"firstName": "Zoë", "cellPhone": "(212) 555-0142", "dateOfBirth": "1990-05-01", "externalUserName": "zoe"}))
	b := create(t, api, owner(), person(values{"firstName": "zoe", "emailAddress": "ADA@example.com", "businessPhone": "+1 212-555-0142", "dateOfBirth": "1990-05-01"}))
	c := create(t, api, owner(), person(values{"firstName": "Bob", "emailAddress": "bob@example.com", "homePhone": "212.555.0142"}))
	create(t, api, owner(), person(values{"firstName": "Zoë", "emailAddress": "other@example.com"}))
	want := fromJSON(t, fmt.Sprintf(`{"nodes": [{"clients": [{"clientId": %[1]q}, {"clientId": %[2]q}, {"clientId": %[3]q}], "score": 0.97, "pairs": [
		{"clientIds": [%[1]q, %[2]q], "score": 0.97, "reasons": ["SAME_NAME_AND_BIRTH_DATE", "SAME_EMAIL", "SAME_PHONE"]},
		{"clientIds": [%[1]q, %[3]q], "score": 0.4, "reasons": ["SAME_PHONE"]},
		{"clientIds": [%[2]q, %[3]q], "score": 0.4, "reasons": ["SAME_PHONE"]}]}],
		"totalCount": 1}`, a, b, c)).(values)
	got := fromJSON(t, string(api.Do(t, owner(), duplicatesQuery, nil).Body)).(values)["data"].(values)["duplicateClients"].(values)
	delete(got, "pageInfo")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDuplicatesArePagedWhileTheyComeAndGo: a cursor is a place among the
// clients, so that what is dismissed, deleted or added moves nothing else.
func TestDuplicatesArePagedWhileTheyComeAndGo(t *testing.T) {
	api := apitest.New(t)
	var pairs [][2]string
	for _, name := range []string{"Ann", "Ben", "Cid", "Dot", "Eve"} {
		pairs = append(pairs, pairOf(t, api, name))
	}
	group := func(i int) string { return pairs[i][0] + " " + pairs[i][1] }
	first := duplicates(t, api, values{"first": 2})
	info := first["pageInfo"].(values)
	if diff := gocmp.Diff([]string{group(0), group(1)}, memberIDs(first)); diff != "" {
		t.Fatalf("the first page (-want +got):\n%s", diff)
	}
	if info["hasNextPage"] != true || info["hasPreviousPage"] != false || fmt.Sprint(first["totalCount"]) != "5" {
		t.Errorf("the first page says %v and counts %v", info, first["totalCount"])
	}
	// The one at the cursor goes, one before it, and one after it.
	payload(t, api, owner(), dismissMutation, values{"ids": pairs[1]})
	payload(t, api, owner(), deleteMutation, values{"id": pairs[0][1]})
	payload(t, api, owner(), dismissMutation, values{"ids": pairs[3]})
	second := duplicates(t, api, values{"first": 2, "after": info["endCursor"]})
	if diff := gocmp.Diff([]string{group(2), group(4)}, memberIDs(second)); diff != "" {
		t.Errorf("the second page (-want +got):\n%s", diff)
	}
	info = second["pageInfo"].(values)
	// A part behind a cursor counts what the first one found, but for what was dismissed
	// since: so the group that lost a client is counted still.
	if info["hasNextPage"] != false || info["hasPreviousPage"] != true || fmt.Sprint(second["totalCount"]) != "3" {
		t.Errorf("the second page says %v and counts %v", info, second["totalCount"])
	}
	if now := duplicates(t, api, values{"first": 1}); fmt.Sprint(now["totalCount"]) != "2" {
		t.Errorf("the first page of now counts %v", now["totalCount"])
	}
	if beyond := duplicates(t, api, values{"after": info["endCursor"]}); memberIDs(beyond) != nil || beyond["pageInfo"].(values)["hasPreviousPage"] != true {
		t.Errorf("beyond the last page: %v", beyond)
	}
}

// TestDismissedPairsReappearWithAnotherIdentity: each part of an identity brings
// a pair back, and nothing else does.
func TestDismissedPairsReappearWithAnotherIdentity(t *testing.T) {
	changes := []struct {
		change values
		shown  bool
	}{
		{values{"notes": "quite another one", "city": "Rome", "spouseName": "Bo"}, false},
		{values{"firstName": "ADA", "emailAddress": "Ada@Example.com"}, false},
		{values{"firstName": "Adah"}, true},
		{values{"cellPhone": "212-555-0142"}, true},
		{values{"dateOfBirth": "1990-05-01"}, true},
		{values{"externalUserName": "ada"}, true},
	}
	for _, test := range changes {
		t.Run(literal(test.change), func(t *testing.T) {
			api := apitest.New(t)
			a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
			// Global ids are ids too, and each pair counts once.
			global := read(t, api, owner(), b, "id")["id"]
			for range 2 {
				answered := payload(t, api, owner(), dismissMutation, values{"ids": []any{b, a, global}})
				if fmt.Sprint(answered["dismissed"]) != "1" {
					t.Errorf("dismissed %v pairs", answered["dismissed"])
				}
			}
			if groups := memberIDs(duplicates(t, api, nil)); groups != nil {
				t.Fatalf("dismissed, and shown still: %v", groups)
			}
			nothingElse := stored(t, api)
			payload(t, api, owner(), dismissMutation, values{"ids": []any{a, b}})
			if diff := difference(t, nothingElse, stored(t, api)); diff != "" {
				t.Errorf("a dismissal is a change of the clients:\n%s", diff)
			}
			if count := len(rows(t, api, "dismissals")); count != 1 {
				t.Errorf("one pair is stored %d times", count)
			}
			patch(t, api, owner(), a, test.change)
			if groups := memberIDs(duplicates(t, api, nil)); (groups != nil) != test.shown {
				t.Errorf("after the change the groups are %v", groups)
			}
		})
	}
}

// TestDismissedPairLeavesTheRestOfItsGroup: of three, two are told apart; the
// third looks like both still.
func TestDismissedPairLeavesTheRestOfItsGroup(t *testing.T) {
	api := apitest.New(t)
	var three []string
	for range 3 {
		three = append(three, create(t, api, owner(), person(nil)))
	}
	payload(t, api, owner(), dismissMutation, values{"ids": three[:2]})
	page := duplicates(t, api, nil)
	if diff := gocmp.Diff([]string{strings.Join(three, " ")}, memberIDs(page)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if pairs := page["nodes"].([]any)[0].(values)["pairs"].([]any); len(pairs) != 2 {
		t.Errorf("the pairs are %v", pairs)
	}
	payload(t, api, owner(), dismissMutation, values{"ids": three})
	if groups := memberIDs(duplicates(t, api, nil)); groups != nil {
		t.Errorf("all are dismissed; the groups are %v", groups)
	}
}

// TestDuplicatesOfWhoWasMerged: who comes back by an address or a user name that a
// merge took from them is found, and is nobody's duplicate once that was undone.
func TestDuplicatesOfWhoWasMerged(t *testing.T) {
	api := apitest.New(t)
	kept := create(t, api, owner(), person(values{"emailAddress": "kept@example.com", "externalUserName": "kept"}))
	lost := create(t, api, owner(), person(values{"firstName": "Bea", "emailAddress": "Lost@example.com", "externalUserName": "lost"}))
	id := merge(t, api, kept, lost)
	if groups := memberIDs(duplicates(t, api, nil)); groups != nil {
		t.Fatalf("before anybody came back: %v", groups)
	}
	byAddress := create(t, api, owner(), person(values{"firstName": "Cid", "emailAddress": "lost@example.com"}))
	byName := create(t, api, owner(), person(values{"firstName": "Dot", "emailAddress": "dot@example.com", "externalUserName": "lost"}))
	group := duplicates(t, api, nil)["nodes"].([]any)[0].(values)
	want := fromJSON(t, fmt.Sprintf(`[
		{"clientIds": [%[1]q, %[3]q], "score": 0.9, "reasons": ["SAME_EXTERNAL_USER_NAME"]},
		{"clientIds": [%[1]q, %[2]q], "score": 0.5, "reasons": ["SAME_EMAIL"]}]`, kept, byAddress, byName))
	if diff := gocmp.Diff(plain(want), plain(group["pairs"])); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
	if used := api.MustDo(t, owner(), inUseQuery, values{"address": "LOST@example.com"})["emailAddressInUse"]; used != true {
		t.Errorf("the alias is in use: %v", used)
	}
	unmerge(t, api, id)
	if diff := gocmp.Diff([]string{lost + " " + byAddress + " " + byName}, memberIDs(duplicates(t, api, nil))); diff != "" {
		t.Errorf("undone (-want +got):\n%s", diff)
	}
}

// TestUndismissedPairsAreFoundAgain: those of the clients named and no other ones,
// and no second time.
func TestUndismissedPairsAreFoundAgain(t *testing.T) {
	api := apitest.New(t)
	var three []any
	for range 3 {
		three = append(three, create(t, api, owner(), person(values{"emailAddress": "shared@example.com"})))
	}
	before := memberIDs(duplicates(t, api, nil))
	payload(t, api, owner(), dismissMutation, values{"ids": three})
	if groups := memberIDs(duplicates(t, api, nil)); len(groups) != 0 {
		t.Fatalf("dismissed, and shown still: %v", groups)
	}
	for _, want := range []string{"1", "0"} {
		answered := payload(t, api, owner(), undismissMutation, values{"ids": three[:2]})
		if got := fmt.Sprint(answered["undismissed"]); got != want {
			t.Errorf("%s pairs are dismissed no more, want %s", got, want)
		}
		if diff := gocmp.Diff([]string{fmt.Sprint(three[0], " ", three[1])}, memberIDs(duplicates(t, api, nil))); diff != "" {
			t.Errorf("one pair taken back (-want +got):\n%s", diff)
		}
	}
	payload(t, api, owner(), undismissMutation, values{"ids": three})
	if diff := gocmp.Diff(before, memberIDs(duplicates(t, api, nil))); diff != "" {
		t.Errorf("all taken back (-want +got):\n%s", diff)
	}
	answered := only(t, api.MustDo(t, owner(), undismissMutation, values{"ids": []any{three[0], "9999999"}}))
	if diff := gocmp.Diff([]failure{{"NOT_FOUND", "clientIds.1"}}, failures(t, answered)); diff != "" {
		t.Errorf("an unknown client (-want +got):\n%s", diff)
	}
}

// TestDismissDuplicatesRefusesAllThatIsWrong: each id that can't be meant, at
// its place, and nothing is stored.
func TestDismissDuplicatesRefusesAllThatIsWrong(t *testing.T) {
	api := reference(t)
	foreign := create(t, api, apitest.Owner(77), person(nil))
	deleted := create(t, api, owner(), person(nil))
	payload(t, api, owner(), deleteMutation, values{"id": deleted})
	merged := create(t, api, owner(), person(nil))
	merge(t, api, "4922146", merged)
	for _, test := range []struct {
		ids  []any
		want []failure
	}{
		{[]any{}, []failure{{"OUT_OF_RANGE", "clientIds"}}},
		{[]any{"4922146"}, []failure{{"OUT_OF_RANGE", "clientIds"}}},
		{[]any{"4922146", "4922146"}, []failure{{"OUT_OF_RANGE", "clientIds"}}},
		{repeat(51, "4922146"), []failure{{"TOO_MANY", "clientIds"}}},
		{[]any{"4922146", foreign, "1", deleted, client.ID{Type: "Form", Number: 4658091}.String()}, []failure{
			{"NOT_FOUND", "clientIds.1"}, {"NOT_FOUND", "clientIds.2"}, {"CLIENT_DELETED", "clientIds.3"}, {"NOT_FOUND", "clientIds.4"},
		}},
		{[]any{merged, "4658091"}, []failure{{"CLIENT_MERGED", "clientIds.0"}}},
	} {
		answered := only(t, api.MustDo(t, owner(), dismissMutation, values{"ids": test.ids}))
		if diff := gocmp.Diff(test.want, failures(t, answered)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.ids, diff)
		}
		if fmt.Sprint(answered["dismissed"]) != "0" {
			t.Errorf("%v: dismissed %v", test.ids, answered["dismissed"])
		}
	}
	if count := len(rows(t, api, "dismissals")); count != 0 {
		t.Errorf("%d dismissals are stored", count)
	}
}

// TestDuplicateArgumentsAreChecked: sizes, and cursors of anything else.
func TestDuplicateArgumentsAreChecked(t *testing.T) {
	api := apitest.New(t)
	pairOf(t, api, "Ann")
	cursor := duplicates(t, api, nil)["pageInfo"].(values)["endCursor"].(string)
	create(t, api, apitest.Owner(77), person(nil))
	elsewhere := only(t, api.MustDo(t, owner(), `{ clientConnection(first: 1) { pageInfo { endCursor } } }`, nil))["pageInfo"].(values)["endCursor"]
	for _, test := range []struct {
		who       client.Identity
		variables values
		want      []told
	}{
		{owner(), values{"first": 0}, []told{{"OUT_OF_RANGE", "duplicateClients", "first"}}},
		{owner(), values{"first": 101}, []told{{"OUT_OF_RANGE", "duplicateClients", "first"}}},
		{owner(), values{"after": ""}, []told{{"INVALID_CURSOR", "duplicateClients", "after"}}},
		{owner(), values{"after": cursor + "AA"}, []told{{"INVALID_CURSOR", "duplicateClients", "after"}}},
		{owner(), values{"after": elsewhere}, []told{{"INVALID_CURSOR", "duplicateClients", "after"}}},
		{apitest.Owner(77), values{"after": cursor}, []told{{"INVALID_CURSOR", "duplicateClients", "after"}}},
		{owner(), values{"first": -1, "after": "x"}, []told{{"INVALID_CURSOR", "duplicateClients", "after"}, {"OUT_OF_RANGE", "duplicateClients", "first"}}},
	} {
		got := tell(t, api.Do(t, test.who, duplicatesQuery, test.variables))
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.variables, diff)
		}
	}
}

// TestDuplicatesNeedMerge: who may not merge learns nothing, and nothing is
// looked up.
func TestDuplicatesNeedMerge(t *testing.T) {
	api := reference(t)
	for _, who := range []client.Identity{staff(), superUser(), account(1151044), narrowed(client.AllPermissions &^ client.Merge)} {
		for name, text := range map[string]string{
			"duplicateClients":    duplicatesQuery,
			"dismissDuplicates":   dismissMutation,
			"undismissDuplicates": undismissMutation,
		} {
			var response apitest.Response
			sent := api.Commands(func() {
				response = api.Do(t, who, text, values{"ids": []any{"4922146", "4658091"}, "first": 0})
			})
			if diff := gocmp.Diff([]told{{"FORBIDDEN", name, ""}}, tell(t, response)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", who.Role, diff)
			}
			if len(sent) > 1 || (len(sent) == 1 && who.Role != client.RoleClient) {
				t.Errorf("%s %s asked the database %q", who.Role, name, sent)
			}
		}
	}
	api.MustDo(t, narrowed(client.Merge), duplicatesQuery, nil)
}

// TestDuplicatesCostFewCommands: as many for a full page of many groups as for
// one, also with the relations of all clients.
func TestDuplicatesCostFewCommands(t *testing.T) {
	api := apitest.New(t)
	for _, n := range []int{1, 60} {
		for i := range n {
			pairOf(t, api, fmt.Sprintf("N%dx%d", n, i))
		}
		var data values
		sent := api.Commands(func() {
			data = api.MustDo(t, owner(), `{ duplicateClients(first: 100) { edges { cursor node { clients { fullName viewByClients { clientId } } } } nodes { clients { notes } } } }`, nil)
		})
		if edges := only(t, data)["edges"].([]any); len(edges) < n {
			t.Fatalf("%d groups", len(edges))
		}
		// Keys, dismissals, clients, and whom they are viewed by.
		if got := strings.Join(sent, " "); got != "aggregate find find find" {
			t.Errorf("%d groups: sent %q", n, got)
		}
	}
}

// TestIdentityIsStoredForComparing: what is derived is no part of a client's
// history.
func TestIdentityIsStoredForComparing(t *testing.T) {
	api := apitest.New(t)
	id := create(t, api, owner(), person(values{"emailAddress": " Ada@Example.com ", "cellPhone": "(212) 555-0142", "homePhone": "2125550142"}))
	var document struct {
		EmailsLower  []string `bson:"emailsLower"`
		IdentityKeys []string `bson:"identityKeys"`
	}
	if err := api.Mongo.Collection("clients").FindOne(t.Context(), bson.D{}).Decode(&document); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]string{"e:ada@example.com", "p:+12125550142"}, document.IdentityKeys); diff != "" || !slices.Equal(document.EmailsLower, []string{"ada@example.com"}) {
		t.Errorf("stored %q and (-want +got):\n%s", document.EmailsLower, diff)
	}
	patch(t, api, owner(), id, values{"cellPhone": nil, "homePhone": nil})
	for _, row := range rows(t, api, "clientHistory") {
		if strings.Contains(row, "identityKeys") || strings.Contains(row, "emailsLower") {
			t.Errorf("history tells of what is derived: %s", row)
		}
	}
}
