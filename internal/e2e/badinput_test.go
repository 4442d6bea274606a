package e2e_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// retiredID is a custom field that is no longer in use, foreignID one of another
// business.
const (
	retiredID = 322599
	foreignID = 900
)

// withFields is reference with two more custom fields that nobody may set.
func withFields(t *testing.T) *apitest.API {
	t.Helper()
	api := reference(t)
	err := api.Store.PutDefinitions(t.Context(), []client.FieldDefinition{
		{DefinitionID: retiredID, BusinessID: sample.BusinessID, Label: "Shoe size", Type: client.FieldText, Retired: true},
		{DefinitionID: foreignID, BusinessID: 77, Label: "Shoe size", Type: client.FieldText},
	})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// field is a value for a custom field.
func field(id any, value any) values {
	return values{"schedulerPreferenceFieldDefnId": id, "value": value}
}

func repeat(n int, value any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = value
	}
	return list
}

// numbered are n texts of which none is another.
func numbered(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = "note " + strconv.Itoa(i)
	}
	return list
}

// badValue is a value that a property refuses.
type badValue struct {
	property string
	value    any
	code     string
	// at is where below the property.
	at string
}

func badValues() []badValue {
	bad := []badValue{
		{"firstName", strings.Repeat("n", 1_001), "TOO_LONG", ""},
		{"firstName", "Ada\x00Bell", "INVALID_CHARACTERS", ""},
		{"lastName", "Bell\nBell", "INVALID_CHARACTERS", ""},
		{"companyName", "Bell\u0085Sons", "INVALID_CHARACTERS", ""},
		{"companyName", "Bell\uFFFDSons", "INVALID_CHARACTERS", ""},
		{"notes", "ring the \a bell", "INVALID_CHARACTERS", ""},
		{"notes", strings.Repeat("n", 100_001), "TOO_LONG", ""},
		{"alertNotes", []any{"fine", "ring the \a bell"}, "INVALID_CHARACTERS", ".1"},
		{"alertNotes", []any{strings.Repeat("n", 100_001)}, "TOO_LONG", ".0"},
		{"alertNotes", repeat(1_001, "note"), "TOO_MANY", ""},
		{"ssoTags", []any{"a", "b", strings.Repeat("n", 1_001)}, "TOO_LONG", ".2"},
		{"ssoTags", repeat(1_001, "note"), "TOO_MANY", ""},
		{"tags", []any{"fine", strings.Repeat("n", 65)}, "INVALID_TAG", ".1"},
		{"tags", []any{"fine", "  "}, "INVALID_TAG", ".1"},
		{"tags", []any{"fine", "\u200b\u3164"}, "INVALID_TAG", ".1"},
		{"tags", numbered(251), "TOO_MANY", ""},
		{"firstName", "\u2800\u200b", "REQUIRED", ""},
		{"emailAddress", "ada\u200b@example.com", "INVALID_EMAIL", ""},
		{"emailAddress", "ada@exam\u00a0ple.com", "INVALID_EMAIL", ""},
		{"timeZone", "right/America/New_York", "INVALID_TIME_ZONE", ""},
		{"dateOfBirth", "9999-12-31", "INVALID_DATE", ""},
		{"tags", repeat(1_001, "note"), "TOO_MANY", ""},
		{"emailAddress", strings.Repeat("n", 243) + "@example.com", "TOO_LONG", ""},
		{"emailAddress", "ada\t@example.com", "INVALID_CHARACTERS", ""},
		{"latitude", 91, "OUT_OF_RANGE", ""},
		{"latitude", -90.001, "OUT_OF_RANGE", ""},
		{"longitude", 180.5, "OUT_OF_RANGE", ""},
		{"password", "seven77", "INVALID_PASSWORD", ""},
		{"password", strings.Repeat("n", 1_001), "INVALID_PASSWORD", ""},
		{"excludeEmailCategoryIdList", repeat(1_001, "note"), "TOO_MANY", ""},
		{"excludeEmailTemplateIdList", []any{"17", "seventeen"}, "INVALID_ID", ".1"},
		// The global id of a client names no e-mail template.
		{"excludeEmailTemplateIdList", []any{client.ID{Type: client.TypeClient, Number: 17}.String()}, "INVALID_ID", ".0"},

		{"clientIdsClientCanView", []any{"4922146", "someone"}, "INVALID_ID", ".1"},
		{"clientIdsClientCanView", []any{"4922146", "4922147"}, "NOT_FOUND", ".1"},
		{"clientIdsClientCanView", []any{client.ID{Type: "Form", Number: 4922146}.String()}, "NOT_FOUND", ".0"},
		{"clientIdsClientCanView", repeat(5_001, "4922146"), "TOO_MANY", ""},
		{"viewClientAccountIds", []any{"someone"}, "INVALID_ID", ".0"},
		{"viewClientAccountIds", []any{"1151044", "1151045"}, "NOT_FOUND", ".1"},
		{"viewClientAccountIds", []any{client.ID{Type: client.TypeClient, Number: 1151044}.String()}, "NOT_FOUND", ".0"},
		{"viewClientAccountIds", repeat(5_001, "1151044"), "TOO_MANY", ""},

		{"fields", repeat(1_001, field("322530", 1)), "TOO_MANY", ""},
		{"fields", []any{field("322530", 1), field("322530", 1)}, "DUPLICATE_FIELD", ".1.schedulerPreferenceFieldDefnId"},
		{"fields", []any{field("loyalty", 1)}, "INVALID_ID", ".0.schedulerPreferenceFieldDefnId"},
		{"fields", []any{field("322999", 1)}, "UNKNOWN_FIELD_DEFINITION", ".0.schedulerPreferenceFieldDefnId"},
		{"fields", []any{field(fmt.Sprint(retiredID), "44")}, "UNKNOWN_FIELD_DEFINITION", ".0.schedulerPreferenceFieldDefnId"},
		{"fields", []any{field(fmt.Sprint(foreignID), "44")}, "UNKNOWN_FIELD_DEFINITION", ".0.schedulerPreferenceFieldDefnId"},
		{"fields", []any{field(client.ID{Type: client.TypeClient, Number: 322530}.String(), 1)}, "UNKNOWN_FIELD_DEFINITION", ".0.schedulerPreferenceFieldDefnId"},
		{"fields", []any{field("322516", "Grace")}, "FIELD_CONFLICT", ".0.value"},
	}
	add := func(property, code string, all ...any) {
		for _, value := range all {
			bad = append(bad, badValue{property, value, code, ""})
		}
	}
	add("emailAddress", "INVALID_EMAIL", "adabell", "@example.org", "ada@", "ada@@example.com", "ada bell@example.com",
		"ada@example", "Ada <ada@example.com>", "<ada@example.com>", "ada@example.com, bob@example.com", "ada@exam ple.com",
		"ada@[127.0.0.1]", "ada@.example.com", "ada@example..com", "ada.@example.com", ".ada@example.com", "ada@example.com.",
		"ada@example.com (home)", "mailto:ada@example.com", `"ada bell"@example.com`)
	add("emailAddress", "REQUIRED", "", "  ", nil)
	add("firstName", "REQUIRED", "", "  ", nil)
	add("lastName", "REQUIRED", "", "  ", nil)
	add("locale", "INVALID_LOCALE", "", "english!", "en_", "e", "en-US-", "en--US", "zz-ZZZZZ")
	add("timeZone", "INVALID_TIME_ZONE", "", "Local", "Mars/Olympus", "EST5", "UTC+02:00", "../UTC", "/usr/share/zoneinfo/UTC")
	add("dateOfBirth", "INVALID_DATE", "", "1993-02-30", "1993-2-3", "93-02-03", "0000-01-01", "10000-01-01", "1993-02-03T00:00:00Z",
		"728611200000", "yesterday", 728611200001, json.Number("1e3"), 728611200000.5, 1<<60, -62135596800001, true, values{"year": 1993}, []any{"1993-02-03"})
	add("imageUrl", "INVALID_URL", "", "example.com/ada.png", "//example.com/ada.png", "ftp://example.com/ada.png", "javascript:alert(1)",
		"https:///ada.png", "http://", "http://example.com/%zz")
	add("ssn", "INVALID_SSN", "", "123", "123-45-678", "12-345-6789", "1234567890", "123456789a", "123 45 6789", "***-**-6789",
		"XXX-XX-6789", "6789", "\uff11\uff12\uff13-45-6789")
	// Each type of custom field has its own values.
	for definition, all := range map[string][]any{
		"322530": {"many", "120", true, []any{1}, values{"n": 1}},
		"322531": {"True", 1, "yes", []any{true}},
		"322532": {"2020-02-30", 5, true, "today"},
		"322533": {"A stranger", "a friend", 5, []any{"A friend"}, ""},
		"322534": {5, true, []any{"Root beer"}, values{"drink": "Root beer"}},
	} {
		for _, value := range all {
			bad = append(bad, badValue{"fields", []any{field(definition, value)}, "INVALID_FIELD_VALUE", ".0.value"})
		}
	}
	return append(bad,
		badValue{"fields", []any{field("322534", "Root\x00beer")}, "INVALID_CHARACTERS", ".0.value"},
		badValue{"fields", []any{field("322534", strings.Repeat("n", 1_001))}, "TOO_LONG", ".0.value"})
}

