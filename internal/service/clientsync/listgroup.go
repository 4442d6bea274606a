package clientsync

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// groups are the lists that callers of this process watch. Equal lists are in one group.
type groups struct {
	mu sync.Mutex
	of map[changefeed.Digest]*group
}

// group is a list that is read once for all its watchers: they see the same clients, and
// ask for the same filter, order and properties. A caller with role CLIENT has a group of
// its own, because the clients that it sees change with its record.
type group struct {
	name changefeed.Digest
	// members counts the watchers of the list. The lock of groups guards it.
	members int

	mu sync.Mutex
	// flight is the read that is running; nil if there is none.
	flight *flight
	// ids are the list as of row asOf of the feed. The slice is never changed, because
	// members share it. number counts the reads of the list.
	ids    []int64
	asOf   int64
	number int64
	// clients are the clients of the list that were read since then, by id; nil for one
	// that was not found. They are kept until all active members have the latest update.
	clients map[int64]*client.Client
	// updates counts how often asOf has grown. active counts the members in a call of
	// Next, and behind those of them that do not have the latest update yet.
	updates        int64
	active, behind int
}

// flight is a running read.
type flight struct {
	done chan struct{}
	// head is the row of the feed up to which the list was requested; failed is the error
	// of the read.
	head   int64
	failed error
}

// listReading is the result of a read of a list: its ids as of row asOf of the feed.
// number is the number of the read.
type listReading struct {
	ids          []int64
	asOf, number int64
	// clients are the clients that were requested, by id; nil for one that was not found.
	clients map[int64]*client.Client
}

// wanted is what a member needs from a read: the list as of row head of the feed or
// later, a number above newer, and the clients with some ids or, if whole is set, all.
type wanted struct {
	head, newer int64
	whole       bool
	clients     []int64
}

// join adds a list to its group until ctx ends.
func (gs *groups) join(ctx context.Context, w *ListWatch) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	w.group = gs.find(w)
	context.AfterFunc(ctx, func() {
		gs.mu.Lock()
		defer gs.mu.Unlock()
		gs.leave(w.group)
		w.closed = true
	})
}

// move moves a list to another group after its settings changed.
func (gs *groups) move(w *ListWatch) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if w.closed {
		return
	}
	gs.leave(w.group)
	w.group = gs.find(w)
}

func (gs *groups) find(w *ListWatch) *group {
	if w.scope.Rows.ByID() {
		return &group{}
	}
	name := w.groupName()
	g := gs.of[name]
	if g == nil {
		g = &group{name: name}
		gs.of[name] = g
	}
	g.members++
	return g
}

func (gs *groups) leave(g *group) {
	if g.members--; g.members == 0 {
		delete(gs.of, g.name)
	}
}

// groupName identifies a group: lists with the same result have the same name.
func (w *ListWatch) groupName() changefeed.Digest {
	keys := slices.Sorted(slices.Values(w.scope.Rows.VisibilityKeys))
	name := fmt.Appendf(nil, "%s %d %t %q %v ", w.scope.Role, w.scope.Permissions, w.scope.Rows.All, keys, w.args.Need)
	return changefeed.DigestOf(slices.Concat(name, []byte(w.settings), w.window.Identity(w.scope)), nil)
}

// enter begins a call of Next. A member that starts has no update yet.
func (g *group) enter(w *ListWatch, starts bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active++
	w.lastUpdate = g.updates
	if starts {
		w.lastUpdate = -1
		g.behind++
	}
}

// leave ends what enter began.
func (g *group) leave(w *ListWatch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.markUpdatedLocked(w)
	g.active--
}

// markUpdated records that a member has the latest update.
func (g *group) markUpdated(w *ListWatch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.markUpdatedLocked(w)
}

// advance records that no row between two places of the feed concerns the members.
func (g *group) advance(from, head int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.number > 0 && from <= g.asOf {
		g.asOf = max(g.asOf, head)
	}
}

func (g *group) markUpdatedLocked(w *ListWatch) {
	if w.lastUpdate == g.updates {
		return
	}
	w.lastUpdate = g.updates
	if g.behind--; g.behind == 0 {
		g.clients = nil
	}
}

// read returns a read that has what the member wants: the latest one, the one that
// another member is making, or its own.
func (g *group) read(ctx context.Context, w *ListWatch, want wanted) (listReading, error) {
	for {
		g.mu.Lock()
		found, ok := g.has(want)
		if ok {
			g.mu.Unlock()
			return found, nil
		}
		f := g.flight
		leads := f == nil
		if leads {
			f = &flight{done: make(chan struct{}), head: want.head}
			g.flight = f
		}
		g.mu.Unlock()
		if leads {
			own, err := g.load(ctx, w, want, f)
			if err != nil || own.has(want) {
				return own, err
			}
			continue
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return listReading{}, ctx.Err()
		}
		if f.failed != nil && f.head >= want.head {
			return listReading{}, f.failed
		}
	}
}

// has returns the latest read, and whether it has what a member wants.
func (g *group) has(want wanted) (listReading, bool) {
	found := listReading{ids: g.ids, asOf: g.asOf, number: g.number, clients: g.clients}
	return found, found.has(want)
}

