package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// No id is given twice, whoever asks at once, from the first id of an empty
// database on.
func TestIDsAreUniqueAcrossProcesses(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	const takers, each = 8, 100
	var mu sync.Mutex
	taken := map[string]bool{}
	var group sync.WaitGroup
	for _, p := range processes {
		for range takers {
			group.Go(func() {
				for range each {
					id, err := p.store.NextClientID(t.Context())
					account, accountErr := p.store.NextAccountID(t.Context())
					if err != nil || accountErr != nil {
						t.Errorf("take ids: %v, %v", err, accountErr)
						return
					}
					mu.Lock()
					for _, key := range []string{fmt.Sprint("client ", id), fmt.Sprint("account ", account)} {
						if taken[key] || id < 1 || account < 1 {
							t.Errorf("%s was given twice, or is none", key)
						}
						taken[key] = true
					}
					mu.Unlock()
				}
			})
		}
	}
	group.Wait()
	if want := len(processes) * takers * each * 2; len(taken) != want {
		t.Errorf("%d ids were given, want %d", len(taken), want)
	}
}

// insideABlock makes a process take blocks of ids, and another one import
// clients with the next ids of them. It returns both and the last client that
// was imported.
func insideABlock(t *testing.T) (first, second *process, last *client.Client) {
	t.Helper()
	db := testdb.New(t)
	first, second = openProcess(t, db, nil), openProcess(t, db, nil)
	mine := first.create(t, passwordValues("First"))
	var imported []*client.Client
	for i := range int64(5) {
		account := *mine.ClientAccountID + i + 1
		last = &client.Client{ClientID: mine.ClientID + i + 1, ClientAccountID: &account, Lifecycle: client.Live, Status: client.StatusActive}
		imported = append(imported, last)
	}
	if err := second.service.Import(t.Context(), ownerScope(), imported, func(int) {}); err != nil {
		t.Fatalf("import: %v", err)
	}
	return first, second, last
}

// A process has taken a block of ids when another one imports clients whose ids
// lie in it: neither notices.
func TestCreateAfterAnImportInsideTheBlockOfIDs(t *testing.T) {
	first, second, last := insideABlock(t)
	for range 3 {
		for _, p := range []*process{first, second} {
			if c := p.create(t, passwordValues("Next")); c.ClientID <= last.ClientID || *c.ClientAccountID <= *last.ClientAccountID {
				t.Errorf("the new client has the id %d and the account %d", c.ClientID, *c.ClientAccountID)
			}
		}
	}
	first.checkHistory(t)
	first.checkFeed(t)
}

func TestPasswordAfterAnImportInsideTheBlockOfAccounts(t *testing.T) {
	first, second, last := insideABlock(t)
	c := second.create(t, nameValues("Ann"))
	patched, err := first.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"password": "a long password"}, nil)
	if err != nil {
		t.Fatalf("give an account: %v", err)
	}
	if account := patched.Client.ClientAccountID; account == nil || *account <= *last.ClientAccountID {
		t.Errorf("the new account is %v", account)
	}
	first.checkHistory(t)
	first.checkFeed(t)
}

