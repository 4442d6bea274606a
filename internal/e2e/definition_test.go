package e2e_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/settings"
)

const (
	definitionFields     = `fieldDefinition { id schedulerPreferenceFieldDefnId label type propertyCode choices retired version } userErrors { code message field }`
	defineMutation       = `mutation ($input: CreateFieldDefinitionInput!) { createFieldDefinition(input: $input) { ` + definitionFields + ` } }`
	updateDefinitionText = `mutation ($id: ID!, $input: UpdateFieldDefinitionInput!, $version: Int) {
		updateFieldDefinition(schedulerPreferenceFieldDefnId: $id, input: $input, expectedVersion: $version) { ` + definitionFields + ` } }`
	retireMutation = `mutation ($id: ID!, $version: Int) {
		retireFieldDefinition(schedulerPreferenceFieldDefnId: $id, expectedVersion: $version) { ` + definitionFields + ` } }`
)

// define makes a custom field and returns its id.
func define(t *testing.T, api *apitest.API, input values) string {
	t.Helper()
	made := payload(t, api, owner(), defineMutation, values{"input": input})
	return made["fieldDefinition"].(values)["schedulerPreferenceFieldDefnId"].(string)
}

func retire(t *testing.T, api *apitest.API, id string) values {
	t.Helper()
	return payload(t, api, owner(), retireMutation, values{"id": id})["fieldDefinition"].(values)
}

// definitions are the ids of the custom fields.
func definitions(t *testing.T, api *apitest.API, who client.Identity, retired bool) []string {
	t.Helper()
	var ids []string
	for _, d := range api.MustDo(t, who, `query ($retired: Boolean!) { fieldDefinitions(includeRetired: $retired) { schedulerPreferenceFieldDefnId } }`,
		values{"retired": retired})["fieldDefinitions"].([]any) {
		ids = append(ids, d.(values)["schedulerPreferenceFieldDefnId"].(string))
	}
	return ids
}

// TestFieldDefinitionIsMade with what was given, and takes values.
func TestFieldDefinitionIsMade(t *testing.T) {
	api := reference(t)
	made := payload(t, api, owner(), defineMutation, values{"input": values{"label": " Size ", "type": "CHOICE", "choices": []string{" S", "M"}}})["fieldDefinition"].(values)
	id := made["schedulerPreferenceFieldDefnId"].(string)
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil || number <= 322534 {
		t.Errorf("the id %s is not above those of the sample", id)
	}
	want := values{
		"id": client.ID{Type: "FieldDefinition", Number: number}.String(), "schedulerPreferenceFieldDefnId": id, "label": "Size", "type": "CHOICE",
		"propertyCode": nil, "choices": []any{"S", "M"}, "retired": false, "version": 1.0,
	}
	if diff := gocmp.Diff(want, made); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	patch(t, api, owner(), "5966842", values{"fields": []values{{"schedulerPreferenceFieldDefnId": id, "value": "M"}}})
	if got := read(t, api, owner(), "5966842", "fieldDataMapJson")["fieldDataMapJson"].(string); !strings.Contains(got, `"`+id+`":"M"`) {
		t.Errorf("the value is not there: %s", got)
	}
	node := api.MustDo(t, staff(), `query ($id: ID!) { node(id: $id) { id ... on FieldDefinition { label } } nodes(ids: [$id, "4658091"]) { __typename } }`, values{"id": want["id"]})
	if diff := gocmp.Diff(values{
		"node":  values{"id": want["id"], "label": "Size"},
		"nodes": []any{values{"__typename": "FieldDefinition"}, values{"__typename": "Client"}},
	}, node); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	foreign := api.MustDo(t, apitest.Owner(otherBusiness), `query ($id: ID!) { node(id: $id) { id } fieldDefinitions(includeRetired: true) { id } }`, values{"id": want["id"]})
	if foreign["node"] != nil || len(foreign["fieldDefinitions"].([]any)) != 0 {
		t.Errorf("another business sees %v", foreign)
	}
}

// TestFieldDefinitionsOrderById: in the order in which they were made, above all
// ids that were imported.
func TestFieldDefinitionsOrderById(t *testing.T) {
	api := reference(t)
	first := define(t, api, values{"label": "A", "type": "TEXT"})
	if err := api.Store.PutDefinitions(t.Context(), []client.FieldDefinition{{DefinitionID: 900000, BusinessID: sample.BusinessID, Label: "Far", Type: client.FieldText}}); err != nil {
		t.Fatal(err)
	}
	second := define(t, api, values{"label": "B", "type": "NUMBER"})
	ids := definitions(t, api, staff(), false)
	if want := []string{first, "900000", second}; !slices.Equal(ids[len(ids)-3:], want) || second != "900001" {
		t.Errorf("the last fields are %v, want %v", ids, want)
	}
}

