package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

const inUseQuery = `query ($address: String!) { emailAddressInUse(emailAddress: $address) }`

// TestEmailAddressInUse: whoever has it, whether the caller sees it or not, but
// nobody who is deleted or of another business.
func TestEmailAddressInUse(t *testing.T) {
	api := reference(t)
	hidden := create(t, api, owner(), person(values{"emailAddress": "Straße@example.com"}))
	gone := create(t, api, owner(), person(values{"emailAddress": "gone@example.com"}))
	payload(t, api, owner(), deleteMutation, values{"id": gone})
	create(t, api, apitest.Owner(77), person(values{"emailAddress": "foreign@example.com"}))
	if read(t, api, staff(), hidden, "clientId") != nil {
		t.Fatal("staff sees the client that is to be hidden")
	}
	for address, want := range map[string]bool{
		"Straße@example.com": true, "  STRASSE@EXAMPLE.COM ": true, //nolint:gocritic // The spaces are the rule.
		"gone@example.com": false, "foreign@example.com": false, "nobody@example.com": false,
	} {
		for _, who := range []client.Identity{owner(), superUser(), staff()} {
			if got := api.MustDo(t, who, inUseQuery, values{"address": address})["emailAddressInUse"]; got != want {
				t.Errorf("%s is told %v of %q, want %v", who.Role, got, address, want)
			}
			api.RateClock.Advance(time.Minute)
		}
	}
	patch(t, api, owner(), hidden, values{"emailAddress": "new@example.com"})
	if got := api.MustDo(t, owner(), inUseQuery, values{"address": "straße@example.com"})["emailAddressInUse"]; got != false {
		t.Errorf("an address that was given up is in use: %v", got)
	}
}

// TestEmailAddressInUseIsRefused: without permission, to clients, and for what
// is no address; none of it asks the database or uses the budget up.
func TestEmailAddressInUseIsRefused(t *testing.T) {
	api := reference(t)
	refused := func(who client.Identity, address string, want told) {
		t.Helper()
		var response apitest.Response
		sent := api.Commands(func() { response = api.Do(t, who, inUseQuery, values{"address": address}) })
		if diff := gocmp.Diff([]told{want}, tell(t, response)); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", who.Role, address, diff)
		}
		if len(sent) > 0 && who.Role != client.RoleClient {
			t.Errorf("%s %q asked the database %q", who.Role, address, sent)
		}
		silent(t, string(response.Body), address)
	}
	refused(narrowed(client.AllPermissions&^client.Write), "ada@example.com", told{"FORBIDDEN", "emailAddressInUse", ""})
	refused(account(1151044), "ada@example.com", told{"FORBIDDEN", "emailAddressInUse", ""})
	for _, address := range []string{
		"", "  ", "adabell", "ada@example", "Ada <ada@example.com>", "ada@example.com, bob@example.com", "ada\x00@example.com",
		strings.Repeat("n", 250) + "@example.com", "{\"$gt\": \"\"}",
	} {
		for range 2 {
			refused(staff(), address, told{"INVALID_EMAIL", "emailAddressInUse", "emailAddress"})
		}
	}
	api.MustDo(t, staff(), inUseQuery, values{"address": "ada@example.com"})
}

// TestEmailAddressInUseIsRateLimited: each caller has ten at once and one every
// two seconds, and is told how long to wait.
func TestEmailAddressInUseIsRateLimited(t *testing.T) {
	api := reference(t)
	ask := func(who client.Identity) apitest.Response {
		t.Helper()
		return api.Do(t, who, inUseQuery, values{"address": "ada@example.com"})
	}
	allowed := func(who client.Identity, times int) {
		t.Helper()
		for range times {
			if response := ask(who); len(response.Errors) > 0 {
				t.Fatalf("%s is answered %s", who.User, response.Body)
			}
		}
	}
	refused := func(who client.Identity, seconds string) {
		t.Helper()
		var response apitest.Response
		if sent := api.Commands(func() { response = ask(who) }); len(sent) > 0 {
			t.Errorf("what is refused asked the database %q", sent)
		}
		if diff := gocmp.Diff([]told{{"RATE_LIMITED", "emailAddressInUse", ""}}, tell(t, response)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if got := fmt.Sprint(response.Errors[0].Extensions["retryAfter"]); got != seconds {
			t.Errorf("to retry after %s seconds, want %s", got, seconds)
		}
	}
	allowed(staff(), 10)
	refused(staff(), "2")
	// A burst in one document is a burst.
	var aliases strings.Builder
	for i := range 11 {
		fmt.Fprintf(&aliases, "a%d: emailAddressInUse(emailAddress: \"ada@example.com\") ", i)
	}
	if response := api.Do(t, superUser(), "{ "+aliases.String()+" }", nil); len(response.Errors) != 1 || response.Errors[0].Code() != "RATE_LIMITED" {
		t.Errorf("eleven at once are answered %s", response.Body)
	}
	allowed(owner(), 1)
	namesake := staff()
	namesake.BusinessID = sample.BusinessID + 1
	allowed(namesake, 1)
	api.RateClock.Advance(1500 * time.Millisecond)
	refused(staff(), "1")
	api.RateClock.Advance(500 * time.Millisecond)
	allowed(staff(), 1)
	refused(staff(), "2")
}
