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

// TestOneIDNeverMeansTwoTypes: through merge, undo and erasure a global id finds
// an object of its own type, or nothing.
func TestOneIDNeverMeansTwoTypes(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	kept, folded, gone := globalID(t, client.TypeClient, a), globalID(t, client.TypeClient, b), globalID(t, client.TypeMergedClient, b)
	look := func(when string, want ...any) {
		t.Helper()
		ids := []string{kept, folded, b, gone, globalID(t, client.TypeMergedClient, a)}
		data := api.MustDo(t, owner(), `query ($ids: [ID!]!, $folded: ID!, $gone: ID!) {
			nodes(ids: $ids) { __typename id } node(id: $folded) { __typename id } other: node(id: $gone) { __typename id }
			one: client(clientId: $folded) { clientId } none: client(clientId: $gone) { clientId } }`, values{"ids": ids, "folded": folded, "gone": gone})
		found := make([]any, 0, len(ids))
		for i, node := range data["nodes"].([]any) {
			if node == nil {
				found = append(found, nil)
				continue
			}
			object := node.(values)
			found = append(found, object["__typename"])
			if ids[i] != b && object["id"] != ids[i] {
				t.Errorf("%s: %s answers %v", when, ids[i], object)
			}
		}
		if diff := gocmp.Diff(want, found); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		if diff := gocmp.Diff([]any{data["nodes"].([]any)[1], data["nodes"].([]any)[3]}, []any{data["node"], data["other"]}); diff != "" {
			t.Errorf("%s: node answers another thing than nodes (-nodes +node):\n%s", when, diff)
		}
		if data["none"] != nil {
			t.Errorf("%s: the id of a merged client is taken for a client's: %v", when, data["none"])
		}
	}
	look("before", "Client", "Client", "Client", nil, nil)
	mergeID := merge(t, api, a, b)
	look("merged", "Client", nil, nil, "MergedClient", nil)
	if got := read(t, api, owner(), folded, "clientId")["clientId"]; got != a {
		t.Errorf("client by the old global id answers %v", got)
	}
	unmerge(t, api, mergeID)
	look("undone", "Client", "Client", "Client", nil, nil)
	merge(t, api, a, b)
	look("merged again", "Client", nil, nil, "MergedClient", nil)
	version := read(t, api, owner(), a, "version")["version"]
	payload(t, api, owner(), eraseMutation, values{"id": a, "confirm": a, "version": version})
	look("erased", nil, nil, nil, nil, nil)
}

// TestMergedClientsIDIsNoClients: arguments that take a client answer it like an
// id of any other type.
func TestMergedClientsIDIsNoClients(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	merge(t, api, a, b)
	id := globalID(t, client.TypeMergedClient, b)
	nothingWritten(t, api, func() {
		for _, mutation := range []string{
			`mutation ($id: ID!) { patchClient(clientId: $id, patch: {city: "X"}) { userErrors { code message field } } }`,
			`mutation ($id: ID!) { deleteClient(clientId: $id) { userErrors { code message field } } }`,
			`mutation ($id: ID!) { mergeClients(clientId: "` + a + `", clientIds: [$id]) { userErrors { code message field } } }`,
			`mutation ($id: ID!) { addClientViewers(clientId: "` + a + `", viewerClientIds: [$id]) { userErrors { code message field } } }`,
		} {
			got := failures(t, only(t, api.MustDo(t, owner(), mutation, values{"id": id})))
			if len(got) != 1 || got[0].Code != "NOT_FOUND" {
				t.Errorf("%s\nanswers %v", mutation, got)
			}
		}
	})
}

