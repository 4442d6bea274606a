package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	gqlast "github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
	"clientgraph/internal/testsize"
)

// malformedPlaces are all places of mutations that take an id. A form's may be any
// text.
func malformedPlaces(schema *gqlast.Schema) []position {
	return slices.DeleteFunc(positions(schema), func(p position) bool {
		return p.parent != "Mutation" || p.meant(schema) != idValue || p.name() == "formId"
	})
}

// told is where an error about the first value at the position is.
func (p position) told(schema *gqlast.Schema) string {
	of := p.field.Arguments.ForName(p.path[0]).Type
	var parts []string
	for i, name := range p.path {
		if i > 0 {
			of = schema.Types[of.Name()].Fields.ForName(name).Type
		}
		if parts = append(parts, name); of.Elem != nil {
			parts = append(parts, "0")
		}
	}
	return strings.Join(parts, ".")
}

// allFailures are those of a payload, and of the entries of a batch.
func allFailures(t *testing.T, answered values) []failure {
	t.Helper()
	found := failures(t, answered)
	results, _ := answered["results"].([]any)
	for _, result := range results {
		found = append(found, failures(t, result.(values))...)
	}
	return found
}

// TestMalformedIDsOfMutationsAreUserErrors sends an id that is none to every place
// of a mutation that takes one, in the document and as a variable, with a key.
// Each time it is an error of the payload, at its place, nothing is written, and
// the key is free.
func TestMalformedIDsOfMutationsAreUserErrors(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	places := malformedPlaces(m.schema)
	if len(places) < 60 {
		t.Fatalf("the schema has %d places", len(places))
	}
	key := func(call, key string) string {
		return strings.Replace(call, "(", "(idempotencyKey: "+quote(key)+", ", 1)
	}
	for place, p := range places {
		t.Run(p.String(), func(t *testing.T) {
			for i, form := range []struct {
				head, value string
				variables   values
			}{
				{"mutation", `"johnny"`, nil},
				{"mutation ($bad: ID!)", "$bad", values{"bad": "johnny"}},
				{"mutation ($bad: ID!)", "$bad", values{"bad": 4658091.5}},
			} {
				if i != place%3 && testsize.Of(0, 1, 1) == 0 {
					continue
				}
				m.api.RateClock.Advance(budgetFills)
				f := &filler{schema: m.schema, tenant: m.home, at: p.path, value: form.value}
				name := fmt.Sprintf("%s %d", p, i)
				before := stored(t, m.api)
				response := m.api.Do(t, m.home.owner(), form.head+" { "+key(f.call(p.parent, p.field), name)+" }", form.variables)
				if len(response.Errors) > 0 || response.Data == nil {
					t.Fatalf("%s: %s", form.value, response.Body)
				}
				if want, got := (failure{"INVALID_ID", p.told(m.schema)}), allFailures(t, only(t, response.Data)); !slices.Contains(got, want) {
					t.Errorf("%s %v: want %v among %v", form.value, form.variables, want, got)
				}
				silent(t, string(response.Body), "johnny")
				unchanged(t, m.api, before)
				tag := fmt.Sprintf(`mutation { addClientTags(clientId: %d, tags: ["t"], idempotencyKey: %s) { userErrors { code message field } } }`, m.home.at(clientTwin), quote(name))
				if got := failures(t, only(t, m.api.MustDo(t, m.home.owner(), tag, nil))); got != nil {
					t.Errorf("the key is not free: %v", got)
				}
			}
		})
	}
}

// TestMalformedIDsAreForbiddenFirst: who may not do a thing at all is told that
// alone.
func TestMalformedIDsAreForbiddenFirst(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	count := 0
	for _, who := range m.home.callers() {
		for _, p := range malformedPlaces(m.schema) {
			if rowsOf([]*gqlast.FieldDefinition{p.field})[0].allows(t, who) {
				continue
			}
			count++
			m.api.RateClock.Advance(budgetFills)
			f := &filler{schema: m.schema, tenant: m.home, at: p.path, value: `"johnny"`}
			response := m.api.Do(t, who, "mutation { "+f.call(p.parent, p.field)+" }", nil)
			if want := []told{{"FORBIDDEN", p.field.Name, ""}}; gocmp.Diff(want, tell(t, response)) != "" || response.Data[p.field.Name] != nil {
				t.Errorf("%s, %s: %s", who.Role, p, response.Body)
			}
		}
	}
	if count < 40 {
		t.Errorf("%d are denied", count)
	}
}

