package client

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

	"clientgraph/internal/testsize"
)

// testDefinitions are custom fields of every type, one that stands for a
// property, one that may not, and one that is retired.
func testDefinitions() Definitions {
	return NewDefinitions([]FieldDefinition{
		{DefinitionID: 1, Label: "Text", Type: FieldText},
		{DefinitionID: 2, Label: "Number", Type: FieldNumber},
		{DefinitionID: 3, Label: "Boolean", Type: FieldBoolean},
		{DefinitionID: 4, Label: "Date", Type: FieldDate},
		{DefinitionID: 5, Label: "Choice", Type: FieldChoice, Choices: []string{"red", "green"}},
		{DefinitionID: 6, Label: "Mapped", Type: FieldText, PropertyCode: new("lastName")},
		{DefinitionID: 7, Label: "Forbidden", Type: FieldText, PropertyCode: new("notes")},
		{DefinitionID: 8, Label: "Retired", Type: FieldText, Retired: true},
	})
}

// anyValue is a valid value of a property, in its stored form and as a caller
// writes it.
func anyValue(t *rapid.T, p *Property) (stored, written any) {
	texts := map[string][]string{
		"emailAddress": {"a@example.com", "b@example.org"},
		"imageUrl":     {"https://example.com/a.png", "http://example.com"},
		"locale":       {"en-US", "de", "zh-Hant-TW"},
		"timeZone":     {"UTC", "Asia/Tokyo", "America/New_York"},
	}[p.Name]
	if texts == nil {
		texts = []string{"a", "b", "山田", "a longer text"}
	}
	switch p.At(&Client{}).(type) {
	case *Status:
		status := rapid.SampledFrom([]Status{StatusActive, StatusBlacklisted}).Draw(t, p.Name)
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
	case **Date:
		day := anyDay(t)
		return day, day.String()
	case *[]string:
		list := rapid.SliceOfNDistinct(rapid.SampledFrom(texts), 0, 3, rapid.ID[string]).Draw(t, p.Name)
		return list, list
	case *[]int64:
		ids := anySet(t)
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
func drawPatch(t *rapid.T) (values Values, want map[string]any) {
	values, want = Values{}, map[string]any{}
	for i := range Properties() {
		p := &Properties()[i]
		if !p.is(writable) || rapid.IntRange(0, 9).Draw(t, "named") > 1 {
			continue
		}
		if !p.is(required) && p.Name != "status" && rapid.IntRange(0, 3).Draw(t, "cleared") == 0 {
			values[p.Name] = nil
			want[p.Name] = valueAt(p.At(&Client{}))
			continue
		}
		want[p.Name], values[p.Name] = anyValue(t, p)
	}
	return values, want
}

func applyPatch(t *rapid.T, c *Client, values Values) {
	in := decodeInput(values, checks{argument: "patch", definitions: testDefinitions(), role: RoleOwner, today: Date{9999, 12, 31}})
	if in.errs != nil {
		t.Fatalf("%v is refused: %v", values, in.errs)
	}
	in.apply(c)
}

// One patch after the other leaves what the last of them to name a property
// said; what none names stays; a patch that was made changes nothing again.
func TestPropertyPatchesAddUp(t *testing.T) {
	testsize.Check(t, testsize.Of(200, 1000, 10_000), func(rt *rapid.T) {
		before := anyClient().Draw(rt, "client")
		want := map[string]any{}
		for i := range Properties() {
			want[Properties()[i].Name] = valueAt(Properties()[i].At(before))
		}
		after := before.Clone()
		var last Values
		for range rapid.IntRange(1, 3).Draw(rt, "patches") {
			values, changed := drawPatch(rt)
			applyPatch(rt, after, values)
			maps.Copy(want, changed)
			last = values
		}
		got := map[string]any{}
		for i := range Properties() {
			got[Properties()[i].Name] = valueAt(Properties()[i].At(after))
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("-model +patched:\n%s", diff)
		}
		again := after.Clone()
		applyPatch(rt, again, last)
		if changes := diff(after, again); len(changes) > 0 {
			rt.Fatalf("the same patch again changes %v", changes)
		}
	})
}

// Custom fields: those listed are set, null clears, unlisted stay; one that
// stands for a property is that property.
func TestPatchOfCustomFields(t *testing.T) {
	c := &Client{LastName: new("Old"), FieldValues: []FieldValue{{1, "kept"}, {2, 3.5}, {9, "of another time"}}}
	entry := func(id string, value any) any {
		return map[string]any{"schedulerPreferenceFieldDefnId": id, "value": value}
	}
	in := decodeInput(Values{"fields": []any{
		entry("5", "green"), entry("2", nil), entry("6", "New"), entry("4", "1993-02-02"), entry("3", false),
	}}, checks{argument: "patch", definitions: testDefinitions(), role: RoleOwner, today: Date{9999, 12, 31}})
	if in.errs != nil {
		t.Fatal(in.errs)
	}
	in.apply(c)
	want := []FieldValue{{1, "kept"}, {3, false}, {4, Date{1993, 2, 2}}, {5, "green"}, {9, "of another time"}}
	if diff := cmp.Diff(want, c.FieldValues); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if *c.LastName != "New" {
		t.Errorf("the last name is %s", *c.LastName)
	}
	in = decodeInput(Values{"lastName": "One", "fields": []any{
		entry("6", "Another"), entry("7", "note"), entry("8", "x"), entry("404", "x"), entry("1", "a"), entry("1", "b"),
		entry("5", "blue"), entry("2", "three"), entry("no id", 1), entry("3", "true"), entry("4", "1993-02-30"),
	}}, checks{argument: "patch", definitions: testDefinitions(), role: RoleOwner, today: Date{9999, 12, 31}})
	var got []string
	for _, err := range in.errs {
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
	for i := range Properties() {
		p := &Properties()[i]
		if !p.is(writable) {
			continue
		}
		in := decodeInput(Values{p.Name: "x"}, checks{argument: "patch", role: RoleClient})
		refused := slices.ContainsFunc(in.errs, func(e *Error) bool { return e.Code == CodeFieldNotWritable })
		if refused == slices.Contains(mayWrite, p.Name) {
			t.Errorf("%s: refused is %t", p.Name, refused)
		}
	}
	if in := decodeInput(Values{"password": "a long password"}, checks{argument: "patch", role: RoleClient}); in.errs != nil {
		t.Errorf("password: %v", in.errs)
	}
	if in := decodeInput(Values{"ssn": "123-45-6789"}, checks{argument: "patch", role: RoleClient}); len(in.errs) != 1 || in.errs[0].Code != CodeFieldNotWritable {
		t.Errorf("ssn: %v", in.errs)
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
		for _, role := range []Role{RoleOwner, RoleClient} {
			in := decodeInput(values, checks{argument: "patch", definitions: definitions, role: role, today: Date{9999, 12, 31}})
			for _, err := range in.errs {
				if len(err.Field) < 2 || err.Field[0] != "patch" || err.Code == "" || err.Message == "" {
					t.Errorf("an error is at %v: %v", err.Field, err)
				}
				if strings.Contains(fmt.Sprintf("%v %v %v", err.Field, err.Message, err.Details), marker) {
					t.Errorf("an error repeats a value: %v", err)
				}
			}
			if in.errs == nil {
				c := &Client{}
				in.apply(c)
				if c.Latitude != nil && !(math.Abs(*c.Latitude) <= 90) {
					t.Errorf("the latitude is %v", *c.Latitude)
				}
			}
		}
	})
}
