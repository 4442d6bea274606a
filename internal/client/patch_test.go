package client_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/clienttest"
	"clientgraph/internal/history"
	"clientgraph/internal/testsize"
)

// testDefinitions are custom fields of every type, one that stands for a
// property, one that may not, and one that is retired.
func testDefinitions() client.Definitions {
	return client.NewDefinitions([]client.FieldDefinition{
		{DefinitionID: 1, Label: "Text", Type: client.FieldText},
		{DefinitionID: 2, Label: "Number", Type: client.FieldNumber},
		{DefinitionID: 3, Label: "Boolean", Type: client.FieldBoolean},
		{DefinitionID: 4, Label: "Date", Type: client.FieldDate},
		{DefinitionID: 5, Label: "Choice", Type: client.FieldChoice, Choices: []string{"red", "green"}},
		{DefinitionID: 6, Label: "Mapped", Type: client.FieldText, PropertyCode: new("lastName")},
		{DefinitionID: 7, Label: "Forbidden", Type: client.FieldText, PropertyCode: new("notes")},
		{DefinitionID: 8, Label: "Retired", Type: client.FieldText, Retired: true},
	})
}

// anyValue is a valid value of a property, in its stored form and as a caller
// writes it.
func anyValue(t *rapid.T, p *client.Property) (stored, written any) {
	texts := map[string][]string{
		"emailAddress": {"a@example.com", "b@example.org"},
		"imageUrl":     {"https://example.com/a.png", "http://example.com"},
		"locale":       {"en-US", "de", "zh-Hant-TW"},
		"timeZone":     {"UTC", "Asia/Tokyo", "America/New_York"},
	}[p.Name]
	if texts == nil {
		texts = []string{"a", "b", "山田", "a longer text"}
	}
	switch p.At(&client.Client{}).(type) {
	case *client.Status:
		status := rapid.SampledFrom([]client.Status{client.StatusActive, client.StatusBlacklisted}).Draw(t, p.Name)
		return status, string(status)
	case **string:
		text := rapid.SampledFrom(texts).Draw(t, p.Name)
		return text, text
	case **bool, *bool:
		flag := rapid.Bool().Draw(t, p.Name)
		return flag, flag
	case **float64:
		number := rapid.SampledFrom([]float64{-90, -0.5, 0, 12.25, 90}).Draw(t, p.Name)
		return number, json.Number(fmt.Sprint(number))
	case **client.Date:
		day := clienttest.AnyDay(t)
		return day, day.String()
	case *[]string:
		list := rapid.SliceOfNDistinct(rapid.SampledFrom(texts), 0, 3, rapid.ID[string]).Draw(t, p.Name)
		return list, list
	case *[]int64:
		ids := clienttest.AnySet(t)
		var written []any
		for _, id := range ids {
			written = append(written, json.Number(fmt.Sprint(id)))
		}
		return ids, append([]any{}, written...)
	}
	t.Fatalf("no values for %s", p.Name)
	return nil, nil
}

// drawPatch names some properties. want is what the record holds of them
// afterwards.
func drawPatch(t *rapid.T) (values client.Values, want map[string]any) {
	values, want = client.Values{}, map[string]any{}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if !p.Is(client.Writable) || rapid.IntRange(0, 9).Draw(t, "named") > 1 {
			continue
		}
		if !p.Is(client.Required) && p.Name != "status" && rapid.IntRange(0, 3).Draw(t, "cleared") == 0 {
			values[p.Name] = nil
			want[p.Name] = p.Value(&client.Client{})
			continue
		}
		want[p.Name], values[p.Name] = anyValue(t, p)
	}
	return values, want
}

func applyPatch(t *rapid.T, c *client.Client, values client.Values) {
	in := client.DecodeInput(values, client.Checks{Argument: "patch", Definitions: testDefinitions(), Role: client.RoleOwner, Today: client.Date{9999, 12, 31}})
	if in.Errors != nil {
		t.Fatalf("%v is refused: %v", values, in.Errors)
	}
	in.Apply(c)
}

// One patch after the other leaves what the last of them to name a property
// said; what none names stays; a patch that was made changes nothing again.
func TestPropertyPatchesAddUp(t *testing.T) {
	testsize.Check(t, testsize.Of(200, 1000, 10_000), func(rt *rapid.T) {
		before := clienttest.AnyClient().Draw(rt, "client")
		want := map[string]any{}
		for i := range client.Properties() {
			want[client.Properties()[i].Name] = client.Properties()[i].Value(before)
		}
		after := before.Clone()
		var last client.Values
		for range rapid.IntRange(1, 3).Draw(rt, "patches") {
			values, changed := drawPatch(rt)
			applyPatch(rt, after, values)
			maps.Copy(want, changed)
			last = values
		}
		got := map[string]any{}
		for i := range client.Properties() {
			got[client.Properties()[i].Name] = client.Properties()[i].Value(after)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("-model +patched:\n%s", diff)
		}
		again := after.Clone()
		applyPatch(rt, again, last)
		if changes := history.Diff(after, again); len(changes) > 0 {
			rt.Fatalf("the same patch again changes %v", changes)
		}
	})
}