// malformedBeside are calls with malformed ids and other faults, and all that is
// told of them.
func malformedBeside(merged string) map[string][]failure {
	return map[string][]failure{
		`patchClient(clientId: "x", patch: {emailAddress: "none", password: "correct horse", clientIdsClientCanView: ["y", 1, 4658091]}, expectedVersion: 7)`: {
			{"INVALID_ID", "clientId"},
			{"INVALID_EMAIL", "patch.emailAddress"},
			{"INVALID_ID", "patch.clientIdsClientCanView.0"},
			{"NOT_FOUND", "patch.clientIdsClientCanView.1"},
		},
		`patchClient(clientId: "x", patch: {password: "correct horse", ssn: "123-45-6789", city: "Here"})`: {{"INVALID_ID", "clientId"}},
		`patchClient(clientId: "x", patch: {})`: {{"INVALID_ID", "clientId"}, {"EMPTY_PATCH", "patch"}},
		`updateClient(clientId: "x", input: {firstName: "Ada", lastName: "", emailAddress: "a@example.com", latitude: 91})`: {
			{"INVALID_ID", "clientId"}, {"REQUIRED", "input.lastName"}, {"OUT_OF_RANGE", "input.latitude"},
		},
		`upsertClient(by: {clientId: "x"}, input: {emailAddress: "none", password: "correct horse"})`: {{"INVALID_ID", "by.clientId"}, {"INVALID_EMAIL", "input.emailAddress"}},
		`upsertClient(by: {clientId: "x"}, input: {city: "Here"}, expectedVersion: 1)`:                {{"INVALID_ID", "by.clientId"}},
		`setClientFields(clientId: "x", fields: [{schedulerPreferenceFieldDefnId: "y", value: 1}, {schedulerPreferenceFieldDefnId: 1, value: 1}])`: {
			{"INVALID_ID", "clientId"},
			{"INVALID_ID", "fields.0.schedulerPreferenceFieldDefnId"},
			{"UNKNOWN_FIELD_DEFINITION", "fields.1.schedulerPreferenceFieldDefnId"},
		},
		`setClientFields(clientId: "x", fields: [])`: {{"INVALID_ID", "clientId"}, {"EMPTY_PATCH", "fields"}},
		`removeClientFields(clientId: "x", schedulerPreferenceFieldDefnIds: [1, "y"])`: {
			{"INVALID_ID", "clientId"}, {"UNKNOWN_FIELD_DEFINITION", "schedulerPreferenceFieldDefnIds.0"}, {"INVALID_ID", "schedulerPreferenceFieldDefnIds.1"},
		},
		`addClientTags(clientId: "x", tags: ["fine", ""])`: {{"INVALID_ID", "clientId"}, {"INVALID_TAG", "tags.1"}},
		`addClientViewers(clientId: "x", viewerClientIds: ["y", 1, 4658091, "z"])`: {
			{"INVALID_ID", "clientId"},
			{"INVALID_ID", "viewerClientIds.0"},
			{"NOT_FOUND", "viewerClientIds.1"},
			{"INVALID_ID", "viewerClientIds.3"},
		},
		`removeClientViewers(clientId: 4658091, viewerClientIds: ["y", 4658091, 1])`: {
			{"INVALID_ID", "viewerClientIds.0"}, {"SELF_VIEW", "viewerClientIds.1"}, {"NOT_FOUND", "viewerClientIds.2"},
		},
		`deleteClient(clientId: "x", expectedVersion: 7)`: {{"INVALID_ID", "clientId"}},
		`dismissDuplicates(clientIds: ["x", "y"])`:        {{"INVALID_ID", "clientIds.0"}, {"INVALID_ID", "clientIds.1"}},
		`dismissDuplicates(clientIds: [1, "y", 4658091])`: {{"NOT_FOUND", "clientIds.0"}, {"INVALID_ID", "clientIds.1"}},
		`undismissDuplicates(clientIds: ["x", 1])`:        {{"INVALID_ID", "clientIds.0"}, {"NOT_FOUND", "clientIds.1"}},
		`mergeClients(clientId: "x", clientIds: ["y", 1, 4658091, 4658091], expectedVersions: [{clientId: "z", version: 1}])`: {
			{"INVALID_ID", "clientId"},
			{"INVALID_ID", "clientIds.0"},
			{"DUPLICATE_ID", "clientIds.3"},
			{"INVALID_ID", "expectedVersions.0.clientId"},
			{"NOT_FOUND", "clientIds.1"},
		},
		`mergeClients(clientId: 4658091, clientIds: [4922146], choices: [{field: "city", fromClientId: "x"}, {field: "notes", fromClientId: "y"}])`: {
			{"INVALID_ID", "choices.0.fromClientId"}, {"INVALID_ID", "choices.1.fromClientId"}, {"INVALID_CHOICE", "choices.1.field"},
		},
		`mergeClients(clientId: "x", clientIds: [])`: {{"INVALID_ID", "clientId"}, {"REQUIRED", "clientIds"}},
		`unmergeClients(mergeId: "x", choices: [{field: "city", value: BEFORE}, {field: "city", value: BEFORE}])`: {
			{"INVALID_ID", "mergeId"}, {"INVALID_CHOICE", "choices.1.field"},
		},
		`eraseClient(clientId: "x", confirmClientId: "x", expectedVersion: 1)`: {{"INVALID_ID", "clientId"}, {"INVALID_ID", "confirmClientId"}},
		`eraseClient(clientId: 1, confirmClientId: "x", expectedVersion: 1)`:   {{"NOT_FOUND", "clientId"}, {"INVALID_ID", "confirmClientId"}},
		`eraseClient(clientId: "x", confirmClientId: 1, expectedVersion: 1)`:   {{"INVALID_ID", "clientId"}},
		`updateFieldDefinition(schedulerPreferenceFieldDefnId: "x", input: {label: " "})`: {
			{"INVALID_ID", "schedulerPreferenceFieldDefnId"}, {"REQUIRED", "input.label"},
		},
		`updateFieldDefinition(schedulerPreferenceFieldDefnId: "x", input: {choices: ["a", "a"]})`: {
			{"INVALID_ID", "schedulerPreferenceFieldDefnId"}, {"DUPLICATE_CHOICE", "input.choices.1"},
		},
		`updateFieldDefinition(schedulerPreferenceFieldDefnId: "x", input: {})`: {{"INVALID_ID", "schedulerPreferenceFieldDefnId"}, {"EMPTY_PATCH", "input"}},
		// An id of another type is one, of nobody.
		`deleteClient(clientId: ` + quote(merged) + `)`:                                        {{"NOT_FOUND", "clientId"}},
		`mergeClients(clientId: "x", clientIds: [` + quote(merged) + `])`:                      {{"INVALID_ID", "clientId"}, {"NOT_FOUND", "clientIds.0"}},
		`addClientViewers(clientId: "x", viewerClientIds: [` + quote(merged) + `])`:            {{"INVALID_ID", "clientId"}, {"NOT_FOUND", "viewerClientIds.0"}},
		`patchClient(clientId: "x", patch: {clientIdsClientCanView: [` + quote(merged) + `]})`: {{"INVALID_ID", "clientId"}, {"NOT_FOUND", "patch.clientIdsClientCanView.0"}},
	}
}

