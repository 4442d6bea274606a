package e2e_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/client"
)

func TestFullNameIsDerivedUnlessGiven(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), person(nil))
	for _, step := range []struct {
		change values
		want   any
	}{
		{values{"lastName": "Lovelace"}, "Ada Lovelace"},
		{values{"fullName": "Countess"}, "Countess"},
		{values{"lastName": "Bell"}, "Countess"},
		{values{"fullName": " "}, "Ada Bell"},
		{values{"fullName": "Countess"}, "Countess"},
		{values{"fullName": nil}, "Ada Bell"},
		{values{"fields": []any{field("322518", "Duchess")}}, "Duchess"},
		{values{"fields": []any{field("322518", nil)}}, "Ada Bell"},
	} {
		patch(t, api, owner(), id, step.change)
		got := read(t, api, owner(), id, "fullName fieldDataMap")
		if got["fullName"] != step.want || got["fieldDataMap"].(values)["322518"] != step.want {
			t.Errorf("after %v: %v, want %v", step.change, got, step.want)
		}
	}
}

func TestNotesAreAggregated(t *testing.T) {
	api := reference(t)
	for _, step := range []struct {
		change values
		want   any
	}{
		{values{"notes": "one"}, "one"},
		{values{"alertNotes": []any{"two", "three\nfour"}}, "one\ntwo\nthree\nfour"},
		{values{"notes": nil}, "two\nthree\nfour"},
		{values{"alertNotes": []any{"", "two"}}, "two"},
		{values{"alertNotes": nil}, nil},
	} {
		patch(t, api, owner(), "5966842", step.change)
		if got := read(t, api, owner(), "5966842", "aggregatedNotes")["aggregatedNotes"]; got != step.want {
			t.Errorf("after %v: %v, want %v", step.change, got, step.want)
		}
	}
}

func TestBirthdayIsDerived(t *testing.T) {
	api := reference(t)
	for _, step := range []struct{ sent, date, day any }{
		{"2000-02-29", "2000-02-29", "02-29"},
		{728611200000, "1993-02-02", "02-02"},
		{-86400000, "1969-12-31", "12-31"},
		{"0001-01-01", "0001-01-01", "01-01"},
		{"1999-12-31", "1999-12-31", "12-31"},
		{nil, nil, nil},
	} {
		patch(t, api, owner(), "5966842", values{"dateOfBirth": step.sent})
		got := read(t, api, owner(), "5966842", "dateOfBirth safeDateOfBirth")
		if diff := gocmp.Diff(values{"dateOfBirth": step.date, "safeDateOfBirth": step.day}, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", step.sent, diff)
		}
	}
}