// TestBadValuesAreRefused sends every bad value to a new and to an old client,
// as a variable and in the document.
func TestBadValuesAreRefused(t *testing.T) {
	t.Parallel()
	api := withFields(t)
	before := stored(t, api)
	for i, bad := range badValues() {
		t.Run(fmt.Sprintf("%d %s %s", i, bad.property, bad.code), func(t *testing.T) {
			checkRefusal(t, api, bad, "input", "createClient(", person(values{bad.property: bad.value}))
			change := values{bad.property: bad.value}
			if bad.code == "FIELD_CONFLICT" {
				change["firstName"] = "Ada"
			}
			checkRefusal(t, api, bad, "patch", `patchClient(clientId: "4658091", `, change)
		})
	}
	unchanged(t, api, before)
}

// isNoLiteral says whether the value is none that a document may give a Date: then
// it is the document that is refused, before anything is executed.
func (bad badValue) isNoLiteral() bool {
	switch bad.value.(type) {
	case values, []any:
		return bad.property == "dateOfBirth"
	}
	return false
}

// checkRefusal holds an input with one bad value to one userError.
func checkRefusal(t *testing.T, api *apitest.API, bad badValue, argument, call string, input values) {
	t.Helper()
	typeName := map[string]string{"input": "CreateClientInput!", "patch": "ClientPatch!"}[argument]
	const selection = `) { client { clientId } userErrors { code message field } } }`
	want := []failure{{bad.code, argument + "." + bad.property + bad.at}}
	for way, send := range map[string]func() apitest.Response{
		"variable": func() apitest.Response {
			return api.Do(t, owner(), "mutation ($in: "+typeName+") { "+call+argument+": $in"+selection, values{"in": input})
		},
		"literal": func() apitest.Response {
			return api.Do(t, owner(), "mutation { "+call+argument+": "+literal(input)+selection, nil)
		},
	} {
		response := send()
		if way == "literal" && bad.isNoLiteral() {
			if diff := gocmp.Diff([]told{{validationFailed, "", ""}}, tell(t, response)); diff != "" || response.Data != nil {
				t.Errorf("%s as a literal: %s (-want +got):\n%s", call, response.Body, diff)
			}
			silent(t, string(response.Body), bad.value)
			continue
		}
		if response.Status != 200 || len(response.Errors) > 0 {
			t.Errorf("%s as a %s: HTTP %d %.300s", call, way, response.Status, response.Body)
			continue
		}
		answered := only(t, response.Data)
		if answered["client"] != nil {
			t.Errorf("%s as a %s: a refused write answers a client", call, way)
		}
		if diff := gocmp.Diff(want, failures(t, answered)); diff != "" {
			t.Errorf("%s as a %s (-want +got):\n%s", call, way, diff)
		}
		silent(t, string(response.Body), bad.value)
	}
}

