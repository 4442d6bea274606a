package clientsync

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/livelist"
)

// resync reads the list with its clients, to be told as a whole.
func (w *ListWatch) resync(ctx context.Context, head int64) error {
	read, err := w.group.read(ctx, w, wanted{head: head, whole: true})
	if err != nil {
		return err
	}
	clients := make([]*client.Client, len(read.ids))
	for i, id := range read.ids {
		clients[i] = read.clients[id]
	}
	w.took(read)
	w.pending = []ListEvent{{
		Step:    livelist.Step{Kind: livelist.Resync},
		Cursor:  w.cursor(w.at, w.ids),
		Clients: clients,
	}}
	return nil
}

// took makes a reading the list that was told.
func (w *ListWatch) took(read listReading) {
	w.ids, w.at, w.number, w.read, w.stale = read.ids, read.asOf, read.number, time.Now(), false
}

// compare tells what a reading has that differs from the list, which has what the feed
// tells up to then of those clients.
func (w *ListWatch) compare(ctx context.Context, read listReading, changed map[int64]bool) error {
	isChanged := func(id int64) bool { return changed[id] }
	steps := livelist.Diff(w.ids, read.ids, isChanged)
	if len(steps) > max(len(read.ids), fewSteps) {
		return w.resync(ctx, read.asOf)
	}
	clients, err := w.clientsOf(ctx, steps)
	if err != nil {
		return err
	}
	stale := false
	for _, step := range steps {
		if step.Kind != livelist.Left && clients[step.ID] == nil {
			// Deleted or hidden since the list was read. It may have had somebody's
			// place, so the list is read again.
			read.ids = slices.DeleteFunc(slices.Clone(read.ids), func(id int64) bool { return id == step.ID })
			stale = true
		}
	}
	if stale {
		steps = livelist.Diff(w.ids, read.ids, isChanged)
	}
	w.tell(read.asOf, steps, clients)
	w.took(read)
	w.stale = stale
	return nil
}

// tell makes events of steps. All but the last have cursors of the place in the feed
// where the list was told before: changes of clients that come after them are read
// again by who goes on from there.
func (w *ListWatch) tell(head int64, steps []livelist.Step, clients map[int64]*client.Client) {
	list := w.ids
	for i, step := range steps {
		list = livelist.Apply(list, step)
		at := w.at
		if i == len(steps)-1 {
			at = head
		}
		event := ListEvent{Step: step, Cursor: w.cursor(at, list)}
		if step.Kind != livelist.Left {
			event.Client = clients[step.ID]
		}
		w.pending = append(w.pending, event)
	}
}

// clientsOf finds the clients of steps, as far as the caller sees them now.
func (w *ListWatch) clientsOf(ctx context.Context, steps []livelist.Step) (map[int64]*client.Client, error) {
	var ids []int64
	for _, step := range steps {
		if step.Kind != livelist.Left {
			ids = append(ids, step.ID)
		}
	}
	if ids == nil {
		return nil, nil
	}
	read, err := w.group.read(ctx, w, wanted{clients: ids})
	return read.clients, err
}

func (w *ListWatch) cursor(at int64, ids []int64) string {
	return w.seal.SealList(changefeed.ListCursor{Sequence: at, List: w.digest(ids)})
}

// digest stands for a list as it is read by the settings of now.
func (w *ListWatch) digest(ids []int64) changefeed.Digest {
	return changefeed.DigestOf(append(w.window.Identity(w.scope), w.settings...), ids)
}

// checkSettings reads the whole list again where settings have changed.
func (w *ListWatch) checkSettings(ctx context.Context) error {
	ctx = client.WithRowsAnew(ctx)
	settings, err := w.service.settings(ctx, w.scope, w.args.Recheck/2)
	if err != nil || settings == w.settings {
		return err
	}
	w.settings = settings
	w.group.leave(w)
	w.service.groups.move(w)
	w.group.enter(w, true)
	return w.resync(ctx, w.at)
}

// knownSettings are the settings of businesses, as they were lately.
type knownSettings struct {
	mu sync.Mutex
	of map[int64]settingsOf
}

type settingsOf struct {
	text string
	at   time.Time
}

// settings stand for all of a business that decides who is in a list, and where, and
// that the feed does not tell of: its locale and zone, custom fields and the names of
// choices, location groups, and by which rules its clients are keyed.
// What another list of the process found out is good for that age.
func (s *Feed) settings(ctx context.Context, scope client.Scope, age time.Duration) (string, error) {
	now := s.Now()
	s.known.mu.Lock()
	known, ok := s.known.of[scope.BusinessID]
	s.known.mu.Unlock()
	if ok && now.Sub(known.at) < age {
		return known.text, nil
	}
	business, err := s.Business(ctx, scope)
	if err != nil {
		return "", err
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return "", err
	}
	groups, err := s.LocationGroups(ctx, scope)
	if err != nil {
		return "", err
	}
	keyed, err := s.Store.RekeyState(ctx, scope)
	if err != nil {
		return "", fmt.Errorf("find out what clients are keyed by: %w", err)
	}
	text, err := json.Marshal([]any{business, definitions.Version(), groups, keyed})
	if err != nil {
		return "", fmt.Errorf("compare settings: %w", err)
	}
	digest := changefeed.DigestOf(text, nil)
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	maps.DeleteFunc(s.known.of, func(_ int64, other settingsOf) bool { return now.Sub(other.at) >= listRecheck })
	s.known.of[scope.BusinessID] = settingsOf{string(digest[:]), now}
	return string(digest[:]), nil
}