// An account's number that a failed transaction took is not given again, by this
// process or another one.
func TestAccountsAreUniqueAfterAFailedTransaction(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	taken := map[int64]bool{}
	take := func(ctx context.Context, p *process) {
		id, err := p.store.NextAccountID(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if taken[id] {
			t.Fatalf("account %d was given twice", id)
		}
		taken[id] = true
	}
	stop := errors.New("stop")
	err := processes[0].store.Write(t.Context(), ownerScope(), func(ctx context.Context, _ store.Tx) error {
		take(ctx, processes[0])
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatalf("want the transaction to fail, got %v", err)
	}
	for range 70 {
		take(t.Context(), processes[0])
		take(t.Context(), processes[1])
	}
}

// Of two writers that saw the same version one wins, and the other is told.
func TestOneOfTwoWritersOfAVersionWins(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	c := processes[0].create(t, nameValues("Ann"))
	for round := range int64(testsize.Of(10, 50, 200)) {
		seen := round + 1
		errs := make([]error, len(processes))
		results := make([]writing.Result, len(processes))
		var group sync.WaitGroup
		for i, p := range processes {
			group.Go(func() {
				values := client.Values{"city": fmt.Sprintf("city %d of writer %d", round, i)}
				results[i], errs[i] = p.service.Patch(t.Context(), ownerScope(), c.ID(), values, &seen)
			})
		}
		group.Wait()
		loser := slices.IndexFunc(errs, func(err error) bool { return err != nil })
		if loser < 0 || errs[1-loser] != nil || !client.HasCode(errs[loser], client.CodeVersionConflict) {
			t.Fatalf("round %d: want one success and one VERSION_CONFLICT, got %v", round, errs)
		}
		lost := results[loser]
		if lost.Conflict == nil || lost.Conflict.CurrentVersion != seen+1 || !slices.Equal(lost.Conflict.ChangedPaths, []string{"city"}) {
			t.Fatalf("round %d: the loser was told %+v", round, lost.Conflict)
		}
		if won := *processes[0].load(t, c.ClientID).City; won != *results[1-loser].Client.City || won != *lost.Client.City {
			t.Fatalf("round %d: %q is stored", round, won)
		}
	}
	processes[0].checkHistory(t)
	processes[0].checkFeed(t)
}

// Writers that expect no version lose nothing of each other's: each patch is
// one version, one row of history and one of the feed.
func TestConcurrentPatchesAreAllKept(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	clients := []*client.Client{processes[0].create(t, nameValues("Ann")), processes[0].create(t, nameValues("Bob"))}
	names := []string{"city", "county", "state", "zip"}
	patches := testsize.Of(12, 60, 200)
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			for n := range patches {
				values := client.Values{name: strconv.Itoa(n), "notes": name + " " + strconv.Itoa(n)}
				if _, err := processes[i%2].service.Patch(t.Context(), ownerScope(), clients[n%2].ID(), values, nil); err != nil {
					t.Errorf("patch %s %d: %v", name, n, err)
				}
			}
		})
	}
	group.Wait()
	for i, c := range clients {
		now := processes[0].load(t, c.ClientID)
		if want := int64(1 + len(names)*patches/2); now.Version != want {
			t.Errorf("client %d has the version %d, want %d", c.ClientID, now.Version, want)
		}
		last := strconv.Itoa(patches - 2 + i)
		for _, value := range []*string{now.City, now.County, now.State, now.Zip} {
			if value == nil || *value != last {
				t.Errorf("client %d lost a patch: %v, want %s", c.ClientID, value, last)
			}
		}
	}
	processes[0].checkHistory(t)
	processes[0].checkFeed(t)
}

// An edge to a client that is being deleted is there before the client goes, or
// is refused: never half.
func TestEdgeToAClientBeingDeleted(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	for round := range testsize.Of(15, 60, 200) {
		viewer, subject := processes[0].create(t, nameValues("Viewer")), processes[0].create(t, nameValues("Subject"))
		var edgeErr, deleteErr error
		var group sync.WaitGroup
		group.Go(func() {
			values := client.Values{"clientIdsClientCanView": []any{strconv.FormatInt(subject.ClientID, 10)}}
			_, edgeErr = processes[0].service.Patch(t.Context(), ownerScope(), viewer.ID(), values, nil)
		})
		group.Go(func() { _, deleteErr = processes[1].service.Delete(t.Context(), ownerScope(), subject.ID(), nil) })
		group.Wait()

		gone, now := processes[0].load(t, subject.ClientID), processes[0].load(t, viewer.ClientID)
		if deleteErr != nil || !gone.Deleted() {
			t.Fatalf("round %d: not deleted: %v", round, deleteErr)
		}
		switch {
		case edgeErr == nil:
			if gone.Version != 3 || now.Version != 2 || !slices.Equal(now.SubjectIDs, []int64{subject.ClientID}) {
				t.Fatalf("round %d: the edge was written, and left versions %d and %d and the subjects %v", round, now.Version, gone.Version, now.SubjectIDs)
			}
		case client.HasCode(edgeErr, client.CodeNotFound):
			if gone.Version != 2 || now.Version != 1 || len(now.SubjectIDs) != 0 {
				t.Fatalf("round %d: the edge was refused, and left versions %d and %d and the subjects %v", round, now.Version, gone.Version, now.SubjectIDs)
			}
		default:
			t.Fatalf("round %d: %v", round, edgeErr)
		}
	}
	processes[0].checkHistory(t)
	processes[0].checkFeed(t)
}