// TestFieldDefinitionStandsForWhatIsWritable: a property of one value, with the type of
// its values, and no other field in use does.
func TestFieldDefinitionStandsForWhatIsWritable(t *testing.T) {
	api := apitest.New(t)
	types := []string{"TEXT", "NUMBER", "BOOLEAN", "DATE", "CHOICE"}
	want := map[string]string{
		"dateOfBirth": "DATE", "latitude": "NUMBER", "longitude": "NUMBER",
		"allowWaitListText": "BOOLEAN", "invitationOptIn": "BOOLEAN", "enrollee": "BOOLEAN",
	}
	refused := []string{
		"password", "ssn", "status", "blocked", "notes", "ipAddress", "createdUser", "modifiedUser", "tags", "alertNotes", "ssoTags",
		"excludeEmailCategoryIdList", "clientAccountId", "parentBusinessId", "createdDate", "modifiedDate", "sanitized", "fields",
		"appointments", "activeAppointmentCount", "nameKey", "keys", "viewSubjectIds", "clientId", "deleted", "version", "id", "unknown", "FIRSTNAME", "",
	}
	for _, p := range client.Properties() {
		if slices.Contains(refused, p.Name) || !p.Writable() || p.HiddenFromClient() {
			continue
		}
		switch p.At(&client.Client{}).(type) {
		case *[]string, *[]int64:
			refused = append(refused, p.Name)
		case **string:
			want[p.Name] = "TEXT"
		}
	}
	if len(want) < 40 {
		t.Fatalf("only %d properties", len(want))
	}
	for code, fits := range want {
		for _, has := range types {
			input := values{"label": code, "type": has, "propertyCode": code}
			if has == "CHOICE" {
				input["choices"] = []string{"a"}
			}
			answered := only(t, api.MustDo(t, owner(), defineMutation, values{"input": input}))
			wrong := failures(t, answered)
			switch {
			case has == fits && wrong != nil:
				t.Errorf("%s for %s: %v", has, code, wrong)
			case has != fits && !slices.Equal(wrong, []failure{{"INVALID_FIELD_TYPE", "input.type"}}):
				t.Errorf("%s for %s: %v", has, code, wrong)
			}
		}
	}
	for _, code := range refused {
		wrong := failures(t, only(t, api.MustDo(t, owner(), defineMutation, values{"input": values{"label": "A", "type": "TEXT", "propertyCode": code}})))
		if !slices.Equal(wrong, []failure{{"INVALID_PROPERTY_CODE", "input.propertyCode"}}) {
			t.Errorf("%q: %v", code, wrong)
		}
	}
}

// TestOneFieldInUseForEach: of the fields for a property; a retired one makes place.
func TestOneFieldInUseForEach(t *testing.T) {
	api := reference(t)
	again := values{"label": "Given name", "type": "TEXT", "propertyCode": "firstName"}
	wrong := failures(t, only(t, api.MustDo(t, owner(), defineMutation, values{"input": again})))
	if diff := gocmp.Diff([]failure{{"PROPERTY_CODE_TAKEN", "input.propertyCode"}}, wrong); diff != "" {
		t.Error(diff)
	}
	// The database itself holds to it.
	if err := api.Store.PutDefinitions(t.Context(), []client.FieldDefinition{
		{DefinitionID: 1, BusinessID: sample.BusinessID, Label: "A", Type: client.FieldText, PropertyCode: new("firstName")},
	}); err == nil {
		t.Error("two fields in use for one property were stored")
	}
	retire(t, api, "322516")
	id := define(t, api, again)
	patch(t, api, owner(), "5966842", values{"fields": []values{{"schedulerPreferenceFieldDefnId": id, "value": "Zed"}}})
	if got := read(t, api, owner(), "5966842", "firstName")["firstName"]; got != "Zed" {
		t.Errorf("the new field is not the property: %v", got)
	}
	// Another business has its own.
	if wrong := failures(t, only(t, api.MustDo(t, apitest.Owner(otherBusiness), defineMutation, values{"input": again}))); wrong != nil {
		t.Errorf("another business: %v", wrong)
	}
}

