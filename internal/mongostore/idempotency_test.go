package mongostore_test

import (
	"bytes"
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/secret"
	"clientgraph/internal/service"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// keyedScope is an owner who sends that mutation and arguments under a key.
func keyedScope(key string, arguments any) client.Scope {
	scope := ownerScope()
	scope.IdempotencyKey = &client.IdempotencyKey{Text: key, Mutation: "test", Arguments: arguments}
	return scope
}

// faulty is a store whose writes fail at will, before or after they are
// committed.
type faulty struct {
	store.Store
	// before and after say, for each write by its number from 0, whether it fails.
	before, after func(int) bool
	writes        int
}

var errFault = errors.New("a fault")

func (f *faulty) Write(ctx context.Context, scope client.Scope, do func(context.Context, store.Tx) error) error {
	n := f.writes
	f.writes++
	if f.before != nil && f.before(n) {
		return errFault
	}
	err := f.Store.Write(ctx, scope, do)
	if err == nil && f.after != nil && f.after(n) {
		return errFault
	}
	return err
}

func (p *process) over(store store.Store) *service.Service {
	return service.New(store, service.Secrets{Hasher: plain{}, Cipher: plain{}, MAC: plain{}, Cursors: plain{}}, unlimited{}, time.Now)
}

// TestRetryAfterAnAnswerWasLost, when the write had been committed, makes no
// second client, also by another process.
func TestRetryAfterAnAnswerWasLost(t *testing.T) {
	db := testdb.New(t)
	first, second := openProcess(t, db, nil), openProcess(t, db, nil)
	scope := keyedScope("k", "create")
	lossy := first.over(&faulty{Store: first.store, after: func(int) bool { return true }})
	if _, err := lossy.Create(t.Context(), scope, nameValues("Ada")); !errors.Is(err, errFault) {
		t.Fatalf("want the fault, got %v", err)
	}
	made, err := second.service.Create(t.Context(), scope, nameValues("Ada"))
	if err != nil {
		t.Fatal(err)
	}
	count, err := second.store.Count(t.Context(), ownerScope(), store.Conditions{})
	if err != nil || count != 1 || made.Client.Version != 1 {
		t.Errorf("%d clients, version %d, %v", count, made.Client.Version, err)
	}
}

// TestFeedThatIsCutOffGoesOn: a feed of several transactions that ended after the
// first one holds its key for its input; sent again, it is finished, and then
// answered as it was.
func TestFeedThatIsCutOffGoesOn(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	const size = 450
	var clients []*client.Client
	feed := scheduler.Feed{}
	for i := range int64(size) {
		clients = append(clients, &client.Client{ClientID: i + 1, Lifecycle: client.Live, Status: client.StatusActive})
		feed.Entries = append(feed.Entries, client.Values{
			"appointmentId": i + 1, "clientId": i + 1, "start": "2030-01-01T00:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z",
		})
	}
	if err := p.service.Import(t.Context(), ownerScope(), clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
	open := func() int64 {
		count := int64(0)
		err := p.store.Scan(t.Context(), ownerScope(), store.Query{Need: client.Select("activeAppointmentCount")}, func(c *client.Client) bool {
			count += c.ActiveAppointmentCount
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	cut := p.over(&faulty{Store: p.store, before: func(n int) bool { return n == 1 }})
	if _, err := cut.RecordAppointments(t.Context(), keyedScope("k", "feed"), feed); !errors.Is(err, errFault) {
		t.Fatalf("want the fault, got %v", err)
	}
	if got := open(); got != 200 {
		t.Fatalf("%d appointments after the first transaction", got)
	}
	if _, err := p.service.RecordAppointments(t.Context(), keyedScope("k", "another"), feed); !client.HasCode(err, client.CodeKeyReused) {
		t.Errorf("another feed under the key: %v", err)
	}
	if got := open(); got != 200 {
		t.Errorf("%d appointments after another feed was refused", got)
	}
	second, err := p.service.RecordAppointments(t.Context(), keyedScope("k", "feed"), feed)
	if err != nil || second.Changed != size-200 || open() != size {
		t.Errorf("going on changed %d, %v", second.Changed, err)
	}
	third, err := p.service.RecordAppointments(t.Context(), keyedScope("k", "feed"), feed)
	if err != nil || !cmp.Equal(second, third) {
		t.Errorf("answered %v after %v, %v", third, second, err)
	}
}

// TestPatchesUnderOneKeyAreOne: many at once, by two processes.
func TestPatchesUnderOneKeyAreOne(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	made := processes[0].create(t, nameValues("Ada"))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for round := range 5 {
				change := client.Values{"city": fmt.Sprint("city ", round)}
				result, err := processes[i%2].service.Patch(t.Context(), keyedScope(fmt.Sprint("key ", round), change), client.ID{Number: made.ClientID}, change, nil)
				if err != nil || result.Client.Version < 2 || *result.Client.City != change["city"] {
					t.Errorf("answered %v, %v", result.Client, err)
				}
			}
		})
	}
	group.Wait()
	found, err := processes[0].store.ClientsByID(t.Context(), ownerScope(), []int64{made.ClientID}, true, client.Selection{})
	if err != nil || found[0].Version != 6 {
		t.Errorf("version %d after five patches, %v", found[0].Version, err)
	}
}

// keyring is a keyset of those keys, the last of them primary.
func keyring(t *testing.T, keys int, manager *keyset.Manager) *secret.Cipher {
	t.Helper()
	for range keys {
		id, err := manager.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			t.Fatal(err)
		}
		if err := manager.SetPrimary(id); err != nil {
			t.Fatal(err)
		}
	}
	handle, err := manager.Handle()
	if err != nil {
		t.Fatal(err)
	}
	var content bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&content)); err != nil {
		t.Fatal(err)
	}
	cipher, err := secret.OpenCipher(content.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return cipher
}

