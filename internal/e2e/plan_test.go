package e2e_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clientgraph/graph"
	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/testsize"
)

// Whatever is asked, plans answer the same bytes as resolvers, to every role: errors
// are compared by their paths, and cursors by the text that they seal.
func TestPropertyPlansAnswerAsResolversDo(t *testing.T) {
	// In the past, the database would forget the answers of idempotency keys meanwhile.
	api := apitest.At(t, time.Now())
	ids := planWorld(t, api)
	other := api.ByResolvers(t)
	callers := []client.Identity{owner(), owner(), narrowed(client.Write), superUser(), staff(), account(1151044)}
	schema := graph.NewSchema(nil).Schema()
	replays := replayedWrites(t, api, ids)
	testsize.Check(t, testsize.Of(60, 5_000, 50_000), func(rt *rapid.T) {
		who := rapid.SampledFrom(callers).Draw(rt, "caller")
		d := &operationDrawing{T: rt, schema: schema, ids: ids}
		if who.User == owner().User {
			d.replays = replays
		}
		document, operations := d.document()
		for _, operation := range operations {
			planned := comparedAs(rt, api.DoNamed(t, who, document, operation, d.variables).Body)
			resolved := comparedAs(rt, other.DoNamed(t, who, document, operation, d.variables).Body)
			if planned != resolved {
				variables, _ := json.Marshal(d.variables)
				rt.Fatalf("%s of %s\n%s\nas %s\nby plans:     %s\nby resolvers: %s", operation, document, variables, who.Role, planned, resolved)
			}
		}
	})
}

