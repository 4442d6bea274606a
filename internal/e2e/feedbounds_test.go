package e2e_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/service/scheduler"
)

// TestFeedBounds: at most 1,000 entries a call, 10,000 appointments and 1,000
// forms a client; what is refused leaves everything where it was.
func TestFeedBounds(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	api.Load(t, almostFull(t, 5966842))
	ctx, scope := t.Context(), apitest.OwnerScope(sample.BusinessID)
	many := scheduler.Feed{Entries: make([]client.Values, scheduler.MaxFeed+1)}
	for _, send := range []func() (scheduler.FeedResult, error){
		func() (scheduler.FeedResult, error) { return api.Service.RecordAppointments(ctx, scope, many) },
		func() (scheduler.FeedResult, error) { return api.Service.RemoveAppointments(ctx, scope, many) },
		func() (scheduler.FeedResult, error) { return api.Service.RecordForms(ctx, scope, many) },
	} {
		if _, err := send(); !client.HasCode(err, client.CodeTooMany) {
			t.Errorf("1,001 entries: %v", err)
		}
	}
	next := 1
	fill := func(n int) scheduler.FeedResult {
		entries := make([]client.Values, n)
		for i := range entries {
			entries[i] = visit(strconv.Itoa(next), "5966842", 1, nil)
			next++
		}
		result, err := api.Service.RecordAppointments(ctx, scope, scheduler.Feed{Entries: entries})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	if result := fill(scheduler.MaxFeed); result.Changed != scheduler.MaxFeed || result.Errors != nil {
		t.Fatalf("the last thousand: %v", result)
	}
	if result := fill(2); result.Changed != 0 || len(result.Errors) != 2 || result.Errors[1].Code != client.CodeTooMany ||
		strings.Join(result.Errors[1].Field, ".") != "appointments.1.clientId" {
		t.Errorf("beyond 10,000: %v", result)
	}
	record(t, api, visit("20001", "7475995", 1, nil))
	if _, wrong := feed(t, api, recordMutation, visit("20001", "5966842", 2, nil)); len(wrong) != 1 || open(t, api, "7475995") != "1" {
		t.Errorf("a move to a full client: %v", wrong)
	}
	// One that is there already may change, and make place.
	record(t, api, visit("1", "5966842", 2, values{"status": "CANCELLED"}))
	remove(t, api, "1", 3)
	record(t, api, visit("20001", "5966842", 3, nil))
	if got := open(t, api, "5966842"); got != "10000" {
		t.Errorf("a full client counts %s", got)
	}
}

// almostFull is the reference, with a client that has all the appointments that it
// may but for those of one feed.
func almostFull(t *testing.T, clientID int64) importing.Dataset {
	t.Helper()
	data, err := sample.Reference()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range data.Clients {
		for c.ClientID == clientID && len(c.Appointments) < client.MaxAppointments-scheduler.MaxFeed {
			c.Appointments = append(c.Appointments, client.Appointment{
				AppointmentID: int64(100_000 + len(c.Appointments)),
				LocationID:    14,
				StaffID:       505,
				ReasonID:      31,
				Start:         time.Date(2031, 5, 1, 9, 0, 0, 0, time.UTC),
				Status:        client.AppointmentOpen,
			})
		}
	}
	return data
}

// TestFeedCommandsDoNotGrowWithItsEntries: a feed that tells of known and of new
// things in turn sends as many commands for a hundred as for two.
func TestFeedCommandsDoNotGrowWithItsEntries(t *testing.T) {
	for name, one := range map[string]struct {
		mutation string
		entry    func(id, modified int) values
	}{
		"appointments": {recordMutation, func(id, modified int) values { return visit(strconv.Itoa(id), "5966842", modified, nil) }},
		"forms": {formsMutation, func(id, modified int) values {
			return values{"formId": strconv.Itoa(id), "clientId": "5966842", "modifiedDate": day(modified)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			api := reference(t)
			var sent []int
			for i, entries := range []int{2, 100} {
				var known, mixed []values
				for n := range entries {
					id := 1_000*(i+1) + n
					if n%2 == 0 {
						known = append(known, one.entry(id, 1))
					}
					mixed = append(mixed, one.entry(id, 2))
				}
				feed(t, api, one.mutation, known...)
				sent = append(sent, len(api.Commands(func() {
					if count, wrong := feed(t, api, one.mutation, mixed...); count != strconv.Itoa(entries) || wrong != nil {
						t.Fatalf("of %d entries %s were taken in, %v", entries, count, wrong)
					}
				})))
			}
			if sent[0] != sent[1] {
				t.Errorf("2 entries send %d commands, 100 entries %d", sent[0], sent[1])
			}
		})
	}
}

// TestAppointmentInstantsAreToTheMillisecond: what is newer by less is as old.
func TestAppointmentInstantsAreToTheMillisecond(t *testing.T) {
	api := reference(t)
	at := time.Date(2030, 1, 1, 0, 0, 0, int(5*time.Millisecond), time.UTC)
	record(t, api, visit("1", "5966842", 1, values{"modifiedDate": at.Format(time.RFC3339Nano)}))
	later := func(by time.Duration) string {
		count, _ := feed(t, api, recordMutation, visit("1", "5966842", 1, values{"modifiedDate": at.Add(by).Format(time.RFC3339Nano)}))
		return count
	}
	if a, b := later(999*time.Microsecond), later(time.Millisecond); a != "0" || b != "1" {
		t.Errorf("0.999 ms later counts %s, 1 ms %s", a, b)
	}
}
