package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/livelist"
	"clientgraph/internal/service/clientsync"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// listReader holds what a reader of a live list makes of its events.
type listReader struct {
	who    client.Identity
	args   clientsync.ListArgs
	watch  *clientsync.ListWatch
	end    context.CancelFunc
	ids    []int64
	names  map[int64]string
	cursor *string
}

// connect begins, or goes on after the last cursor, at a server.
func (l *listReader) connect(ctx context.Context, api *apitest.API) error {
	scope, err := api.Service.Scope(ctx, l.who)
	if err != nil {
		return err
	}
	args := l.args
	args.After = l.cursor
	ctx, l.end = context.WithCancel(ctx)
	l.watch, err = api.Service.WatchList(ctx, scope, args)
	return err
}

// apply applies an event, and says what is wrong with it.
func (l *listReader) apply(e clientsync.ListEvent) error {
	l.cursor = &e.Cursor
	if e.Kind == livelist.Resync {
		l.ids, l.names = nil, map[int64]string{}
		for _, c := range e.Clients {
			l.ids, l.names[c.ClientID] = append(l.ids, c.ClientID), *c.FullName()
		}
		return nil
	}
	if (e.Kind == livelist.Entered) == slices.Contains(l.ids, e.ID) {
		return fmt.Errorf("%s of %d in %v", e.Kind, e.ID, l.ids)
	}
	l.ids = livelist.Apply(l.ids, e.Step)
	if e.Kind == livelist.Left {
		delete(l.names, e.ID)
		return nil
	}
	l.names[e.ID] = *e.Client.FullName()
	if int64(len(l.ids)) > l.args.First {
		return fmt.Errorf("%d entries of %d after %+v", len(l.ids), l.args.First, e.Step)
	}
	return nil
}

// told are the names in the order of the list.
func (l *listReader) told() []string {
	names := []string{}
	for _, id := range l.ids {
		names = append(names, strconv.FormatInt(id, 10)+" "+l.names[id])
	}
	return names
}

// answered is what clientConnection answers of the same list.
func (l *listReader) answered(ctx context.Context, api *apitest.API) ([]string, error) {
	scope, err := api.Service.Scope(ctx, l.who)
	if err != nil {
		return nil, err
	}
	found, err := api.Service.Connection(ctx, scope, reading.ConnectionArgs{Filter: l.args.Filter, Order: l.args.Order, First: &l.args.First}, l.args.Need)
	if err != nil {
		return nil, err
	}
	clients, err := client.RecordsOf(found.Rows)
	names := []string{}
	for _, c := range clients {
		names = append(names, strconv.FormatInt(c.ClientID, 10)+" "+*c.FullName())
	}
	return names, err
}

// drain reads until the reader's list is what clientConnection answers.
func (l *listReader) drain(ctx context.Context, api *apitest.API) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	want, err := l.answered(ctx, api)
	for err == nil && (l.cursor == nil || !slices.Equal(l.told(), want)) {
		var events []clientsync.ListEvent
		events, err = l.watch.Next(ctx)
		for _, e := range events {
			err = errors.Join(err, l.apply(e))
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, gocmp.Diff(want, l.told()))
	}
	return nil
}

func listNeed() client.Selection {
	need := client.Selection{}
	need.AddField("fullName")
	return need
}

// drawReaders are readers of several roles, each of a list of its own.
func drawReaders(rt *rapid.T, businessID, accountID int64) []*listReader {
	callers := []client.Identity{
		apitest.Owner(businessID),
		{BusinessID: businessID, User: "stella", Role: client.RoleStaff, Permissions: client.Write, StaffID: 501},
		{BusinessID: businessID, User: "lou", Role: client.RoleLocationSuperUser, Permissions: client.Write, LocationIDs: []int64{12}},
		{BusinessID: businessID, User: "web", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: accountID},
	}
	var readers []*listReader
	for i, who := range callers {
		filter := reading.Filter{}
		switch rapid.IntRange(0, 5).Draw(rt, "filter") {
		case 0:
			if who.Role != client.RoleClient {
				filter.Tags = []string{"vip"}
			}
		case 1:
			filter.HasNot = []client.Trait{client.TraitEmailAddress}
		case 2:
			filter.IncludeDeleted = true
		case 3:
			filter.SearchTerm = "note"
		case 4:
			filter.NoAppointment = &reading.AppointmentRange{From: &client.Date{Year: 2029, Month: 12, Day: 31}}
		}
		readers = append(readers, &listReader{who: who, args: clientsync.ListArgs{
			Filter: filter,
			Order: store.Order{
				Field:      rapid.SampledFrom(store.OrderFields()).Draw(rt, "order"),
				Descending: rapid.Bool().Draw(rt, "descending"),
			},
			First: rapid.Int64Range(1, 6).Draw(rt, fmt.Sprintf("first of %d", i)),
			Need:  listNeed(),
		}})
	}
	return readers
}