// planWorld stores clients with edges, values of all kinds, a deleted one and a
// merged one, and answers what arguments may name.
func planWorld(t *testing.T, api *apitest.API) []string {
	t.Helper()
	api.LoadReference(t)
	clients := sample.Generate(5, sample.BusinessID, 12, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	if err := api.Service.AssignIDs(t.Context(), clients); err != nil {
		t.Fatal(err)
	}
	ids := []string{"4658091", "4761823", "5143212", "1151044", "1", "x", ""}
	for i, c := range clients {
		for step := range i % 4 {
			c.SubjectIDs = append(c.SubjectIDs, clients[(i+step+1)%len(clients)].ClientID)
		}
		c.SubjectIDs = client.SortedSet(c.SubjectIDs)
		ids = append(ids, strconv.FormatInt(c.ClientID, 10))
	}
	if err := api.Service.Import(t.Context(), apitest.OwnerScope(sample.BusinessID), clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
	api.MustDo(t, owner(), `mutation ($a: ID!, $b: ID!, $c: ID!, $d: ID!, $e: ID!) {
		mergeClients(clientId: $a, clientIds: [$b]) { userErrors { code } }
		two: mergeClients(clientId: $d, clientIds: [$e]) { userErrors { code } }
		deleteClient(clientId: $c) { userErrors { code } }
	}`, map[string]any{"a": clients[3].ID().String(), "b": clients[4].ID().String(), "c": clients[5].ID().String(), "d": clients[7].ID().String(), "e": clients[8].ID().String()})
	giveCustomValues(t, api, clients[3].ID().String(), clients[0].ID().String(), "4761823")
	numberChanges(t, api)
	merged := client.ID{Type: client.TypeMergedClient, Number: clients[4].ClientID}
	return append(ids, merged.String(), clients[1].ID().String(), clients[3].ID().String(), clients[4].ID().String(), clients[6].ID().String())
}

// replayedWrites makes writes under idempotency keys of the owner: each is answered the
// same whenever it is sent again.
func replayedWrites(t *testing.T, api *apitest.API, ids []string) []replay {
	t.Helper()
	id := ids[len(ids)-1]
	writes := []replay{
		{`patchClient(clientId: "4761823", patch: {city: "Bergen"}, idempotencyKey: "patch")`, "PatchClientPayload"},
		{`patchClient(clientId: "4761823", patch: {emailAddress: "nobody"}, idempotencyKey: "refused")`, "PatchClientPayload"},
		{`addClientTags(clientId: "5143212", tags: ["VIP"], idempotencyKey: "tags")`, "AddClientTagsPayload"},
		{`upsertClient(by: {clientId: "4658091"}, input: {emailAddress: "a@email.com", firstName: "A", lastName: "B"}, idempotencyKey: "upsert")`, "UpsertClientPayload"},
		{`deleteClient(clientId: "` + id + `", idempotencyKey: "delete")`, "DeleteClientPayload"},
		{`restoreClient(clientId: "` + id + `", expectedVersion: 1000, idempotencyKey: "conflict")`, "RestoreClientPayload"},
	}
	for _, write := range writes {
		api.MustDo(t, owner(), "mutation { "+write.call+" { userErrors { code } } }", nil)
	}
	return writes
}

// giveCustomValues makes custom fields of each type and of properties, and gives
// clients values of them, what has to be escaped among them, an SSN and a time zone.
func giveCustomValues(t *testing.T, api *apitest.API, ids ...string) {
	t.Helper()
	var values []any
	for _, field := range []struct {
		input map[string]any
		value any
	}{
		{map[string]any{"label": "Text \"<&>", "type": "TEXT"}, "<b>\"a\" & \\b</b> \u2028 é"},
		{map[string]any{"label": "Number", "type": "NUMBER"}, 123456789012345},
		{map[string]any{"label": "Small", "type": "NUMBER"}, 0.1},
		{map[string]any{"label": "Flag", "type": "BOOLEAN"}, false},
		{map[string]any{"label": "Day", "type": "DATE"}, "2020-02-29"},
		{map[string]any{"label": "Choice", "type": "CHOICE", "choices": []string{"a", "b & c"}}, "b & c"},
		{map[string]any{"label": "Birthday", "type": "DATE", "propertyCode": "dateOfBirth"}, "1990-01-31"},
		{map[string]any{"label": "North", "type": "NUMBER", "propertyCode": "latitude"}, 12.25},
		{map[string]any{"label": "Nothing", "type": "TEXT"}, nil},
	} {
		made := api.MustDo(t, owner(), `mutation ($input: CreateFieldDefinitionInput!) { createFieldDefinition(input: $input) {
			fieldDefinition { schedulerPreferenceFieldDefnId } } }`, map[string]any{"input": field.input})["createFieldDefinition"].(map[string]any)
		values = append(values, map[string]any{"schedulerPreferenceFieldDefnId": made["fieldDefinition"].(map[string]any)["schedulerPreferenceFieldDefnId"], "value": field.value})
	}
	for i, id := range ids {
		patch := map[string]any{
			"fields": values[i:], "ssn": "123-45-678" + strconv.Itoa(i), "externalUserName": "user" + strconv.Itoa(i),
			"timeZone": []string{"America/New_York", "Asia/Kathmandu", "Pacific/Marquesas"}[i],
		}
		patched := api.MustDo(t, owner(), `mutation ($id: ID!, $patch: ClientPatch!) { patchClient(clientId: $id, patch: $patch) { userErrors { code field } } }`, map[string]any{"id": id, "patch": patch})
		if wrong := patched["patchClient"].(map[string]any)["userErrors"].([]any); len(wrong) > 0 {
			t.Fatalf("the patch of %s: %v", id, wrong)
		}
	}
}

// comparedAs is an answer without what is another one each time, its errors by
// their places.
func comparedAs(t rapid.TB, body []byte) string {
	var answer struct {
		Data       json.RawMessage
		Errors     []map[string]any
		Extensions json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	failed := make([]string, len(answer.Errors))
	for i, one := range answer.Errors {
		text, _ := json.Marshal(one)
		failed[i] = string(text)
	}
	slices.Sort(failed)
	return string(answer.Data) + strings.Join(failed, "\n") + string(answer.Extensions)
}

// What pages of clients ask for is answered by plans: lists, reports with their size,
// one client, look-ups, relations in three levels, in fragments and by variables. The log
// says so, of a server that traces operations and of one that does not.
func TestPlansAnswerWhatFrontEndsAsk(t *testing.T) {
	t.Parallel()
	for name, newAPI := range map[string]func(testing.TB) *apitest.API{"traced": apitest.Watched, "not traced": apitest.Logged} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plansAnswerWhatFrontEndsAsk(t, newAPI(t))
		})
	}
}

