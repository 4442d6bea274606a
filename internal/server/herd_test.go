package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/server"
)

const (
	// herdSockets have herdLists each; these are of herdKinds kinds.
	herdSockets, herdLists, herdKinds = 10, 40, 10
	// herdStaff of the sockets are of staff, who share their lists with nobody else.
	herdStaff = 2
	// herdWrites come one right after the other.
	herdWrites = 10
	// herdAtOnce is how many reads there may be at once: of subscriptions, and one each
	// of the writer and of the bystander.
	herdAtOnce = 4 + 2
)

// clientReads counts the reads of clients outside of transactions.
type clientReads struct {
	mu          sync.Mutex
	open        map[int64]bool
	count, most int
}

func (r *clientReads) started(e *event.CommandStartedEvent) {
	name, _ := e.Command.Lookup("find").StringValueOK()
	if _, err := e.Command.LookupErr("txnNumber"); name != "clients" || err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[e.RequestID] = true
	r.count++
	r.most = max(r.most, len(r.open))
}

func (r *clientReads) ended(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, id)
}

// forget begins to count anew.
func (r *clientReads) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count, r.most = 0, 0
}

func (r *clientReads) told() (count, most int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count, r.most
}

// herd is the lists of one socket, kept by their events.
type herd struct {
	who    client.Identity
	peer   *peer
	mu     sync.Mutex
	lists  map[string][]listed
	wrong  string
	events int
}

func herdArguments(list int) string {
	direction := "ASC"
	if list%2 == 1 {
		direction = "DESC"
	}
	return fmt.Sprintf("first: %d, orderBy: {field: FULL_NAME, direction: %s}", 2+list%herdKinds/2, direction)
}

// herded begins the lists of one caller, and keeps them.
func (s *site) herded(t *testing.T, who client.Identity, reading *sync.WaitGroup) *herd {
	t.Helper()
	h := &herd{who: who, peer: s.connect(t, who), lists: map[string][]listed{}}
	if err := h.peer.conn.SetDeadline(time.Now().Add(5 * patience)); err != nil {
		t.Fatal(err)
	}
	reading.Go(func() {
		for {
			message, code := h.peer.next()
			if code != 0 {
				return
			}
			h.take(message)
		}
	})
	for list := range herdLists {
		h.peer.say(subscribe(fmt.Sprint(list), fmt.Sprintf(listening, "("+herdArguments(list)+")")))
	}
	return h
}

