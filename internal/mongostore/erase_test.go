package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// canary is in every text of the person who is erased, and in nobody else's.
const canary = "Kanarienvogel"

// leaver is a person about whom everything is held that can be.
type leaver struct {
	*process
	// person has folded merged into it. viewer and deleted may see the person,
	// subject is seen by it; other is nobody to it.
	person, folded, viewer, deleted, subject, other *client.Client
}

func canaryValues(t *testing.T, id string) client.Values {
	t.Helper()
	values := client.Values{"emailAddress": canary + id + "@example.com", "password": canary + id, "ssn": "123-45-6789"}
	for _, p := range client.Properties() {
		if _, isText := p.At(&client.Client{}).(**string); isText && p.Writable() && values[p.Name] == nil {
			values[p.Name] = canary + id
		}
	}
	values["imageUrl"], values["locale"], values["timeZone"] = "https://example.com/"+canary, "de-DE", "Europe/Berlin"
	values["tags"], values["alertNotes"] = []any{canary + id}, []any{canary + id}
	values["fields"] = []any{map[string]any{"schedulerPreferenceFieldDefnId": "1", "value": canary + id}}
	return values
}

func (p *process) leaver(t *testing.T) *leaver {
	t.Helper()
	ctx := t.Context()
	if err := p.store.PutDefinitions(ctx, []client.FieldDefinition{{BusinessID: testBusiness, DefinitionID: 1, Label: "Note", Type: client.FieldText}}); err != nil {
		t.Fatal(err)
	}
	l := &leaver{process: p, other: p.create(t, nameValues("Other")), subject: p.create(t, nameValues("Subject"))}
	values := canaryValues(t, "1")
	values["clientIdsClientCanView"] = []any{fmt.Sprint(l.subject.ClientID)}
	scope := ownerScope()
	scope.IdempotencyKey = &client.IdempotencyKey{Text: "create", Mutation: "createClient", Arguments: values}
	made, err := p.service.Create(ctx, scope, values)
	must(t, err)
	l.person, l.folded = made.Client, p.create(t, canaryValues(t, "2"))
	for _, viewer := range []**client.Client{&l.viewer, &l.deleted} {
		values := nameValues("Viewer")
		values["clientIdsClientCanView"] = []any{fmt.Sprint(l.person.ClientID), fmt.Sprint(l.other.ClientID)}
		*viewer = p.create(t, values)
	}
	_, err = p.service.Delete(ctx, ownerScope(), l.deleted.ID(), nil)
	must(t, err)
	_, err = p.service.DismissDuplicates(ctx, ownerScope(), []client.ID{l.person.ID(), l.other.ID()})
	must(t, err)
	_, err = p.service.DismissDuplicates(ctx, ownerScope(), []client.ID{l.person.ID(), l.folded.ID()})
	must(t, err)
	l.feed(t)
	_, err = p.service.Merge(ctx, ownerScope(), merging.MergeArgs{ClientID: l.person.ID(), ClientIDs: []client.ID{l.folded.ID()}})
	must(t, err)
	l.person = p.load(t, l.person.ClientID)
	return l
}

// feed takes in what the scheduler has of the person.
func (l *leaver) feed(t *testing.T) {
	t.Helper()
	const at = "2030-01-01T00:00:00Z"
	for i, c := range []*client.Client{l.person, l.folded} {
		appointment := client.Values{"appointmentId": fmt.Sprint(90 + i), "clientId": c.ID(), "start": at, "status": "OPEN", "staffId": "501", "modifiedDate": at}
		_, err := l.service.RecordAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{appointment}})
		must(t, err)
		form := client.Values{"formId": "f", "clientId": c.ID(), "name": canary, "data": map[string]any{"answer": canary}, "modifiedDate": at}
		_, err = l.service.RecordForms(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{form}})
		must(t, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stopper ends a context when a connection sends its nth command.
type stopper struct {
	left atomic.Int64
	stop atomic.Pointer[context.CancelFunc]
}

func (s *stopper) monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(context.Context, *event.CommandStartedEvent) {
		if s.left.Add(-1) == 0 {
			(*s.stop.Load())()
		}
	}}
}