// TestDigestsAreTheSameInAllProcesses and on no other database; their key is
// stored sealed, follows the key ring to its new primary key, and does not open
// under another one.
func TestDigestsAreTheSameInAllProcesses(t *testing.T) {
	db := testdb.New(t)
	stores := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	manager := keyset.NewManager()
	cipher := keyring(t, 1, manager)
	sum := func(cipher *secret.Cipher, p *process) []byte {
		t.Helper()
		digest, err := secret.NewMAC(cipher, p.store).Sum(t.Context(), []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	digests := make([][]byte, 8)
	var group sync.WaitGroup
	for i := range digests {
		group.Go(func() { digests[i] = sum(cipher, stores[i%2]) })
	}
	group.Wait()
	for _, digest := range digests {
		if len(digest) != 32 || !bytes.Equal(digest, digests[0]) {
			t.Errorf("digests %x and %x", digest, digests[0])
		}
	}
	if elsewhere := sum(cipher, openProcess(t, testdb.New(t), nil)); bytes.Equal(elsewhere, digests[0]) {
		t.Error("another database gives the same digest")
	}
	sealed := func() string {
		t.Helper()
		var row bson.M
		if err := stores[0].db.Collection("secretKeys").FindOne(t.Context(), bson.D{}).Decode(&row); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(row["sealed"])
	}
	before := sealed()
	if sum(cipher, stores[1]); sealed() != before {
		t.Error("sealed anew under the same key")
	}
	rotated := keyring(t, 1, manager)
	if got := sum(rotated, stores[1]); !bytes.Equal(got, digests[0]) || sealed() == before {
		t.Errorf("a new primary key gives %x", got)
	}
	if _, err := secret.NewMAC(cipher, stores[0].store).Sum(t.Context(), nil); !errors.Is(err, secret.ErrDoesNotOpen) {
		t.Errorf("sealed under a key that is not in the ring, it gives %v", err)
	}
}

// TestCursorsOpenInAllProcesses: what one process sealed another opens, also after
// the key ring has a new primary key; those of another database don't open.
func TestCursorsOpenInAllProcesses(t *testing.T) {
	db := testdb.New(t)
	stores := []*process{openProcess(t, db, nil), openProcess(t, db, nil), openProcess(t, testdb.New(t), nil)}
	manager := keyset.NewManager()
	first := keyring(t, 1, manager)
	aead := func(cipher *secret.Cipher, p *process) cipher.AEAD {
		t.Helper()
		sealer, err := secret.NewCursors(cipher, p.store).AEAD(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sealer
	}
	here := aead(first, stores[0])
	nonce := make([]byte, here.NonceSize())
	sealed := here.Seal(nil, nonce, []byte("cursor"), nil)
	for what, there := range map[string]cipher.AEAD{"another process": aead(first, stores[1]), "a new primary key": aead(keyring(t, 1, manager), stores[1])} {
		if opened, err := there.Open(nil, nonce, sealed, nil); err != nil || string(opened) != "cursor" {
			t.Errorf("%s opens it to %q: %v", what, opened, err)
		}
	}
	if _, err := aead(first, stores[2]).Open(nil, nonce, sealed, nil); err == nil {
		t.Error("a cursor of another database opens")
	}
}

// TestRefusalAndSuccessUnderOneKeyExcludeEachOther: a write that changes nothing,
// and is about to keep its answer, learns that the same write was refused, for what
// happened since it read.
func TestRefusalAndSuccessUnderOneKeyExcludeEachOther(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	c := p.create(t, nameValues("Ada"))
	deleted, err := p.service.Delete(t.Context(), ownerScope(), c.ID(), nil)
	if err != nil {
		t.Fatal(err)
	}
	remove := func(service *service.Service) error {
		_, err := service.Delete(t.Context(), keyedScope("k", "delete"), c.ID(), &deleted.Client.Version)
		return err
	}
	var refused error
	late := p.over(&overtaken{p.store, func() {
		if _, err := p.service.Restore(t.Context(), ownerScope(), c.ID(), nil); err != nil {
			t.Error(err)
		}
		refused = remove(p.service)
	}})
	if err := remove(late); !client.HasCode(refused, client.CodeVersionConflict) || !client.HasCode(err, client.CodeVersionConflict) {
		t.Errorf("the same deletion was answered %v and %v", refused, err)
	}
}

// TestFeedUnderAKeyIsRefusedOrTakenInAndNeverBoth: one whose clients were not
// there when it read, and who came since, learns that it was taken in meanwhile.
func TestFeedUnderAKeyIsRefusedOrTakenInAndNeverBoth(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	const clientID = 7
	feed := func(s *service.Service) scheduler.FeedResult {
		result, err := s.RecordAppointments(t.Context(), keyedScope("k", "feed"), scheduler.Feed{Entries: []client.Values{{
			"appointmentId": int64(1), "clientId": int64(clientID), "start": "2030-01-01T00:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z",
		}}})
		if err != nil {
			t.Error(err)
		}
		return result
	}
	var taken scheduler.FeedResult
	late := p.over(&overtaken{p.store, func() {
		c := &client.Client{ClientID: clientID, Lifecycle: client.Live, Status: client.StatusActive}
		if err := p.service.Import(t.Context(), ownerScope(), []*client.Client{c}, func(int) {}); err != nil {
			t.Error(err)
		}
		taken = feed(p.service)
	}})
	if refused := feed(late); taken.Changed != 1 || refused.Changed != 1 {
		t.Errorf("the same feed was answered %+v and %+v", taken, refused)
	}
}

// TestErasureThatIsRetriedTellsNothingOfThePerson, also when it first met a
// version that was not expected.
func TestErasureThatIsRetriedTellsNothingOfThePerson(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	c := p.create(t, nameValues("Ada"))
	erase := func(s *service.Service) (personaldata.EraseResult, error) {
		return s.Erase(t.Context(), keyedScope("k", "erase"), personaldata.EraseArgs{ID: c.ID(), Confirm: c.ID(), ExpectedVersion: c.Version + 1})
	}
	late := p.over(&overtaken{p.store, func() {
		if _, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": "Rome"}, nil); err != nil {
			t.Error(err)
		}
		if _, err := erase(p.service); err != nil {
			t.Error(err)
		}
	}})
	got, err := erase(late)
	if err != nil || len(got.ErasedClientIDs) != 1 || got.Client != nil || got.Conflict != nil {
		t.Errorf("answered %+v, %v", got, err)
	}
}
