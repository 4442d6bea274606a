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
func (w *ListWatch) resync(ctx context.Context) error {
	head, err := w.service.Store.ChangeHead(ctx, w.scope)
	if err != nil {
		return fmt.Errorf("find the head of the feed: %w", err)
	}
	if err := w.refresh(ctx); err != nil {
		return err
	}
	rows, err := w.service.ReadWindow(ctx, w.scope, w.window, w.args.Need)
	if err != nil {
		return err
	}
	clients, err := client.RecordsOf(rows)
	if err != nil {
		return fmt.Errorf("read the clients of a list: %w", err)
	}
	w.ids = make([]int64, len(clients))
	for i, c := range clients {
		w.ids[i] = c.ClientID
	}
	w.at, w.stale, w.read = head, false, time.Now()
	w.pending = []ListEvent{{
		Step:    livelist.Step{Kind: livelist.Resync},
		Cursor:  w.cursor(w.at, w.ids),
		Clients: clients,
	}}
	return nil
}

// reread reads whom the list has now, and tells what differs. All that the feed tells
// up to head is in it by then.
func (w *ListWatch) reread(ctx context.Context, head int64, changed map[int64]bool) error {
	ids, err := w.readIDs(ctx)
	if err != nil {
		return err
	}
	isChanged := func(id int64) bool { return changed[id] }
	steps := livelist.Diff(w.ids, ids, isChanged)
	if len(steps) > max(len(ids), fewSteps) {
		return w.resync(ctx)
	}
	clients, err := w.clientsOf(ctx, steps)
	if err != nil {
		return err
	}
	w.stale = false
	seen := func(step livelist.Step) bool { return step.Kind == livelist.Left || clients[step.ID] != nil }
	for _, step := range steps {
		if !seen(step) {
			// Deleted or hidden since the list was read. It may have had somebody's
			// place, so the list is read again.
			ids = slices.DeleteFunc(ids, func(id int64) bool { return id == step.ID })
			w.stale = true
		}
	}
	if w.stale {
		steps = livelist.Diff(w.ids, ids, isChanged)
	}
	w.tell(head, steps, clients)
	w.ids, w.at = ids, head
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

// readIDs reads whom the list has now.
func (w *ListWatch) readIDs(ctx context.Context) ([]int64, error) {
	rows, err := w.service.ReadWindow(ctx, w.scope, w.window, client.Selection{})
	if err != nil {
		return nil, err
	}
	w.read = time.Now()
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.Base().ClientID
	}
	return ids, nil
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
	found, err := w.service.Store.ClientsByID(ctx, w.scope, client.SortedSet(ids), w.args.Filter.IncludeDeleted, w.args.Need)
	if err != nil {
		return nil, fmt.Errorf("find the clients of a list: %w", err)
	}
	byID := make(map[int64]*client.Client, len(found))
	for _, c := range found {
		byID[c.ClientID] = c
	}
	return byID, nil
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
	return w.resync(ctx)
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
