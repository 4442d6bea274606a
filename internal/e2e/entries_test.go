package e2e_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// entriesMutation is one that changes entries of a client's list.
func entriesMutation(name, argument, typeName string) string {
	selection := "clientId version tags fieldDataMapJson viewClientAccountIds"
	if argument == "viewerClientIds" {
		// Role CLIENT may not read its tags.
		selection = "clientId version"
	}
	return fmt.Sprintf(`mutation ($id: ID!, $list: [%s!]!, $version: Int) { %s(clientId: $id, %s: $list, expectedVersion: $version) {
		client { %s } userErrors { code message field } conflict { currentVersion changedPaths } } }`, typeName, name, argument, selection)
}

var (
	setFieldsMutation     = entriesMutation("setClientFields", "fields", "ClientFieldInput")
	removeFieldsMutation  = entriesMutation("removeClientFields", "schedulerPreferenceFieldDefnIds", "ID")
	addTagsMutation       = entriesMutation("addClientTags", "tags", "String")
	removeTagsMutation    = entriesMutation("removeClientTags", "tags", "String")
	addViewersMutation    = entriesMutation("addClientViewers", "viewerClientIds", "ID")
	removeViewersMutation = entriesMutation("removeClientViewers", "viewerClientIds", "ID")
)

// TestFieldsAreSetAndRemovedAlone: no other field changes, and one that stands
// for a property is that property.
func TestFieldsAreSetAndRemovedAlone(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), person(values{"fields": []any{field("322530", 1), field("322534", "Tea")}}))
	do := func(mutation string, list ...any) any {
		t.Helper()
		return payload(t, api, owner(), mutation, values{"id": id, "list": list})["client"].(values)["fieldDataMapJson"]
	}
	const rest = `"322517":"Bell","322518":"%s Bell","322520":"ada@example.com"`
	if got := do(setFieldsMutation, field("322530", 2), field(322533, "A friend"), field("322516", "Bea")); got != fmt.Sprintf(`{"322516":"Bea",`+rest+`,"322530":2,"322533":"A friend","322534":"Tea"}`, "Bea") {
		t.Errorf("set: %v", got)
	}
	if got := do(setFieldsMutation, field("322533", nil)); strings.Contains(got.(string), "322533") {
		t.Errorf("null: %v", got)
	}
	if got := do(removeFieldsMutation, "322530", "322531"); got != fmt.Sprintf(`{"322516":"Bea",`+rest+`,"322534":"Tea"}`, "Bea") {
		t.Errorf("removed: %v", got)
	}
	nothingWritten(t, api, func() { do(removeFieldsMutation, "322530"); do(setFieldsMutation, field("322534", "Tea")) })
}

// TestTagsAreAddedAndRemovedAlone, whatever their case; the first spelling stays.
func TestTagsAreAddedAndRemovedAlone(t *testing.T) {
	api := reference(t)
	do := func(mutation string, list ...any) any {
		t.Helper()
		return payload(t, api, owner(), mutation, values{"id": "4658091", "list": list})["client"].(values)["tags"]
	}
	if diff := gocmp.Diff([]any{"Excellent", "Red", "r\u00e9gulier"}, do(addTagsMutation, "EXCELLENT", " Red ", "red", "re\u0301gulier")); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]any{"Excellent", "r\u00e9gulier"}, do(removeTagsMutation, "RED", "never")); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	nothingWritten(t, api, func() { do(addTagsMutation, "excellent"); do(removeTagsMutation, "red") })
}

// TestViewersAreAddedAndRemovedAlone: it is a change of both clients, and those
// without a login can be viewers too.
func TestViewersAreAddedAndRemovedAlone(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), person(nil))
	viewers := func() any { return read(t, api, owner(), "4658091", "viewByClients { clientId }")["viewByClients"] }
	before := viewers()
	payload(t, api, owner(), addViewersMutation, values{"id": "4658091", "list": []any{id, "4761823", id}})
	if got := ids(viewers()); len(got) != 3 || got[2] != id {
		t.Errorf("viewers are %v", got)
	}
	if got := read(t, api, owner(), id, "version clientIdsClientCanView"); got["version"] != 2.0 || !gocmp.Equal(got["clientIdsClientCanView"], any([]any{"4658091"})) {
		t.Errorf("the viewer is %v", got)
	}
	nothingWritten(t, api, func() { payload(t, api, owner(), addViewersMutation, values{"id": "4658091", "list": []any{id}}) })
	payload(t, api, owner(), removeViewersMutation, values{"id": "4658091", "list": []any{id, "5966842"}})
	if diff := gocmp.Diff(before, viewers()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if got := read(t, api, owner(), "4658091", "version"); got["version"] != 3.0 {
		t.Errorf("the subject is %v", got)
	}
}