// listWriter writes at random in a business that begins with its own client.
type listWriter struct {
	t   *testing.T
	api []*apitest.API
	who client.Identity
	ids []string
	// appointments counts what the scheduler told.
	appointments int
}

// write draws one write, at one of the servers.
func (w *listWriter) write(rt *rapid.T) {
	api := rapid.SampledFrom(w.api).Draw(rt, "server")
	name := values{"firstName": rapid.SampledFrom([]string{"Anna", "Bob", "Carl", "Dora"}).Draw(rt, "name")}
	if rapid.Bool().Draw(rt, "addressed") {
		name["emailAddress"] = rapid.SampledFrom([]string{"a@email.com", "b@email.com", "c@email.com"}).Draw(rt, "address")
	}
	name["tags"] = rapid.SampledFrom([][]string{{}, {"VIP"}}).Draw(rt, "tags")
	name["notes"] = rapid.SampledFrom([]string{"", "a note"}).Draw(rt, "notes")
	id := rapid.SampledFrom(w.ids).Draw(rt, "client")
	do := func(mutation string, variables values) values {
		return only(w.t, api.MustDo(w.t, w.who, mutation, variables))
	}
	switch rapid.IntRange(0, 7).Draw(rt, "write") {
	case 0, 1:
		name["lastName"] = "Deer"
		name["password"] = "correct horse"
		if made, _ := do(createMutation, values{"input": name})["client"].(values); made != nil {
			w.ids = append(w.ids, made["clientId"].(string))
		}
	case 2:
		do(deleteMutation, values{"id": rapid.SampledFrom(w.ids[1:]).Draw(rt, "deleted")})
	case 3:
		do(restoreMutation, values{"id": id})
	case 4:
		seen := rapid.SliceOfNDistinct(rapid.SampledFrom(w.ids[1:]), 0, min(3, len(w.ids)-1), rapid.ID[string]).Draw(rt, "seen")
		do(patchMutation, values{"id": w.ids[0], "patch": values{"clientIdsClientCanView": seen}})
	case 5:
		w.appointments++
		do(`mutation ($list: [AppointmentInput!]!) { recordAppointments(appointments: $list) { userErrors { code } } }`, values{"list": []any{values{
			"appointmentId": strconv.Itoa(1 + w.appointments%3), "clientId": id, "start": "2030-01-01T00:00:00Z", "status": "OPEN",
			"staffId":      rapid.SampledFrom([]string{"501", "502"}).Draw(rt, "staff"),
			"locationId":   rapid.SampledFrom([]string{"12", "13"}).Draw(rt, "location"),
			"modifiedDate": time.Date(2030, 1, 1, 0, 0, w.appointments, 0, time.UTC).Format(time.RFC3339),
		}}})
	case 6:
		do(mergeMutation, values{"id": w.ids[0], "ids": []string{id}})
	default:
		do(patchMutation, values{"id": id, "patch": name})
	}
}

// begin makes the client as whom one of the readers asks, and says its account.
func (w *listWriter) begin() int64 {
	for range 2 {
		w.ids = append(w.ids, create(w.t, w.api[0], w.who, values{"firstName": "Own", "lastName": "Deer", "emailAddress": "own@email.com", "password": "correct horse"}))
	}
	account, err := strconv.ParseInt(read(w.t, w.api[0], w.who, w.ids[0], "clientAccountId")["clientAccountId"].(string), 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return account
}

// Whoever applies the events has what clientConnection answers, in every role,
// whatever is written, at whichever of two servers, and however often the reader
// breaks off and goes on at the other one.
func TestLiveListIsWhatTheConnectionAnswersProperty(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	servers := []*apitest.API{apitest.On(t, db), apitest.On(t, db)}
	businessID := int64(100)
	testsize.Check(t, testsize.Of(6, 40, 300), func(rt *rapid.T) {
		businessID++
		w := &listWriter{t: t, api: servers, who: apitest.Owner(businessID)}
		readers := drawReaders(rt, businessID, w.begin())
		defer func() {
			for _, l := range readers {
				if l.end != nil {
					l.end()
				}
			}
		}()
		for _, l := range readers {
			if err := l.connect(t.Context(), servers[0]); err != nil {
				rt.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			for range rapid.IntRange(1, 8).Draw(rt, "writes") {
				w.write(rt)
			}
			for _, l := range readers {
				server := rapid.SampledFrom(servers).Draw(rt, "reads at")
				switch rapid.IntRange(0, 2).Draw(rt, "reader") {
				case 0:
					l.end()
					if err := l.connect(t.Context(), server); err != nil {
						rt.Fatal(err)
					}
				case 1:
					if err := l.drain(t.Context(), server); err != nil {
						rt.Fatalf("%s: %v", l.who.Role, err)
					}
				}
			}
		}
		for _, l := range readers {
			if err := l.drain(t.Context(), servers[1]); err != nil {
				rt.Fatalf("%s: %v", l.who.Role, err)
			}
		}
	})
}