// An erasure that is stopped at any command, of its transaction or of the purge
// after it, is wholly not there, or is at once for every reader and wholly when it
// was resumed. Then no text of the person is anywhere, the feed has no gap, and
// nobody else lost anything but the edge.
func TestErasureStoppedAnywhere(t *testing.T) {
	t.Parallel()
	db, stops := testdb.New(t), &stopper{}
	stopped, p := openProcess(t, db, stops.monitor()), openProcess(t, db, nil)
	step := int64(testsize.Of(23, 3, 1))
	kept, resumed, whole := 0, 0, false
	for n := int64(1); !whole; n += step {
		p.clear(t)
		l := p.leaver(t)
		p.number(t)
		before := p.dump(t)
		ctx, cancel := context.WithCancel(t.Context())
		stops.stop.Store(&cancel)
		stops.left.Store(n)
		result, err := stopped.service.Erase(ctx, ownerScope(), personaldata.EraseArgs{ID: l.person.ID(), Confirm: l.person.ID(), ExpectedVersion: l.person.Version})
		whole = stops.left.Load() > 0
		cancel()
		if len(p.rows(t, "tombstones", bson.D{}, bson.D{{Key: "_id", Value: 1}})) == 0 {
			if diff := cmp.Diff(before, p.dump(t)); diff != "" || err == nil {
				t.Fatalf("stopped at command %d, %v (-before +after):\n%s", n, err, diff)
			}
			kept++
			continue
		}
		if err == nil && !slices.Equal(result.ErasedClientIDs, []int64{l.person.ClientID, l.folded.ClientID}) {
			t.Fatalf("erased %v", result.ErasedClientIDs)
		}
		l.checkUnknown(t)
		if ended, err := p.service.ResumeErasures(t.Context()); err != nil || (whole && ended > 0) {
			t.Fatalf("resumed %d erasures: %v", ended, err)
		} else if ended > 0 {
			resumed++
		}
		l.checkErased(t)
	}
	if kept == 0 || resumed == 0 {
		t.Errorf("%d erasures were stopped before their commit, and %d after it", kept, resumed)
	}
}

// checkUnknown holds all reads to knowing nobody of the ids.
func (l *leaver) checkUnknown(t *testing.T) {
	t.Helper()
	ctx, owner := t.Context(), ownerScope()
	nodes, err := l.service.Nodes(ctx, owner, []client.ID{l.person.ID(), l.folded.ID()}, client.Selection{})
	must(t, err)
	for _, node := range nodes {
		if fmt.Sprint(node) != fmt.Sprint(nodes[0]) {
			t.Errorf("a node is %v, the other %v", node, nodes[0])
		}
	}
	for _, c := range []*client.Client{l.person, l.folded} {
		found, err := l.service.Client(ctx, owner, c.ID(), client.Selection{})
		must(t, err)
		if found != nil {
			t.Errorf("client %d is found", c.ClientID)
		}
		_, err = l.service.Scope(ctx, client.Identity{BusinessID: testBusiness, User: "x", Role: client.RoleClient, ClientAccountID: *c.ClientAccountID})
		if !client.HasCode(err, client.CodeUnauthenticated) {
			t.Errorf("the login %d is let in: %v", *c.ClientAccountID, err)
		}
		_, err = l.service.Patch(ctx, owner, c.ID(), client.Values{"city": "Here"}, nil)
		if !client.HasCode(err, client.CodeNotFound) {
			t.Errorf("a patch of %d: %v", c.ClientID, err)
		}
		if _, err := l.service.Restore(ctx, owner, c.ID(), nil); !client.HasCode(err, client.CodeNotFound) {
			t.Errorf("a restore of %d: %v", c.ClientID, err)
		}
	}
	subjects, err := l.service.Subjects(ctx, owner, []*client.Client{l.load(t, l.viewer.ClientID)}, client.Selection{})
	must(t, err)
	viewers, err := l.service.Viewers(ctx, owner, []*client.Client{l.subject}, client.Selection{})
	must(t, err)
	if len(subjects) != 1 || len(viewers) != 0 {
		t.Errorf("edges lead to %v and from %v", subjects, viewers)
	}
	part, err := l.service.ClientChanges(ctx, owner, nil, 100, client.SelectAll())
	must(t, err)
	if len(part.Changes) != 3 {
		t.Errorf("the feed lists %v", part.Changes)
	}
}