func plansAnswerWhatFrontEndsAsk(t *testing.T, api *apitest.API) {
	t.Helper()
	planWorld(t, api)
	global := client.GlobalID(4658091).String()
	for _, query := range []string{
		`{ client(clientId: "4658091") { id fullName emailAddress tags version } }`,
		`{ clients { clientId fullName createdDate dateOfBirth blocked viewClients { clientId fullName tags } } }`,
		`query ($n: Int = 3, $yes: Boolean = true) { clients(pageSize: $n) { ...Name viewByClients(first: $n) { ...Name viewClients @include(if: $yes) { clientId } } } }
			fragment Name on Client { clientId name: fullName ... on Node { id } }`,
		`{ clientReport(filter: {includeDeleted: true}) { clientId deleted status } }`,
		`{ clientReportWithCount(filter: {searchTerm: "a"}) { count clients { clientId clientIdsClientCanView viewClientAccountIds } __typename } }`,
		`{ clientConnection(first: 2) { totalCount nodes { clientId } edges { cursor node { fullName } } pageInfo { endCursor hasNextPage hasPreviousPage } } }`,
		`{ clientsByTag(tag: "VIP") { clientId notes alertNotes aggregatedNotes } }`,
		`{ clients { ssn timeZone { timeZoneId currentOffset } timeZoneCode fields { label type choices value } fieldDataList { value } } }`,
		`{ clients { fieldDataMap fieldDataMapJson fieldDataListJson textSearchable viewClients { fields { value } timeZone { timeZoneDesc } } } }`,
		`{ clients { aliases { field value clientGlobalId } mergedClients { id mergedDate survivor { clientId viewClients { fullName } } } } }`,
		`{ filterClients(search: "a") { clients { clientId fullName fields { value } } addNew { label fullName } } }`,
		`{ node(id: "` + global + `") { id ... on Client { fullName viewClients { clientId } } } }`,
		`{ nodes(ids: ["` + global + `", "` + global + `"]) { id ... on Client { fullName } } }`,
		`mutation { patchClient(clientId: "4658091", patch: {city: "Bergen"}) { client { clientId city viewClients { fullName } } userErrors { code } conflict { currentVersion } } }`,
		`mutation { addClientTags(clientId: "4658091", tags: ["new"]) { ... on ClientPayload { client { tags } userErrors { code } } } }`,
	} {
		before := strings.Count(api.Log.String(), `"planned":1`)
		api.MustDo(t, owner(), query, nil)
		if strings.Count(api.Log.String(), `"planned":1`) == before {
			t.Errorf("answered by resolvers: %s", query)
		}
	}
}

// A query of one field, which gqlgen does not execute, has the answer that it would have:
// with every argument, with values that are refused, null, and if it is not allowed.
func TestQueriesOfOneFieldAreAnsweredAsByResolvers(t *testing.T) {
	t.Parallel()
	api := apitest.At(t, time.Now())
	planWorld(t, api)
	other := api.ByResolvers(t)
	variables := map[string]any{"id": "4658091", "size": 3, "yes": false, "mode": "DESC", "field": "CREATED_DATE", "nothing": nil}
	for _, query := range []string{
		`{ __typename }`, `{ a: __typename }`, `{ __typename @skip(if: true) }`, `query ($yes: Boolean!) { client(clientId: 4658091) @include(if: $yes) { clientId } }`,
		`query ($id: ID!) { one: client(clientId: $id) { clientId fullName viewClients { clientId } } }`,
		`{ client(clientId: 4658091) { __typename clientId ssn fields { value } } }`, `{ client(clientId: "` + client.GlobalID(4658091).String() + `") { id } }`,
		`{ client(clientId: "x") { clientId } }`, `{ client(clientId: "") { clientId } }`, `{ client(clientId: 1) { clientId } }`, `{ client(clientId: "Rm9ybTox") { clientId } }`,
		`{ client(clientId: 4658091) { clientId formList { name } } }`, `{ client(clientId: 4658091) { clientId hiddenNotes: notes history { pageInfo { hasNextPage } } } }`,
		`{ clients { clientId fullName } }`, `query ($size: Int!) { clients(pageSize: $size, pageNumber: 2) { clientId } }`,
		`query ($mode: OrderMode!) { clients(orderMode: $mode) { clientId } }`, `{ clients(orderMode: DESC, orderField: EMAIL_ADDRESS) { clientId emailAddress } }`,
		`query ($field: ClientOrderField!) { clients(orderField: $field, pageSize: 5) { clientId createdDate } }`, `query ($unset: Int! = 2) { clients(pageSize: $unset) { clientId } }`,
		`{ clients(pageNumber: 0) { clientId } }`, `{ clients(pageSize: 501) { clientId } }`, `{ clients(pageNumber: 1000) { clientId } }`, `{ all: clients { ...All } } fragment All on Client { fullName tags }`,
		`{ clientConnection { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { clientId fullName } } } }`, `{ clientConnection { __typename nodes { clientId } } }`,
		`query ($size: Int) { clientConnection(last: $size, orderBy: {field: EMAIL_ADDRESS, direction: DESC}) { nodes { clientId emailAddress } pageInfo { hasPreviousPage } } }`,
		`{ clientConnection(first: 0) { totalCount } }`, `{ clientConnection(first: 1, last: 1) { totalCount } }`, `{ clientConnection(after: "x") { totalCount } }`,
		`{ clientConnection(filter: {includeDeleted: true}) { nodes { clientId } } }`, `{ clientConnection(filter: {searchTerm: "a", clientIdList: ["x"]}) { totalCount } }`,
		`query ($nothing: ClientReportFilter) { clientConnection(filter: $nothing, first: null) { nodes { formList { name } } } }`,
		`{ clientReport(pageSize: 2) { clientId fullName } }`, `query ($field: ClientOrderField!) { clientReport(orderField: $field, orderMode: DESC) { clientId } }`,
		`{ clientReport(filter: {startDate: "2026-02-30"}) { clientId } }`, `{ clientReport(pageSize: 0) { clientId } }`,
		`query ($size: Int!) { some: clientReportWithCount(pageSize: $size) { number: count clients { clientId viewClients { clientId } } } }`,
		`{ clientReportWithCount { count } }`, `{ clientReportWithCount(filter: {hasNot: [EMAIL_ADDRESS]}) { clients { clientId } } }`, `{ clientReportWithCount(filter: {searchTerm: "an"}) { count clients { fullName } } }`,
		`{ clients { clientId } clients { fullName } }`, `{ ... on Query { clients { clientId } } }`, `query One { client(clientId: 4658091) { clientId } }`,
	} {
		for _, who := range []client.Identity{owner(), staff(), account(1151044)} {
			planned, resolved := comparedAs(t, api.Do(t, who, query, variables).Body), comparedAs(t, other.Do(t, who, query, variables).Body)
			if planned != resolved {
				t.Errorf("%s as %s\nby plans:     %s\nby resolvers: %s", query, who.Role, planned, resolved)
			}
		}
	}
}

