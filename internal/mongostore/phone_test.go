package mongostore_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// A phone keeps what each entry of the feed has, and forgets what has nothing.
// Whoever it belongs to, whatever is written by whom and however rarely it asks,
// even while it is still listing: when it has read all, it holds exactly the
// clients that its owner sees, each as it is.
func TestPropertyPhoneHoldsWhatItsOwnerSees(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	testsize.Check(t, testsize.Of(4, 30, 400), func(rt *rapid.T) {
		p.clear(t)
		w := &phoneWorld{process: p, now: time.UnixMilli(1_700_000_000_000).UTC()}
		w.prepare(t)
		for range rapid.IntRange(10, 40).Draw(rt, "steps") {
			w.write(t, rt)
			for _, phone := range w.phones {
				switch rapid.IntRange(0, 3).Draw(rt, phone.name+" reads") {
				case 0:
					phone.read(t, rt, w)
				case 1:
					phone.readAll(t, rt, w)
				}
			}
		}
		for _, phone := range w.phones {
			phone.readAll(t, rt, w)
		}
		p.checkFeed(t)
	})
}

type phoneWorld struct {
	*process
	now    time.Time
	ids    []int64
	merges []int64
	phones []*phone
}

// phone is one caller's copy of the clients that it sees.
type phone struct {
	name   string
	who    client.Identity
	cursor *string
	held   map[int64]*client.Client
	// own is the client whose login the phone has: another one, once that was
	// merged.
	own int64
}

func (w *phoneWorld) prepare(t *testing.T) {
	t.Helper()
	for i := range 5 {
		w.ids = append(w.ids, w.create(t, passwordValues(fmt.Sprint("Person ", i))).ClientID)
	}
	for _, who := range []client.Identity{
		{User: "owner", Role: client.RoleOwner},
		{User: "lea", Role: client.RoleLocationSuperUser, LocationIDs: []int64{11, 12}},
		{User: "stan", Role: client.RoleStaff, StaffID: 501},
		{User: "ann", Role: client.RoleClient, ClientAccountID: *w.load(t, w.ids[0]).ClientAccountID},
		{User: "bob", Role: client.RoleClient, ClientAccountID: *w.load(t, w.ids[1]).ClientAccountID},
	} {
		who.BusinessID, who.Permissions = testBusiness, who.Role.Permissions()
		w.phones = append(w.phones, &phone{name: who.User, who: who, held: map[int64]*client.Client{}})
	}
}

// scope is the phone's owner as the owner's token says now; ok is false while
// that account can't be used.
func (w *phoneWorld) scope(t *testing.T, p *phone) (scope client.Scope, ok bool) {
	t.Helper()
	scope, err := w.service.Scope(t.Context(), p.who)
	if client.HasCode(err, client.CodeUnauthenticated) {
		return scope, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return scope, true
}

// write lets somebody write something.
func (w *phoneWorld) write(t *testing.T, rt *rapid.T) {
	t.Helper()
	// The owner, who may do most, writes most.
	writer := w.phones[max(0, rapid.IntRange(-6, len(w.phones)-1).Draw(rt, "writer"))]
	scope, ok := w.scope(t, writer)
	if !ok {
		return
	}
	// Those with a phone are written to most.
	id := client.ID{Number: w.ids[max(0, rapid.IntRange(-2, len(w.ids)-1).Draw(rt, "who"))]}
	others := func() []any {
		list := []any{}
		for _, other := range w.ids {
			if other != id.Number && rapid.Bool().Draw(rt, "edge") {
				list = append(list, strconv.FormatInt(other, 10))
			}
		}
		return list
	}
	var err error
	ctx := t.Context()
	switch rapid.IntRange(0, 10).Draw(rt, "what") {
	case 0:
		values := nameValues("Another")
		values["clientIdsClientCanView"] = others()
		var made writing.Result
		if made, err = w.service.Create(ctx, scope, values); err == nil {
			w.ids = append(w.ids, made.Client.ClientID)
		}
	case 1:
		_, err = w.service.Patch(ctx, scope, id, client.Values{"firstName": rapid.StringMatching(`[a-z]{3}`).Draw(rt, "name")}, nil)
	case 2, 3:
		_, err = w.service.Patch(ctx, scope, id, client.Values{"clientIdsClientCanView": others()}, nil)
	case 4:
		_, err = w.service.Delete(ctx, scope, id, nil)
	case 5:
		_, err = w.service.Restore(ctx, scope, id, nil)
	case 6:
		args := merging.MergeArgs{ClientID: id}
		for _, other := range others() {
			args.ClientIDs = append(args.ClientIDs, client.ID{Number: asID(other)})
		}
		var merged merging.MergeResult
		if merged, err = w.service.Merge(ctx, scope, args); err == nil {
			w.merges = append(w.merges, merged.MergeID)
		}
	case 7:
		if len(w.merges) > 0 {
			_, err = w.service.Unmerge(ctx, scope, merging.UnmergeArgs{MergeID: client.ID{Number: rapid.SampledFrom(w.merges).Draw(rt, "merge")}})
		}
	default:
		err = w.schedule(t, rt, id)
	}
	if err != nil && client.AsErrors(err) == nil {
		rt.Fatal(err)
	}
}

func asID(text any) int64 {
	id, _ := strconv.ParseInt(text.(string), 10, 64)
	return id
}

// schedule moves appointments about, and with them who sees whom.
func (w *phoneWorld) schedule(t *testing.T, rt *rapid.T, id client.ID) error {
	w.now = w.now.Add(time.Minute)
	at := w.now.Format(time.RFC3339)
	entry := client.Values{"appointmentId": rapid.SampledFrom([]any{"1", "2", "3"}).Draw(rt, "appointment"), "modifiedDate": at}
	if rapid.Bool().Draw(rt, "remove") {
		_, err := w.service.RemoveAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{entry}})
		return err
	}
	entry["clientId"], entry["start"], entry["status"] = id, at, "OPEN"
	entry["staffId"] = rapid.SampledFrom([]any{"501", "502"}).Draw(rt, "staff")
	entry["locationId"] = rapid.SampledFrom([]any{"11", "12", "13"}).Draw(rt, "location")
	_, err := w.service.RecordAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{entry}})
	return err
}

