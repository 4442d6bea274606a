package e2e_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// What shows nothing is REQUIRED or INVALID_TAG, and names are stored without it
// at their ends.
func TestNothingThatShowsNothingIsWritten(t *testing.T) {
	api := reference(t)
	nothingWritten(t, api, func() {
		for _, nothing := range []string{"\u200b", "\u3164", "\u2800", "\U000E0041", "\u202e\u2069", "\ufe0f \u200d"} {
			change := values{"firstName": nothing, "lastName": nothing, "tags": []any{nothing}, "fields": []any{field("322520", nothing)}}
			want := []failure{
				{"REQUIRED", "patch.firstName"}, {"REQUIRED", "patch.lastName"}, {"INVALID_TAG", "patch.tags.0"}, {"REQUIRED", "patch.fields.0.value"},
			}
			got := failures(t, only(t, api.MustDo(t, owner(), patchMutation, values{"id": "4658091", "patch": change})))
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%+q (-want +got):\n%s", nothing, diff)
			}
		}
	})
	patch(t, api, owner(), "4658091", values{"firstName": "\u200bAnn \u3164", "lastName": "\u202eمی\u200cخواهم\u202c", "companyName": "\u00a0Acme\u2060"})
	got := read(t, api, owner(), "4658091", "firstName lastName companyName")
	if want := (values{"firstName": "Ann", "lastName": "می\u200cخواهم", "companyName": "Acme"}); !gocmp.Equal(want, got) {
		t.Errorf("got %+q", got)
	}
}

// Numbers are exact or refused, and equal ones one value, in a variable and in a
// literal.
func TestNumbersAreExactInEveryRequest(t *testing.T) {
	api := reference(t)
	const id = "4658091"
	send := func(number string) map[string]any {
		t.Helper()
		body, err := json.Marshal(values{"query": patchMutation, "variables": json.RawMessage(
			`{"id": "` + id + `", "patch": {"fields": [{"schedulerPreferenceFieldDefnId": "322530", "value": ` + number + `}]}}`)})
		if err != nil {
			t.Fatal(err)
		}
		return only(t, api.Post(t, "Bearer "+api.Token(t, owner()), body).Data)
	}
	literal := func(number string) (map[string]any, string) {
		answer := api.Do(t, owner(), `mutation { patchClient(clientId: "`+id+`", patch: {fields: [{schedulerPreferenceFieldDefnId: "322530", value: `+number+`}]})
			{ client { clientId version } userErrors { code field } } }`, nil)
		payload, _ := answer.Data["patchClient"].(values)
		return payload, string(answer.Body)
	}
	shown := func() string {
		got := read(t, api, owner(), id, "fieldDataMapJson version")
		return got["fieldDataMapJson"].(string) + fmt.Sprint(got["version"])
	}
	for _, number := range []string{"6011000990139424001", "1234567890123456", "0.1234567890123456", "1e400", "0.10000000000000000001"} {
		before := shown()
		if got := failures(t, send(number)); !gocmp.Equal(got, []failure{{"INVALID_FIELD_VALUE", "patch.fields.0.value"}}) {
			t.Errorf("%s in a variable: %v", number, got)
		}
		answered, body := literal(number)
		if answered != nil && !gocmp.Equal(failures(t, answered), []failure{{"INVALID_FIELD_VALUE", "patch.fields.0.value"}}) || answered == nil && !strings.Contains(body, "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("%s in a literal: %s", number, body)
		}
		if after := shown(); after != before {
			t.Errorf("%s: %s became %s", number, before, after)
		}
	}
	send("601100099013942")
	before := shown()
	if !strings.Contains(before, `"322530":601100099013942`) {
		t.Errorf("stored as %s", before)
	}
	for _, same := range []string{"601100099013942", "601100099013942.0", "6.01100099013942e14", "601100099013942000e-3"} {
		if got := failures(t, send(same)); got != nil {
			t.Errorf("%s: %v", same, got)
		}
		if answered, body := literal(same); answered == nil || failures(t, answered) != nil {
			t.Errorf("%s: %s", same, body)
		}
		if after := shown(); after != before {
			t.Errorf("%s: %s became %s", same, before, after)
		}
		found := api.MustDo(t, owner(), `query ($value: JSON!) { clientReportCount(filter: {fieldFilters: [{schedulerPreferenceFieldDefnId: "322530", values: [$value]}]}) }`,
			values{"value": json.RawMessage(same)})
		if found["clientReportCount"] != 1.0 {
			t.Errorf("%s finds %v", same, found)
		}
	}
}