// TestNodeFindsLocationGroupsAndTheBusiness, both of the caller's business only.
func TestNodeFindsLocationGroupsAndTheBusiness(t *testing.T) {
	api := apitest.New(t)
	here, there := &tenant{base: home, word: "Acorn"}, &tenant{base: away, word: "Birch"}
	for _, tn := range []*tenant{here, there} {
		api.Load(t, tn.dataset())
		tn.settle(t, api)
	}
	id := func(typeName string, number int64) string { return client.ID{Type: typeName, Number: number}.String() }
	group := id(client.TypeLocationGroup, here.at(ownGroup))
	data := api.MustDo(t, here.owner(), `{ me { business { id businessId } } locationGroups { id locationGroupId } }`, nil)
	business := data["me"].(values)["business"].(values)
	if want := id(client.TypeBusiness, here.base); business["id"] != want {
		t.Errorf("the business's id is %v, want %s", business["id"], want)
	}
	if groups := data["locationGroups"].([]any); len(groups) != 1 || groups[0].(values)["id"] != group {
		t.Errorf("the groups are %v, want the id %s", groups, group)
	}
	ids := []string{group, id(client.TypeBusiness, here.base), id(client.TypeLocationGroup, 1), id(client.TypeBusiness, there.base), id(client.TypeLocationGroup, there.at(ownGroup))}
	query := `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on LocationGroup { locationGroupId name } ... on Business { businessId } } }`
	for _, who := range here.callers() {
		nodes := api.MustDo(t, who, query, values{"ids": ids})["nodes"].([]any)
		if len(nodes) != len(ids) || nodes[0] == nil || nodes[1] == nil {
			t.Fatalf("%s finds %v", who.Role, nodes)
		}
		if one := nodes[0].(values); one["__typename"] != "LocationGroup" || one["id"] != group || one["locationGroupId"] != fmt.Sprint(here.at(ownGroup)) {
			t.Errorf("%s finds %v", who.Role, one)
		}
		if one := nodes[1].(values); one["__typename"] != "Business" || one["businessId"] != fmt.Sprint(here.base) {
			t.Errorf("%s finds %v", who.Role, one)
		}
		for i, node := range nodes[2:] {
			if node != nil {
				t.Errorf("%s finds %v by %s, which is not of its business", who.Role, node, ids[2+i])
			}
		}
	}
	payload(t, api, here.owner(), `mutation ($id: ID!) { deleteLocationGroup(locationGroupId: $id, modifiedDate: "2100-01-01T00:00:00Z") { userErrors { code } } }`,
		values{"id": fmt.Sprint(here.at(ownGroup))})
	if node := api.MustDo(t, here.owner(), query, values{"ids": ids[:1]})["nodes"].([]any)[0]; node != nil {
		t.Errorf("a deleted group is found: %v", node)
	}
}

// TestNumbersAndGlobalIDsNameTheSameClients, wherever both stand side by side.
func TestNumbersAndGlobalIDsNameTheSameClients(t *testing.T) {
	api := reference(t)
	a := create(t, api, owner(), person(values{"emailAddress": "a@example.com", "tags": []string{"x"}}))
	b := create(t, api, owner(), person(values{"emailAddress": "b@example.com", "tags": []string{"y"}, "city": "Here", "clientIdsClientCanView": []string{a}}))
	cursor := api.MustDo(t, owner(), `{ clientChanges(first: 1000) { cursor } }`, nil)["clientChanges"].(values)["cursor"]
	seen := map[string]bool{}
	check := func(document string, variables values) values {
		t.Helper()
		data := api.MustDo(t, owner(), document, variables)
		compareIDs(t, "", data, seen)
		return data
	}
	check(`{ duplicateClients { nodes { pairs { clientIds clientGlobalIds } } } }`, nil)
	merged := only(t, check(`mutation ($id: ID!, $ids: [ID!]!) { mergeClients(clientId: $id, clientIds: $ids) { mergeId report {
		clientId clientGlobalId clientIds clientGlobalIds versions { clientId clientGlobalId } moves { fromClientId fromClientGlobalId }
		fills { fromClientId fromClientGlobalId } aliases { clientId clientGlobalId }
		conflicts { winnerClientId winnerClientGlobalId values { clientId clientGlobalId } } } } }`, values{"id": a, "ids": []string{b}}))
	check(`query ($id: ID!) { client(clientId: $id) { mergedClients { clientId clientGlobalId } aliases { clientId clientGlobalId }
		history { nodes { changes { path clientGlobalId } } } } }`, values{"id": a})
	check(`mutation ($id: ID!) { patchClient(clientId: $id, patch: {city: "X"}) { userErrors { mergedIntoClientId mergedIntoClientGlobalId } } }`, values{"id": b})
	check(`mutation ($id: ID!, $ids: [ID!]!) { mergeClients(clientId: "4922146", clientIds: $ids, expectedVersions: [{clientId: $id, version: 99}]) {
		conflicts { clientId clientGlobalId } } }`, values{"id": a, "ids": []string{a}})
	check(`query ($since: String) { clientChanges(since: $since) { changes { kind clientId clientGlobalId mergedIntoClientId mergedIntoClientGlobalId } } }`, values{"since": cursor})
	for _, id := range []string{"4761823", "4658091", a} {
		check(`query ($id: ID!) { exportClientData(clientId: $id) { clientId clientGlobalId canView canViewGlobalIds viewedBy viewedByGlobalIds
			mergedRecords { clientId clientGlobalId } } }`, values{"id": id})
	}
	unmerge(t, api, merged["mergeId"].(string))
	version := read(t, api, owner(), b, "version")["version"]
	check(`mutation ($id: ID!, $version: Int!) { eraseClient(clientId: $id, confirmClientId: $id, expectedVersion: $version) {
		erasedClientIds erasedClientGlobalIds } }`, values{"id": b, "version": version})
	want := []string{
		"canView", "clientId", "clientIds", "erasedClientIds", "fromClientId", "mergedIntoClientId", "path", "viewedBy", "winnerClientId",
	}
	var got []string
	for name := range seen {
		got = append(got, name)
	}
	slices.Sort(got)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("compared fields (-want +got):\n%s", diff)
	}
}