// checkErased holds all that is stored to what may stay.
func (l *leaver) checkErased(t *testing.T) {
	t.Helper()
	l.number(t)
	for collection, rows := range l.dump(t) {
		for _, row := range rows {
			text, err := bson.MarshalExtJSON(row, false, false)
			must(t, err)
			if strings.Contains(strings.ToLower(string(text)), strings.ToLower(canary)) {
				t.Errorf("%s holds %s", collection, text)
			}
			named := strings.Contains(string(text), fmt.Sprintf(`"clientId":%d,`, l.person.ClientID)) || strings.Contains(string(text), fmt.Sprintf(`"clientId":%d,`, l.folded.ClientID))
			if named && (collection != "changes" || row["kind"] != "ERASED") {
				t.Errorf("%s is about the erased client: %s", collection, text)
			}
		}
	}
	for _, tombstone := range l.rows(t, "tombstones", bson.D{}, bson.D{{Key: "_id", Value: 1}}) {
		if len(tombstone) != 3 {
			t.Errorf("a tombstone is %v", tombstone)
		}
	}
	l.checkFeed(t)
	for _, c := range []*client.Client{l.viewer, l.deleted, l.subject, l.other} {
		now := l.load(t, c.ClientID)
		entries, err := l.store.History(t.Context(), ownerScope(), []int64{c.ClientID}, 0, 0)
		must(t, err)
		if diff := cmp.Diff(recorded(now), recorded(history.Replay(testBusiness, entries)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("client %d (-stored +replayed):\n%s", c.ClientID, diff)
		}
		if slices.Contains(now.SubjectIDs, l.person.ClientID) {
			t.Errorf("client %d may still see %v", c.ClientID, now.SubjectIDs)
		}
	}
	l.checkErasedEdges(t)
}

// checkErasedEdges holds the neighbours' last versions, one each, to the end of
// the edge: as a change of theirs, whichever end was theirs.
func (l *leaver) checkErasedEdges(t *testing.T) {
	t.Helper()
	for c, name := range map[*client.Client]string{l.viewer: "clientIdsClientCanView", l.deleted: "clientIdsClientCanView", l.subject: "viewByClients"} {
		entries, err := l.store.History(t.Context(), ownerScope(), []int64{c.ClientID}, 0, 0)
		must(t, err)
		erasures := 0
		for _, entry := range entries {
			if entry.Operation == history.OperationErase {
				erasures++
			}
		}
		last := entries[len(entries)-1]
		want := []history.Change{{Path: fmt.Sprintf("%s.%d", name, l.person.ClientID), Before: l.person.ClientID}}
		if diff := cmp.Diff(want, last.Changes); diff != "" || erasures != 1 {
			t.Errorf("%d erasures in the history of %d, which ends with (-want +got):\n%s", erasures, c.ClientID, diff)
		}
	}
}

// Two who may see each other share two edges: when one is erased, the other
// changes once.
func TestErasureIsOneChangeOfEachNeighbour(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	a, b := p.create(t, nameValues("A")), p.create(t, nameValues("B"))
	for subject, viewer := range map[*client.Client]*client.Client{a: b, b: a} {
		_, err := p.service.AddViewers(t.Context(), ownerScope(), subject.ID(), []client.ID{viewer.ID()}, nil)
		must(t, err)
	}
	before := p.load(t, b.ClientID).Version
	_, err := p.service.Erase(t.Context(), ownerScope(), personaldata.EraseArgs{ID: a.ID(), Confirm: a.ID(), ExpectedVersion: p.load(t, a.ClientID).Version})
	must(t, err)
	entries, err := p.store.History(t.Context(), ownerScope(), []int64{b.ClientID}, before, 0)
	must(t, err)
	if now := p.load(t, b.ClientID); now.Version != before+1 || len(entries) != 1 || len(entries[0].Changes) != 2 {
		t.Errorf("version %d, after %d, and its history has %+v", now.Version, before, entries)
	}
}

// An erasure comes to its end though whom the client could see is not there any
// more when that is told.
func TestErasurePassesOverErasedNeighbours(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	l := p.leaver(t)
	erase := func(c *client.Client) {
		t.Helper()
		_, err := p.service.Erase(t.Context(), ownerScope(), personaldata.EraseArgs{ID: c.ID(), Confirm: c.ID(), ExpectedVersion: p.load(t, c.ClientID).Version})
		must(t, err)
	}
	erase(l.person)
	erase(l.subject)
	// As if the first erasure had been cut off before it told anybody.
	tombstones := p.db.Collection("tombstones")
	_, err := tombstones.UpdateOne(t.Context(), bson.D{{Key: "_id", Value: l.person.ClientID}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "pending", Value: true}, {Key: "untold", Value: bson.A{l.subject.ClientID}}}}})
	must(t, err)
	if ended, err := p.service.ResumeErasures(t.Context()); err != nil || ended != 1 {
		t.Errorf("resumed %d erasures: %v", ended, err)
	}
}

