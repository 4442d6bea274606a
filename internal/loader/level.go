package loader

import (
	"context"
	"sync"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// level has the clients of one read, and a dataloader for each relation that was asked
// for.
type level struct {
	loaders *Loaders
	clients []*client.Client

	mu        sync.Mutex
	relations map[relationKey]*batch[[]*Client]
	forms     *batch[[]client.Form]
	// appointments has a batch for each combination of arguments.
	appointments map[reading.AppointmentArgs]*batch[*reading.AppointmentPage]
	histories    map[historyKey]*batch[*reading.HistoryPage]
}

// historyKey identifies a dataloader of histories, of the level's clients or of clients
// merged into them.
type historyKey struct {
	merged bool
	args   reading.HistoryArgs
}

// relationKey identifies a dataloader of a level. Two selections of a relation with
// different properties are two reads.
type relationKey struct {
	viewers bool
	need    client.Selection
}

// name is the name of the level in traces.
func (k relationKey) name() string {
	if k.viewers {
		return "level viewers"
	}
	return "level subjects"
}

// ids returns the ids of the level's clients without duplicates.
func (l *level) ids() []int64 {
	ids := make([]int64, 0, len(l.clients))
	known := make(map[int64]bool, len(l.clients))
	for _, c := range l.clients {
		if !known[c.ClientID] {
			known[c.ClientID] = true
			ids = append(ids, c.ClientID)
		}
	}
	return ids
}

// Subjects returns the first live subjects of c, ordered by id. SubjectIDs of all clients
// of the level must be loaded. Error: OUT_OF_RANGE.
func (c *Client) Subjects(ctx context.Context, first int64, need client.Selection) ([]*Client, error) {
	return some(first, func() ([]*Client, error) { return c.AllSubjects(ctx, need) })
}

// AllSubjects is Subjects without a bound.
func (c *Client) AllSubjects(ctx context.Context, need client.Selection) ([]*Client, error) {
	return c.level.relation(relationKey{need: need}, c.level.readSubjects).load(ctx, c.ClientID)
}

// Viewers returns the first live viewers of c, ordered by id. Error: OUT_OF_RANGE.
func (c *Client) Viewers(ctx context.Context, first int64, need client.Selection) ([]*Client, error) {
	return some(first, func() ([]*Client, error) { return c.AllViewers(ctx, need) })
}

// AllViewers is Viewers without a bound.
func (c *Client) AllViewers(ctx context.Context, need client.Selection) ([]*Client, error) {
	return c.level.relation(relationKey{viewers: true, need: need}, c.level.readViewers).load(ctx, c.ClientID)
}

// some returns the first of all.
func some(first int64, all func() ([]*Client, error)) ([]*Client, error) {
	if err := reading.CheckRelation(first); err != nil {
		return nil, err
	}
	clients, err := all()
	if err != nil {
		return nil, err
	}
	return clients[:min(int64(len(clients)), first)], nil
}

// batchOf returns the level's batch with that key. It is created for the first client
// that asks.
func batchOf[K comparable, V any](l *level, kept *map[K]*batch[V], key K, create func() *batch[V]) *batch[V] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if *kept == nil {
		*kept = map[K]*batch[V]{}
	}
	if (*kept)[key] == nil {
		(*kept)[key] = create()
	}
	return (*kept)[key]
}

func (l *level) relation(key relationKey, read func(context.Context, client.Selection) (map[int64][]*Client, error)) *batch[[]*Client] {
	return batchOf(l, &l.relations, key, func() *batch[[]*Client] {
		return newBatch(key.name(), l.ids(), func(ctx context.Context) (map[int64][]*Client, error) { return read(ctx, key.need) })
	})
}

// readSubjects reads the subjects of the whole level, by viewer.
func (l *level) readSubjects(ctx context.Context, need client.Selection) (map[int64][]*Client, error) {
	found, err := l.loaders.reads.Subjects(ctx, l.loaders.scope, l.clients, need)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*Client, len(found))
	for _, subject := range l.loaders.Wrap(found) {
		byID[subject.ClientID] = subject
	}
	related := make(map[int64][]*Client, len(l.clients))
	for _, viewer := range l.clients {
		if _, done := related[viewer.ClientID]; done {
			continue
		}
		subjects := []*Client{}
		for _, id := range viewer.SubjectIDs {
			if subject := byID[id]; subject != nil {
				subjects = append(subjects, subject)
			}
		}
		related[viewer.ClientID] = subjects
	}
	return related, nil
}

