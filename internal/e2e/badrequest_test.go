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

// told is what an error of a response says, without its message.
type told struct{ Code, Path, Field string }

func tell(t *testing.T, response apitest.Response) []told {
	t.Helper()
	var all []told
	for _, e := range response.Errors {
		if e.Message == "" {
			t.Errorf("an error without a message: %s", response.Body)
		}
		all = append(all, told{e.Code(), joined(e.Path), joined(e.Extensions["field"])})
	}
	return all
}

// Codes of requests that are refused before anything runs.
const (
	parseFailed      = "GRAPHQL_PARSE_FAILED"
	validationFailed = "GRAPHQL_VALIDATION_FAILED"
)

// badArguments are operations with one fault. variables is JSON; secret must not
// come back.
var badArguments = []struct {
	query, variables string
	want             []told
	secret           string
}{
	// Documents.
	{`{ clientele }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ client(clientId: 4658091) { passphrase } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ client(clientId: 4658091) { password } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ client { clientId } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ client(clientId: 4658091, id: 1) { clientId } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ client(clientId: 4658091) }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ me { user `, "", []told{{parseFailed, "", ""}}, ""},
	{`mutation { patchClient(clientId: 1, patch: {password: "hunt"hunter222"er"}) { client { id } } }`, "", []told{{parseFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 1, patch: {password: "x" "hunter222"}) { client { id } } }`, "", []told{{parseFailed, "", ""}}, "hunter222"},
	{`fragment F on Client { clientId }`, "", []told{{validationFailed, "", ""}}, ""},
	{`subscription { clientChanged }`, "", []told{{validationFailed, "", ""}}, ""},
	{`query A { me { user } } query B { me { user } }`, "", []told{{validationFailed, "", ""}}, ""},

	// However long the value is.
	{`mutation ($patch: ClientPatch!) { patchClient(clientId: 4658091, patch: $patch) { client { id } } }`, `{"patch": {"status": "` + strings.Repeat("hunter222 ", 500) + `"}}`, []told{{validationFailed, "", "patch.status"}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {status: "` + strings.Repeat("hunter222 ", 500) + `"}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {blocked: "` + strings.Repeat("hunter222 ", 500) + `"}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},

	// Values of another type in the document: the message names the type alone.
	{`mutation { patchClient(clientId: 4658091, patch: {nickname: "hunter222"}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {password: 123456789}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "123456789"},
	{`mutation { patchClient(clientId: 4658091, patch: {ssn: 123.456789}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "123.456789"},
	{`mutation { patchClient(clientId: 4658091, patch: {ssn: SECRET}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "SECRET"},
	{`mutation { patchClient(clientId: 4658091, patch: {password: ["hunter222"]}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {blocked: "hunter222"}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {latitude: "hunter222"}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {status: "hunter222"}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {status: HUNTER222}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "HUNTER222"},
	{`mutation { patchClient(clientId: 4658091, patch: {tags: [17222]}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "17222"},
	{`mutation { patchClient(clientId: 4658091, patch: ["hunter222"]) { client { id } } }`, "", []told{{validationFailed, "", ""}}, "hunter222"},
	{`mutation { patchClient(clientId: 4658091, patch: {tags: [null]}) { client { id } } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`mutation { patchClient(clientId: 4658091, patch: null) { client { id } } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ clients(pageSize: 1.5) { clientId } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ client(clientId: 99999999999999999999) { clientId } }`, "", []told{{validationFailed, "", ""}}, "99999999999999999999"},
	{`{ client(clientId: true) { clientId } }`, "", []told{{validationFailed, "", ""}}, ""},
	{`{ clients(orderMode: SIDEWAYS) { clientId } }`, "", []told{{validationFailed, "", ""}}, "SIDEWAYS"},

	// The same in variables: the path of the variable is told.
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"nickname": "hunter222"}}`, []told{{validationFailed, "", "p.nickname"}}, "hunter222"},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"password": true}}`, []told{{validationFailed, "", "p.password"}}, ""},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"password": ["hunter222"]}}`, []told{{validationFailed, "", "p.password"}}, "hunter222"},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"tags": {"a": "hunter222"}}}`, []told{{validationFailed, "", "p.tags.0"}}, "hunter222"},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"tags": ["a", null]}}`, []told{{validationFailed, "", "p.tags.1"}}, ""},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"fields": [5]}}`, []told{{validationFailed, "", "p.fields.0"}}, ""},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"fields": [{"value": "hunter222"}]}}`, []told{{validationFailed, "", "p.fields.0.schedulerPreferenceFieldDefnId"}}, "hunter222"},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": {"status": "HUNTER222"}}`, []told{{validationFailed, "", "p.status"}}, "HUNTER222"},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": "hunter222"}`, []told{{validationFailed, "", "p"}}, "hunter222"},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{"p": null}`, []told{{validationFailed, "", "p"}}, ""},
	{`mutation ($p: ClientPatch!) { patchClient(clientId: 4658091, patch: $p) { client { id } } }`, `{}`, []told{{validationFailed, "", "p"}}, ""},
	{`query ($n: Int!) { clients(pageSize: $n) { clientId } }`, `{"n": 17222.5}`, []told{{validationFailed, "", "n"}}, "17222"},
	{`query ($n: Int!) { clients(pageSize: $n) { clientId } }`, `{"n": 99999999999999999999}`, []told{{validationFailed, "", "n"}}, "9999"},
	{`query ($n: Int!) { clients(pageSize: $n) { clientId } }`, `{"n": "fifty"}`, []told{{validationFailed, "", "n"}}, "fifty"},
	{`query ($n: Int!) { clients(pageSize: $n) { clientId } }`, `{"n": "50"}`, []told{{"INVALID_TYPE", "clients", "pageSize"}}, ""},
	{`query ($n: Int!) { clients(pageSize: $n) { clientId } }`, `{"n": 3000000000}`, []told{{"INVALID_TYPE", "clients", "pageSize"}}, "3000000000"},
	{`{ clients(pageSize: 3000000000) { clientId } }`, "", []told{{"INVALID_TYPE", "clients", "pageSize"}}, "3000000000"},
	{`query ($c: String) { clientConnection(first: 1, after: $c) { totalCount } }`, `{"c": 17222}`, []told{{"INVALID_TYPE", "clientConnection", "after"}}, "17222"},
	// Enum values have one spelling.
	{`query ($m: OrderMode!) { clients(orderMode: $m) { clientId } }`, `{"m": "desc"}`, []told{{"INVALID_TYPE", "clients", "orderMode"}}, "desc"},
	{`query ($f: ClientOrderField!) { clients(orderField: $f) { clientId } }`, `{"f": "Email_Address"}`, []told{{"INVALID_TYPE", "clients", "orderField"}}, "Email_Address"},
	{`query ($f: ClientReportFilter) { clientConnection(filter: $f, first: 1) { totalCount } }`, `{"f": {"statusList": ["ACTIVE", "active"]}}`, []told{{"INVALID_TYPE", "clientConnection", "filter.statusList.1"}}, "active"},

	// Ids.
	{`{ client(clientId: "johnny") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, "johnny"},
	{`{ client(clientId: "") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, ""},
	{`{ client(clientId: " 4658091") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, "4658091"},
	{`{ client(clientId: "04658091") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, "04658091"},
	{`{ client(clientId: "+4658091") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, "4658091"},
	{`{ client(clientId: "Q2xpZW50\nOjQ2NTgwOTE") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, ""},
	{`{ client(clientId: "-0") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, ""},
	{`{ client(clientId: "4658091.0") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, "4658091"},
	{`{ client(clientId: "9223372036854775808") { clientId } }`, "", []told{{"INVALID_ID", "client", "clientId"}}, "9223372036854775808"},
	{`query ($id: ID!) { client(clientId: $id) { clientId } }`, `{"id": 9223372036854775808}`, []told{{"INVALID_ID", "client", "clientId"}}, "9223372036854775808"},
	{`query ($id: ID!) { client(clientId: $id) { clientId } }`, `{"id": 4658091.5}`, []told{{"INVALID_ID", "client", "clientId"}}, "4658091"},
	{`{ other: client(clientId: "johnny") { clientId } me { user } }`, "", []told{{"INVALID_ID", "other", "clientId"}}, "johnny"},
	{`{ node(id: "johnny") { id } }`, "", []told{{"INVALID_ID", "node", "id"}}, "johnny"},
	{`{ nodes(ids: ["4658091", "johnny"]) { id } }`, "", []told{{"INVALID_ID", "nodes", "ids.1"}}, "johnny"},
	{`{ clientConnection(first: 1, filter: {clientIdList: ["4658091", "johnny"]}) { totalCount } }`, "", []told{{"INVALID_ID", "clientConnection", "filter.clientIdList.1"}}, "johnny"},

	// Pages.
	{`{ clients(pageNumber: 0) { clientId } }`, "", []told{{"OUT_OF_RANGE", "clients", "pageNumber"}}, ""},
	{`{ clients(pageNumber: -1) { clientId } }`, "", []told{{"OUT_OF_RANGE", "clients", "pageNumber"}}, ""},
	{`{ clients(pageSize: 0) { clientId } }`, "", []told{{"OUT_OF_RANGE", "clients", "pageSize"}}, ""},
	{`{ clients(pageSize: 501) { clientId } }`, "", []told{{"OUT_OF_RANGE", "clients", "pageSize"}}, ""},
	{`{ clients(pageNumber: 0, pageSize: 501) { clientId } }`, "", []told{{"OUT_OF_RANGE", "clients", "pageNumber"}, {"OUT_OF_RANGE", "clients", "pageSize"}}, ""},
	{`{ clientConnection(first: 1, last: 1) { totalCount } }`, "", []told{{"INVALID_PAGINATION", "clientConnection", "last"}}, ""},
	{`{ clientConnection(first: 0) { totalCount } }`, "", []told{{"OUT_OF_RANGE", "clientConnection", "first"}}, ""},
	{`{ clientConnection(first: -1) { totalCount } }`, "", []told{{"OUT_OF_RANGE", "clientConnection", "first"}}, ""},
	{`{ clientConnection(first: 101) { totalCount } }`, "", []told{{"OUT_OF_RANGE", "clientConnection", "first"}}, ""},
	{`{ clientConnection(last: 0) { totalCount } }`, "", []told{{"OUT_OF_RANGE", "clientConnection", "last"}}, ""},
	{`{ clientConnection(last: 101) { totalCount } }`, "", []told{{"OUT_OF_RANGE", "clientConnection", "last"}}, ""},
	{`{ clientConnection(first: 1, after: "nowhere") { totalCount } }`, "", []told{{"INVALID_CURSOR", "clientConnection", "after"}}, "nowhere"},
	{`{ clientConnection(first: 1, after: "") { totalCount } }`, "", []told{{"INVALID_CURSOR", "clientConnection", "after"}}, ""},
	{`{ clientConnection(last: 101, after: "nowhere", before: "==") { totalCount } }`, "", []told{
		{"INVALID_CURSOR", "clientConnection", "after"}, {"INVALID_CURSOR", "clientConnection", "before"}, {"OUT_OF_RANGE", "clientConnection", "last"},
	}, "nowhere"},
	{`{ client(clientId: 4658091) { viewClients(first: 0) { clientId } } }`, "", []told{{"OUT_OF_RANGE", "client.viewClients", "first"}}, ""},
	{`{ client(clientId: 4658091) { viewByClients(first: 1001) { clientId } } }`, "", []told{{"OUT_OF_RANGE", "client.viewByClients", "first"}}, ""},
}

func TestBadArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	api := reference(t)
	before := stored(t, api)
	for i, test := range badArguments {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var variables values
			if test.variables != "" {
				variables = fromJSON(t, test.variables).(values)
			}
			response := api.Do(t, owner(), test.query, variables)
			if response.Status != 200 {
				t.Errorf("HTTP %d", response.Status)
			}
			got := tell(t, response)
			slices.SortFunc(got, func(a, b told) int { return strings.Compare(a.Field, b.Field) })
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s\n%s\n(-want +got):\n%s\n%s", test.query, test.variables, diff, response.Body)
			}
			silent(t, string(response.Body), test.secret)
			executed := test.want[0].Path != ""
			if executed {
				located(t, test.query, response)
			}
			if _, there := fromJSON(t, string(response.Body)).(values)["data"]; there != executed {
				t.Errorf("only an executed operation has data: %s", response.Body)
			}
			unchanged(t, api, before)
		})
	}
	if log := api.Log.String(); strings.Contains(log, "internal error") {
		t.Errorf("a mistake of the caller was logged as ours:\n%s", log)
	}
}

