package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/clientsync"
)

// However many of a process watch a business, in whichever role, its feed is read once
// for a write.
func TestFeedIsReadOnceForAllWhoWatchABusiness(t *testing.T) {
	api := reference(t)
	who := owner()
	id := create(t, api, who, values{"firstName": "Jane", "lastName": "Deer", "emailAddress": "a@email.com"})
	record(t, api, values{
		"appointmentId": "1", "clientId": id, "staffId": "501", "start": "2030-01-01T00:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z",
	})
	staff := client.Identity{BusinessID: who.BusinessID, User: "stella", Role: client.RoleStaff, Permissions: client.Write, StaffID: 501}
	const watchers = 30
	told := make(chan error, watchers)
	for i := range watchers {
		caller := who
		if i%2 == 0 {
			caller = staff
		}
		if i%3 == 0 {
			l := listen(t, api, caller, clientsync.ListArgs{First: 10})
			go func() {
				_, err := l.watch.Next(t.Context())
				told <- err
			}()
			continue
		}
		scope, err := api.Service.Scope(t.Context(), caller)
		if err != nil {
			t.Fatal(err)
		}
		watch, err := api.Service.WatchChanges(t.Context(), scope, clientsync.WatchArgs{Need: listNeed()})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := watch.Next(t.Context())
			told <- err
		}()
	}
	sent := api.Traffic(func() {
		patch(t, api, who, id, values{"city": "Here"})
		for range watchers {
			if err := <-told; err != nil {
				t.Error(err)
			}
		}
	})
	reads := slices.DeleteFunc(slices.Clone(sent), func(command string) bool { return command != "aggregate changes" })
	if len(reads) != 1 {
		t.Errorf("the feed is read %d times for %d who watch it: %v", len(reads), watchers, sent)
	}
}

// Whose place lies before what is kept in memory is told every row all the same.
func TestSlowWatchIsToldRowsThatAreNotInMemory(t *testing.T) {
	api, who := apitest.New(t), apitest.Owner(100)
	id := create(t, api, who, values{"firstName": "Jane", "lastName": "Deer", "emailAddress": "a@email.com"})
	scope, err := api.Service.Scope(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	watch := func() *clientsync.ChangeWatch {
		w, err := api.Service.WatchChanges(t.Context(), scope, clientsync.WatchArgs{})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	quick, slow := watch(), watch()
	const parts, size = 6, 100
	for part := range parts {
		patches := make([]values, size)
		for i := range patches {
			patches[i] = values{"clientId": id, "patch": values{"city": fmt.Sprintf("City %d", part*size+i)}}
		}
		payload(t, api, who, `mutation ($patches: [ClientPatchEntry!]!) { patchClients(patches: $patches) { userErrors { code } } }`, values{"patches": patches})
		// It has the end of the feed read.
		for told := 0; told < size; {
			told += nextOf(t, quick)
		}
	}
	told := 0
	for told < parts*size {
		told += nextOf(t, slow)
	}
	if told != parts*size {
		t.Errorf("%d changes are told of %d", told, parts*size)
	}
}

// nextOf is how many changes a watch tells next.
func nextOf(t *testing.T, w *clientsync.ChangeWatch) int {
	t.Helper()
	found, err := w.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}