// A field that stands for a property is held to the property's rules, under its
// own path, and counts as the property.
func TestMappedFieldsAreHeldToTheirProperty(t *testing.T) {
	api := withFields(t)
	for _, test := range []struct {
		fields []any
		want   []failure
	}{
		{[]any{field("322516", 5)}, []failure{{"INVALID_TYPE", "input.fields.0.value"}}},
		{[]any{field("322516", " ")}, []failure{{"REQUIRED", "input.fields.0.value"}}},
		{[]any{field("322520", "adabell")}, []failure{{"INVALID_EMAIL", "input.fields.0.value"}}},
		{[]any{field("322517", nil)}, []failure{{"REQUIRED", "input.fields.0.value"}}},
		{[]any{field("322530", 1), field("322518", strings.Repeat("n", 1_001))}, []failure{{"TOO_LONG", "input.fields.1.value"}}},
	} {
		input := person(nil)
		// The property comes through its field alone.
		for id, property := range map[string]string{"322516": "firstName", "322517": "lastName", "322520": "emailAddress"} {
			if test.fields[0].(values)["schedulerPreferenceFieldDefnId"] == id {
				delete(input, property)
			}
		}
		input["fields"] = test.fields
		nothingWritten(t, api, func() {
			answered := only(t, api.MustDo(t, owner(), createMutation, values{"input": input}))
			if diff := gocmp.Diff(test.want, failures(t, answered)); diff != "" {
				t.Errorf("%v (-want +got):\n%s", test.fields, diff)
			}
		})
	}
}