// Whatever a client holds may be sent back, though the rules became stricter
// since it was stored.
func TestWhatWasStoredMayBeSentBack(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), person(values{"tags": []any{"VIP"}, "fields": []any{field("322533", "A friend"), field("322530", 12.5)}}))
	stored := bson.D{
		{Key: "firstName", Value: "\u200b"},
		{Key: "lastName", Value: " Bell\u200b"},
		{Key: "emailAddress", Value: "ada\u200b@example.com"},
		{Key: "timeZone", Value: "right/America/New_York"},
		{Key: "locale", Value: "xx-gone-gone"},
		{Key: "tags", Value: bson.A{"VIP", "\u3164"}},
		{Key: "imageUrl", Value: "ftp://old.example"},
		{Key: "latitude", Value: 100.5},
	}
	number := int64(0)
	if _, err := fmt.Sscan(id, &number); err != nil {
		t.Fatal(err)
	}
	if _, err := api.Mongo.Collection("clients").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: number}}, bson.D{{Key: "$set", Value: stored}}); err != nil {
		t.Fatal(err)
	}
	answered := only(t, api.MustDo(t, owner(), `mutation ($input: UpdateFieldDefinitionInput!) {
		updateFieldDefinition(schedulerPreferenceFieldDefnId: "322533", input: $input) { userErrors { code } } }`, values{"input": values{"choices": []any{"Water"}}}))
	if got := failures(t, answered); got != nil {
		t.Fatal(got)
	}
	held := read(t, api, owner(), id, `firstName lastName emailAddress locale tags imageUrl latitude fieldDataList { schedulerPreferenceFieldDefnId value }`)
	fields := []any{}
	for _, entry := range held["fieldDataList"].([]any) {
		entry := entry.(values)
		if id := entry["schedulerPreferenceFieldDefnId"]; id == "322533" || id == "322530" || id == "322520" {
			fields = append(fields, field(id, entry["value"]))
		}
	}
	delete(held, "fieldDataList")
	held["timeZone"], held["fields"] = "right/America/New_York", fields
	nothingWritten(t, api, func() {
		patch(t, api, owner(), id, held)
		payload(t, api, owner(), updateMutation, values{"id": id, "input": held})
		payload(t, api, owner(), upsertMutation, values{"by": values{"clientId": id}, "input": held})
		payload(t, api, owner(), `mutation ($id: ID!, $fields: [ClientFieldInput!]!) { setClientFields(clientId: $id, fields: $fields) { userErrors { code field } } }`,
			values{"id": id, "fields": fields})
		payload(t, api, owner(), `mutation ($id: ID!) { addClientTags(clientId: $id, tags: ["\u3164", "VIP"]) { userErrors { code field } } }`, values{"id": id})
	})
	// What another holds is no excuse.
	change := values{"firstName": "\u200b", "emailAddress": "ada\u200b@example.com", "fields": []any{field("322533", "A friend")}, "tags": []any{"\u3164"}}
	want := []failure{
		{"REQUIRED", "patch.firstName"}, {"INVALID_EMAIL", "patch.emailAddress"}, {"INVALID_TAG", "patch.tags.0"}, {"INVALID_FIELD_VALUE", "patch.fields.0.value"},
	}
	if got := failures(t, only(t, api.MustDo(t, owner(), patchMutation, values{"id": "4922146", "patch": change}))); !gocmp.Equal(want, got) {
		t.Errorf("of another client: %v", got)
	}
}

func TestPatchesOfNothingAreRefused(t *testing.T) {
	api := reference(t)
	nothingWritten(t, api, func() {
		for _, nothing := range []values{{}, {"fields": nil}, {"password": nil}, {"fields": []any{}}, {"fields": nil, "password": nil}} {
			got := failures(t, only(t, api.MustDo(t, owner(), patchMutation, values{"id": "4658091", "patch": nothing})))
			if !gocmp.Equal(got, []failure{{"EMPTY_PATCH", "patch"}}) {
				t.Errorf("%v: %v", nothing, got)
			}
		}
	})
}

