package e2e_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

const readFeed = `query ($since: String) { clientChanges(since: $since, first: 100) { changes { cursor clientId } cursor } }`

// feedCursor is the cursor at the end of the feed.
func feedCursor(t *testing.T, api *apitest.API, who client.Identity) string {
	t.Helper()
	var since any
	for {
		part := api.MustDo(t, who, readFeed, values{"since": since})["clientChanges"].(values)
		since = part["cursor"]
		if len(part["changes"].([]any)) == 0 {
			return since.(string)
		}
	}
}

// A cursor of the feed is sealed, of one size, and another one each time: it
// doesn't tell how much happened to others in the business, nor that nothing did.
func TestFeedCursorsTellNothingOfWhatElseHappens(t *testing.T) {
	t.Parallel()
	api := reference(t)
	staff := client.Identity{BusinessID: sample.BusinessID, User: "nobody", Role: client.RoleStaff, Permissions: client.Write, StaffID: 987}
	raw := func(cursor string) []byte {
		t.Helper()
		data, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	first := feedCursor(t, api, staff)
	if again := feedCursor(t, api, staff); again == first {
		t.Error("a cursor that stays the same tells that nothing happened")
	}
	for i := range 60 {
		patch(t, api, owner(), "4658091", values{"city": fmt.Sprint("City ", i)})
	}
	later := feedCursor(t, api, staff)
	if len(later) != len(first) {
		t.Errorf("60 changes later a cursor has %d characters instead of %d", len(later), len(first))
	}
	same := 0
	a, b := raw(first), raw(later)
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			same++
		}
	}
	if same > len(a)/4 {
		t.Errorf("%d of %d bytes of two cursors are alike", same, len(a))
	}
	// Either goes on from where it was, and nothing concerns this caller.
	for _, since := range []string{first, later} {
		part := api.MustDo(t, staff, readFeed, values{"since": since})["clientChanges"].(values)
		if changes := part["changes"].([]any); len(changes) != 0 {
			t.Errorf("told of %v", changes)
		}
	}
}

// A cursor of the feed is taken as it was given, by the business that it was
// given to.
func TestForgedFeedCursorsAreRefused(t *testing.T) {
	t.Parallel()
	api := reference(t)
	cursor := feedCursor(t, api, owner())
	other := api.MustDo(t, owner(), `{ clientConnection(first: 1) { pageInfo { endCursor } } }`, nil)
	connection := other["clientConnection"].(values)["pageInfo"].(values)["endCursor"].(string)
	// As cursors were made before they were sealed.
	plain := base64.RawURLEncoding.EncodeToString(append(bytes.Repeat([]byte{1}, 9), `{"r":"a","s":1}`...))
	check := func(who client.Identity, what, cursor string) {
		t.Helper()
		want := []told{{"INVALID_CURSOR", "clientChanges", "since"}}
		if diff := gocmp.Diff(want, tell(t, api.Do(t, who, readFeed, values{"since": cursor}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if got := tell(t, api.Do(t, owner(), readFeed, values{"since": cursor})); got != nil {
		t.Fatalf("its own feed refuses it: %v", got)
	}
	check(apitest.Owner(sample.BusinessID+1), "another business", cursor)
	check(owner(), "a cursor of a connection", connection)
	check(owner(), "a cursor of old", plain)
	check(owner(), "nothing", "")
	check(owner(), "shortened", cursor[:len(cursor)-1])
	check(owner(), "padded", cursor+"=")
	check(owner(), "broken in two", cursor[:5]+"\n"+cursor[5:])
	for i := range cursor {
		for _, b := range []byte("A_z") {
			if edited := cursor[:i] + string(b) + cursor[i+1:]; edited != cursor {
				check(owner(), fmt.Sprintf("byte %d is %c", i, b), edited)
			}
		}
	}
}
