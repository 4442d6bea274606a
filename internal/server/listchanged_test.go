package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

const listening = "subscription { clientListChanged%s { cursor kind clientId index previousClientId client { clientId firstName } clients { clientId firstName } } }"

type listed struct{ ClientID, FirstName string }

// listChange is an event of clientListChanged.
type listChange struct {
	Cursor, Kind               string
	ClientID, PreviousClientID *string
	Index                      *int
	Client                     *listed
	Clients                    []listed
}

// listener keeps a list by the events of a subscription.
type listener struct {
	t *testing.T
	// next is the next message of the subscription.
	next   func() string
	end    func()
	list   []listed
	cursor string
}

// listen subscribes to a list as that caller, by a socket or an event stream.
func (s *site) listen(t *testing.T, transport string, who client.Identity, arguments string) *listener {
	t.Helper()
	query := fmt.Sprintf(listening, arguments)
	l := &listener{t: t}
	if transport == "socket" {
		p := s.connect(t, who)
		p.say(subscribe("1", query))
		l.next, l.end = func() string { message, _ := p.next(); return message }, func() { p.conn.Close() }
		return l
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/graphql?query="+url.QueryEscape(query), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Authorization", "Bearer "+s.token(t, who))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	l.end = func() { response.Body.Close() }
	t.Cleanup(l.end)
	lines := bufio.NewScanner(response.Body)
	l.next = func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		return ""
	}
	return l
}

// event applies the next event to the list and returns it.
func (l *listener) event() listChange {
	l.t.Helper()
	message := l.next()
	var heard struct {
		Data    struct{ ClientListChanged *listChange }
		Payload struct {
			Data struct{ ClientListChanged *listChange }
		}
	}
	if err := json.Unmarshal([]byte(message), &heard); err != nil {
		l.t.Fatalf("%v: %s", err, message)
	}
	event := heard.Data.ClientListChanged
	if event == nil {
		event = heard.Payload.Data.ClientListChanged
	}
	if event == nil {
		l.t.Fatalf("it tells %s", message)
	}
	l.apply(*event)
	return *event
}

func (l *listener) apply(event listChange) {
	l.t.Helper()
	l.cursor = event.Cursor
	if event.Kind == "RESYNC" {
		l.list = event.Clients
		return
	}
	place := slices.IndexFunc(l.list, func(c listed) bool { return c.ClientID == *event.ClientID })
	if (place < 0) != (event.Kind == "ENTERED") {
		l.t.Fatalf("%+v of the list %v", event, l.list)
	}
	if place >= 0 {
		l.list = slices.Delete(slices.Clone(l.list), place, place+1)
	}
	if event.Kind == "LEFT" {
		if event.Client != nil || event.Index != nil || event.PreviousClientID != nil {
			l.t.Fatalf("%+v tells more than who left", event)
		}
		return
	}
	if first := *event.Index == 0; first != (event.PreviousClientID == nil) || (!first && l.list[*event.Index-1].ClientID != *event.PreviousClientID) {
		l.t.Fatalf("%+v does not follow whom it says in %v", event, l.list)
	}
	l.list = slices.Insert(slices.Clone(l.list), *event.Index, *event.Client)
}

// wants wants events of those kinds, and of that list after them, by first names.
func (l *listener) wants(kinds, names string) {
	l.t.Helper()
	var heard []string
	for range strings.Fields(kinds) {
		heard = append(heard, l.event().Kind)
	}
	if got := strings.Join(heard, " "); got != kinds || l.names() != names {
		l.t.Fatalf("%s and the list %s, want %s and %s", got, l.names(), kinds, names)
	}
}

func (l *listener) names() string {
	var names []string
	for _, c := range l.list {
		names = append(names, c.FirstName)
	}
	return strings.Join(names, " ")
}

func (s *site) remove(t *testing.T, token, id string) {
	t.Helper()
	if a := s.do(t, token, fmt.Sprintf("mutation { deleteClient(clientId: %q) { userErrors { code } } }", id)); !strings.Contains(a.body, `"userErrors":[]`) {
		t.Fatal(a.body)
	}
}