// A property and its custom field may both be given when they agree.
func TestEqualPropertyAndFieldAreAccepted(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), values{
		"firstName": "Ada", "lastName": "Bell", "emailAddress": " ada@example.com",
		"fields": []any{field("322516", "Ada"), field("322520", "ada@example.com ")},
	})
	got := read(t, api, owner(), id, "firstName emailAddress fieldDataMap")
	want := values{"firstName": "Ada", "emailAddress": "ada@example.com", "fieldDataMap": values{
		"322516": "Ada", "322517": "Bell", "322518": "Ada Bell", "322520": "ada@example.com",
	}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCreateNamesAllThatIsMissing(t *testing.T) {
	api := reference(t)
	want := []failure{{"REQUIRED", "input.firstName"}, {"REQUIRED", "input.lastName"}, {"REQUIRED", "input.emailAddress"}}
	for _, input := range []values{
		{},
		{"firstName": nil, "lastName": nil, "emailAddress": nil},
		{"firstName": "", "lastName": " ", "emailAddress": "\u00a0"},
	} {
		nothingWritten(t, api, func() {
			got := failures(t, only(t, api.MustDo(t, owner(), createMutation, values{"input": input})))
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%v (-want +got):\n%s", input, diff)
			}
		})
	}
	// Each may come through the custom field that stands for it.
	create(t, api, owner(), values{"fields": []any{field("322516", "Ada"), field("322517", "Bell"), field("322520", "ada@example.com")}})
}

func TestAllErrorsOfAnInputComeAtOnce(t *testing.T) {
	api := reference(t)
	change := values{
		"firstName": nil, "emailAddress": "adabell", "locale": "english!", "timeZone": "Mars/Olympus", "dateOfBirth": "1993-02-30",
		"latitude": 91, "tags": []any{"", "fine", " "}, "ssn": "123", "password": "short",
		"clientIdsClientCanView": []any{"4658091", "someone", "1"}, "viewClientAccountIds": []any{"1151035", "2", "x"},
		"fields": []any{field("322530", "many"), field("322999", 1)},
	}
	want := []failure{
		{"REQUIRED", "patch.firstName"},
		{"INVALID_EMAIL", "patch.emailAddress"},
		{"INVALID_DATE", "patch.dateOfBirth"},
		{"OUT_OF_RANGE", "patch.latitude"},
		{"INVALID_LOCALE", "patch.locale"},
		{"INVALID_TIME_ZONE", "patch.timeZone"},
		{"INVALID_TAG", "patch.tags.0"},
		{"INVALID_TAG", "patch.tags.2"},
		{"INVALID_FIELD_VALUE", "patch.fields.0.value"},
		{"UNKNOWN_FIELD_DEFINITION", "patch.fields.1.schedulerPreferenceFieldDefnId"},
		{"INVALID_ID", "patch.clientIdsClientCanView.1"},
		{"INVALID_ID", "patch.viewClientAccountIds.2"},
		{"INVALID_PASSWORD", "patch.password"},
		{"INVALID_SSN", "patch.ssn"},
		{"SELF_VIEW", "patch.clientIdsClientCanView.0"},
		{"NOT_FOUND", "patch.clientIdsClientCanView.2"},
		{"SELF_VIEW", "patch.viewClientAccountIds.0"},
		{"NOT_FOUND", "patch.viewClientAccountIds.1"},
	}
	nothingWritten(t, api, func() {
		got := failures(t, only(t, api.MustDo(t, owner(), patchMutation, values{"id": "4658091", "patch": change})))
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
