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

// groups are the lists that somebody of the process watches, equal ones in one group.
type groups struct {
	mu sync.Mutex
	of map[changefeed.Digest]*group
}

// group is a list that is read once for all who watch it, however many these are: they
// see the same clients, and ask for the same ones in the same order, and for the same of
// each. It is of one member where the caller's rows follow its own record.
type group struct {
	name changefeed.Digest
	// members is under the lock of groups.
	members int

	mu sync.Mutex
	// flight is the reading under way; nil while there is none.
	flight *flight
	// ids are the list, which has in it what the feed tells up to asOf. They are never
	// changed, as members have them too. number counts their readings.
	ids    []int64
	asOf   int64
	number int64
	// clients are those of the list that were read since then, nil who was not found.
	// They are kept while somebody is to be told of them.
	clients map[int64]*client.Client
	// inside counts the members that read, or wait for what comes; news how often asOf
	// has grown; and owing those inside who have not been told of the last time.
	inside, owing int
	news          int64
}

// flight is a reading under way.
type flight struct {
	done chan struct{}
	// head is what it was asked for, failed why it failed.
	head   int64
	failed error
}

// listReading is what a list had when it was read.
type listReading struct {
	ids          []int64
	asOf, number int64
	// clients are those that were asked for, nil who was not found.
	clients map[int64]*client.Client
}

// wanted is what a member wants of a reading: what the feed tells up to head, a number
// above newer, the clients of some ids or, with whole, those of all.
type wanted struct {
	head, newer int64
	whole       bool
	clients     []int64
}

// join puts a list into its group, until ctx ends.
func (gs *groups) join(ctx context.Context, w *ListWatch) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	w.group = gs.find(w)
	context.AfterFunc(ctx, func() {
		gs.mu.Lock()
		defer gs.mu.Unlock()
		gs.leave(w.group)
		w.gone = true
	})
}

// move puts a list into the group of now.
func (gs *groups) move(w *ListWatch) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if w.gone {
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

// groupName is the same for lists that are equal in all that they show.
func (w *ListWatch) groupName() changefeed.Digest {
	keys := slices.Sorted(slices.Values(w.scope.Rows.VisibilityKeys))
	name := fmt.Appendf(nil, "%s %d %t %q %v ", w.scope.Role, w.scope.Permissions, w.scope.Rows.All, keys, w.args.Need)
	return changefeed.DigestOf(slices.Concat(name, []byte(w.settings), w.window.Identity(w.scope)), nil)
}

// enter begins a call of a member. One who starts is to be told of all.
func (g *group) enter(w *ListWatch, starts bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside++
	w.toldOf = g.news
	if starts {
		w.toldOf = -1
		g.owing++
	}
}

// leave ends what enter began.
func (g *group) leave(w *ListWatch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle(w)
	g.inside--
}

// settled says that a member knows all news.
func (g *group) settled(w *ListWatch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle(w)
}

// reach says that the feed tells nothing between two places that is of the members.
func (g *group) reach(from, head int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.number > 0 && from <= g.asOf {
		g.asOf = max(g.asOf, head)
	}
}

func (g *group) settle(w *ListWatch) {
	if w.toldOf == g.news {
		return
	}
	w.toldOf = g.news
	if g.owing--; g.owing == 0 {
		g.clients = nil
	}
}

// read is a reading that has what the member wants: one that was made already, that
// somebody makes now, or its own. Who waits for it waits for the last one only.
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
			own, err := g.fly(ctx, w, want, f)
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

// has is what was read, and whether a member has all that it wants by that.
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
		// One that is not found left after the list was read.
		return !slices.ContainsFunc(r.ids, func(id int64) bool { return r.clients[id] == nil })
	}
	return !slices.ContainsFunc(want.clients, missing)
}

// fly makes a reading for all who wait for one, in its turn.
func (g *group) fly(ctx context.Context, w *ListWatch, want wanted, f *flight) (made listReading, err error) {
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		// Where the reader has gone another one reads.
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
	// What was written while it waited for its turn is in the reading too.
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
		concerned, err := w.concerned(ctx, last, head)
		if err != nil {
			return listReading{}, err
		}
		if !concerned {
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

// keep keeps a reading for the other members.
func (g *group) keep(made listReading) listReading {
	g.mu.Lock()
	defer g.mu.Unlock()
	if made.asOf > g.asOf || g.number == 0 {
		g.news++
		g.owing = g.inside
	}
	if made.number != g.number || made.clients != nil {
		g.clients = made.clients
	}
	g.ids, g.asOf, g.number = made.ids, made.asOf, made.number
	if g.owing == 0 {
		g.clients = nil
	}
	return made
}

// fetch reads clients of a list, as far as they are not known.
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
	if g.owing > 0 {
		// Of its own map: others read the one that was there.
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

// concerned says whether what the feed tells up to head can have changed a list: it
// tells of a client who is in it, or belongs there. Of an erased one nobody knows.
func (w *ListWatch) concerned(ctx context.Context, last listReading, head int64) (bool, error) {
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

// readList reads whom the list has now, with its clients where it is told as a whole.
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
