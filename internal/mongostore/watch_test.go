package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/clientsync"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// patient bounds a test that waits for something that must come.
func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// A watch that goes on from a cursor tells first what came since, then what comes,
// whoever writes: nothing is missed, nothing told twice.
func TestWatchHasNoGapAndNothingTwice(t *testing.T) {
	db := testdb.New(t)
	reader, writer := openProcess(t, db, nil), openProcess(t, db, nil)
	ctx := patient(t)
	c := reader.create(t, nameValues("Ann"))
	begun, err := reader.service.ClientChanges(ctx, ownerScope(), nil, 10, client.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	// Each write is one row.
	writes := testsize.Of(60, 200, 600)
	write := func(i int) {
		if _, err := writer.service.Patch(ctx, ownerScope(), c.ID(), client.Values{"city": fmt.Sprint("city ", i)}, nil); err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	for i := range writes / 2 {
		write(i)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for i := writes / 2; i < writes; i++ {
			write(i)
		}
	})
	for range 3 {
		group.Go(func() {
			watch, err := reader.service.WatchChanges(ctx, ownerScope(), clientsync.WatchArgs{After: &begun.Cursor})
			if err != nil {
				t.Error(err)
				return
			}
			cursors := map[string]bool{}
			for told := 0; told < writes; {
				changes, err := watch.Next(ctx)
				if err != nil {
					t.Errorf("after %d changes for %d writes: %v", told, writes, err)
					return
				}
				for _, change := range changes {
					cursors[change.Cursor] = true
				}
				told += len(changes)
			}
			if len(cursors) != writes {
				t.Errorf("%d changes were told for %d writes", len(cursors), writes)
			}
		})
	}
	group.Wait()
}

// A watch of some clients tells of no others, and ends with its context.
func TestWatchTellsOfItsClientsUntilItEnds(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	ctx, end := context.WithCancel(patient(t))
	ann, bob := p.create(t, nameValues("Ann")), p.create(t, nameValues("Bob"))
	watch, err := p.service.WatchChanges(ctx, ownerScope(), clientsync.WatchArgs{ClientIDs: []client.ID{bob.ID(), {Number: -5}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client.Client{ann, bob, ann} {
		if _, err := p.service.Delete(ctx, ownerScope(), c.ID(), nil); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := watch.Next(ctx)
	if err != nil || len(changes) != 1 || changes[0].ClientID != bob.ClientID || changes[0].Kind != history.KindDeleted || changes[0].Client != nil {
		t.Errorf("told %+v, %v", changes, err)
	}
	end()
	if changes, err := watch.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v, %v", changes, err)
	}
}

// Who is shut out is told nothing more.
func TestWatchEndsWithTheAccount(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	ctx := patient(t)
	own := p.create(t, passwordValues("Ann"))
	scope, err := p.service.Scope(ctx, client.Identity{
		BusinessID: testBusiness, User: "ann", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: *own.ClientAccountID,
	})
	if err != nil {
		t.Fatal(err)
	}
	watch, err := p.service.WatchChanges(ctx, scope, clientsync.WatchArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.service.Patch(ctx, ownerScope(), own.ID(), client.Values{"blocked": true}, nil); err != nil {
		t.Fatal(err)
	}
	if changes, err := watch.Next(ctx); !client.HasCode(err, client.CodeUnauthenticated) {
		t.Errorf("told %+v, %v", changes, err)
	}
}
