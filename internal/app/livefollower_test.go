//go:build unix

package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	followFeed = `subscription ($ids: [ID!], $after: String) { event: clientChanged(clientIds: $ids, after: $after) { cursor kind clientId client { clientId firstName city state } } }`
	followList = `subscription ($filter: ClientReportFilter, $after: String) { event: clientListChanged(filter: $filter, first: 200, after: $after) {
		cursor kind clientId index client { clientId firstName city state } clients { clientId firstName city state } } }`
	listFeed     = `query ($since: String) { clientChanges(since: $since, first: 1000) { cursor hasMore changes { clientId client { clientId firstName city state } } } }`
	readFollowed = `query ($filter: ClientReportFilter, $after: String) { clientConnection(filter: $filter, first: 100, after: $after) { nodes { clientId firstName city } pageInfo { hasNextPage endCursor } } }`
)

// followedClient is what a follower keeps of a client. State has when the write was
// sent that the client is of, in nanoseconds since 1970.
type followedClient struct{ ClientID, FirstName, City, State string }

// shown is what is compared of it.
func (c followedClient) shown() string { return c.ClientID + " " + c.FirstName + " " + c.City }

// followedEvent is an event of either subscription.
type followedEvent struct {
	Cursor, Kind, ClientID string
	Index                  int
	Client                 *followedClient
	Clients                []followedClient
}

// followedAnswer is the answer to a subscription, one event of it.
type followedAnswer struct {
	Data   *struct{ Event *followedEvent }
	Errors []struct {
		Message    string
		Extensions struct{ Code string }
	}
}

// follower is a subscriber that keeps what it is told, and goes on by its cursor
// wherever it was broken off.
type follower struct {
	world *liveWorld
	name  string
	// group is whom it follows, turns says that its caller becomes the staff of other
	// groups, and role how often that was.
	group, role int
	turns       bool
	// list says that it follows clientListChanged, else clientChanged; socket that it
	// does so over a WebSocket, else by an event stream; server which process it asks.
	list, socket bool
	server       int
	// ids and filter say whom it follows, nil for all whom the caller sees.
	ids    []string
	filter map[string]any

	mu sync.Mutex
	// token is the caller's, at present.
	token  string
	cancel context.CancelFunc
	// known is what was told, and order, of a list, in which order.
	known  map[string]followedClient
	order  []string
	cursor string
	wrong  error
	delays []time.Duration
	// events, resumed and resynced count what was told, how often it went on by a
	// cursor, and how often that was not possible.
	events, resumed, resynced int
	// differs is what it has and has not, beside the database.
	differs string
}

// run follows until ctx ends.
func (f *follower) run(ctx context.Context) {
	pause := time.NewTicker(10 * pollPause)
	defer pause.Stop()
	for ctx.Err() == nil {
		once, cancel := context.WithCancel(ctx)
		f.mu.Lock()
		f.cancel = cancel
		f.mu.Unlock()
		// A server that is gone, or going: the next try tells.
		_ = f.follow(once)
		cancel()
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
	}
}

// follow subscribes, and applies events until the connection ends.
func (f *follower) follow(ctx context.Context) error {
	base := f.world.base(f.server)
	token, cursor := f.at()
	if !f.list && cursor == "" {
		if err := f.begin(ctx, base, token); err != nil {
			return err
		}
	}
	query, variables := followFeed, map[string]any{"ids": f.ids}
	if f.list {
		query, variables = followList, map[string]any{"filter": f.filter}
	}
	if token, cursor = f.at(); cursor != "" {
		variables["after"] = cursor
	}
	operation, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	began := time.Now()
	take := func(text []byte) error {
		err := f.take(text, began, cursor != "")
		cursor = ""
		return err
	}
	if f.socket {
		return bySocket(ctx, base, token, operation, take)
	}
	return byEventStream(ctx, base, token, operation, take)
}

// at is by which token and from which cursor it goes on.
func (f *follower) at() (token, cursor string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.token, f.cursor
}

// begin lists the clients that there are.
func (f *follower) begin(ctx context.Context, base, token string) error {
	known := map[string]followedClient{}
	var since any
	for {
		var found struct {
			ClientChanges struct {
				Cursor  string
				HasMore bool
				Changes []followedEvent
			}
		}
		if err := liveAsk(ctx, base, token, listFeed, map[string]any{"since": since}, &found); err != nil {
			return err
		}
		for _, change := range found.ClientChanges.Changes {
			if f.ids == nil || slices.Contains(f.ids, change.ClientID) {
				keep(known, change.ClientID, change.Client)
			}
		}
		if since = found.ClientChanges.Cursor; !found.ClientChanges.HasMore {
			f.mu.Lock()
			f.known, f.cursor = known, found.ClientChanges.Cursor
			f.mu.Unlock()
			return nil
		}
	}
}