// TestClientChangesItsOwnViewers, those that it sees.
func TestClientChangesItsOwnViewers(t *testing.T) {
	api := reference(t)
	me := account(1151044)
	payload(t, api, me, addViewersMutation, values{"id": "4761823", "list": []any{"4922146"}})
	if got := ids(read(t, api, owner(), "4761823", "viewByClients { clientId }")["viewByClients"]); !gocmp.Equal(got, []string{"4922146"}) {
		t.Errorf("viewers are %v", got)
	}
	payload(t, api, me, removeViewersMutation, values{"id": "4761823", "list": []any{"4922146"}})
	nothingWritten(t, api, func() {
		for _, test := range []struct {
			id, viewer string
			want       failure
		}{
			{"4922146", "4761823", failure{"NOT_FOUND", "clientId"}},
			{"4761823", "4761823", failure{"SELF_VIEW", "viewerClientIds.0"}},
			{"4761823", "5966842", failure{"NOT_FOUND", "viewerClientIds.0"}},
		} {
			for _, mutation := range []string{addViewersMutation, removeViewersMutation} {
				answered := only(t, api.MustDo(t, me, mutation, values{"id": test.id, "list": []any{test.viewer}}))
				if diff := gocmp.Diff([]failure{test.want}, failures(t, answered)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		}
	})
}

// TestBadEntriesAreRefused together, and everything stays as it was.
func TestBadEntriesAreRefused(t *testing.T) {
	api := reference(t)
	full := []any{}
	for i := range 249 {
		full = append(full, fmt.Sprint("tag ", i))
	}
	patch(t, api, owner(), "5143212", values{"tags": full})
	gone := create(t, api, owner(), person(nil))
	payload(t, api, owner(), deleteMutation, values{"id": gone})
	many := make([]any, 10_000)
	for i := range many {
		many[i] = "x"
	}
	for name, test := range map[string]struct {
		mutation string
		list     []any
		want     []failure
	}{
		"no fields":        {setFieldsMutation, []any{}, []failure{{"EMPTY_PATCH", "fields"}}},
		"no field ids":     {removeFieldsMutation, []any{}, []failure{{"EMPTY_PATCH", "schedulerPreferenceFieldDefnIds"}}},
		"no tags":          {addTagsMutation, []any{}, []failure{{"EMPTY_PATCH", "tags"}}},
		"no viewers":       {removeViewersMutation, []any{}, []failure{{"EMPTY_PATCH", "viewerClientIds"}}},
		"10,000 tags":      {addTagsMutation, many, []failure{{"TOO_MANY", "tags"}}},
		"10,000 tags less": {removeTagsMutation, many, []failure{{"TOO_MANY", "tags"}}},
		"1,001 viewers":    {addViewersMutation, numbersOf(1_001), []failure{{"TOO_MANY", "viewerClientIds"}}},
		"1,001 field ids":  {removeFieldsMutation, numbersOf(1_001), []failure{{"TOO_MANY", "schedulerPreferenceFieldDefnIds"}}},
		"bad tags": {
			addTagsMutation,
			[]any{"fine", strings.Repeat("x", 10_000), " ", "a\x00b", strings.Repeat("y", 65)},
			[]failure{{"TOO_LONG", "tags.1"}, {"INVALID_TAG", "tags.2"}, {"INVALID_CHARACTERS", "tags.3"}, {"INVALID_TAG", "tags.4"}},
		},
		"over 250 tags": {addTagsMutation, []any{"one", "two"}, []failure{{"TOO_MANY", "tags"}}},
		"bad fields": {
			setFieldsMutation,
			[]any{field("322530", "x"), field("9", 1), field("322534", "Tea"), field("322534", "Milk"), field("322516", nil), field("322520", "nobody")},
			[]failure{
				{"INVALID_FIELD_VALUE", "fields.0.value"},
				{"UNKNOWN_FIELD_DEFINITION", "fields.1.schedulerPreferenceFieldDefnId"},
				{"DUPLICATE_FIELD", "fields.3.schedulerPreferenceFieldDefnId"},
				{"REQUIRED", "fields.4.value"},
				{"INVALID_EMAIL", "fields.5.value"},
			},
		},
		"bad field ids": {
			removeFieldsMutation,
			[]any{"322516", "9", "322530", "322530"},
			[]failure{
				{"REQUIRED", "schedulerPreferenceFieldDefnIds.0"},
				{"UNKNOWN_FIELD_DEFINITION", "schedulerPreferenceFieldDefnIds.1"},
				{"DUPLICATE_FIELD", "schedulerPreferenceFieldDefnIds.3"},
			},
		},
		"bad viewers": {
			addViewersMutation,
			[]any{"5143212", "4658091", "1", gone},
			[]failure{{"SELF_VIEW", "viewerClientIds.0"}, {"NOT_FOUND", "viewerClientIds.2"}, {"NOT_FOUND", "viewerClientIds.3"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			nothingWritten(t, api, func() {
				answered := only(t, api.MustDo(t, owner(), test.mutation, values{"id": "5143212", "list": test.list}))
				if diff := gocmp.Diff(test.want, failures(t, answered)); diff != "" || answered["client"] != nil {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestEveryWriteToAClientChecksItsTarget: a stale version, an unknown, a hidden
// and a deleted client.
func TestEveryWriteToAClientChecksItsTarget(t *testing.T) {
	api := reference(t)
	gone := create(t, api, owner(), person(nil))
	payload(t, api, owner(), deleteMutation, values{"id": gone})
	patch(t, api, owner(), "4658091", values{"city": "Here"})
	for name, test := range map[string]struct {
		mutation  string
		variables values
	}{
		"updateClient":        {updateMutation, values{"input": person(nil)}},
		"patchClient":         {patchMutation, values{"patch": values{"city": "There"}}},
		"setClientFields":     {setFieldsMutation, values{"list": []any{field("322534", "Tea")}}},
		"removeClientFields":  {removeFieldsMutation, values{"list": []any{"322534"}}},
		"addClientTags":       {addTagsMutation, values{"list": []any{"new"}}},
		"removeClientTags":    {removeTagsMutation, values{"list": []any{"new"}}},
		"addClientViewers":    {addViewersMutation, values{"list": []any{"4761823"}}},
		"removeClientViewers": {removeViewersMutation, values{"list": []any{"4761823"}}},
	} {
		t.Run(name, func(t *testing.T) {
			nothingWritten(t, api, func() {
				do := func(id string, version any) (values, []failure) {
					t.Helper()
					test.variables["id"], test.variables["version"] = id, version
					answered := only(t, api.MustDo(t, staff(), test.mutation, test.variables))
					return answered, failures(t, answered)
				}
				for id, want := range map[string]failure{"1": {"NOT_FOUND", "clientId"}, "4922146": {"NOT_FOUND", "clientId"}} {
					if _, got := do(id, nil); !gocmp.Equal(got, []failure{want}) {
						t.Errorf("%s: %v", id, got)
					}
				}
				answered, got := do("4658091", 1)
				if !gocmp.Equal(got, []failure{{"VERSION_CONFLICT", "expectedVersion"}}) || answered["client"].(values)["version"] != 2.0 {
					t.Errorf("a stale version answers %v", answered)
				}
				if diff := gocmp.Diff(values{"currentVersion": 2.0, "changedPaths": []any{"city"}}, answered["conflict"]); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				test.variables["id"], test.variables["version"] = gone, nil
				if got := failures(t, only(t, api.MustDo(t, owner(), test.mutation, test.variables))); !gocmp.Equal(got, []failure{{"CLIENT_DELETED", "clientId"}}) {
					t.Errorf("a deleted client: %v", got)
				}
			})
		})
	}
}

// TestParallelEntriesAreAllThere: many add tags, fields and viewers to one client
// at once, and nothing is lost.
func TestParallelEntriesAreAllThere(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), person(nil))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			payload(t, api, owner(), addTagsMutation, values{"id": id, "list": []any{fmt.Sprint("tag ", i)}})
		})
	}
	for _, viewer := range []string{"4658091", "4761823", "4922146"} {
		group.Go(func() {
			payload(t, api, owner(), addViewersMutation, values{"id": id, "list": []any{viewer}})
		})
	}
	group.Wait()
	got := read(t, api, owner(), id, "version tags viewByClients { clientId }")
	if got["version"] != 12.0 || len(got["tags"].([]any)) != 8 || len(got["viewByClients"].([]any)) != 3 {
		t.Errorf("got %v", got)
	}
}

// numbersOf is that many ids.
func numbersOf(count int) []any {
	list := make([]any, count)
	for i := range list {
		list[i] = fmt.Sprint(i + 1)
	}
	return list
}
