package mongostore_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// nordic are names whose order the root collation and Swedish tell apart, and
// phone numbers that are of one country only.
var nordic = []string{"Zebra", "Åsa", "Ärla", "Örn", "Adam", "Olof", "Vera", "Wera", "angel", "Änger"}

func loadNordic(t *testing.T, p *process, count int) []*client.Client {
	t.Helper()
	clients := make([]*client.Client, count)
	for i := range clients {
		clients[i] = &client.Client{
			Lifecycle: client.Live, Status: client.StatusActive,
			FirstName: new(nordic[i%len(nordic)]), LastName: new(fmt.Sprintf("Ö%d", i)),
			EmailAddress: new(fmt.Sprintf("ä%d@example.com", i)), CellPhone: new(fmt.Sprintf("08-123 45 %02d", i%100)),
		}
	}
	clients[3].Lifecycle = client.Removed
	if err := p.service.Import(t.Context(), ownerScope(), clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return clients
}

// misplaced counts the clients whose stored keys are not those of the settings.
func misplaced(t *testing.T, p *process, settings search.Settings) int {
	t.Helper()
	// A process that did not know the settings made other keys: they are made anew when
	// its write is numbered.
	p.number(t)
	indexer, wrong := settings.Indexer(), 0
	scan := func(c *client.Client) bool {
		keyed := c.Clone()
		indexer.Prepare(keyed)
		if keyed.NameSortKey != c.NameSortKey || keyed.EmailSortKey != c.EmailSortKey || !slices.Equal(keyed.IdentityKeys, c.IdentityKeys) {
			wrong++
		}
		return true
	}
	err := p.store.Scan(t.Context(), ownerScope(), store.Query{Conditions: store.Conditions{IncludeDeleted: true}, Need: client.SelectAll()}, scan)
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

func business(t *testing.T, p *process) *client.Business {
	t.Helper()
	found, err := p.store.Business(t.Context(), ownerScope())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// cutAfter is a connection's monitor that ends a context when that many
// transactions have been committed.
func cutAfter(commits int64, cut func()) *event.CommandMonitor {
	var done atomic.Int64
	return &event.CommandMonitor{Succeeded: func(_ context.Context, e *event.CommandSucceededEvent) {
		if e.CommandName == "commitTransaction" && done.Add(1) == commits {
			cut()
		}
	}}
}

// Making keys anew stops with its process, goes on in another one where it
// stopped, changes nothing but keys, and when it has ended does nothing.
func TestRekeyingGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	second := openProcess(t, db, nil)
	clients := loadNordic(t, second, 250)
	slices.SortFunc(clients, func(a, b *client.Client) int { return int(a.ClientID - b.ClientID) })
	rows := func() int64 {
		second.number(t)
		count := int64(0)
		for _, collection := range []string{"clientHistory", "changes"} {
			n, err := second.db.Collection(collection).CountDocuments(t.Context(), bson.D{})
			if err != nil {
				t.Fatal(err)
			}
			count += n
		}
		return count
	}
	before := rows()
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	// The first commit is the update's own.
	first := openProcess(t, db, cutAfter(2, cut))
	updated, err := first.service.UpdateBusiness(t.Context(), ownerScope(), client.Values{"locale": "sv", "phoneRegion": "SE"})
	if err != nil || !updated.Rekeying() {
		t.Fatalf("the update answers %+v, %v", updated, err)
	}
	if err := first.service.Rekey(ctx); err == nil {
		t.Fatal("it was cut off and says nothing")
	}
	if at := business(t, second).RekeyedTo; at == nil || *at != clients[99].ClientID {
		t.Fatalf("it stopped at %d, want %d", *at, clients[99].ClientID)
	}
	swedish := search.Settings{Locale: "sv", PhoneRegion: "SE"}
	if wrong := misplaced(t, second, swedish); wrong != 150 {
		t.Errorf("%d clients wait for their keys, want 150", wrong)
	}
	if err := second.service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wrong := misplaced(t, second, swedish); wrong != 0 || business(t, second).Rekeying() {
		t.Errorf("%d clients have old keys at the end; marked: %v", wrong, business(t, second).Rekeying())
	}
	if after := rows(); after != before {
		t.Errorf("history and feed grew by %d rows", after-before)
	}
	stored, err := second.store.ClientsByID(t.Context(), ownerScope(), []int64{clients[0].ClientID}, true, client.SelectAll())
	if err != nil || stored[0].Version != 1 || stored[0].ModifiedDate != nil {
		t.Errorf("a client with new keys is %+v, %v", stored, err)
	}
	recorded := &atomic.Int64{}
	third := openProcess(t, db, &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		if e.CommandName == "commitTransaction" {
			recorded.Add(1)
		}
	}})
	if err := third.service.Rekey(t.Context()); err != nil || recorded.Load() != 0 {
		t.Errorf("with nothing to do, %d transactions were committed, %v", recorded.Load(), err)
	}
}