func keep(known map[string]followedClient, id string, c *followedClient) {
	if c == nil {
		delete(known, id)
		return
	}
	known[id] = *c
}

// take applies an answer to the subscription that began then; goesOn says that it is
// the first one after a cursor.
func (f *follower) take(text []byte, began time.Time, goesOn bool) error {
	now := time.Now()
	var answer followedAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(answer.Errors) > 0 {
		switch failed := answer.Errors[0]; failed.Extensions.Code {
		case "RESYNC_REQUIRED":
			f.cursor, f.known = "", nil
			f.resynced++
		case "INVALID_CURSOR", "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED", "FORBIDDEN":
			f.wrong = errors.New(failed.Extensions.Code + ": " + failed.Message)
		}
		return errors.New(answer.Errors[0].Message)
	}
	if answer.Data == nil || answer.Data.Event == nil {
		return fmt.Errorf("an event without data: %s", text)
	}
	event := answer.Data.Event
	f.events++
	if event.Kind != "RESYNC" {
		if goesOn {
			f.resumed++
		}
		f.delay(event.Client, began, now)
	}
	f.apply(event)
	f.cursor = event.Cursor
	return nil
}

// delay notes how long ago the write was sent that an event tells of, if the
// subscription was there by then.
func (f *follower) delay(c *followedClient, began, now time.Time) {
	if c == nil || c.State == "" || f.known[c.ClientID].State == c.State {
		return
	}
	var sent int64
	if _, err := fmt.Sscan(c.State, &sent); err == nil && time.Unix(0, sent).After(began) {
		f.delays = append(f.delays, now.Sub(time.Unix(0, sent)))
	}
}

func (f *follower) apply(event *followedEvent) {
	switch {
	case !f.list:
		keep(f.known, event.ClientID, event.Client)
		return
	case event.Kind == "RESYNC":
		if f.cursor != "" {
			f.resynced++
		}
		f.known, f.order = map[string]followedClient{}, nil
		for _, c := range event.Clients {
			f.known[c.ClientID] = c
			f.order = append(f.order, c.ClientID)
		}
		return
	}
	if _, had := f.known[event.ClientID]; had == (event.Kind == "ENTERED") && f.wrong == nil {
		f.wrong = fmt.Errorf("%s of %s in %v", event.Kind, event.ClientID, f.order)
	}
	if event.Kind != "CHANGED" {
		f.order = slices.DeleteFunc(f.order, func(id string) bool { return id == event.ClientID })
	}
	if event.Kind == "ENTERED" || event.Kind == "MOVED" {
		f.order = slices.Insert(f.order, min(event.Index, len(f.order)), event.ClientID)
	}
	keep(f.known, event.ClientID, event.Client)
}

// replay is what the follower has, in the order of its list, or by id.
func (f *follower) replay() ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	order := f.order
	if !f.list {
		order = slices.Sorted(maps.Keys(f.known))
	}
	shown := make([]string, len(order))
	for i, id := range order {
		shown[i] = f.known[id].shown()
	}
	return shown, f.wrong
}

// there is what the database has for the follower's caller now, as replay tells it.
func (f *follower) there(ctx context.Context) ([]string, error) {
	filter := f.filter
	if f.ids != nil {
		filter = map[string]any{"clientIdList": f.ids}
	}
	shown := []string{}
	token, _ := f.at()
	var after any
	for {
		var found struct {
			ClientConnection struct {
				Nodes    []followedClient
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		if err := liveAsk(ctx, f.world.base(0), token, readFollowed, map[string]any{"filter": filter, "after": after}, &found); err != nil {
			return nil, err
		}
		for _, c := range found.ClientConnection.Nodes {
			shown = append(shown, c.shown())
		}
		if after = found.ClientConnection.PageInfo.EndCursor; !found.ClientConnection.PageInfo.HasNextPage {
			break
		}
	}
	if !f.list {
		slices.Sort(shown)
	}
	return shown, nil
}

// changesRole ends the subscription, so that the next one is by the token of now.
func (f *follower) changesRole(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.token = token
	if f.cancel != nil {
		f.cancel()
	}
}
