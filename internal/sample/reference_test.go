package sample

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clientgraph/internal/client"
	"clientgraph/internal/service/importing"
)

func reference(t *testing.T) importing.Dataset {
	t.Helper()
	dataset, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	return dataset
}

// row is what identifies a reference client and what its examples disagree on;
// account and dates are 0 for none.
type row struct {
	ID, Account        int64
	Name, Email        string
	Created, Modified  int64
	CreatedBy          string
	ModifiedBy         string
	Born, Cell, Home   string
	City, Locale, Zone string
	Tags               []string
	MayView            []int64
}

func TestReferenceHasTheAgreedVersionOfEachClient(t *testing.T) {
	const zone, joe = "America/New_York", "JoeSchmo"
	want := []row{
		{
			ID: 4658091, Account: 1151035, Name: "Johnny Begood", Email: "noreply@email.com",
			Created: 1523982546289, CreatedBy: joe, Modified: 1530215760466, ModifiedBy: joe,
			Born: "1993-02-02", Cell: "555-1234", City: "Charlotte", Zone: zone, Tags: []string{"Excellent"},
		},
		{
			ID: 4761823, Account: 1151044, Name: "Jane Deer", Email: "janedeer@email.com",
			Created: 1526388401719, CreatedBy: joe, Modified: 1530215760466, ModifiedBy: joe,
			MayView: []int64{4658091, 4922146},
		},
		{
			ID: 4922146, Account: 1151042, Name: "John Doe", Email: "john@email.com",
			Created: 1530215432220, CreatedBy: joe, Modified: 1530215765388, ModifiedBy: "MORGANKEARNEY",
			Locale: "en-US", Zone: zone,
		},
		{
			ID: 4932331, Account: 1155923, Name: "Jimmy Begood", Email: "jimmy@email.com",
			Created: 1530557261097, CreatedBy: joe,
			Born: "1993-02-02", Cell: "555-1234", Home: "555-5555", Zone: zone,
		},
		{
			ID: 4935512, Name: "Holly Hooper", Email: "hollyhoopz@email.com",
			Created: 1538638448443, CreatedBy: joe, Modified: 1530215760466, ModifiedBy: joe,
			Born: "1984-05-09", Locale: "en-US", Zone: zone,
		},
		{
			ID: 5143212, Name: "Jimmy Begood", Email: "jimmy@email.com",
			Created: 1530557261097, CreatedBy: joe, Modified: 1530215760466, ModifiedBy: joe,
			Born: "1993-02-02", Cell: "555-555-1234", Home: "555-5555", Locale: "en-US", Zone: zone,
			Tags: []string{"Excellent"}, MayView: []int64{4658091},
		},
		{ID: 5966842, Name: "Jane Doe", Email: "jane.doe@example.com", Locale: "en-US", Zone: zone},
		{
			ID: 7475995, Account: 1659456, Name: "Joel Test", Email: "joel@jmorgankearney.com",
			Created: 1578418789490, CreatedBy: "WebClient", Modified: 1580307871243, ModifiedBy: "WebClient",
			Locale: "en-US", Zone: zone,
		},
	}
	var got []row
	for _, c := range reference(t).Clients {
		r := row{
			ID: c.ClientID, Account: or(c.ClientAccountID), Name: or(c.FullName()), Email: or(c.EmailAddress),
			Created: or(c.CreatedDateMillis()), CreatedBy: or(c.CreatedUser),
			Modified: or(c.ModifiedDateMillis()), ModifiedBy: or(c.ModifiedUser),
			Cell: or(c.CellPhone), Home: or(c.HomePhone), City: or(c.City), Locale: or(c.Locale), Zone: or(c.TimeZoneID),
			Tags: c.Tags, MayView: c.SubjectIDs,
		}
		if c.DateOfBirth != nil {
			r.Born = c.DateOfBirth.String()
		}
		got = append(got, r)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func or[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

func TestReferenceClientsAreLiveFirstVersionsOfBusiness43111(t *testing.T) {
	dataset := reference(t)
	business := *dataset.Business
	business.Name = nil
	if diff := cmp.Diff(client.Business{BusinessID: 43111, TimeZoneID: "America/New_York", PhoneRegion: "US"}, business); diff != "" {
		t.Error(diff)
	}
	for _, c := range dataset.Clients {
		if c.BusinessID != 43111 || c.Version != 1 || c.Lifecycle != client.Live || c.Status != client.StatusActive || c.Blocked {
			t.Errorf("client %d: business %d, version %d, %s, %s, blocked %t", c.ClientID, c.BusinessID, c.Version, c.Lifecycle, c.Status, c.Blocked)
		}
		for name, date := range map[string]*time.Time{"created": c.CreatedDate, "modified": c.ModifiedDate} {
			if date != nil && date.Location() != time.UTC {
				t.Errorf("client %d: %s in %v, want UTC", c.ClientID, name, date.Location())
			}
		}
	}
}

func TestReferenceEdgesLeadToOtherReferenceClients(t *testing.T) {
	clients := reference(t).Clients
	known := map[int64]bool{}
	for _, c := range clients {
		known[c.ClientID] = true
	}
	for _, c := range clients {
		for _, id := range c.SubjectIDs {
			if !known[id] || id == c.ClientID {
				t.Errorf("client %d views %d", c.ClientID, id)
			}
		}
	}
}

func TestReferenceDefinitions(t *testing.T) {
	var mapped []string
	for _, d := range reference(t).Definitions {
		if d.BusinessID != 43111 || d.Label == "" || d.Retired {
			t.Errorf("definition %d: %+v", d.DefinitionID, d)
		}
		if (d.Type == client.FieldChoice) != (len(d.Choices) > 0) {
			t.Errorf("definition %d: a %s with choices %q", d.DefinitionID, d.Type, d.Choices)
		}
		if d.PropertyCode == nil {
			continue
		}
		mapped = append(mapped, *d.PropertyCode)
		if p := client.PropertyByName(*d.PropertyCode); p == nil || !p.Writable() || d.Type != client.FieldText {
			t.Errorf("definition %d is a %s for %q, which is no text that callers write", d.DefinitionID, d.Type, *d.PropertyCode)
		}
	}
	if diff := cmp.Diff([]string{"firstName", "lastName", "fullName", "emailAddress"}, mapped); diff != "" {
		t.Error(diff)
	}
}

func TestReferenceAppointmentsShowEveryStatus(t *testing.T) {
	clients := reference(t).Clients
	seen := map[client.AppointmentStatus]bool{}
	for _, c := range clients {
		for _, a := range c.Appointments {
			seen[a.Status] = true
		}
	}
	for _, status := range statuses {
		if !seen[status] {
			t.Errorf("no appointment is %s", status)
		}
	}
	checkAppointments(t, clients)
}

func TestReferenceAnswersRecordsOfItsOwnEachTime(t *testing.T) {
	first := reference(t)
	first.Clients[0].Tags[0] = "changed"
	first.Definitions[0].Label = "changed"
	second := reference(t)
	if second.Clients[0].Tags[0] == "changed" || second.Definitions[0].Label == "changed" {
		t.Error("a caller's change shows in the next answer")
	}
}

func TestDecodeReadsADatasetAndRefusesWhatHasNoPlaceInIt(t *testing.T) {
	dataset, err := Decode([]byte(`{
		"business": {"businessId": 7, "timeZone": "UTC"},
		"definitions": [{"schedulerPreferenceFieldDefnId": 1, "label": "Points", "type": "NUMBER"}],
		"clients": [{
			"clientId": 2, "deleted": true, "externalUserName": "x", "status": "ACTIVE",
			"fields": [{"schedulerPreferenceFieldDefnId": 1, "value": 3}]
		}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := importing.Dataset{
		Business:    &client.Business{BusinessID: 7, TimeZoneID: "UTC"},
		Definitions: []client.FieldDefinition{{DefinitionID: 1, BusinessID: 7, Label: "Points", Type: client.FieldNumber}},
		Clients: []*client.Client{{
			ClientID: 2, BusinessID: 7, Version: 1, Lifecycle: client.Removed, Status: client.StatusActive,
			ExternalUserName: new("x"), FieldValues: []client.FieldValue{{DefinitionID: 1, Value: 3.0}},
		}},
	}
	if diff := cmp.Diff(want, dataset); diff != "" {
		t.Error(diff)
	}
	for _, content := range []string{`{"customers": []}`, `{"clients": [{"clientId": 2, "emial": "x"}]}`, `{} {}`} {
		if _, err := Decode([]byte(content)); err == nil {
			t.Errorf("%s was read", content)
		}
	}
}

func TestDecodeStrictlyRefusesWhatHasNoPlace(t *testing.T) {
	for _, content := range []string{
		`{"businessId": 1, "buisnessName": "x"}`,
		`{"businessId": 1} {}`,
		`{"businessId": 1} ]`,
		`{"businessId": "1"}`,
	} {
		if err := decodeStrictly([]byte(content), &businessRecord{}); err == nil {
			t.Errorf("%s was read", content)
		}
	}
}

func TestFieldRecordsOfAnotherTypeThanTheirDefinitionAreRefused(t *testing.T) {
	for want, value := range map[client.FieldType]any{
		client.FieldNumber:  "7",
		client.FieldBoolean: "true",
		client.FieldText:    7.0,
		client.FieldChoice:  nil,
		client.FieldDate:    "2020-02-30",
		"":                  "of no definition",
	} {
		if got, err := (fieldRecord{Value: value}).value(want); err == nil {
			t.Errorf("%v as %q is %v", value, want, got)
		}
	}
}

var statuses = []client.AppointmentStatus{
	client.AppointmentOpen, client.AppointmentCompleted, client.AppointmentCancelled, client.AppointmentNoShow,
}

// checkAppointments holds appointments to what the scheduler could have fed.
func checkAppointments(t *testing.T, clients []*client.Client) {
	t.Helper()
	seen := map[int64]bool{}
	for _, c := range clients {
		if !slices.IsSortedFunc(c.Appointments, func(a, b client.Appointment) int { return int(a.AppointmentID - b.AppointmentID) }) {
			t.Errorf("appointments of %s are not in the order of their ids", *c.EmailAddress)
		}
		for _, a := range c.Appointments {
			if seen[a.AppointmentID] || a.AppointmentID <= 0 || a.AppointmentID >= 1<<53 {
				t.Errorf("appointment id %d", a.AppointmentID)
			}
			seen[a.AppointmentID] = true
			if a.StaffID < 501 || a.StaffID > 512 || a.LocationID < 11 || a.LocationID > 18 || a.ReasonID < 31 || a.ReasonID > 40 {
				t.Errorf("appointment %+v", a)
			}
			if !slices.Contains(statuses, a.Status) || a.ModifiedDate.IsZero() || a.Start.IsZero() {
				t.Errorf("appointment %+v", a)
			}
		}
	}
}