// Custom fields: those listed are set, null clears, unlisted stay; one that
// stands for a property is that property.
func TestPatchOfCustomFields(t *testing.T) {
	c := &client.Client{LastName: new("Old"), FieldValues: []client.FieldValue{{1, "kept"}, {2, 3.5}, {9, "of another time"}}}
	entry := func(id string, value any) any {
		return map[string]any{"schedulerPreferenceFieldDefnId": id, "value": value}
	}
	in := client.DecodeInput(client.Values{"fields": []any{
		entry("5", "green"), entry("2", nil), entry("6", "New"), entry("4", "1993-02-02"), entry("3", false),
	}}, client.Checks{Argument: "patch", Definitions: testDefinitions(), Role: client.RoleOwner, Today: client.Date{9999, 12, 31}})
	if in.Errors != nil {
		t.Fatal(in.Errors)
	}
	in.Apply(c)
	want := []client.FieldValue{{1, "kept"}, {3, false}, {4, client.Date{1993, 2, 2}}, {5, "green"}, {9, "of another time"}}
	if diff := cmp.Diff(want, c.FieldValues); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if *c.LastName != "New" {
		t.Errorf("the last name is %s", *c.LastName)
	}
	in = client.DecodeInput(client.Values{"lastName": "One", "fields": []any{
		entry("6", "Another"), entry("7", "note"), entry("8", "x"), entry("404", "x"), entry("1", "a"), entry("1", "b"),
		entry("5", "blue"), entry("2", "three"), entry("no id", 1), entry("3", "true"), entry("4", "1993-02-30"),
	}}, client.Checks{Argument: "patch", Definitions: testDefinitions(), Role: client.RoleOwner, Today: client.Date{9999, 12, 31}})
	var got []string
	for _, err := range in.Errors {
		got = append(got, strings.Join(err.Field, ".")+" "+string(err.Code))
	}
	wantErrors := []string{
		"patch.fields.0.value FIELD_CONFLICT",
		"patch.fields.1.value FIELD_NOT_WRITABLE",
		"patch.fields.2.schedulerPreferenceFieldDefnId UNKNOWN_FIELD_DEFINITION",
		"patch.fields.3.schedulerPreferenceFieldDefnId UNKNOWN_FIELD_DEFINITION",
		"patch.fields.5.schedulerPreferenceFieldDefnId DUPLICATE_FIELD",
		"patch.fields.6.value INVALID_FIELD_VALUE",
		"patch.fields.7.value INVALID_FIELD_VALUE",
		"patch.fields.8.schedulerPreferenceFieldDefnId INVALID_ID",
		"patch.fields.9.value INVALID_FIELD_VALUE",
		"patch.fields.10.value INVALID_FIELD_VALUE",
	}
	if diff := cmp.Diff(wantErrors, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A CLIENT changes its own name, phones, address, locale, time zone and
// password, and nothing else.
func TestClientMayWriteItsOwnPropertiesOnly(t *testing.T) {
	mayWrite := []string{
		"firstName", "lastName", "fullName", "cellPhone", "homePhone", "businessPhone",
		"address1", "address2", "city", "county", "state", "zip", "country", "locale", "timeZone",
	}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if !p.Is(client.Writable) {
			continue
		}
		in := client.DecodeInput(client.Values{p.Name: "x"}, client.Checks{Argument: "patch", Role: client.RoleClient})
		refused := slices.ContainsFunc(in.Errors, func(e *client.Error) bool { return e.Code == client.CodeFieldNotWritable })
		if refused == slices.Contains(mayWrite, p.Name) {
			t.Errorf("%s: refused is %t", p.Name, refused)
		}
	}
	if in := client.DecodeInput(client.Values{"password": "a long password"}, client.Checks{Argument: "patch", Role: client.RoleClient}); in.Errors != nil {
		t.Errorf("password: %v", in.Errors)
	}
	if in := client.DecodeInput(client.Values{"ssn": "123-45-6789"}, client.Checks{Argument: "patch", Role: client.RoleClient}); len(in.Errors) != 1 || in.Errors[0].Code != client.CodeFieldNotWritable {
		t.Errorf("ssn: %v", in.Errors)
	}
}

// marker is in every text that is fuzzed, to be looked for in errors.
const marker = "qX7"

func FuzzPatchDecode(f *testing.F) {
	for _, seed := range []string{
		`{"firstName": null, "tags": ["a", "A", 1, null], "dateOfBirth": 728611200000, "latitude": 1e400, "blocked": "true"}`,
		`{"fields": [{"schedulerPreferenceFieldDefnId": "1", "value": {"a": [1]}}, null, 5, {"schedulerPreferenceFieldDefnId": {}}]}`,
		`{"fields": {"schedulerPreferenceFieldDefnId": 6}, "viewClientAccountIds": [[]], "clientIdsClientCanView": {}}`,
		`{"ssn": 5, "password": [], "locale": "qX7", "timeZone": "../../etc/passwd", "imageUrl": "http://[", "emailAddress": "\"qX7\"@x.y"}`,
		`{"status": "qX7", "alertNotes": "one", "excludeEmailCategoryIdList": [1.5, "qX7", 1e2]}`,
	} {
		f.Add([]byte(seed))
	}
	definitions := testDefinitions()
	f.Fuzz(func(t *testing.T, data []byte) {
		decoder := json.NewDecoder(strings.NewReader(string(data)))
		decoder.UseNumber()
		var values map[string]any
		if decoder.Decode(&values) != nil {
			return // It is no patch.
		}
		for _, role := range []client.Role{client.RoleOwner, client.RoleClient} {
			in := client.DecodeInput(values, client.Checks{Argument: "patch", Definitions: definitions, Role: role, Today: client.Date{9999, 12, 31}})
			for _, err := range in.Errors {
				if len(err.Field) < 2 || err.Field[0] != "patch" || err.Code == "" || err.Message == "" {
					t.Errorf("an error is at %v: %v", err.Field, err)
				}
				if strings.Contains(fmt.Sprintf("%v %v %v", err.Field, err.Message, err.Details), marker) {
					t.Errorf("an error repeats a value: %v", err)
				}
			}
			if in.Errors == nil {
				c := &client.Client{}
				in.Apply(c)
				if c.Latitude != nil && !(math.Abs(*c.Latitude) <= 90) {
					t.Errorf("the latitude is %v", *c.Latitude)
				}
			}
		}
	})
}