// located holds each error of an executed operation to the place of its field in
// the document.
func located(t *testing.T, query string, response apitest.Response) {
	t.Helper()
	for _, e := range response.Errors {
		if len(e.Locations) != 1 || e.Locations[0].Line != 1 {
			t.Errorf("an error without a place, or with several: %s", response.Body)
			continue
		}
		there := query[e.Locations[0].Column-1:]
		if field := fmt.Sprint(e.Path[len(e.Path)-1]); !strings.HasPrefix(there, field) {
			t.Errorf("the error of %s is at %q", field, there)
		}
	}
}

// An error of an entry of a list, deep in a document of several lines, is at the
// field that failed, too.
func TestErrorsSayWhereTheirFieldIs(t *testing.T) {
	api := reference(t)
	const query = `{
  clients {
    clientId
    ...F
  }
}

fragment F on Client {
  viewClients {
    none: viewByClients(first: 0) { clientId }
  }
  notes
}`
	// Sees itself and two others.
	response := api.Do(t, account(1151044), query, nil)
	got := map[string]apitest.Location{}
	for _, e := range response.Errors {
		if len(e.Locations) != 1 {
			t.Fatalf("an error without a place, or with several: %s", response.Body)
		}
		got[joined(e.Path)] = e.Locations[0]
	}
	notes, none := apitest.Location{Line: 12, Column: 3}, apitest.Location{Line: 10, Column: 5}
	want := map[string]apitest.Location{
		"clients.0.notes": notes, "clients.1.notes": notes, "clients.2.notes": notes,
		"clients.0.viewClients.0.none": none, "clients.0.viewClients.1.none": none,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is too long for a document is too long for an argument.
func TestTooManyIDsAreRefused(t *testing.T) {
	api := reference(t)
	ids := repeat(1_001, "4658091")
	for query, want := range map[string]told{
		`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`:                                                         {"TOO_MANY", "nodes", "ids"},
		`query ($ids: [ID!]!) { clientConnection(first: 1, filter: {clientIdList: $ids}) { nodes { clientId } } }`: {"TOO_MANY", "clientConnection", "filter.clientIdList"},
	} {
		got := tell(t, api.Do(t, owner(), query, values{"ids": ids}))
		if diff := gocmp.Diff([]told{want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
		api.MustDo(t, owner(), query, values{"ids": ids[1:]})
	}
}

// A list may be given as its one entry, and ids as numbers.
func TestSingleValuesStandForLists(t *testing.T) {
	api := reference(t)
	change := values{
		"tags": "Excellent", "clientIdsClientCanView": 4922146, "excludeEmailCategoryIdList": 17,
		"fields": values{"schedulerPreferenceFieldDefnId": 322530, "value": 5},
	}
	patch(t, api, owner(), "5143212", change)
	got := read(t, api, owner(), "5143212", `tags clientIdsClientCanView excludeEmailCategoryIdList fieldDataMap`)
	want := fromJSON(t, `{"tags": ["Excellent"], "clientIdsClientCanView": ["4922146"], "excludeEmailCategoryIdList": ["17"]}`).(values)
	if got["fieldDataMap"].(values)["322530"] != float64(5) {
		t.Errorf("got the fields %v", got["fieldDataMap"])
	}
	delete(got, "fieldDataMap")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	api.MustDo(t, owner(), "mutation { patchClient(clientId: 5143212, patch: "+literal(values{"tags": "Else", "fields": field(322530, 6)})+") { client { version } } }", nil)
	if tags := read(t, api, owner(), "5143212", `tags`)["tags"].([]any); tags[0] != "Else" {
		t.Errorf("got the tags %v", tags)
	}
}

// A cursor is good for its own list, and as it was given.
func TestForeignAndEditedCursorsAreRefused(t *testing.T) {
	t.Parallel()
	api := reference(t)
	const query = `query ($f: ClientReportFilter, $o: ClientOrder!, $c: String!, $last: Boolean!) {
		clientConnection(filter: $f, orderBy: $o, first: 2, after: $c) @skip(if: $last) { nodes { clientId } }
		back: clientConnection(filter: $f, orderBy: $o, last: 2, before: $c) @include(if: $last) { nodes { clientId } } }`
	byName := values{"field": "FULL_NAME", "direction": "ASC"}
	start := api.MustDo(t, owner(), `{ clientConnection(first: 3) { pageInfo { endCursor } } }`, nil)
	cursor := start["clientConnection"].(values)["pageInfo"].(values)["endCursor"].(string)
	ask := func(who client.Identity, filter, order any, cursor string, last bool) []told {
		return tell(t, api.Do(t, who, query, values{"f": filter, "o": order, "c": cursor, "last": last}))
	}
	for _, last := range []bool{false, true} {
		if got := ask(owner(), nil, byName, cursor, last); got != nil {
			t.Fatalf("its own list refuses it: %v", got)
		}
		refused := []told{{"INVALID_CURSOR", "clientConnection", "after"}}
		if last {
			refused = []told{{"INVALID_CURSOR", "back", "before"}}
		}
		check := func(what string, got []told) {
			t.Helper()
			if diff := gocmp.Diff(refused, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		check("another filter", ask(owner(), values{"statusList": []any{"ACTIVE"}}, byName, cursor, last))
		check("deleted as well", ask(owner(), values{"includeDeleted": true}, byName, cursor, last))
		check("no ids", ask(owner(), values{"clientIdList": []any{}}, byName, cursor, last))
		check("another order", ask(owner(), nil, values{"field": "EMAIL_ADDRESS"}, cursor, last))
		check("the other way", ask(owner(), nil, values{"field": "FULL_NAME", "direction": "DESC"}, cursor, last))
		check("another business", ask(apitest.Owner(sample.BusinessID+1), nil, byName, cursor, last))
		for i := range cursor {
			for _, b := range []byte("A_z") {
				if edited := cursor[:i] + string(b) + cursor[i+1:]; edited != cursor {
					check(fmt.Sprintf("byte %d is %c", i, b), ask(owner(), nil, byName, edited, last))
				}
			}
		}
		check("shortened", ask(owner(), nil, byName, cursor[:len(cursor)-1], last))
		check("padded", ask(owner(), nil, byName, cursor+"=", last))
		check("broken in two", ask(owner(), nil, byName, cursor[:5]+"\n"+cursor[5:], last))
	}
}
