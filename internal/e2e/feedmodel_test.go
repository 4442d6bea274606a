package e2e_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/testsize"
)

// news is what the scheduler once told of an appointment.
type news struct {
	of      int64
	removed bool
	told    client.Appointment
}

func (n news) values() values {
	entry := values{"appointmentId": strconv.FormatInt(n.told.AppointmentID, 10), "modifiedDate": n.told.ModifiedDate.Format(time.RFC3339Nano)}
	if n.removed {
		return entry
	}
	entry["clientId"] = strconv.FormatInt(n.of, 10)
	entry["locationId"], entry["staffId"], entry["reasonId"] = n.told.LocationID, n.told.StaffID, n.told.ReasonID
	entry["start"], entry["status"] = n.told.Start.Format(time.RFC3339Nano), string(n.told.Status)
	return entry
}

// drawNews draws what there is to tell of a few appointments with ids from
// first on, each time of one of them at another instant.
func drawNews(rt *rapid.T, first int64, clients []int64) []news {
	var all []news
	start := time.Date(2030, 5, 1, 9, 0, 0, 0, time.UTC)
	for i := range int64(rapid.IntRange(1, 8).Draw(rt, "appointments")) {
		for _, at := range rapid.SliceOfNDistinct(rapid.IntRange(0, 20), 1, 6, rapid.ID[int]).Draw(rt, "told at") {
			all = append(all, news{
				// The last one is nobody.
				of:      rapid.SampledFrom(append(slices.Clone(clients), 999)).Draw(rt, "client"),
				removed: rapid.IntRange(0, 3).Draw(rt, "removed") == 0,
				told: client.Appointment{
					AppointmentID: first + i,
					LocationID:    rapid.Int64Range(0, 2).Draw(rt, "location"),
					StaffID:       rapid.Int64Range(0, 2).Draw(rt, "staff"),
					ReasonID:      rapid.Int64Range(0, 2).Draw(rt, "reason"),
					Start:         start.Add(time.Duration(at) * time.Hour),
					Status:        rapid.SampledFrom([]client.AppointmentStatus{client.AppointmentOpen, client.AppointmentNoShow}).Draw(rt, "status"),
					ModifiedDate:  start.Add(time.Duration(at) * time.Millisecond),
				},
			})
		}
	}
	return all
}

// newest is the model: of each appointment the newest that was told of somebody
// we know counts, in whatever order and however often it all came.
func newest(all []news) map[int64][]client.Appointment {
	last := map[int64]news{}
	for _, n := range all {
		if known, seen := last[n.told.AppointmentID]; (n.removed || n.of != 999) && (!seen || n.told.ModifiedDate.After(known.told.ModifiedDate)) {
			last[n.told.AppointmentID] = n
		}
	}
	of := map[int64][]client.Appointment{}
	for _, n := range last {
		if !n.removed {
			of[n.of] = append(of[n.of], n.told)
		}
	}
	for _, appointments := range of {
		slices.SortFunc(appointments, func(a, b client.Appointment) int { return int(a.AppointmentID - b.AppointmentID) })
	}
	return of
}

// TestFeedOrderMakesNoDifferenceProperty: what is stored in the end depends on
// what was told alone, not on the order, the repetitions, or the calls that it
// came in.
func TestFeedOrderMakesNoDifferenceProperty(t *testing.T) {
	t.Parallel()
	api := reference(t)
	ctx, scope := t.Context(), apitest.OwnerScope(sample.BusinessID)
	clients := []int64{4658091, 4761823, 5966842, 7475995}
	first := int64(1)
	testsize.Check(t, testsize.Of(15, 100, 600), func(rt *rapid.T) {
		// Ids of its own for each case: the clients keep what earlier ones left.
		base := first
		first += 100
		all := drawNews(rt, base, clients)
		sent := rapid.Permutation(append(slices.Clone(all), rapid.SliceOfN(rapid.SampledFrom(all), 0, 5).Draw(rt, "again")...)).Draw(rt, "order")
		for len(sent) > 0 {
			n := rapid.IntRange(1, len(sent)).Draw(rt, "entries of a call")
			if other := slices.IndexFunc(sent[:n], func(s news) bool { return s.removed != sent[0].removed }); other > 0 {
				n = other
			}
			var entries []client.Values
			for _, s := range sent[:n] {
				entries = append(entries, s.values())
			}
			send := api.Service.RecordAppointments
			if sent[0].removed {
				send = api.Service.RemoveAppointments
			}
			if _, err := send(ctx, scope, scheduler.Feed{Entries: entries}); err != nil {
				rt.Fatal(err)
			}
			sent = sent[n:]
		}
		want := newest(all)
		for _, id := range clients {
			found, err := api.Service.Client(ctx, scope, client.ID{Number: id}, client.SelectAll())
			if err != nil {
				rt.Fatal(err)
			}
			var got []client.Appointment
			open := int64(0)
			for _, a := range found.Appointments {
				if a.AppointmentID >= base && a.AppointmentID < base+100 {
					got = append(got, a)
				}
				if a.Status == client.AppointmentOpen {
					open++
				}
			}
			if diff := gocmp.Diff(want[id], got); diff != "" || open != found.ActiveAppointmentCount {
				rt.Fatalf("client %d counts %d of %d open (-want +got):\n%s", id, found.ActiveAppointmentCount, open, diff)
			}
		}
	})
}
