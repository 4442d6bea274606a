package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/transfer"
)

var scope = apitest.OwnerScope(sample.BusinessID)

func reference(t *testing.T) *apitest.API {
	t.Helper()
	api := apitest.New(t)
	api.LoadReference(t)
	return api
}

// take imports a file and returns the errors of its lines.
func take(t *testing.T, api *apitest.API, options transfer.Options, file string) (transfer.Summary, []string, error) {
	t.Helper()
	var wrong []string
	options.Wrong = func(line int, problem string) {
		// The code and the place of the problem: the rest is for people.
		problem, _, _ = strings.Cut(problem, " ")
		wrong = append(wrong, fmt.Sprintf("%d %s", line, problem))
	}
	summary, err := transfer.Import(t.Context(), api.Service.Scheduler, scope, strings.NewReader(file), options)
	return summary, wrong, err
}

func appointments(t *testing.T, api *apitest.API, id int64) []client.Appointment {
	t.Helper()
	found, err := api.Service.Client(t.Context(), scope, client.ID{Number: id}, client.SelectAll())
	if err != nil {
		t.Fatal(err)
	}
	return found.Appointments
}

// everything returns all that the database has.
func everything(t *testing.T, api *apitest.API) []string {
	t.Helper()
	names, err := api.Mongo.ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range names {
		cursor, err := api.Mongo.Collection(name).Find(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		var documents []bson.Raw
		if err := cursor.All(t.Context(), &documents); err != nil {
			t.Fatal(err)
		}
		for _, document := range documents {
			all = append(all, name+" "+document.String())
		}
	}
	slices.Sort(all)
	return all
}

// The same file in both formats.
var same = map[transfer.Format]string{
	transfer.CSV: "\ufeffmodifiedDate,clientId,appointmentId,start,status,staffId\r\n" +
		"2030-01-01T00:00:00Z,5966842,1,2031-05-01T09:00:00+02:00,OPEN,505\r\n" +
		"2030-01-01T00:00:00Z,5966842,2,2031-05-02T09:00:00Z,\"NO_SHOW\",\r\n",
	transfer.JSONL: `{"appointmentId": "1", "clientId": 5966842, "staffId": 505, "start": "2031-05-01T09:00:00+02:00", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z"}` + "\n\n" +
		`{"appointmentId": 2, "clientId": "5966842", "staffId": null, "start": "2031-05-02T09:00:00Z", "status": "NO_SHOW", "modifiedDate": "2030-01-01T00:00:00Z"}`,
}

// TestImportReadsBothFormatsAlike, and importing a file again changes nothing.
func TestImportReadsBothFormatsAlike(t *testing.T) {
	modified := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	want := []client.Appointment{
		{AppointmentID: 1, StaffID: 505, Start: time.Date(2031, 5, 1, 7, 0, 0, 0, time.UTC), Status: client.AppointmentOpen, ModifiedDate: modified},
		{AppointmentID: 2, Start: time.Date(2031, 5, 2, 9, 0, 0, 0, time.UTC), Status: client.AppointmentNoShow, ModifiedDate: modified},
	}
	for format, file := range same {
		api := reference(t)
		for _, changed := range []int64{2, 0} {
			summary, wrong, err := take(t, api, transfer.Options{Kind: transfer.Appointments, Format: format}, file)
			if err != nil || wrong != nil || summary != (transfer.Summary{Lines: 2, Changed: changed}) {
				t.Errorf("%s: %+v %v %v", format, summary, wrong, err)
			}
		}
		if diff := gocmp.Diff(want, appointments(t, api, 5966842)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

// TestImportGroupsAndForms as the mutations do.
func TestImportGroupsAndForms(t *testing.T) {
	api := reference(t)
	for format, file := range map[transfer.Format]string{
		transfer.CSV:   "locationGroupId,name,locationIds,modifiedDate\n7,North,12 3,2030-01-01T00:00:00Z\n8,Empty,,2030-01-01T00:00:00Z\n",
		transfer.JSONL: `{"locationGroupId": 9, "name": "South", "locationIds": [4, "5"], "modifiedDate": "2030-01-01T00:00:00Z"}`,
	} {
		if summary, wrong, err := take(t, api, transfer.Options{Kind: transfer.LocationGroups, Format: format}, file); err != nil || wrong != nil || int(summary.Changed) != summary.Lines {
			t.Errorf("%s: %+v %v %v", format, summary, wrong, err)
		}
	}
	locations, err := api.Store.LocationGroups(t.Context(), scope, []int64{7, 8, 9})
	if diff := gocmp.Diff(map[int64][]int64{7: {3, 12}, 8: nil, 9: {4, 5}}, locations); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for format, file := range map[transfer.Format]string{
		transfer.CSV:   "formId,clientId,data,modifiedDate,name\nA,5966842,\"{\"\"n\"\": 1.50}\",2030-01-01T00:00:00Z,Waiver\n",
		transfer.JSONL: `{"formId": "B", "clientId": 5966842, "data": [1], "modifiedDate": "2030-01-01T00:00:00Z", "signedDate": "2029-01-01T00:00:00Z"}`,
	} {
		if summary, wrong, err := take(t, api, transfer.Options{Kind: transfer.Forms, Format: format}, file); err != nil || wrong != nil || summary.Changed != 1 {
			t.Errorf("%s: %+v %v %v", format, summary, wrong, err)
		}
	}
	forms, err := api.Store.Forms(t.Context(), scope, []int64{5966842})
	if err != nil {
		t.Fatal(err)
	}
	if len(forms) != 2 || string(forms[0].Data) != `{"n":1.50}` || *forms[0].Name != "Waiver" || string(forms[1].Data) != "[1]" {
		t.Errorf("the forms are %+v", forms)
	}
}

// TestImportDryRunWritesNothing, and finds all errors.
func TestImportDryRunWritesNothing(t *testing.T) {
	api := reference(t)
	// The rows that loading the reference's clients left are numbered before.
	if err := api.Store.NumberChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := everything(t, api)
	for kind, file := range map[transfer.Kind]string{
		transfer.Appointments: same[transfer.JSONL] + "\n" +
			`{"appointmentId": 3, "clientId": 1, "start": "2031-05-02T09:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z"}`,
		transfer.LocationGroups: `{"locationGroupId": 9, "name": "A", "locationIds": [], "modifiedDate": "2030-01-01T00:00:00Z"}` + "\n" +
			`{"locationGroupId": 8, "name": "B", "locationIds": [], "modifiedDate": "2030-01-01T00:00:00Z"}` + "\n" + `{"locationGroupId": 1}`,
		transfer.Forms: `{"formId": 1, "clientId": 5966842, "modifiedDate": "2030-01-01T00:00:00Z"}` + "\n" +
			`{"formId": 2, "clientId": 5966842, "modifiedDate": "2030-01-01T00:00:00Z"}` + "\n" + `{"formId": 1, "clientId": 1, "modifiedDate": "2030-01-01T00:00:00Z"}`,
	} {
		summary, wrong, err := take(t, api, transfer.Options{Kind: kind, Format: transfer.JSONL, DryRun: true}, file)
		if err != nil || summary != (transfer.Summary{Lines: 3, Bad: 1, Changed: 2}) || len(wrong) == 0 {
			t.Errorf("%s: %+v %v %v", kind, summary, wrong, err)
		}
	}
	if diff := gocmp.Diff(before, everything(t, api)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

// TestImportBadLineHarmsNoOther: each is reported with its number in the file.
func TestImportBadLineHarmsNoOther(t *testing.T) {
	good := func(id int) string {
		return fmt.Sprintf(`{"appointmentId": %d, "clientId": 5966842, "start": "2031-05-01T09:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z"}`, id)
	}
	api := reference(t)
	file := strings.Join([]string{
		good(1), "", "{", "[1]", good(2) + good(3), `{"appointmentID": 4}`, `{"appointmentId": 4, "appointmentId": 4}`, "null",
		strings.Replace(good(4), "5966842", "12", 1), strings.Replace(good(4), "OPEN", "GONE", 1),
		`{"appointmentId": "x", "clientId": 5966842, "start": 7, "modifiedDate": "2030-01-01"}`, good(5),
	}, "\n")
	summary, wrong, err := take(t, api, transfer.Options{Kind: transfer.Appointments, Format: transfer.JSONL}, file)
	want := []string{
		`3 want`, `4 want`, `5 want`, `6 "appointmentID"`, `7 appointmentId`, `8 want`,
		"9 clientId:", "10 status:", "11 appointmentId:", "11 start:", "11 status:", "11 modifiedDate:",
	}
	if diff := gocmp.Diff(want, wrong); diff != "" || err != nil || summary != (transfer.Summary{Lines: 11, Bad: 9, Changed: 2}) {
		t.Errorf("%+v %v (-want +got):\n%s", summary, err, diff)
	}
	if got := appointments(t, api, 5966842); len(got) != 2 {
		t.Errorf("taken in: %v", got)
	}
	csv := "appointmentId,clientId,start,status,modifiedDate\n" +
		"11,5966842,2031-05-01T09:00:00Z,OPEN,2030-01-01T00:00:00Z\n" +
		"12,5966842\n" +
		"13,5966842,\"2031-05-01\n\",OPEN,2030-01-01T00:00:00Z\n" +
		"14,5966842,2031-05-01T09:00:00Z,,2030-01-01T00:00:00Z\n"
	summary, wrong, err = take(t, api, transfer.Options{Kind: transfer.Appointments, Format: transfer.CSV}, csv)
	if diff := gocmp.Diff([]string{"3 want", "4 start:", "6 status:"}, wrong); diff != "" || err != nil || summary != (transfer.Summary{Lines: 4, Bad: 3, Changed: 1}) {
		t.Errorf("%+v %v (-want +got):\n%s", summary, err, diff)
	}
}

// TestImportStopsWhereNobodyKnowsWhatFollows: the error has the line, and earlier lines
// are imported.
func TestImportStopsWhereNobodyKnowsWhatFollows(t *testing.T) {
	header := "appointmentId,clientId,start,status,modifiedDate\n"
	first := "1,5966842,2031-05-01T09:00:00Z,OPEN,2030-01-01T00:00:00Z\n"
	for _, c := range []struct {
		file, want string
		lines      int
	}{
		{"", "line 1: want the names", 0},
		{"appointmentId,client\n", `line 1: "client" is not a column`, 0},
		{"appointmentId,appointmentId\n", "line 1: the column appointmentId occurs twice", 0},
		{"appointmentId,clientId,start,status\n", "line 1: the column modifiedDate is missing", 0},
		{header + first + "2,\"5966842\"x,,,\n", "line 3, column", 1},
		{header + first + "2,\"5966842", "line 3, column", 1},
	} {
		api := reference(t)
		summary, _, err := take(t, api, transfer.Options{Kind: transfer.Appointments, Format: transfer.CSV}, c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) || summary.Lines != c.lines || int(summary.Changed) != c.lines {
			t.Errorf("%q: %+v %v", c.file, summary, err)
		}
	}
	api := reference(t)
	_, _, err := take(t, api, transfer.Options{Kind: transfer.Forms, Format: transfer.JSONL}, "\n{\"data\": \""+strings.Repeat("x", 1<<20)+"\"}")
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a line without end: %v", err)
	}
	if _, err := transfer.Import(t.Context(), api.Service.Scheduler, scope, strings.NewReader(""), transfer.Options{Kind: "clients", Format: transfer.CSV}); err == nil {
		t.Error("clients are a kind")
	}
}

// TestImportGoesInBatches, with right line numbers and counts.
func TestImportGoesInBatches(t *testing.T) {
	api := reference(t)
	var file strings.Builder
	file.WriteString("appointmentId,clientId,start,status,modifiedDate\n")
	for i := range 2_500 {
		of := []int{5966842, 7475995, 12}[i%3]
		fmt.Fprintf(&file, "%d,%d,2031-05-01T09:00:00Z,OPEN,2030-01-01T00:00:00Z\n", i+1, of)
	}
	summary, wrong, err := take(t, api, transfer.Options{Kind: transfer.Appointments, Format: transfer.CSV}, file.String())
	if err != nil || summary != (transfer.Summary{Lines: 2_500, Bad: 833, Changed: 1_667}) || wrong[0] != "4 clientId:" || wrong[832] != "2500 clientId:" {
		t.Errorf("%+v %v %v", summary, wrong[len(wrong)-1], err)
	}
	if got := len(appointments(t, api, 5966842)) + len(appointments(t, api, 7475995)); got != 1_667 {
		t.Errorf("%d appointments", got)
	}
}
