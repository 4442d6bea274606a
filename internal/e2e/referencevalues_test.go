package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// placeholder is what the reference has in the place of an object that another
// page of it describes. It stands for some value, and tells none.
var placeholder = regexp.MustCompile(`^\[?\{(Fields|Scheduler fields|Timezone) object .* API page\}\]?$`)

// placeholders are the properties that have one.
var placeholders = []string{"fields", "timeZone", "timeZoneCode"}

// checkRecord holds a client to the record that the reference shows: every
// property of the record must be selected, and have its value.
func checkRecord(t *testing.T, at string, shown, answered values) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		value := shown[name]
		got, selected := answered[name]
		text, _ := value.(string)
		switch {
		case name == "password":
			// It is written and never read.
			if value != nil || selected {
				t.Errorf("%s: a password is shown, or selected", at)
			}
		case !selected:
			t.Errorf("%s: %s is not selected", at, name)
		case placeholder.MatchString(text):
			if !slices.Contains(placeholders, name) || got == nil {
				t.Errorf("%s: %s is a placeholder, answered as %v", at, name, got)
			}
		default:
			convert := conversions()[name]
			if convert == nil {
				convert = asShown
			}
			want, got := convert(value, answered, name)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s (-reference +answer):\n%s", at, name, diff)
			}
		}
	}
}

// conversion makes comparable what the reference shows of a property and what
// was answered.
type conversion func(shown any, answered values, name string) (want, got any)

// conversions are those of the properties that are written in another way here;
// docs/reference.md lists them.
func conversions() map[string]conversion {
	all := map[string]conversion{
		"activeAppointmentCount": nullIs(json.Number("0")),
		"createdDate":            convertInstant,
		"modifiedDate":           convertInstant,
		"dateOfBirth":            convertDay,
		"locale":                 spelt("en-us", "en-US"),
		"status":                 spelt("Active", "ACTIVE"),
		"timeZoneCode":           convertZoneCode,
		"fields":                 convertFields,
		"fieldDataList":          convertFieldData,
		"fieldDataListJson":      convertJSONText,
	}
	for _, name := range []string{"clientId", "clientAccountId", "businessId", "parentBusinessId"} {
		all[name] = convertID
	}
	for _, name := range []string{"clientIdsClientCanView", "viewClientAccountIds", "excludeEmailCategoryIdList", "excludeEmailTemplateIdList"} {
		all[name] = convertIDs
	}
	for _, name := range []string{
		"alertNotes", "authnetPaymentProfileIdList", "formList", "jobRequisitionNumbersAccepted",
		"jobRequisitionNumbersDeclined", "jobRequisitionNumbersSent", "requisitionIdsAccepted",
		"requisitionIdsDeclined", "requisitionIdsSent", "ssoTags", "tags", "viewByClients", "viewClients",
	} {
		all[name] = nullIs([]any{})
	}
	return all
}

func asShown(shown any, answered values, name string) (want, got any) { return shown, answered[name] }

func nullIs(value any) conversion {
	return func(shown any, answered values, name string) (want, got any) {
		if shown == nil {
			return value, answered[name]
		}
		return shown, answered[name]
	}
}

func spelt(there, here string) conversion {
	return func(shown any, answered values, name string) (want, got any) {
		if shown == there {
			return here, answered[name]
		}
		return shown, answered[name]
	}
}

// asID is a number as an id is written; anything else as it is.
func asID(shown any) any {
	if number, ok := shown.(json.Number); ok {
		return number.String()
	}
	return shown
}

func convertID(shown any, answered values, name string) (want, got any) {
	return asID(shown), answered[name]
}

func convertIDs(shown any, answered values, name string) (want, got any) {
	list := []any{}
	numbers, _ := shown.([]any)
	for _, number := range numbers {
		list = append(list, asID(number))
	}
	return list, answered[name]
}

// convertInstant compares both the text and the milliseconds of an instant.
func convertInstant(shown any, answered values, name string) (want, got any) {
	both := []any{answered[name], answered[name+"Millis"]}
	number, ok := shown.(json.Number)
	if !ok {
		return []any{shown, shown}, both
	}
	millis, err := number.Int64()
	if err != nil {
		return shown, both
	}
	return []any{time.UnixMilli(millis).UTC().Format("2006-01-02T15:04:05.000Z"), number}, both
}

// convertDay reads a day in text, or in milliseconds.
func convertDay(shown any, answered values, name string) (want, got any) {
	if number, ok := shown.(json.Number); ok {
		if millis, err := number.Int64(); err == nil {
			return time.UnixMilli(millis).UTC().Format(time.DateOnly), answered[name]
		}
	}
	return shown, answered[name]
}

// convertZoneCode takes an object of nulls for one that is left to be derived.
func convertZoneCode(shown any, answered values, name string) (want, got any) {
	object, ok := shown.(values)
	if !ok {
		return shown, answered[name]
	}
	for _, value := range object {
		if value != nil {
			return shown, answered[name]
		}
	}
	zone, _ := answered["timeZone"].(values)
	return zone["timeZoneCode"], answered[name]
}

// convertFields takes null for what is left to be derived: the fields that have
// a value are those of fieldDataList.
func convertFields(shown any, answered values, name string) (want, got any) {
	if shown != nil {
		return shown, answered[name]
	}
	filled := []any{}
	list, _ := answered[name].([]any)
	for _, entry := range list {
		field := entry.(values)
		if field["value"] != nil {
			filled = append(filled, values{"schedulerPreferenceFieldDefnId": field["schedulerPreferenceFieldDefnId"], "value": field["value"]})
		}
	}
	if len(filled) == 0 {
		return "the values that the client has", filled
	}
	return answered["fieldDataList"], filled
}