// take applies a message.
func (h *herd) take(message string) {
	var heard struct {
		ID, Type string
		Payload  json.RawMessage
	}
	var payload struct {
		Data struct{ ClientListChanged *listChange }
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := json.Unmarshal([]byte(message), &heard); err != nil || heard.Type != "next" || json.Unmarshal(heard.Payload, &payload) != nil || payload.Data.ClientListChanged == nil {
		h.wrong = message
		return
	}
	h.events++
	event, list := payload.Data.ClientListChanged, h.lists[heard.ID]
	if event.Kind == "RESYNC" {
		h.lists[heard.ID] = event.Clients
		return
	}
	list = slices.DeleteFunc(slices.Clone(list), func(c listed) bool { return c.ClientID == *event.ClientID })
	if event.Kind != "LEFT" {
		list = slices.Insert(list, min(*event.Index, len(list)), *event.Client)
	}
	h.lists[heard.ID] = list
}

// untilHerd waits until that holds of each of them.
func untilHerd(t *testing.T, all []*herd, what string, holds func(*herd) bool) {
	t.Helper()
	deadline := time.Now().Add(5 * patience)
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for _, h := range all {
		for {
			h.mu.Lock()
			wrong, held := h.wrong, holds(h)
			h.mu.Unlock()
			if wrong != "" {
				t.Fatalf("a list of %s is told %s", h.who.User, wrong)
			}
			if held {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("in vain: waited until every list of %s %s", h.who.User, what)
			}
			<-pause.C
		}
	}
}

// there is what the database has of each kind of list, by first names.
func (s *site) there(t *testing.T, who client.Identity) []string {
	t.Helper()
	kinds := make([]string, herdKinds)
	for kind := range kinds {
		a := s.do(t, s.token(t, who), "{ clientConnection("+herdArguments(kind)+") { nodes { firstName } } }")
		var names []string
		found, _ := a.Data["clientConnection"].(map[string]any)
		nodes, _ := found["nodes"].([]any)
		for _, node := range nodes {
			names = append(names, node.(map[string]any)["firstName"].(string))
		}
		if kinds[kind] = strings.Join(names, " "); names == nil {
			t.Fatalf("%s sees nobody: %s", who.User, a.body)
		}
	}
	return kinds
}

// bystand asks for another business until ctx ends, and says how often it was answered.
func (s *site) bystand(ctx context.Context, t *testing.T) (answered int) {
	token := s.token(t, apitest.Owner(business+1))
	for ctx.Err() == nil {
		if a := s.do(t, token, "{ clientCount }"); len(a.Errors) > 0 || a.status != 200 {
			t.Errorf("a bystander is answered %d %s", a.status, a.body)
			return answered
		}
		answered++
	}
	return answered
}

// herders are the callers whose lists are the herd, and the ids of the clients in them.
func (s *site) herders(t *testing.T) (callers []client.Identity, ids []string) {
	t.Helper()
	for socket := range herdSockets {
		who := client.Identity{BusinessID: business, User: fmt.Sprint("caller ", socket), Role: client.RoleOwner, Permissions: client.AllPermissions}
		if socket < herdStaff {
			who.Role, who.Permissions, who.StaffID = client.RoleStaff, client.Write, int64(1+socket)
		}
		callers = append(callers, who)
		// Staff see whom they made.
		ids = append(ids, s.create(t, s.token(t, who), fmt.Sprint("Client", socket)))
	}
	return callers, ids
}

// has says whether the lists of each kind have those names.
func (h *herd) has(kinds []string) bool {
	for list := range herdLists {
		var names []string
		for _, c := range h.lists[fmt.Sprint(list)] {
			names = append(names, c.FirstName)
		}
		if strings.Join(names, " ") != kinds[list%herdKinds] {
			return false
		}
	}
	return true
}

// A thousand lists of a business that one write after another wakes, all at once: equal
// ones are read once, few are read at the same time, none ends, and others are answered.
func TestHerdOfLiveListsIsReadAFewAtATimeAndEqualOnesOnce(t *testing.T) {
	// All begin at the same time.
	s := newSite(t, func(o *server.Options) { o.Limits.Waiting, o.Limits.WaitTime = 10*herdLists, patience })
	owner := s.owner(t)
	callers, ids := s.herders(t)
	var reading sync.WaitGroup
	defer reading.Wait()
	var all []*herd
	defer func() {
		for _, h := range all {
			h.peer.conn.Close()
		}
	}()
	for _, who := range callers {
		h := s.herded(t, who, &reading)
		all = append(all, h)
		untilHerd(t, []*herd{h}, "has begun", func(h *herd) bool { return len(h.lists) == herdLists })
	}
	s.reads.forget()
	ctx, stop := context.WithCancel(t.Context())
	answered := make(chan int, 1)
	go func() { answered <- s.bystand(ctx, t) }()
	for i := range herdWrites {
		s.patch(t, owner, ids[i%len(ids)], fmt.Sprintf("firstName: %q", fmt.Sprint(string(rune('A'+(i*7)%26)), i)))
	}
	told := make(map[*herd][]string, len(all))
	for _, h := range all {
		told[h] = s.there(t, h.who)
	}
	untilHerd(t, all, "has what the database has", func(h *herd) bool { return h.has(told[h]) })
	stop()
	if n := <-answered; n == 0 {
		t.Error("no bystander was answered meanwhile")
	}
	count, most := s.reads.told()
	// What this test asked for is not the lists'.
	count -= herdKinds * len(all)
	// A group of equal lists asks whether it is meant, who is in it, and for the clients
	// of what differs, which need not be the same for all.
	groups := herdKinds * (1 + herdStaff)
	events := 0
	for _, h := range all {
		events += h.events - herdLists
	}
	t.Logf("%d lists of %d kinds, %d writes: %d events, %d reads of clients, %d at once", herdSockets*herdLists, groups, herdWrites, events, count, most)
	if limit := 4 * groups * herdWrites; count > limit {
		t.Errorf("clients are read %d times, want %d at most", count, limit)
	}
	if most > herdAtOnce {
		t.Errorf("clients are read %d times at once, want %d at most", most, herdAtOnce)
	}
}