// TestFieldDefinitionInputIsChecked: all that is wrong at once, each where it is.
func TestFieldDefinitionInputIsChecked(t *testing.T) {
	api := reference(t)
	long := strings.Repeat("é", 1_001)
	thousand := make([]string, 1_001)
	for i := range thousand {
		thousand[i] = fmt.Sprint(i)
	}
	for _, c := range []struct {
		input values
		want  []failure
	}{
		{values{"label": " ", "type": "TEXT"}, []failure{{"REQUIRED", "input.label"}}},
		{values{"label": long, "type": "TEXT"}, []failure{{"TOO_LONG", "input.label"}}},
		{values{"label": "a\nb", "type": "TEXT"}, []failure{{"INVALID_CHARACTERS", "input.label"}}},
		{values{"label": "A", "type": "CHOICE"}, []failure{{"REQUIRED", "input.choices"}}},
		{values{"label": "", "type": "CHOICE", "choices": []string{}}, []failure{{"REQUIRED", "input.label"}, {"REQUIRED", "input.choices"}}},
		{values{"label": "A", "type": "CHOICE", "choices": thousand}, []failure{{"TOO_MANY", "input.choices"}}},
		{values{"label": "A", "type": "CHOICE", "choices": []string{"a", "b", " a ", " ", long}}, []failure{
			{"DUPLICATE_CHOICE", "input.choices.2"}, {"REQUIRED", "input.choices.3"}, {"TOO_LONG", "input.choices.4"},
		}},
		{values{"label": "A", "type": "TEXT", "choices": []string{"a"}}, []failure{{"INVALID_FIELD_TYPE", "input.choices"}}},
	} {
		nothingFed(t, api, func() {
			wrong := failures(t, only(t, api.MustDo(t, owner(), defineMutation, values{"input": c.input})))
			if diff := gocmp.Diff(c.want, wrong); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := define(t, api, values{"label": long[2:], "type": "CHOICE", "choices": append(thousand[:999], long[2:])}); got == "" {
		t.Error("a thousand choices and characters are refused")
	}
}

// TestFieldDefinitionChanges its label and choices, when there is something to
// change, and in the version that was seen.
func TestFieldDefinitionChanges(t *testing.T) {
	api := reference(t)
	change := func(id string, input values, version any) (values, []failure) {
		t.Helper()
		answered := only(t, api.MustDo(t, owner(), updateDefinitionText, values{"id": id, "input": input, "version": version}))
		definition, _ := answered["fieldDefinition"].(values)
		return definition, failures(t, answered)
	}
	id := define(t, api, values{"label": "Size", "type": "CHOICE", "choices": []string{"S", "M"}})
	patch(t, api, owner(), "5966842", values{"fields": []values{{"schedulerPreferenceFieldDefnId": id, "value": "M"}}})
	changed, wrong := change(id, values{"choices": []string{"L"}}, 1)
	if wrong != nil || changed["version"] != 2.0 || changed["label"] != "Size" || fmt.Sprint(changed["choices"]) != "[L]" {
		t.Errorf("after the change: %v %v", changed, wrong)
	}
	if got := read(t, api, owner(), "5966842", "fieldDataMapJson")["fieldDataMapJson"].(string); !strings.Contains(got, `"`+id+`":"M"`) {
		t.Errorf("the value is gone: %s", got)
	}
	nothingFed(t, api, func() {
		if same, wrong := change(id, values{"label": "Size", "choices": []string{"L"}}, nil); wrong != nil || same["version"] != 2.0 {
			t.Errorf("a change of nothing: %v %v", same, wrong)
		}
		current, wrong := change(id, values{"label": "Other"}, 1)
		if diff := gocmp.Diff([]failure{{"VERSION_CONFLICT", "expectedVersion"}}, wrong); diff != "" || current["version"] != 2.0 {
			t.Errorf("an old version: %v %s", current, diff)
		}
		for _, c := range []struct {
			id    string
			input values
			want  failure
		}{
			{id, values{}, failure{"EMPTY_PATCH", "input"}},
			{id, values{"label": nil}, failure{"REQUIRED", "input.label"}},
			{id, values{"choices": nil}, failure{"REQUIRED", "input.choices"}},
			{"322530", values{"choices": []string{"a"}}, failure{"INVALID_FIELD_TYPE", "input.choices"}},
			{"1", values{"label": "A"}, failure{"UNKNOWN_FIELD_DEFINITION", "schedulerPreferenceFieldDefnId"}},
			{client.ID{Type: "Client", Number: 322530}.String(), values{"label": "A"}, failure{"UNKNOWN_FIELD_DEFINITION", "schedulerPreferenceFieldDefnId"}},
		} {
			if definition, wrong := change(c.id, c.input, nil); !slices.Equal(wrong, []failure{c.want}) || definition != nil {
				t.Errorf("%v answers %v %v", c.input, definition, wrong)
			}
		}
	})
	for _, never := range []string{`type: TEXT`, `propertyCode: "city"`} {
		response := api.Do(t, owner(), `mutation { updateFieldDefinition(schedulerPreferenceFieldDefnId: 322530, input: {`+never+`}) { fieldDefinition { id } } }`, nil)
		if len(response.Errors) == 0 {
			t.Errorf("%s was changed", never)
		}
	}
}

// TestRetiredFieldVanishes from fields and takes no values, but those that
// clients have stay stored; retiring it again writes nothing.
func TestRetiredFieldVanishes(t *testing.T) {
	api := reference(t)
	id := define(t, api, values{"label": "Shoe", "type": "NUMBER"})
	patch(t, api, owner(), "5966842", values{"fields": []values{{"schedulerPreferenceFieldDefnId": id, "value": 43.5}}})
	document := strings.Join(rows(t, api, "clients"), "\n")
	if retired := retire(t, api, id); retired["retired"] != true || retired["version"] != 2.0 {
		t.Errorf("retired: %v", retired)
	}
	if got := read(t, api, owner(), "5966842", "fields { label } fieldDataMapJson textSearchable"); strings.Contains(fmt.Sprint(got), "Shoe") || strings.Contains(fmt.Sprint(got), "43.5") {
		t.Errorf("the field is still there: %v", got)
	}
	if got := strings.Join(rows(t, api, "clients"), "\n"); got != document {
		t.Error("retiring changed clients")
	}
	if slices.Contains(definitions(t, api, owner(), false), id) || !slices.Contains(definitions(t, api, owner(), true), id) {
		t.Error("it is listed with those in use, or not with the retired")
	}
	nothingFed(t, api, func() {
		if retired := retire(t, api, id); retired["version"] != 2.0 {
			t.Errorf("retired again: %v", retired)
		}
		for mutation, variables := range map[string]values{
			patchMutation:        {"id": "5966842", "patch": values{"fields": []values{{"schedulerPreferenceFieldDefnId": id, "value": 1}}}},
			updateDefinitionText: {"id": id, "input": values{"label": "A"}},
			retireMutation:       {"id": "1"},
		} {
			wrong := failures(t, only(t, api.MustDo(t, owner(), mutation, variables)))
			if len(wrong) != 1 || wrong[0].Code != "UNKNOWN_FIELD_DEFINITION" {
				t.Errorf("%s: %v", mutation, wrong)
			}
		}
		wrong := failures(t, only(t, api.MustDo(t, owner(), retireMutation, values{"id": "322530", "version": 7})))
		if diff := gocmp.Diff([]failure{{"VERSION_CONFLICT", "expectedVersion"}}, wrong); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAThousandFieldsInUse: retired ones don't count.
func TestAThousandFieldsInUse(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	var all []client.FieldDefinition
	for id := range int64(settings.MaxDefinitions - 1) {
		all = append(all, client.FieldDefinition{DefinitionID: id + 1, BusinessID: sample.BusinessID, Label: "A", Type: client.FieldText})
	}
	if err := api.Store.PutDefinitions(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	// Two at once: one is the thousandth, the other one too many.
	refusals := make(chan []failure, 2)
	for range 2 {
		go func() {
			_, err := api.Service.CreateDefinition(t.Context(), apitest.OwnerScope(sample.BusinessID), client.Values{"label": "B", "type": "TEXT"})
			var wrong []failure
			for _, e := range client.AsErrors(err) {
				wrong = append(wrong, failure{string(e.Code), strings.Join(e.Field, ".")})
			}
			if err != nil && wrong == nil {
				t.Error(err)
			}
			refusals <- wrong
		}()
	}
	got := append(<-refusals, <-refusals...)
	if diff := gocmp.Diff([]failure{{"TOO_MANY", "input"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	retire(t, api, "1")
	define(t, api, values{"label": "C", "type": "TEXT"})
}