func (r listReading) has(want wanted) bool {
	if r.number == 0 || r.number <= want.newer || r.asOf < want.head {
		return false
	}
	missing := func(id int64) bool { _, known := r.clients[id]; return !known }
	if want.whole {
		// A client that is not found was deleted or hidden after the list was read.
		return !slices.ContainsFunc(r.ids, func(id int64) bool { return r.clients[id] == nil })
	}
	return !slices.ContainsFunc(want.clients, missing)
}

// load reads the list for all waiting members, when the business gets a turn.
func (g *group) load(ctx context.Context, w *ListWatch, want wanted, f *flight) (made listReading, err error) {
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		// If this caller is gone, another member reads instead.
		if ctx.Err() == nil {
			f.failed = err
		}
		g.flight = nil
		close(f.done)
	}()
	release, err := w.service.turns.take(ctx, w.scope.BusinessID)
	if err != nil {
		return listReading{}, err
	}
	defer release()
	// The read includes what was written while it waited for its turn.
	head, err := w.tail.now(ctx)
	if err != nil {
		return listReading{}, err
	}
	head = max(head, want.head)
	g.mu.Lock()
	last, _ := g.has(wanted{})
	g.mu.Unlock()
	if want.clients != nil && last.number > want.newer && last.asOf >= want.head {
		return g.fetch(ctx, w, last, want.clients)
	}
	if err := w.refresh(ctx); err != nil {
		return listReading{}, err
	}
	if last.number > want.newer && !want.whole {
		affected, err := w.affected(ctx, last, head)
		if err != nil {
			return listReading{}, err
		}
		if !affected {
			last.asOf = max(head, last.asOf)
			return g.keep(last), nil
		}
	}
	made, err = w.readList(ctx, want.whole)
	if err != nil {
		return listReading{}, err
	}
	made.asOf, made.number = max(head, last.asOf), last.number+1
	return g.keep(made), nil
}

// keep stores a read for the other members.
func (g *group) keep(made listReading) listReading {
	g.mu.Lock()
	defer g.mu.Unlock()
	if made.asOf > g.asOf || g.number == 0 {
		g.updates++
		g.behind = g.active
	}
	if made.number != g.number || made.clients != nil {
		g.clients = made.clients
	}
	g.ids, g.asOf, g.number = made.ids, made.asOf, made.number
	if g.behind == 0 {
		g.clients = nil
	}
	return made
}

// fetch adds clients to a read, and reads those that it does not have yet.
func (g *group) fetch(ctx context.Context, w *ListWatch, last listReading, ids []int64) (listReading, error) {
	found := make(map[int64]*client.Client, len(ids))
	var missing []int64
	for _, id := range ids {
		if c, known := last.clients[id]; known {
			found[id] = c
		} else {
			missing = append(missing, id)
			found[id] = nil
		}
	}
	clients, err := w.service.Store.ClientsByID(ctx, w.scope, client.SortedSet(missing), w.args.Filter.IncludeDeleted, w.args.Need)
	if err != nil {
		return listReading{}, fmt.Errorf("find the clients of a list: %w", err)
	}
	for _, c := range clients {
		found[c.ClientID] = c
	}
	last.clients = found
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.behind > 0 {
		// A new map: other members read the old one.
		all := make(map[int64]*client.Client, len(g.clients)+len(missing))
		for id, c := range g.clients {
			all[id] = c
		}
		for _, id := range missing {
			all[id] = found[id]
		}
		g.clients = all
	}
	return last, nil
}

// affected says whether rows of the feed up to head may have changed a list: a row of a
// client that is in the list or matches its filter now, or of an erased client, for which
// neither is known.
func (w *ListWatch) affected(ctx context.Context, last listReading, head int64) (bool, error) {
	changed, all, err := w.changed(ctx, nil, last.asOf, head)
	if err != nil || !all {
		return true, err
	}
	if changed[0] || len(changed) > reading.MaxIDs || slices.ContainsFunc(last.ids, func(id int64) bool { return changed[id] }) {
		return true, nil
	}
	if len(changed) == 0 {
		return false, nil
	}
	ids := make([]int64, 0, len(changed))
	for id := range changed {
		ids = append(ids, id)
	}
	return w.service.MeansAny(ctx, w.scope, w.window.Filter, ids)
}

// readList reads the ids of the current list and, if whole is set, its clients.
func (w *ListWatch) readList(ctx context.Context, whole bool) (listReading, error) {
	need := client.Selection{}
	if whole {
		need = w.args.Need
	}
	rows, err := w.service.ReadWindow(ctx, w.scope, w.window, need)
	if err != nil {
		return listReading{}, err
	}
	made := listReading{ids: make([]int64, len(rows))}
	if whole {
		made.clients = make(map[int64]*client.Client, len(rows))
	}
	for i, row := range rows {
		made.ids[i] = row.Base().ClientID
		if !whole {
			continue
		}
		if made.clients[made.ids[i]], err = row.Record(); err != nil {
			return listReading{}, fmt.Errorf("read the clients of a list: %w", err)
		}
	}
	return made, nil
}
