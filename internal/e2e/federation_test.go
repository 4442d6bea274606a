package e2e_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

const entitiesQuery = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
	__typename ... on Client { id clientId fullName viewClients { clientId viewByClients { clientId } } } } }`

// byID and byClientID are representations of clients, as routers build them.
func byID(id string) values       { return values{"__typename": "Client", "id": id} }
func byClientID(id string) values { return values{"__typename": "Client", "clientId": id} }

func subgraph(t *testing.T) *apitest.API {
	t.Helper()
	api := apitest.Subgraph(t)
	api.LoadReference(t)
	return api
}

// entityIDs are the ids of the entities that an answer has, "" for null.
func entityIDs(t *testing.T, data values) []string {
	t.Helper()
	var ids []string
	for _, entity := range data["_entities"].([]any) {
		if entity == nil {
			ids = append(ids, "")
			continue
		}
		ids = append(ids, entity.(values)["clientId"].(string))
	}
	return ids
}

// Entities stand in the order of their representations; unknown, hidden and
// foreign clients, those of other types and those of two keys that disagree are
// null alike, without an error.
func TestEntitiesAreFoundByEitherKeyWithinScope(t *testing.T) {
	t.Parallel()
	api := subgraph(t)
	hidden, foreign := create(t, api, owner(), person(nil)), create(t, api, apitest.Owner(away), person(nil))
	unlike := byID(globalID(t, "Client", "4658091"))
	unlike["clientId"] = "4761823"
	like := byID(globalID(t, "Client", "4658091"))
	like["clientId"] = "4658091"
	representations := []any{
		byClientID("5143212"), byID(globalID(t, "Client", "4658091")), byClientID("99"), byClientID(hidden), byClientID(foreign),
		byID(globalID(t, client.TypeLocationGroup, "4658091")), unlike, like, byClientID("5143212"),
	}
	got := entityIDs(t, api.MustDo(t, staff(), entitiesQuery, values{"representations": representations}))
	if diff := gocmp.Diff([]string{"5143212", "4658091", "", "", "", "", "", "4658091", "5143212"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A merged client's keys find nobody: its survivor is another entity.
func TestEntityOfAMergedClientIsNull(t *testing.T) {
	t.Parallel()
	api := subgraph(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	merge(t, api, a, b)
	got := entityIDs(t, api.MustDo(t, owner(), entitiesQuery, values{"representations": []any{byClientID(a), byClientID(b), byID(globalID(t, "Client", b))}}))
	if diff := gocmp.Diff([]string{a, "", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Entities are one level: a command for all of them, whichever key names each, and one
// more where one of them finds nobody.
func TestEntitiesCostOneCommand(t *testing.T) {
	t.Parallel()
	api := subgraph(t)
	known := []any{byClientID("5143212"), byID(globalID(t, "Client", "4658091")), byClientID("4922146")}
	for _, c := range []struct {
		representations []any
		want            []string
	}{
		// The entities, whom they can view, and who can view those.
		{known, []string{"find", "find", "find"}},
		{append(slices.Clone(known), byClientID("99")), []string{"find", "aggregate", "find", "find"}},
	} {
		sent := api.Commands(func() { api.MustDo(t, owner(), entitiesQuery, values{"representations": c.representations}) })
		if !slices.Equal(sent, c.want) {
			t.Errorf("of %d entities sent %v, want %v", len(c.representations), sent, c.want)
		}
	}
}

// What is wrong with a representation is told at its entry; the others are
// answered.
func TestWrongRepresentationsHarmNoOthers(t *testing.T) {
	t.Parallel()
	api := subgraph(t)
	response := api.Do(t, owner(), `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Client { clientId } } }`,
		values{"representations": []any{byClientID("5143212"), "Client", values{"clientId": "5143212"}, values{"__typename": "Pet", "id": "1"}, values{"__typename": "Client"}, byClientID("five")}})
	if diff := gocmp.Diff([]string{"5143212", "", "", "", "", ""}, entityIDs(t, response.Data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var told []string
	for _, e := range response.Errors {
		told = append(told, fmt.Sprint(e.Path, " ", e.Code()))
		if strings.Contains(e.Message, "five") {
			t.Errorf("the message repeats what was sent: %s", e.Message)
		}
	}
	want := []string{"[_entities 1] INVALID_TYPE", "[_entities 2] INVALID_TYPE", "[_entities 3] INVALID_TYPE", "[_entities 4] INVALID_TYPE", "[_entities 5] INVALID_ID"}
	if diff := gocmp.Diff(want, told); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// Representations are bounded like ids in any argument, and priced one by one.
func TestEntitiesAreBoundedAndPriced(t *testing.T) {
	t.Parallel()
	api := subgraph(t)
	many := make([]any, reading.MaxIDs+1)
	for i := range many {
		many[i] = byClientID(fmt.Sprint(i + 1))
	}
	response := api.Do(t, owner(), entitiesQuery, values{"representations": many})
	if len(response.Errors) != 1 || response.Errors[0].Code() != "TOO_MANY" {
		t.Errorf("%d representations are answered %.300s", len(many), response.Body)
	}
	if got := response.Data["_entities"].([]any); len(got) != len(many) || slices.ContainsFunc(got, func(entity any) bool { return entity != nil }) {
		t.Errorf("%d representations are answered by %d entities, or not by nulls: %.300s", len(many), len(got), response.Body)
	}
	price := func(representations []any) int {
		body := fmt.Sprintf(`{"query": "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Client { clientId fullName } } }", "variables": {"r": %s}, "extensions": {"cost": true}}`, literalJSON(t, representations))
		response := api.Post(t, "Bearer "+api.Token(t, owner()), []byte(body))
		var answer struct {
			Extensions struct{ Cost struct{ Cost int } }
		}
		if err := json.Unmarshal(response.Body, &answer); err != nil {
			t.Fatal(err)
		}
		return answer.Extensions.Cost.Cost
	}
	if few, more := price(many[:10]), price(many[:1000]); more-few != 990*2 {
		t.Errorf("10 cost %v points and 1,000 cost %v, want 2 an entity", few, more)
	}
}

// The roles that may not read a field are denied it of entities too.
func TestEntitiesKeepFieldsFromRoles(t *testing.T) {
	t.Parallel()
	api := subgraph(t)
	response := api.Do(t, account(1151044), `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Client { clientId notes } } }`,
		values{"representations": []any{byClientID("4761823")}})
	if len(response.Errors) != 1 || response.Errors[0].Code() != "FORBIDDEN" {
		t.Errorf("notes of an entity are answered %s", response.Body)
	}
}

// Without --federation there is nothing of it: not in what introspection tells,
// and not to be asked for.
func TestFederationIsOffByDefault(t *testing.T) {
	t.Parallel()
	api := reference(t)
	for _, query := range []string{`{ _service { sdl } }`, `{ _entities(representations: []) { __typename } }`} {
		if response := api.Do(t, owner(), query, nil); len(response.Errors) == 0 || response.Errors[0].Code() != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s is answered %s", query, response.Body)
		}
	}
	data := api.MustDo(t, owner(), `{ __schema { types { name possibleTypes { name } } queryType { fields { name } } } }`, nil)["__schema"].(values)
	for _, list := range [][]any{data["types"].([]any), data["queryType"].(values)["fields"].([]any)} {
		for _, named := range list {
			if name := named.(values)["name"].(string); strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "__") {
				t.Errorf("introspection tells of %s", name)
			}
		}
	}
}

// What a router reads has the keys, and nothing that composition does not know.
func TestSubgraphTellsItsKeys(t *testing.T) {
	t.Parallel()
	api := subgraph(t)
	sdl := api.MustDo(t, owner(), `{ _service { sdl } }`, nil)["_service"].(values)["sdl"].(string)
	for _, want := range []string{`@key(fields: "id") @key(fields: "clientId")`, "@link(url:"} {
		if !strings.Contains(sdl, want) {
			t.Errorf("the schema has no %s", want)
		}
	}
	for _, not := range []string{"@oneOf", "_entities", "_Any"} {
		if strings.Contains(sdl, not) {
			t.Errorf("the schema has %s", not)
		}
	}
	if response := api.Post(t, "", []byte(`{"query": "{ _service { sdl } }"}`)); response.Status != 401 {
		t.Errorf("the schema is told without a token: %d", response.Status)
	}
}

func literalJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