// Who comes pushes the last one out, and who goes lets the next one in.
func TestLiveListTellsWhoEntersLeavesMovesAndChanges(t *testing.T) {
	for _, transport := range []string{"socket", "event stream"} {
		t.Run(transport, func(t *testing.T) {
			s := newSite(t, nil)
			owner := s.owner(t)
			s.create(t, owner, "Bob")
			dora := s.create(t, owner, "Dora")
			l := s.listen(t, transport, apitest.Owner(business), "(first: 3)")
			l.wants("RESYNC", "Bob Dora")
			anna := s.create(t, owner, "Anna")
			l.wants("ENTERED", "Anna Bob Dora")
			carl := s.create(t, owner, "Carl")
			l.wants("LEFT ENTERED", "Anna Bob Carl")
			s.patch(t, owner, dora, `firstName: "Zoe"`)
			s.patch(t, owner, carl, `firstName: "Carlo"`)
			l.wants("CHANGED", "Anna Bob Carlo")
			s.patch(t, owner, anna, `firstName: "Bruno"`)
			l.wants("MOVED", "Bob Bruno Carlo")
			s.remove(t, owner, anna)
			l.wants("LEFT ENTERED", "Bob Carlo Zoe")
			s.patch(t, owner, dora, `firstName: "Ada"`)
			l.wants("MOVED", "Ada Bob Carlo")
		})
	}
}

func TestLiveListHoldsToItsFilterAndOrder(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	anna, bob := s.create(t, owner, "Anna"), s.create(t, owner, "Bob")
	l := s.listen(t, "socket", apitest.Owner(business), `(filter: {tagsList: ["vip"]}, orderBy: {field: FULL_NAME, direction: DESC})`)
	l.wants("RESYNC", "")
	s.patch(t, owner, anna, `tags: ["VIP"]`)
	l.wants("ENTERED", "Anna")
	s.patch(t, owner, bob, `tags: ["vip"]`)
	l.wants("ENTERED", "Bob Anna")
	s.patch(t, owner, anna, `tags: []`)
	l.wants("LEFT", "Bob")
}

// What a client may see is its own record's edges. Who lost sight of somebody is told
// the id alone.
func TestLiveListDropsWhoIsHiddenByTheEndOfAnEdge(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	viewer, subject := s.create(t, owner, "Viewer"), s.create(t, owner, "Subject")
	l := s.listen(t, "socket", s.account(t, viewer), "")
	l.wants("RESYNC", "Viewer")
	s.patch(t, owner, viewer, fmt.Sprintf("clientIdsClientCanView: [%q]", subject))
	// The viewer's own record has changed too.
	l.wants("ENTERED CHANGED", "Subject Viewer")
	s.patch(t, owner, subject, `firstName: "Sub"`)
	l.wants("CHANGED", "Sub Viewer")
	s.patch(t, owner, viewer, "clientIdsClientCanView: []")
	l.wants("LEFT CHANGED", "Viewer")
	s.patch(t, owner, subject, `firstName: "Hidden"`)
	s.patch(t, owner, viewer, `firstName: "Seen"`)
	l.wants("CHANGED", "Seen")
}

func TestLiveListEndsWithItsCallersAccount(t *testing.T) {
	for name, shut := range ways() {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			owner := s.owner(t)
			id := s.create(t, owner, "Jane")
			who := s.account(t, id)
			p := s.connect(t, who)
			p.say(subscribe("1", fmt.Sprintf(listening, "")))
			if message, _ := p.next(); !strings.Contains(message, "RESYNC") {
				t.Fatal(message)
			}
			s.do(t, owner, fmt.Sprintf(shut, id))
			if message, code := p.next(); code != 4403 || strings.Contains(message, "Jane") {
				t.Errorf("code %d, %s", code, message)
			}
		})
	}
}

// With the same clients in the same order a reader goes on, and is told of those that
// changed meanwhile. With others it is told the whole list.
func TestLiveListGoesOnAfterACursorOrTellsAll(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	anna, bob := s.create(t, owner, "Anna"), s.create(t, owner, "Bob")
	s.create(t, owner, "Carl")
	l := s.listen(t, "socket", apitest.Owner(business), "(first: 2)")
	l.wants("RESYNC", "Anna Bob")
	kept := l.list
	l.end()
	after := func(who client.Identity, arguments, cursor string) *listener {
		again := s.listen(t, "socket", who, fmt.Sprintf("(%s, after: %q)", arguments, cursor))
		again.list = kept
		return again
	}
	cursor := l.cursor
	s.patch(t, owner, bob, `firstName: "Bobby"`)
	l = after(apitest.Owner(business), "first: 2", cursor)
	l.wants("CHANGED", "Anna Bobby")
	s.patch(t, owner, anna, `firstName: "Ann"`)
	l.wants("CHANGED", "Ann Bobby")
	kept = l.list
	after(apitest.Owner(business), "first: 3", l.cursor).wants("RESYNC", "Ann Bobby Carl")
	after(apitest.Owner(business), "first: 2, orderBy: {field: FULL_NAME, direction: DESC}", l.cursor).wants("RESYNC", "Carl Bobby")
	after(s.account(t, anna), "first: 2", l.cursor).wants("RESYNC", "Ann")
	s.remove(t, owner, anna)
	after(apitest.Owner(business), "first: 2", l.cursor).wants("RESYNC", "Bobby Carl")
}

