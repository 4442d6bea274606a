package e2e_test

import (
	"fmt"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
)

const upsertMutation = `mutation ($by: ClientKey!, $input: CreateClientInput!, $version: Int) {
	upsertClient(by: $by, input: $input, expectedVersion: $version) {
		created client { clientId version emailAddress externalUserName city tags } userErrors { code message field } conflict { currentVersion changedPaths } } }`

// upsert writes the client of a key, and says whether it was made.
func upsert(t *testing.T, api *apitest.API, by, input values) (id string, created bool) {
	t.Helper()
	answered := payload(t, api, owner(), upsertMutation, values{"by": by, "input": input})
	return answered["client"].(values)["clientId"].(string), answered["created"].(bool)
}

// TestUpsertMakesOnceAndThenPatches, by each key.
func TestUpsertMakesOnceAndThenPatches(t *testing.T) {
	api := reference(t)
	for name, by := range map[string]values{
		"emailAddress":     {"emailAddress": " Ada@Example.com "},
		"externalUserName": {"externalUserName": "ada.bell"},
	} {
		t.Run(name, func(t *testing.T) {
			input := values{"firstName": "Ada", "lastName": "Bell", "tags": []any{"one"}}
			if name != "emailAddress" {
				input["emailAddress"] = "someone@example.com"
			}
			id, created := upsert(t, api, by, input)
			if !created {
				t.Fatal("nobody was there")
			}
			again, created := upsert(t, api, by, values{"city": "Here"})
			if again != id || created {
				t.Errorf("made %s after %s", again, id)
			}
			want := values{"version": 2.0, "city": "Here", "tags": []any{"one"}, "emailAddress": "Ada@Example.com", "externalUserName": nil}
			if name != "emailAddress" {
				want["emailAddress"], want["externalUserName"] = "someone@example.com", "ada.bell"
			}
			if diff := gocmp.Diff(want, read(t, api, owner(), id, "version city tags emailAddress externalUserName")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			nothingWritten(t, api, func() { upsert(t, api, by, values{"city": "Here"}) })
		})
	}
	id, created := upsert(t, api, values{"clientId": "4658091"}, values{"city": "Here", "emailAddress": "another@example.com"})
	if id != "4658091" || created {
		t.Errorf("by id: %s, %v", id, created)
	}
}

// TestUpsertKeepsTheSpellingOfItsKey unless the input gives another one.
func TestUpsertKeepsTheSpellingOfItsKey(t *testing.T) {
	api := reference(t)
	id, _ := upsert(t, api, values{"emailAddress": "Ada@Example.com"}, values{"firstName": "Ada", "lastName": "Bell"})
	nothingWritten(t, api, func() { upsert(t, api, values{"emailAddress": "ada@example.com"}, values{}) })
	upsert(t, api, values{"emailAddress": "ada@example.com"}, values{"emailAddress": "ADA@example.com"})
	if got := read(t, api, owner(), id, "emailAddress")["emailAddress"]; got != "ADA@example.com" {
		t.Errorf("the address is %v", got)
	}
}

// TestUpsertRefusesWhatIsUnclear, and everything stays as it was.
func TestUpsertRefusesWhatIsUnclear(t *testing.T) {
	api := reference(t)
	for range 2 {
		create(t, api, owner(), person(values{"externalUserName": "two"}))
	}
	gone := create(t, api, owner(), person(values{"emailAddress": "gone@example.com"}))
	payload(t, api, owner(), deleteMutation, values{"id": gone})
	for name, test := range map[string]struct {
		by, input values
		version   any
		want      []failure
	}{
		"several by address":   {by: values{"emailAddress": "ADA@example.com"}, want: []failure{{"AMBIGUOUS_KEY", "by.emailAddress"}}},
		"several by name":      {by: values{"externalUserName": "two"}, want: []failure{{"AMBIGUOUS_KEY", "by.externalUserName"}}},
		"unknown id":           {by: values{"clientId": "1"}, want: []failure{{"NOT_FOUND", "by.clientId"}}},
		"deleted id":           {by: values{"clientId": gone}, want: []failure{{"NOT_FOUND", "by.clientId"}}},
		"id of another type":   {by: values{"clientId": client.ID{Type: "FieldDefinition", Number: 4658091}.String()}, want: []failure{{"NOT_FOUND", "by.clientId"}}},
		"no address":           {by: values{"emailAddress": "nobody"}, want: []failure{{"INVALID_EMAIL", "by.emailAddress"}}},
		"blank name":           {by: values{"externalUserName": " "}, want: []failure{{"REQUIRED", "by.externalUserName"}}},
		"another address":      {by: values{"emailAddress": "new@example.com"}, input: person(nil), want: []failure{{"KEY_CONTRADICTED", "input.emailAddress"}}},
		"another, by a field":  {by: values{"emailAddress": "new@example.com"}, input: values{"firstName": "A", "lastName": "B", "fields": []any{field("322520", "ada@example.com")}}, want: []failure{{"KEY_CONTRADICTED", "input.emailAddress"}}},
		"no name":              {by: values{"externalUserName": "new"}, input: person(values{"externalUserName": nil}), want: []failure{{"KEY_CONTRADICTED", "input.externalUserName"}}},
		"nothing to make":      {by: values{"emailAddress": "new@example.com"}, want: []failure{{"REQUIRED", "input.firstName"}, {"REQUIRED", "input.lastName"}}},
		"deleted is no match":  {by: values{"emailAddress": "gone@example.com"}, want: []failure{{"REQUIRED", "input.firstName"}, {"REQUIRED", "input.lastName"}}},
		"a version of nothing": {by: values{"emailAddress": "new@example.com"}, input: values{"firstName": "A", "lastName": "B"}, version: 1, want: []failure{{"NOT_FOUND", "by.emailAddress"}}},
		"another version":      {by: values{"clientId": "4658091"}, version: 7, want: []failure{{"VERSION_CONFLICT", "expectedVersion"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if test.input == nil {
				test.input = values{}
			}
			nothingWritten(t, api, func() {
				answered := only(t, api.MustDo(t, owner(), upsertMutation, values{"by": test.by, "input": test.input, "version": test.version}))
				if diff := gocmp.Diff(test.want, failures(t, answered)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if (answered["conflict"] != nil) != (name == "another version") {
					t.Errorf("answered %v", answered)
				}
			})
		})
	}
	for _, by := range []values{{}, {"emailAddress": "a@example.com", "externalUserName": "a"}, {"emailAddress": nil}} {
		nothingWritten(t, api, func() {
			response := api.Do(t, owner(), upsertMutation, values{"by": by, "input": person(nil)})
			if len(response.Errors) == 0 && refusals(only(t, response.Data)) == nil {
				t.Errorf("by %v answers %s", by, response.Body)
			}
		})
	}
}

// TestUpsertIsForThoseWhoSeeAllClients: whether somebody is there would tell the
// others of clients that they don't see.
func TestUpsertIsForThoseWhoSeeAllClients(t *testing.T) {
	api := reference(t)
	nothingWritten(t, api, func() {
		for _, who := range []client.Identity{superUser(), staff(), account(1151044)} {
			response := api.Do(t, who, upsertMutation, values{"by": values{"clientId": "5143212"}, "input": values{"city": "Here"}})
			if len(response.Errors) != 1 || response.Errors[0].Code() != "FORBIDDEN" {
				t.Errorf("%s is answered %s", who.Role, response.Body)
			}
		}
	})
}

// TestParallelUpsertsMakeOneClient of each key, on two servers, also against
// writes that set the value by other ways.
func TestParallelUpsertsMakeOneClient(t *testing.T) {
	db := testdb.New(t)
	servers := []*apitest.API{apitest.On(t, db), apitest.On(t, db)}
	var group sync.WaitGroup
	const rounds = 6
	for round := range rounds {
		for i := range 6 {
			group.Go(func() {
				by := values{"emailAddress": fmt.Sprintf("new%d@example.com", round)}
				if round%2 == 1 {
					by = values{"externalUserName": fmt.Sprint("new", round)}
				}
				input := values{"firstName": "Ada", "lastName": "Bell", "city": fmt.Sprint(i)}
				if round%2 == 1 {
					input["emailAddress"] = "ada@example.com"
				}
				payload(t, servers[i%2], owner(), upsertMutation, values{"by": by, "input": input})
			})
		}
	}
	group.Wait()
	if got := servers[0].MustDo(t, owner(), `{ clientCount }`, nil)["clientCount"]; got != float64(rounds) {
		t.Errorf("%v clients, want %d", got, rounds)
	}
}