// readViewers reads the viewers of the whole level, by subject.
func (l *level) readViewers(ctx context.Context, need client.Selection) (map[int64][]*Client, error) {
	found, err := l.loaders.reads.Viewers(ctx, l.loaders.scope, l.clients, need)
	if err != nil {
		return nil, err
	}
	related := make(map[int64][]*Client, len(l.clients))
	for _, subject := range l.clients {
		related[subject.ClientID] = []*Client{}
	}
	for _, viewer := range l.loaders.Wrap(found) {
		for _, id := range viewer.SubjectIDs {
			if viewers, wanted := related[id]; wanted {
				related[id] = append(viewers, viewer)
			}
		}
	}
	return related, nil
}

// Forms returns the forms that c signed, ordered by form id.
func (c *Client) Forms(ctx context.Context) ([]client.Form, error) {
	return c.level.formsBatch().load(ctx, c.ClientID)
}

func (l *level) formsBatch() *batch[[]client.Form] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.forms == nil {
		l.forms = newBatch("level forms", l.ids(), func(ctx context.Context) (map[int64][]client.Form, error) {
			return l.loaders.reads.Forms(ctx, l.loaders.scope, l.clients)
		})
	}
	return l.forms
}

// Appointments returns a page of c's appointments; after is nil or a cursor of them.
// Errors: OUT_OF_RANGE, INVALID_CURSOR.
func (c *Client) Appointments(ctx context.Context, filter reading.AppointmentFilter, first int64, after *string) (*reading.AppointmentPage, error) {
	loaders := c.level.loaders
	args, err := loaders.reads.AppointmentArgs(loaders.scope, c.ClientID, filter, first, after)
	if err != nil {
		return nil, err
	}
	return c.level.appointmentsBatch(args).load(ctx, c.ClientID)
}

func (l *level) appointmentsBatch(args reading.AppointmentArgs) *batch[*reading.AppointmentPage] {
	return batchOf(l, &l.appointments, args, func() *batch[*reading.AppointmentPage] {
		ids := l.ids()
		return newBatch("level appointments", ids, func(ctx context.Context) (map[int64]*reading.AppointmentPage, error) {
			return l.loaders.reads.Appointments(ctx, l.loaders.scope, ids, args)
		})
	})
}

// History returns a page of c's history; after is nil or a cursor of it. Errors:
// FORBIDDEN, OUT_OF_RANGE, INVALID_CURSOR.
func (c *Client) History(ctx context.Context, first int64, after *string) (*reading.HistoryPage, error) {
	args, err := c.level.loaders.reads.HistoryArgs(c.level.loaders.scope, c.ClientID, first, after)
	if err != nil {
		return nil, err
	}
	return c.level.history(historyKey{args: args}, c.level.ids).load(ctx, c.ClientID)
}

// MergedHistory is History for a client that was merged into c. Merged of all clients of
// the level must be loaded.
func (c *Client) MergedHistory(ctx context.Context, mergedID, first int64, after *string) (*reading.HistoryPage, error) {
	args, err := c.level.loaders.reads.HistoryArgs(c.level.loaders.scope, mergedID, first, after)
	if err != nil {
		return nil, err
	}
	return c.level.history(historyKey{merged: true, args: args}, c.level.mergedIDs).load(ctx, mergedID)
}

// mergedIDs returns the ids of all clients merged into the level's, without duplicates.
func (l *level) mergedIDs() []int64 {
	var ids []int64
	known := map[int64]bool{}
	for _, c := range l.clients {
		for _, m := range c.Merged {
			if !known[m.ClientID] {
				known[m.ClientID] = true
				ids = append(ids, m.ClientID)
			}
		}
	}
	return ids
}

func (l *level) history(key historyKey, of func() []int64) *batch[*reading.HistoryPage] {
	return batchOf(l, &l.histories, key, func() *batch[*reading.HistoryPage] {
		ids := of()
		return newBatch("level history", ids, func(ctx context.Context) (map[int64]*reading.HistoryPage, error) {
			return l.loaders.reads.History(ctx, l.loaders.scope, ids, key.args)
		})
	})
}