// A block string has no indent that all of its lines but the first have.
func TestBlockStringsAreStoredWithoutTheirIndent(t *testing.T) {
	api := reference(t)
	api.MustDo(t, owner(), "mutation { patchClient(clientId: \"4658091\", patch: {notes: \"\"\"first\n\t\tsecond\n\t\t  third\n\t\"\"\"}) { userErrors { code } } }", nil)
	if got := read(t, api, owner(), "4658091", "notes")["notes"]; got != "first\nsecond\n  third" {
		t.Errorf("stored as %q", got)
	}
}

// A keyed write of a person who was erased since is refused, also of an upsert and
// of an entry of a batch, and leaves nothing of the person.
func TestErasedClientsAreNotMadeAnewByTheirKeys(t *testing.T) {
	api := reference(t)
	const single = `mutation ($input: CreateClientInput!) { createClient(input: $input, idempotencyKey: "single") { client { clientId version } userErrors { code field } } }`
	const upserted = `mutation ($input: CreateClientInput!) { upsertClient(by: {emailAddress: "new@example.com"}, input: $input, idempotencyKey: "upserted") { client { clientId version } userErrors { code field } } }`
	const batch = `mutation ($input: CreateClientInput!) { createClients(inputs: [$input], idempotencyKey: "batch") { results { client { clientId version } userErrors { code field } } userErrors { code field } } }`
	entry := func(mutation, email string) values {
		answered := only(t, api.MustDo(t, owner(), mutation, values{"input": person(values{"emailAddress": email})}))
		if results, is := answered["results"].([]any); is {
			return results[0].(values)
		}
		return answered
	}
	for mutation, email := range map[string]string{single: "one@example.com", upserted: "new@example.com", batch: "batch@example.com"} {
		made := entry(mutation, email)["client"].(values)
		erased := only(t, api.MustDo(t, owner(), `mutation ($id: ID!, $version: Int!) {
			eraseClient(clientId: $id, confirmClientId: $id, expectedVersion: $version) { erasedClientIds userErrors { code field } } }`,
			values{"id": made["clientId"], "version": made["version"]}))
		if got := failures(t, erased); got != nil {
			t.Fatal(got)
		}
		nothingWritten(t, api, func() {
			for range 2 {
				again := entry(mutation, email)
				if got := failures(t, again); !gocmp.Equal(got, []failure{{"CLIENT_ERASED", "idempotencyKey"}}) || again["client"] != nil {
					t.Errorf("%s answered %v, %v", mutation, got, again)
				}
			}
			if got := failures(t, entry(mutation, "other@example.com")); len(got) != 1 {
				t.Errorf("another input under the key: %v", got)
			}
		})
	}
	cursor, err := api.Mongo.Collection("idempotency").Find(t.Context(), bson.D{{Key: "erased", Value: true}})
	if err != nil {
		t.Fatal(err)
	}
	var kept []bson.M
	if err := cursor.All(t.Context(), &kept); err != nil {
		t.Fatal(err)
	}
	if len(kept) != 3 {
		t.Errorf("%d kept answers of erased clients, want 3", len(kept))
	}
	for _, answer := range kept {
		for _, personal := range []string{"input", "clients", "rest"} {
			if answer[personal] != nil {
				t.Errorf("a kept answer still has %s", personal)
			}
		}
	}
}

// A key's input is the same with either form of a client's id.
func TestEitherFormOfAnIDIsTheSameInput(t *testing.T) {
	api := reference(t)
	const keyed = `mutation ($id: ID!, $viewer: ID!) { addClientViewers(clientId: $id, viewerClientIds: [$viewer], idempotencyKey: "k") { client { version } userErrors { code field } } }`
	global := func(id string) any { return read(t, api, owner(), id, "id")["id"] }
	first := payload(t, api, owner(), keyed, values{"id": "4922146", "viewer": "5143212"})
	nothingWritten(t, api, func() {
		if again := payload(t, api, owner(), keyed, values{"id": global("4922146"), "viewer": global("5143212")}); !gocmp.Equal(first, again) {
			t.Errorf("answered %v, and then %v", first, again)
		}
		if got := failures(t, only(t, api.MustDo(t, owner(), keyed, values{"id": "4658091", "viewer": "5143212"}))); !gocmp.Equal(got, []failure{{"IDEMPOTENCY_KEY_REUSED", "idempotencyKey"}}) {
			t.Errorf("another client: %v", got)
		}
	})
}