// The order of names becomes that of the language, and its reverse the reverse.
func TestListsFollowTheBusinesssLocale(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	loadNordic(t, p, len(nordic))
	names := func(descending bool) []string {
		found, err := p.service.Clients(t.Context(), ownerScope(), store.Order{Field: store.OrderByFullName, Descending: descending}, reading.Page{PageNumber: 1, PageSize: 50}, client.Select("firstName"))
		if err != nil {
			t.Fatal(err)
		}
		list := make([]string, len(found))
		for i, c := range found {
			list[i] = *c.FirstName
		}
		return list
	}
	if diff := gocmp.Diff([]string{"Adam", "angel", "Änger", "Ärla", "Åsa", "Olof", "Vera", "Wera", "Zebra"}, names(false)); diff != "" {
		t.Errorf("the root order (-want +got):\n%s", diff)
	}
	if _, err := p.service.UpdateBusiness(t.Context(), ownerScope(), client.Values{"locale": "sv"}); err != nil {
		t.Fatal(err)
	}
	if err := p.service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	swedish := []string{"Adam", "angel", "Olof", "Vera", "Wera", "Zebra", "Åsa", "Änger", "Ärla"}
	if diff := gocmp.Diff(swedish, names(false)); diff != "" {
		t.Errorf("the Swedish order (-want +got):\n%s", diff)
	}
	slices.Reverse(swedish)
	if diff := gocmp.Diff(swedish, names(true)); diff != "" {
		t.Errorf("its reverse (-want +got):\n%s", diff)
	}
	// Nothing new: nothing to do.
	again, err := p.service.UpdateBusiness(t.Context(), ownerScope(), client.Values{"locale": "SV"})
	if err != nil || again.Rekeying() {
		t.Errorf("the same locale again: %+v, %v", again, err)
	}
}

// A client that is written by who had read the business before it changed is
// keyed as the business is now.
func TestWritersFollowTheBusinesssLocale(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	clients := loadNordic(t, p, 5)
	old := search.NewIndexer(nil, "US")
	if _, err := p.service.UpdateBusiness(t.Context(), ownerScope(), client.Values{"locale": "sv", "phoneRegion": "SE"}); err != nil {
		t.Fatal(err)
	}
	if err := p.service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	entry := history.Entry{ClientID: 900, Version: 1, At: time.Now(), Operation: history.OperationCreate}
	err := p.store.Write(t.Context(), ownerScope(), func(ctx context.Context, tx store.Tx) error {
		created := &client.Client{
			ClientID: 900, BusinessID: testBusiness, Version: 1, Lifecycle: client.Live, Status: client.StatusActive,
			FirstName: new("Östen"), CellPhone: new("08-123 45 67"),
		}
		old.Prepare(created)
		if err := tx.Insert(ctx, created, entry); err != nil {
			return err
		}
		found, err := tx.Clients(ctx, []int64{clients[0].ClientID})
		if err != nil {
			return err
		}
		before := found[clients[0].ClientID]
		after := before.Clone()
		after.FirstName, after.Version = new("Äsa"), before.Version+1
		old.Prepare(after)
		changed := entry
		changed.ClientID, changed.Version = after.ClientID, after.Version
		return tx.Save(ctx, before, after, changed, history.KindUpserted)
	})
	if err != nil {
		t.Fatal(err)
	}
	if wrong := misplaced(t, p, search.Settings{Locale: "sv", PhoneRegion: "SE"}); wrong != 0 {
		t.Errorf("%d clients have keys of the old locale", wrong)
	}
}

// Whatever is written, imported and keyed at once by several processes: at the
// end every client has the keys of the business's last locale.
func TestRekeyingAmidWriters(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	clients := loadNordic(t, processes[0], 130)
	var writers, indexers sync.WaitGroup
	for n, p := range processes {
		writers.Go(func() {
			for i := range testsize.Of(25, 60, 60) {
				c := clients[(i*7+n)%len(clients)]
				_, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"firstName": nordic[(i+n)%len(nordic)]}, nil)
				if err != nil && !client.HasCode(err, client.CodeClientDeleted) {
					t.Errorf("patch: %v", err)
				}
				if _, err := p.service.Create(t.Context(), ownerScope(), client.Values{"firstName": "Ö", "lastName": "Å", "emailAddress": "o@example.com"}); err != nil {
					t.Errorf("create: %v", err)
				}
			}
		})
		indexers.Go(func() {
			for _, locale := range []any{"sv", nil, "da"} {
				if _, err := p.service.UpdateBusiness(t.Context(), ownerScope(), client.Values{"locale": locale}); err != nil {
					t.Errorf("update the business: %v", err)
				}
				if err := p.service.Rekey(t.Context()); err != nil {
					t.Errorf("rekey: %v", err)
				}
			}
		})
	}
	indexers.Wait()
	last := business(t, processes[0])
	if last.Rekeying() {
		t.Error("the business is marked still")
	}
	writers.Wait()
	if wrong := misplaced(t, processes[1], search.SettingsOf(last)); wrong != 0 {
		t.Errorf("%d clients have keys of another locale", wrong)
	}
}