// Such a query is one event of a stream, which ends after it.
func TestQueriesOfOneFieldAreOneEventOfAStream(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	api.LoadReference(t)
	for query, want := range map[string]string{
		`{ __typename }`: `{"data":{"__typename":"Query"}}`,
		`{ one: client(clientId: 4658091) { clientId } }`: `{"data":{"one":{"clientId":"4658091"}}}`,
		`{ client(clientId: 1) { clientId } }`:            `{"data":{"client":null}}`,
	} {
		answer, text := stream(t.Context(), t, api, apitest.Owner(43111), query), ""
		for answer.Scan() {
			// Comments keep the connection.
			if line := answer.Text(); line != "" && line[0] != ':' {
				text += line + "|"
			}
		}
		if want = "event: next|data: " + want + "|event: complete|data:|"; text != want {
			t.Errorf("%s is answered %q, want %q", query, text, want)
		}
	}
}

// What plans leave to the resolvers is left to them before anything is read.
func TestWhatPlansLeaveIsReadOnce(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	planWorld(t, api)
	for _, query := range []string{
		`{ clientConnection(first: 2) { pageInfo { hasPreviousPage } nodes { formList { name } } } }`,
		`{ clientConnection(first: 2) { pageInfo { hasPreviousPage } nodes { clientId } edges { node { mergedClients { clientId history { pageInfo { hasNextPage } } } } } } }`,
		`{ clientReportWithCount { count clients { viewClients { formList { name } } } } }`,
		`{ clients { viewClients { clientId } appointments { nodes { start } } } }`,
	} {
		got := api.Commands(func() { api.MustDo(t, owner(), query, nil) })
		want := api.Commands(func() { api.ByResolvers(t).MustDo(t, owner(), query, nil) })
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s\nsends %v, want %v", query, got, want)
		}
	}
}

// What was read for a query of one field is not read again if it can't be written, as an
// SSN of another key.
func TestWhatWasReadForAQueryOfOneFieldIsNotReadAgain(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	clients := sample.Generate(5, sample.BusinessID, 4, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	if err := api.Service.AssignIDs(t.Context(), clients); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		c.Lifecycle, c.SealedSSN, c.SubjectIDs = client.Live, []byte("not sealed"), nil
	}
	clients[1].SubjectIDs = []int64{clients[0].ClientID}
	if err := api.Service.Import(t.Context(), apitest.OwnerScope(sample.BusinessID), clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{
		`client(clientId: "` + strconv.FormatInt(clients[1].ClientID, 10) + `") %s`, "clients %s", "clientReport %s",
		"clientConnection { totalCount nodes %s }", "clientReportWithCount(pageSize: 2) { count clients %s }",
	} {
		query := fmt.Sprintf(field, "{ clientId ssn viewClients { clientId } }")
		var alone, beside apitest.Response
		got := api.Commands(func() { alone = api.Do(t, owner(), "{ "+query+" }", nil) })
		want := api.Commands(func() { beside = api.Do(t, owner(), "{ "+query+" __typename }", nil) })
		if len(alone.Errors) == 0 || len(alone.Errors) != len(beside.Errors) || !reflect.DeepEqual(alone.Errors[0].Path, beside.Errors[0].Path) {
			t.Errorf("%s: %s, and %s", query, alone.Body, beside.Body)
		}
		if len(got) != len(want) {
			t.Errorf("%s sent %v, and %v with another field", query, got, want)
		}
	}
}