// Lists of the same clients that show other fields of them are not told what was read
// for each other.
func TestLiveListsOfTheSameClientsShowTheirOwnFields(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	id := s.create(t, owner, "Jane")
	const lists = 8
	p := s.connect(t, apitest.Owner(business))
	fields := []string{"firstName", "city"}
	for i := range lists {
		p.say(subscribe(fmt.Sprint(i), fmt.Sprintf("subscription { clientListChanged { kind client { %[1]s } clients { %[1]s } } }", fields[i%2])))
		if message, _ := p.next(); !strings.Contains(message, "RESYNC") {
			t.Fatal(message)
		}
	}
	for round := range 3 {
		s.patch(t, owner, id, fmt.Sprintf("firstName: \"firstName %[1]d\", city: \"city %[1]d\"", round))
		for range lists {
			message, _ := p.next()
			var heard struct{ ID string }
			if err := json.Unmarshal([]byte(message), &heard); err != nil {
				t.Fatal(err)
			}
			field := fields[(heard.ID[0]-'0')%2]
			if want := fmt.Sprintf(`"client":{"%[1]s":"%[1]s %[2]d"}`, field, round); !strings.Contains(message, want) {
				t.Fatalf("%s, want %s", message, want)
			}
		}
	}
}

// Rows of the feed that a cursor goes on from may be gone.
func TestLiveListTellsAllAfterACursorThatIsTooOld(t *testing.T) {
	s := newSite(t, nil)
	owner := s.owner(t)
	bob := s.create(t, owner, "Bob")
	l := s.listen(t, "socket", apitest.Owner(business), "")
	l.wants("RESYNC", "Bob")
	s.patch(t, owner, bob, `city: "Here"`)
	l.wants("CHANGED", "Bob")
	cursor := l.cursor
	s.patch(t, owner, bob, `city: "There"`)
	l.wants("CHANGED", "Bob")
	if _, err := s.mongo.Collection("changes").DeleteMany(t.Context(), map[string]any{"businessId": business}); err != nil {
		t.Fatal(err)
	}
	s.listen(t, "socket", apitest.Owner(business), fmt.Sprintf("(after: %q)", cursor)).wants("RESYNC", "Bob")
}

func TestLiveListOfABusinessIsNothingToAnother(t *testing.T) {
	s := newSite(t, nil)
	owner, stranger := s.owner(t), apitest.Owner(business+1)
	s.create(t, owner, "Ours")
	l := s.listen(t, "socket", stranger, "")
	l.wants("RESYNC", "")
	s.create(t, owner, "Another")
	s.create(t, s.token(t, stranger), "Theirs")
	l.wants("ENTERED", "Theirs")
	ours := s.listen(t, "socket", apitest.Owner(business), "")
	ours.wants("RESYNC", "Another Ours")
	p := s.connect(t, stranger)
	p.say(subscribe("1", fmt.Sprintf(listening, fmt.Sprintf("(after: %q)", ours.cursor))))
	if message, _ := p.next(); !strings.Contains(message, `"code":"INVALID_CURSOR"`) {
		t.Error(message)
	}
}

func TestLiveListRefusesArgumentsByAnError(t *testing.T) {
	s := newSite(t, nil)
	cursor := s.do(t, s.owner(t), "{ clientChanges(first: 10) { cursor } }").Data["clientChanges"].(map[string]any)["cursor"].(string)
	p := s.connect(t, apitest.Owner(business))
	for argument, want := range map[string]string{
		"(first: 0)":          "OUT_OF_RANGE",
		"(first: 201)":        "OUT_OF_RANGE",
		`(after: "nonsense")`: "INVALID_CURSOR",
		// A cursor of the feed says nothing of a list.
		fmt.Sprintf("(after: %q)", cursor):                                    "INVALID_CURSOR",
		`(filter: {startDate: "2026-02-01", endDate: "2026-01-01"})`:          "INVALID_DATE_RANGE",
		`(filter: {clientIdList: [` + strings.Repeat(`"1",`, 1001) + `"1"]})`: "TOO_MANY",
	} {
		p.say(subscribe("1", fmt.Sprintf(listening, argument)))
		message, _ := p.next()
		if !strings.Contains(message, `"code":"`+want+`"`) || strings.Contains(message, `"data":{`) {
			t.Errorf("%s: %s", argument, message)
		}
		p.want(`{"id":"1","type":"complete"}`)
	}
}