// compareIDs compares numbers with the global ids beside them, and notes which
// fields had any.
func compareIDs(t *testing.T, where string, value any, seen map[string]bool) {
	t.Helper()
	switch v := value.(type) {
	case []any:
		for i, entry := range v {
			compareIDs(t, fmt.Sprintf("%s.%d", where, i), entry, seen)
		}
	case values:
		for name, inner := range v {
			compareIDs(t, where+"."+name, inner, seen)
			global, told := v[globalName(name)]
			if !told || globalName(name) == name {
				continue
			}
			want := globalOf(name, inner)
			if diff := gocmp.Diff(want, global); diff != "" {
				t.Errorf("%s.%s (-number +global id):\n%s", where, name, diff)
			}
			if list, isList := want.([]any); want != nil && (!isList || len(list) > 0) {
				seen[name] = true
			}
		}
	}
}

func globalName(name string) string {
	switch name {
	case "canView", "viewedBy":
		return name + "GlobalIds"
	case "path":
		return "clientGlobalId"
	}
	return strings.NewReplacer("ClientId", "ClientGlobalId", "clientId", "clientGlobalId").Replace(name)
}

// globalOf is what stands beside a number, or a list of them.
func globalOf(name string, value any) any {
	switch v := value.(type) {
	case []any:
		list := []any{}
		for _, entry := range v {
			list = append(list, globalOf(name, entry))
		}
		return list
	case string:
		if name == "path" {
			property, id, edge := strings.Cut(v, ".")
			if !edge || property == "fields" {
				return nil
			}
			v = id
		}
		var number int64
		if _, err := fmt.Sscan(v, &number); err != nil {
			return nil
		}
		return client.ID{Type: client.TypeClient, Number: number}.String()
	}
	return nil
}

// TestConnectionHasFiftyEntriesUnlessAskedForMore, as the other connections have.
func TestConnectionHasFiftyEntriesUnlessAskedForMore(t *testing.T) {
	api := reference(t)
	inputs := make([]any, 60)
	for i := range inputs {
		inputs[i] = person(values{"lastName": fmt.Sprintf("Bell%02d", i)})
	}
	payload(t, api, owner(), `mutation ($inputs: [CreateClientInput!]!) { createClients(inputs: $inputs) { userErrors { code } } }`, values{"inputs": inputs})
	for _, arguments := range []string{"", "(first: null)", "(first: null, last: null)", `(filter: {includeDeleted: true})`} {
		connection := only(t, api.MustDo(t, owner(), `{ clientConnection`+arguments+` { nodes { clientId } pageInfo { hasNextPage hasPreviousPage } } }`, nil))
		if got := len(connection["nodes"].([]any)); got != 50 {
			t.Errorf("clientConnection%s has %d entries", arguments, got)
		}
		if diff := gocmp.Diff(any(values{"hasNextPage": true, "hasPreviousPage": false}), connection["pageInfo"]); diff != "" {
			t.Errorf("clientConnection%s (-want +got):\n%s", arguments, diff)
		}
	}
	for _, def := range apitest.Objects(apitest.Schema(t)) {
		for _, field := range def.Fields {
			first := field.Arguments.ForName("first")
			if strings.HasSuffix(field.Type.Name(), "Connection") && first.DefaultValue != nil && first.DefaultValue.String() != "50" {
				t.Errorf("%s.%s has %s entries by default", def.Name, field.Name, first.DefaultValue)
			}
		}
	}
}