// Zones without summer time, so that the answer is the same every day.
func TestTimeZoneIsDescribed(t *testing.T) {
	api := reference(t)
	for zone, want := range map[string]string{
		"Asia/Kathmandu":   `{"timeZone": {"timeZoneId": "Asia/Kathmandu", "timeZoneCode": "+0545", "timeZoneDesc": "(UTC+05:45) Asia/Kathmandu", "visible": true, "sortOrder": 71, "currentOffset": 345}, "timeZoneCode": "+0545"}`,
		"Pacific/Honolulu": `{"timeZone": {"timeZoneId": "Pacific/Honolulu", "timeZoneCode": "HST", "timeZoneDesc": "(UTC-10:00) Pacific/Honolulu", "visible": true, "sortOrder": 8, "currentOffset": -600}, "timeZoneCode": "HST"}`,
		"UTC":              `{"timeZone": {"timeZoneId": "UTC", "timeZoneCode": "UTC", "timeZoneDesc": "(UTC+00:00) UTC", "visible": true, "sortOrder": 48, "currentOffset": 0}, "timeZoneCode": "UTC"}`,
	} {
		patch(t, api, owner(), "5966842", values{"timeZone": zone})
		got := read(t, api, owner(), "5966842", "timeZone { timeZoneId timeZoneCode timeZoneDesc visible sortOrder currentOffset } timeZoneCode")
		if diff := gocmp.Diff(plain(fromJSON(t, want)), any(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", zone, diff)
		}
	}
	patch(t, api, owner(), "5966842", values{"timeZone": nil})
	if got := read(t, api, owner(), "5966842", "timeZone { timeZoneId } timeZoneCode"); got["timeZone"] != nil || got["timeZoneCode"] != nil {
		t.Errorf("without a zone: %v", got)
	}
}

// All fields that are made of custom fields tell the same, and a field that
// stands for a property is that property.
func TestCustomFieldsAreOneTruth(t *testing.T) {
	api := withFields(t)
	id := create(t, api, owner(), values{"fields": []any{
		field("322534", "Root \u00e9 <beer>"), field("322533", "A friend"), field("322532", "2018-04-17"), field("322531", false), field("322530", 37.50),
		field("322520", " ada@example.com"), field("322517", "Bell"), field("322516", "Ada"),
	}})
	want := fromJSON(t, `{
		"firstName": "Ada", "lastName": "Bell", "emailAddress": "ada@example.com",
		"fields": [
			{"schedulerPreferenceFieldDefnId": "322516", "label": "First Name", "type": "TEXT", "propertyCode": "firstName", "choices": [], "value": "Ada"},
			{"schedulerPreferenceFieldDefnId": "322517", "label": "Last Name", "type": "TEXT", "propertyCode": "lastName", "choices": [], "value": "Bell"},
			{"schedulerPreferenceFieldDefnId": "322518", "label": "Full Name", "type": "TEXT", "propertyCode": "fullName", "choices": [], "value": "Ada Bell"},
			{"schedulerPreferenceFieldDefnId": "322520", "label": "Email Address", "type": "TEXT", "propertyCode": "emailAddress", "choices": [], "value": "ada@example.com"},
			{"schedulerPreferenceFieldDefnId": "322530", "label": "Loyalty points", "type": "NUMBER", "propertyCode": null, "choices": [], "value": 37.5},
			{"schedulerPreferenceFieldDefnId": "322531", "label": "Newsletter", "type": "BOOLEAN", "propertyCode": null, "choices": [], "value": false},
			{"schedulerPreferenceFieldDefnId": "322532", "label": "Member since", "type": "DATE", "propertyCode": null, "choices": [], "value": "2018-04-17"},
			{"schedulerPreferenceFieldDefnId": "322533", "label": "How did you hear of us", "type": "CHOICE", "propertyCode": null,
				"choices": ["A friend", "Web search", "Social media", "Newspaper", "Walked past"], "value": "A friend"},
			{"schedulerPreferenceFieldDefnId": "322534", "label": "Favourite drink", "type": "TEXT", "propertyCode": null, "choices": [], "value": "Root \u00e9 <beer>"}
		],
		"fieldDataMap": {"322516": "Ada", "322517": "Bell", "322518": "Ada Bell", "322520": "ada@example.com", "322530": 37.5, "322531": false,
			"322532": "2018-04-17", "322533": "A friend", "322534": "Root \u00e9 <beer>"},
		"textSearchable": "Ada Bell ada@example.com Ada Bell Ada Bell ada@example.com 37.5 false 2018-04-17 A friend Root \u00e9 <beer>"
	}`)
	got := read(t, api, owner(), id, `firstName lastName emailAddress
		fields { schedulerPreferenceFieldDefnId label type propertyCode choices value } fieldDataMap textSearchable`)
	if diff := gocmp.Diff(plain(want), any(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	checkFieldData(t, read(t, api, owner(), id, `fields { schedulerPreferenceFieldDefnId value }
		fieldDataList { schedulerPreferenceFieldDefnId value } fieldDataListJson fieldDataMap fieldDataMapJson`))

	// In a patch listed fields are set or cleared, the others stay.
	patch(t, api, owner(), id, values{"fields": []any{field("322530", nil), field("322534", "Tea"), field("322516", "Eve")}})
	got = read(t, api, owner(), id, "firstName fieldDataMap")
	wantMap := values{"322516": "Eve", "322517": "Bell", "322518": "Eve Bell", "322520": "ada@example.com", "322531": false, "322532": "2018-04-17", "322533": "A friend", "322534": "Tea"}
	if diff := gocmp.Diff(values{"firstName": "Eve", "fieldDataMap": wantMap}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	patch(t, api, owner(), id, values{"emailAddress": "eve@example.com"})
	if got := read(t, api, owner(), id, "fieldDataMap")["fieldDataMap"].(values)["322520"]; got != "eve@example.com" {
		t.Errorf("the field is %v", got)
	}
	// A retired field keeps its value, unseen.
	err := api.Store.PutDefinitions(t.Context(), []client.FieldDefinition{{DefinitionID: 322534, BusinessID: 43111, Label: "Favourite drink", Type: client.FieldText, Retired: true}})
	if err != nil {
		t.Fatal(err)
	}
	if _, there := read(t, api, owner(), id, "fieldDataMap")["fieldDataMap"].(values)["322534"]; there {
		t.Error("a retired field is shown")
	}
}

// checkFieldData holds the four other forms of a client's custom values to its
// fields.
func checkFieldData(t *testing.T, got values) {
	t.Helper()
	var filled, numbered []any
	for _, entry := range got["fields"].([]any) {
		f := entry.(values)
		if f["value"] != nil {
			filled = append(filled, f)
			id := f["schedulerPreferenceFieldDefnId"].(string)
			numbered = append(numbered, values{"schedulerPreferenceFieldDefnId": float64(number(t, id)), "value": f["value"]})
		}
	}
	if diff := gocmp.Diff(filled, got["fieldDataList"]); diff != "" {
		t.Errorf("fieldDataList (-fields +got):\n%s", diff)
	}
	if diff := gocmp.Diff(any(numbered), plain(fromJSON(t, got["fieldDataListJson"].(string)))); diff != "" {
		t.Errorf("fieldDataListJson (-fields +got):\n%s", diff)
	}
	if diff := gocmp.Diff(got["fieldDataMap"], plain(fromJSON(t, got["fieldDataMapJson"].(string)))); diff != "" {
		t.Errorf("fieldDataMapJson (-fieldDataMap +got):\n%s", diff)
	}
}

// Times are those of the write, in whole milliseconds, in both forms.
func TestDatesTellWhoWroteWhen(t *testing.T) {
	api := reference(t)
	before := time.Now().Truncate(time.Millisecond)
	id := create(t, api, staff(), person(nil))
	patch(t, api, owner(), id, values{"city": "Here"})
	after := time.Now()
	got := read(t, api, owner(), id, "createdDate createdDateMillis createdUser modifiedDate modifiedDateMillis modifiedUser")
	if got["createdUser"] != "stella" || got["modifiedUser"] != "owner" {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"createdDate", "modifiedDate"} {
		at, err := time.Parse("2006-01-02T15:04:05.000Z", got[name].(string))
		if err != nil || at.Before(before) || at.After(after) {
			t.Errorf("%s is %v, between %v and %v", name, got[name], before, after)
		}
		if ms := got[name+"Millis"]; ms != float64(at.UnixMilli()) {
			t.Errorf("%sMillis is %v, want %v", name, ms, at.UnixMilli())
		}
	}
}