// TestMalformedIDsAreToldBesideAllElse: a malformed id hides no other fault of the
// call.
func TestMalformedIDsAreToldBesideAllElse(t *testing.T) {
	t.Parallel()
	api := reference(t)
	before := stored(t, api)
	for call, want := range malformedBeside(client.ID{Type: client.TypeMergedClient, Number: 4658091}.String()) {
		got := failures(t, only(t, api.MustDo(t, owner(), "mutation { "+call+" { userErrors { code message field } } }", nil)))
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", call, diff)
		}
		unchanged(t, api, before)
	}
}

// TestMalformedIDsOfABatchHarmNoOtherEntry: they are told in their entry.
func TestMalformedIDsOfABatchHarmNoOtherEntry(t *testing.T) {
	t.Parallel()
	api := reference(t)
	answered := only(t, api.MustDo(t, owner(), `mutation { patchClients(patches: [{clientId: "x", patch: {latitude: 91}}, {clientId: 4658091, patch: {city: "Here"}}]) {
		results { client { city } userErrors { code message field } } userErrors { code message field } } }`, nil))
	want := []failure{{"INVALID_ID", "patches.0.clientId"}, {"OUT_OF_RANGE", "patches.0.patch.latitude"}}
	if diff := gocmp.Diff(want, allFailures(t, answered)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if city := read(t, api, owner(), "4658091", "city")["city"]; city != "Here" {
		t.Errorf("the other entry's city is %v", city)
	}
}

// TestMalformedIDsHideNothingOfItsOwnFromAClient: what a client may leave as it is
// stays no fault beside one.
func TestMalformedIDsHideNothingOfItsOwnFromAClient(t *testing.T) {
	t.Parallel()
	api := reference(t)
	who := account(1151044)
	sees := read(t, api, who, "4658091", "viewClients { clientId }")["viewClients"].([]any)
	list := make([]any, len(sees))
	for i := range sees {
		list[i] = sees[i].(values)["clientId"]
	}
	answered := only(t, api.MustDo(t, who, patchMutation, values{"id": "x", "patch": values{"clientIdsClientCanView": list, "notes": "n"}}))
	want := []failure{{"INVALID_ID", "clientId"}, {"FIELD_NOT_WRITABLE", "patch.notes"}}
	if diff := gocmp.Diff(want, failures(t, answered)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