func convertFieldData(shown any, answered values, name string) (want, got any) {
	list := []any{}
	entries, _ := shown.([]any)
	for _, entry := range entries {
		field := maps.Clone(entry.(values))
		field["schedulerPreferenceFieldDefnId"] = asID(field["schedulerPreferenceFieldDefnId"])
		list = append(list, field)
	}
	return list, answered[name]
}

// convertJSONText reads JSON in a text, which the reference shows bare.
func convertJSONText(shown any, answered values, name string) (want, got any) {
	text, _ := answered[name].(string)
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&got); err != nil {
		return shown, err.Error()
	}
	return shown, got
}

// showsClient compares the client that a field answers.
func showsClient(field string) func(*testing.T, any, values) {
	return func(t *testing.T, shown any, data values) {
		t.Helper()
		checkRecords(t, []any{shown}, []any{data[field]})
	}
}

// writesClient compares the client that a mutation answers, which is the one that
// is read afterwards.
func writesClient(field string) func(*testing.T, any, values) {
	return func(t *testing.T, shown any, data values) {
		t.Helper()
		payload := data["Write"].(values)[field].(values)
		checkSame(t, []any{}, payload["userErrors"])
		checkSame(t, payload["client"], data["Read"].(values)["client"])
		checkRecords(t, []any{shown}, []any{payload["client"]})
	}
}

// checkMerge compares the clients that are sent to be merged, as they are read
// before, and those that the merge tells of.
func checkMerge(t *testing.T, shown any, data values) {
	checkRecords(t, shown, data["Before"].(values)["clientReport"])
	payload := data["Write"].(values)["mergeClients"].(values)
	checkSame(t, []any{}, payload["userErrors"])
	checkSame(t, payload["client"], data["Read"].(values)["client"])
	var ids []any
	for _, record := range shown.([]any) {
		ids = append(ids, asID(record.(values)["clientId"]))
	}
	checkSame(t, ids, payload["report"].(values)["clientIds"])
}

// showsClients compares the clients that a field answers.
func showsClients(field string) func(*testing.T, any, values) {
	return func(t *testing.T, shown any, data values) {
		t.Helper()
		checkRecords(t, shown, data[field])
	}
}

func checkRecords(t *testing.T, shown, answered any) {
	t.Helper()
	want, _ := shown.([]any)
	got, _ := answered.([]any)
	if len(want) == 0 || len(want) != len(got) {
		t.Fatalf("the reference shows %d clients, answered are %d", len(want), len(got))
	}
	for i := range want {
		record, shows := want[i].(values)
		client, answers := got[i].(values)
		if !shows || !answers {
			t.Fatalf("the reference shows %v, answered is %v", want[i], got[i])
		}
		checkRecord(t, fmt.Sprintf("client %v", record["clientId"]), record, client)
	}
}

// showsValue compares a value that is written alike.
func showsValue(field string) func(*testing.T, any, values) {
	return func(t *testing.T, shown any, data values) {
		t.Helper()
		checkSame(t, shown, data[field])
	}
}

func checkSame(t *testing.T, shown, answered any) {
	t.Helper()
	if diff := gocmp.Diff(shown, answered); diff != "" {
		t.Errorf("(-reference +answer):\n%s", diff)
	}
}

// checkReport compares {clients, ccount}, where the count's name is a misprint.
func checkReport(t *testing.T, shown any, data values) {
	report := data["clientReportWithCount"].(values)
	both := shown.(values)
	checkRecords(t, both["clients"], report["clients"])
	checkSame(t, values{"clients": both["clients"], "ccount": report["count"]}, both)
}

// checkCount compares {count}, which is the bare number here.
func checkCount(t *testing.T, shown any, data values) {
	checkSame(t, shown, values{"count": data["clientReportCount"]})
}

// checkIDs compares ids, which come in their order here.
func checkIDs(t *testing.T, shown any, data values) {
	numbers := slices.Clone(shown.([]any))
	slices.SortFunc(numbers, func(a, b any) int {
		x, _ := a.(json.Number).Int64()
		y, _ := b.(json.Number).Int64()
		return int(x - y)
	})
	want, _ := convertIDs(numbers, nil, "")
	checkSame(t, want, data["clientIdList"])
}

// checkTags compares the two answers of which the reference tells: that of a tag
// in use, and that of another.
func checkTags(t *testing.T, shown any, data values) {
	checkSame(t, shown, values{"matches": data["matches"], "matchesNone": data["matchesNone"]})
}

// checkSuggestions compares the clients, and the client of id -1 with the offer
// that takes its place: it shows a name and nothing else that a client has.
func checkSuggestions(t *testing.T, shown any, data values) {
	answer := data["filterClients"].(values)
	var clients []any
	var offers []any
	for _, entry := range shown.([]any) {
		record := entry.(values)
		if record["clientId"] != json.Number("-1") {
			clients = append(clients, record)
			continue
		}
		offers = append(offers, record["fullName"])
		for name, value := range record {
			if value != nil && name != "clientId" && name != "fullName" && (name != "status" || value != "Active") {
				t.Errorf("the offer's %s is %v, and has no counterpart", name, value)
			}
		}
	}
	checkRecords(t, clients, answer["clients"])
	offer := answer["addNew"].(values)
	checkSame(t, offers, []any{offer["label"]})
	checkSame(t, "Add new client: "+offer["fullName"].(string), offer["label"])
}
