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

// resync reads the list with its clients, and makes one event with the whole list.
func (w *ListWatch) resync(ctx context.Context, head int64) error {
	read, err := w.group.read(ctx, w, wanted{head: head, whole: true})
	if err != nil {
		return err
	}
	clients := make([]*client.Client, len(read.ids))
	for i, id := range read.ids {
		clients[i] = read.clients[id]
	}
	w.adopt(read)
	w.pending = []ListEvent{{
		Step:    livelist.Step{Kind: livelist.Resync},
		Cursor:  w.cursor(w.at, w.ids),
		Clients: clients,
	}}
	return nil
}

// adopt sets the list that the caller has to a read.
func (w *ListWatch) adopt(read listReading) {
	w.ids, w.at, w.number, w.read, w.stale = read.ids, read.asOf, read.number, time.Now(), false
}

// compare makes events of the differences between the caller's list and a read. changed
// are the clients with new rows in the feed.
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
			// The client was deleted or hidden after the list was read. Another client
			// may have moved up, so the list is read again.
			read.ids = slices.DeleteFunc(slices.Clone(read.ids), func(id int64) bool { return id == step.ID })
			stale = true
		}
	}
	if stale {
		steps = livelist.Diff(w.ids, read.ids, isChanged)
	}
	w.addEvents(read.asOf, steps, clients)
	w.adopt(read)
	w.stale = stale
	return nil
}

// addEvents makes events of steps. Cursors of all but the last event have the place in
// the feed before the first step, so that a caller who resumes from one gets the later
// changes again.
func (w *ListWatch) addEvents(head int64, steps []livelist.Step, clients map[int64]*client.Client) {
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

// clientsOf reads the clients of steps that the caller sees now.
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

// digest identifies a list with those ids and the current settings.
func (w *ListWatch) digest(ids []int64) changefeed.Digest {
	return changefeed.DigestOf(append(w.window.Identity(w.scope), w.settings...), ids)
}

// checkSettings reads the whole list again if the settings changed.
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

// settingsCache has digests of the settings of businesses; see Feed.settings.
type settingsCache struct {
	mu sync.Mutex
	of map[int64]cachedSettings
}

type cachedSettings struct {
	digest string
	at     time.Time
}

// settings returns a digest of all settings of a business that decide which clients a
// list has and in which order: locale, time zone, custom fields and names of choices,
// location groups, and the version of the rules for index and sort keys. The feed has no
// rows for their changes. A cached digest is used up to that age.
func (s *Feed) settings(ctx context.Context, scope client.Scope, age time.Duration) (string, error) {
	now := s.Now()
	s.cached.mu.Lock()
	known, ok := s.cached.of[scope.BusinessID]
	s.cached.mu.Unlock()
	if ok && now.Sub(known.at) < age {
		return known.digest, nil
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
	rekeyed, err := s.Store.RekeyState(ctx, scope)
	if err != nil {
		return "", fmt.Errorf("read which rules keys were computed by: %w", err)
	}
	text, err := json.Marshal([]any{business, definitions.Version(), groups, rekeyed})
	if err != nil {
		return "", fmt.Errorf("compare settings: %w", err)
	}
	digest := changefeed.DigestOf(text, nil)
	s.cached.mu.Lock()
	defer s.cached.mu.Unlock()
	maps.DeleteFunc(s.cached.of, func(_ int64, other cachedSettings) bool { return now.Sub(other.at) >= listRecheck })
	s.cached.of[scope.BusinessID] = cachedSettings{string(digest[:]), now}
	return string(digest[:]), nil
}
