package mongostore_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/client"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/testdb"
)

// updates keeps how many bytes the updates of clients had.
type updates struct {
	mu    sync.Mutex
	bytes []int
}

func (u *updates) monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		updated := e.CommandName == "update" && e.Command.Lookup("update").StringValue() == "clients"
		if !updated && e.CommandName != "bulkWrite" {
			return
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		u.bytes = append(u.bytes, len(e.Command))
	}}
}

// A new appointment, and one that changed, are written alone, however many the
// client has.
func TestAppointmentIsWrittenAloneOfManyThousands(t *testing.T) {
	t.Parallel()
	sent := &updates{}
	p := openProcess(t, testdb.New(t), sent.monitor())
	const many = 2_000
	began := time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)
	clients := several(1, func(_ int, c *client.Client) {
		for i := range int64(many) {
			c.Appointments = append(c.Appointments, client.Appointment{
				AppointmentID: 2 * (i + 1), StaffID: 5, Start: began.Add(time.Duration(i) * time.Hour), Status: client.AppointmentOpen, ModifiedDate: began,
			})
		}
	})
	p.importAll(t, ownerScope(), clients)
	id := clients[0].ClientID
	want := slices.Clone(clients[0].Appointments)
	check := func(what string) {
		t.Helper()
		c, err := p.service.Client(t.Context(), ownerScope(), client.ID{Number: id}, client.SelectAll())
		must(t, err)
		if diff := gocmp.Diff(want, c.Appointments); diff != "" {
			t.Errorf("%s (-told +stored):\n%s", what, diff)
		}
		if c.ActiveAppointmentCount != int64(len(want)) {
			t.Errorf("%s: %d are open, want %d", what, c.ActiveAppointmentCount, len(want))
		}
	}
	record := func(appointment, staff int64) client.Appointment {
		t.Helper()
		start, modified := began, began.Add(time.Hour)
		_, err := p.service.RecordAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{{
			"appointmentId": appointment, "clientId": id, "staffId": staff, "start": client.FormatInstant(start), "status": "OPEN", "modifiedDate": client.FormatInstant(modified),
		}}})
		must(t, err)
		return client.Appointment{AppointmentID: appointment, StaffID: staff, Start: start, Status: client.AppointmentOpen, ModifiedDate: modified}
	}
	const little = 3_000
	for _, step := range []struct {
		what   string
		change func()
	}{
		{"a new one", func() { want = append(want, record(2*many+2, 7)) }},
		{"another new one", func() { want = append(want, record(2*many+4, 5)) }},
		{"a changed one", func() { want[3] = record(want[3].AppointmentID, 9) }},
	} {
		sent.bytes = nil
		step.change()
		check(step.what)
		if len(sent.bytes) != 1 || sent.bytes[0] > little {
			t.Errorf("%s: updates of %v bytes, want one of at most %d", step.what, sent.bytes, little)
		}
	}
	// One that comes between others, and one that goes, move those behind them.
	want = slices.Insert(want, 4, record(9, 5))
	check("one between others")
	_, err := p.service.RemoveAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{{"appointmentId": int64(2), "modifiedDate": client.FormatInstant(began.Add(time.Hour))}}})
	must(t, err)
	want = want[1:]
	check("one that goes")
}