// read reads a part of the feed, and says whether more is there.
func (p *phone) read(t *testing.T, rt *rapid.T, w *phoneWorld) bool {
	scope, ok := w.scope(t, p)
	if !ok {
		return false
	}
	size := rapid.SampledFrom([]int64{1, 2, 3, 100}).Draw(rt, "page size")
	if p.own != scope.ClientID && p.cursor != nil {
		if _, err := w.service.ClientChanges(t.Context(), scope, p.cursor, size, client.SelectAll()); !client.HasCode(err, client.CodeResyncRequired) {
			rt.Fatalf("%s is another client now, and goes on with its cursor: %v", p.name, err)
		}
		p.cursor, p.held = nil, map[int64]*client.Client{}
	}
	p.own = scope.ClientID
	part, err := w.service.ClientChanges(t.Context(), scope, p.cursor, size, client.SelectAll())
	if err != nil {
		rt.Fatalf("%s: %v", p.name, err)
	}
	if int64(len(part.Changes)) > size {
		rt.Fatalf("%s asked for %d changes and got %d", p.name, size, len(part.Changes))
	}
	p.cursor = &part.Cursor
	for i, change := range part.Changes {
		if change.Client == nil {
			delete(p.held, change.ClientID)
		} else {
			p.held[change.ClientID] = change.Client
		}
		// The connection may break anywhere.
		if rapid.IntRange(0, 9).Draw(rt, "break") == 0 {
			p.cursor = &part.Changes[i].Cursor
			return true
		}
	}
	return part.HasMore
}

func (p *phone) readAll(t *testing.T, rt *rapid.T, w *phoneWorld) {
	for p.read(t, rt, w) {
	}
	scope, ok := w.scope(t, p)
	if !ok {
		return
	}
	seen, err := w.service.Clients(t.Context(), scope, store.Order{Field: store.OrderByFullName}, reading.Page{PageNumber: 1, PageSize: 100}, client.SelectAll())
	if err != nil {
		rt.Fatal(err)
	}
	slices.SortFunc(seen, func(a, b *client.Client) int { return int(a.ClientID - b.ClientID) })
	var held []*client.Client
	for _, c := range p.held {
		held = append(held, c)
	}
	slices.SortFunc(held, func(a, b *client.Client) int { return int(a.ClientID - b.ClientID) })
	// Change numbers are the store's own: some rise without a row of the feed.
	if diff := cmp.Diff(seen, held, cmpopts.IgnoreFields(client.Client{}, "ChangeNumber")); diff != "" {
		rt.Fatalf("%s (-sees +holds):\n%s", p.name, diff)
	}
}
