package e2e_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/service/writing"
)

const (
	createAllMutation = `mutation ($inputs: [CreateClientInput!]!, $key: String) { createClients(inputs: $inputs, idempotencyKey: $key) {
		results { client { clientId version city } userErrors { code message field } } userErrors { code message field } } }`
	patchAllMutation = `mutation ($patches: [ClientPatchEntry!]!, $key: String) { patchClients(patches: $patches, idempotencyKey: $key) {
		results { client { clientId version city } userErrors { code message field } conflict { currentVersion changedPaths } } userErrors { code message field } } }`
)

// TestBadEntryOfABatchHarmsNoOther: each is answered in its place, its errors
// with their paths in the batch.
func TestBadEntryOfABatchHarmsNoOther(t *testing.T) {
	api := reference(t)
	made := payload(t, api, owner(), createAllMutation, values{"inputs": []any{
		person(values{"city": "One"}),
		values{"firstName": "Ada", "emailAddress": "nobody", "fields": []any{field("322517", "Bell"), field("322517", "Bell")}},
		person(values{"lastName": "Bell", "fields": []any{field("322517", "Other")}}),
		person(values{"city": "Four"}),
	}})["results"].([]any)
	want := [][]failure{
		nil,
		{{"INVALID_EMAIL", "inputs.1.emailAddress"}, {"DUPLICATE_FIELD", "inputs.1.fields.1.schedulerPreferenceFieldDefnId"}},
		{{"FIELD_CONFLICT", "inputs.2.fields.0.value"}},
		nil,
	}
	for i, result := range made {
		if diff := gocmp.Diff(want[i], failures(t, result.(values))); diff != "" || (result.(values)["client"] == nil) != (want[i] != nil) {
			t.Errorf("entry %d answers %v (-want +got):\n%s", i, result, diff)
		}
	}
	if len(made) != len(want) {
		t.Errorf("%d results", len(made))
	}
	patched := payload(t, api, owner(), patchAllMutation, values{"patches": []any{
		values{"clientId": "4658091", "patch": values{"city": "One"}, "expectedVersion": 1},
		values{"clientId": "1", "patch": values{"city": "Two"}},
		values{"clientId": "4658091", "patch": values{"city": "Three"}, "expectedVersion": 1},
		values{"clientId": "4658091", "patch": values{}},
		values{"clientId": "4658091", "patch": values{"tags": []any{"a", ""}}},
		values{"clientId": "4658091", "patch": values{"city": "Six"}},
	}})["results"].([]any)
	want = [][]failure{
		nil,
		{{"NOT_FOUND", "patches.1.clientId"}},
		{{"VERSION_CONFLICT", "patches.2.expectedVersion"}},
		{{"EMPTY_PATCH", "patches.3.patch"}},
		{{"INVALID_TAG", "patches.4.patch.tags.1"}},
		nil,
	}
	for i, result := range patched {
		if diff := gocmp.Diff(want[i], failures(t, result.(values))); diff != "" {
			t.Errorf("entry %d (-want +got):\n%s", i, diff)
		}
	}
	conflict := patched[2].(values)
	if diff := gocmp.Diff(values{"currentVersion": 2.0, "changedPaths": []any{"city"}}, conflict["conflict"]); diff != "" || conflict["client"].(values)["city"] != "One" {
		t.Errorf("the conflict is %v", conflict)
	}
	if got := read(t, api, owner(), "4658091", "city version"); got["city"] != "Six" || got["version"] != 3.0 {
		t.Errorf("got %v", got)
	}
}

// TestBatchIsBounded to 100 entries, and may be empty.
func TestBatchIsBounded(t *testing.T) {
	t.Parallel()
	api := reference(t)
	nothingWritten(t, api, func() {
		for _, test := range []struct {
			mutation, name string
			entry          values
		}{{createAllMutation, "inputs", person(nil)}, {patchAllMutation, "patches", values{"clientId": "4658091", "patch": values{"city": "Here"}}}} {
			list := []any{}
			if got := payload(t, api, owner(), test.mutation, values{test.name: list}); len(got["results"].([]any)) != 0 {
				t.Errorf("an empty batch answers %v", got)
			}
			for range 101 {
				list = append(list, test.entry)
			}
			answered := only(t, api.MustDo(t, owner(), test.mutation, values{test.name: list}))
			if diff := gocmp.Diff([]failure{{"TOO_MANY", test.name}}, failures(t, answered)); diff != "" || len(answered["results"].([]any)) != 0 {
				t.Errorf("(-want +got):\n%s", diff)
			}
			answered = only(t, api.MustDo(t, owner(), test.mutation, values{test.name: list[:2], "key": ""}))
			if diff := gocmp.Diff([]failure{{"INVALID_IDEMPOTENCY_KEY", "idempotencyKey"}}, failures(t, answered)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	})
	hundred := []any{}
	for range writing.MaxBatch {
		hundred = append(hundred, person(nil))
	}
	if got := refusals(payload(t, api, owner(), createAllMutation, values{"inputs": hundred})); got != nil {
		t.Errorf("a hundred are refused: %v", got)
	}
}

// TestKeyOfABatchIsOfEachEntry: what was done is not done again, what was refused
// can be mended under the same key, and another input in the place of what was
// done is refused.
func TestKeyOfABatchIsOfEachEntry(t *testing.T) {
	api := reference(t)
	send := func(inputs ...any) []any {
		t.Helper()
		return payload(t, api, owner(), createAllMutation, values{"inputs": inputs, "key": "k"})["results"].([]any)
	}
	first := send(person(values{"city": "One"}), values{"city": "Two"}, person(values{"city": "Three"}))
	second := send(person(values{"city": "One"}), person(values{"city": "Two"}), person(values{"city": "Changed"}))
	if diff := gocmp.Diff(first[0], second[0]); diff != "" {
		t.Errorf("what was done (-first +second):\n%s", diff)
	}
	if refusals(first[1].(values)) == nil || refusals(second[1].(values)) != nil {
		t.Errorf("what was mended: %v, then %v", first[1], second[1])
	}
	if diff := gocmp.Diff([]failure{{"IDEMPOTENCY_KEY_REUSED", "idempotencyKey"}}, failures(t, second[2].(values))); diff != "" {
		t.Errorf("what was changed (-want +got):\n%s", diff)
	}
	nothingWritten(t, api, func() {
		third := send(person(values{"city": "One"}), person(values{"city": "Two"}), person(values{"city": "Three"}))
		if diff := gocmp.Diff([]any{first[0], second[1], first[2]}, third); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