// stuck is a store that can't purge one client.
type stuck struct {
	store.Store
	clientID int64
}

func (s *stuck) Purge(ctx context.Context, erasure store.Erasure) error {
	if erasure.ClientID == s.clientID {
		return errFault
	}
	return s.Store.Purge(ctx, erasure)
}

// An erasure that can't come to its end holds up none of the others.
func TestErasureThatFailsHoldsUpNoOther(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	one, other := p.create(t, nameValues("One")), p.create(t, nameValues("Other"))
	for _, c := range []*client.Client{one, other} {
		// Nobody can be purged when it is erased.
		_, err := p.over(&stuck{p.store, c.ClientID}).Erase(t.Context(), ownerScope(), personaldata.EraseArgs{ID: c.ID(), Confirm: c.ID(), ExpectedVersion: c.Version})
		must(t, err)
	}
	ended, err := p.over(&stuck{p.store, one.ClientID}).ResumeErasures(t.Context())
	if ended != 1 || !errors.Is(err, errFault) {
		t.Errorf("resumed %d erasures: %v", ended, err)
	}
	if left, err := p.store.Erasures(t.Context(), 10); err != nil || len(left) != 1 || left[0].ClientID != one.ClientID {
		t.Errorf("left are %+v, %v", left, err)
	}
}

// The ids of who was erased are nobody's again, by counting or by an import.
func TestErasedIDsAreNeverGivenAgain(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	last := p.create(t, nameValues("Last"))
	erase := func() (personaldata.EraseResult, error) {
		scope := ownerScope()
		scope.IdempotencyKey = &client.IdempotencyKey{Text: "erase", Mutation: "eraseClient"}
		return p.service.Erase(t.Context(), scope, personaldata.EraseArgs{ID: last.ID(), Confirm: last.ID(), ExpectedVersion: 1})
	}
	first, err := erase()
	must(t, err)
	// A retry is answered what was committed.
	again, err := erase()
	must(t, err)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("a retry (-first +again):\n%s", diff)
	}
	imported := []*client.Client{{ClientID: last.ClientID, Lifecycle: client.Live, Status: client.StatusActive}}
	if err := p.service.Import(t.Context(), ownerScope(), imported, func(int) {}); !errors.Is(err, store.ErrIDTaken) {
		t.Errorf("the id was imported: %v", err)
	}
	if next := p.create(t, nameValues("Next")); next.ClientID <= last.ClientID {
		t.Errorf("the next client has the id %d after %d", next.ClientID, last.ClientID)
	}
}
