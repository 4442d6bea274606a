package clientsync

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/livelist"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

const (
	// MaxList bounds the clients of a live list.
	MaxList = 200
	// maxListRows is the most rows of the feed that are checked one by one. A watch that
	// is further behind sends the whole list.
	maxListRows = 1_000
	// fewSteps is a number of steps that are sent one by one even if the list is shorter.
	// More steps than this and than the list has clients are sent as the whole list.
	fewSteps = 20
	// listPause is the least time between two reads of a list, so that one read serves
	// all writes in between.
	listPause = 100 * time.Millisecond
	// listRecheck is how often the settings are read that decide which clients a list
	// has: the feed has no rows for their changes.
	listRecheck = time.Minute
)

// ListArgs select the list to watch.
type ListArgs struct {
	// Filter, Order and First, 1 to MaxList, select the clients of the list.
	Filter reading.Filter
	Order  store.Order
	First  int64
	// After is the cursor of an event of the same list; with nil the first event has the
	// whole list.
	After *string
	Need  client.Selection
	// Recheck is how often settings are checked; 0 means once a minute.
	Recheck time.Duration
}

// ListEvent changes a list in one place, or, for Resync, replaces it.
type ListEvent struct {
	livelist.Step
	// Cursor resumes from the list as it is after the event.
	Cursor string
	// Client is the client of the step; nil for Left and Resync.
	Client *client.Client
	// Clients are the whole list, for Resync.
	Clients []*client.Client
}

// ListWatch watches a list for one subscription. It must be used by one goroutine. It
// stores only the ids of the list, in a slice that equal lists share.
type ListWatch struct {
	service *Feed
	scope   client.Scope
	args    ListArgs
	window  reading.Window
	seal    changefeed.Seal
	tail    *tail
	signals <-chan struct{}
	// group reads the list; lastUpdate is the latest of its updates that this watch has.
	group      *group
	lastUpdate int64
	// closed says that the watch has ended. The lock of groups guards it.
	closed bool

	// settings are those that the list was read with; see Feed.settings.
	settings string
	// ids are the list that the caller has after the last event. It is as of row at of
	// the feed, and number is the number of its read.
	ids    []int64
	at     int64
	number int64
	// stale says that the list must be read again even if the feed has no new rows.
	stale bool
	// read is when the list was last read.
	read time.Time
	// pending are events for the next call of Next.
	pending []ListEvent
}

// WatchList watches the first clients of a list, those that Connection would return. It
// begins with the whole list or, after a cursor, with the changes since; if these are
// unknown, also with the whole list. A caller who applies all events has the list. If
// changes come faster than the list is read, several become one event. The watch uses the
// database until ctx ends. Errors: OUT_OF_RANGE, INVALID_CURSOR, and those of a report's
// filter.
func (s *Feed) WatchList(ctx context.Context, scope client.Scope, args ListArgs) (*ListWatch, error) {
	if args.First < 1 || args.First > MaxList {
		return nil, client.Path{"first"}.At(client.OutOfRange(MaxList))
	}
	if args.Recheck == 0 {
		args.Recheck = listRecheck
	}
	w := &ListWatch{service: s, scope: scope, args: args, window: reading.Window{Filter: args.Filter, Order: args.Order, First: args.First}}
	var err error
	if w.seal, err = s.CursorSeal(ctx, scope); err != nil {
		return nil, err
	}
	w.tail, w.signals = s.tails.join(ctx, s.Store, scope)
	if w.settings, err = s.settings(ctx, scope, args.Recheck/2); err != nil {
		return nil, err
	}
	s.groups.join(ctx, w)
	w.group.enter(w, true)
	defer func() { w.group.leave(w) }()
	if args.After != nil {
		resumed, err := w.resume(ctx, *args.After)
		if err != nil {
			return nil, err
		}
		if resumed {
			return w, nil
		}
	}
	head, err := w.tail.catchUp(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.resync(ctx, head); err != nil {
		return nil, err
	}
	return w, nil
}

// resume continues after a cursor. It returns false if that is not possible: the feed
// must have all rows since, and the list must have the same clients in the same order.
func (w *ListWatch) resume(ctx context.Context, cursor string) (bool, error) {
	at, sameRows, failure := w.seal.OpenList("after", cursor)
	if failure != nil {
		return false, failure
	}
	r := &changeReader{service: w.service, scope: w.scope, at: changefeed.Cursor{Sequence: at.Sequence}}
	var err error
	if r.head, err = w.service.Store.ChangeHead(ctx, w.scope); err != nil {
		return false, fmt.Errorf("find the head of the feed: %w", err)
	}
	err = r.checkKept(ctx)
	if client.HasCode(err, client.CodeResyncRequired) || !sameRows {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	read, err := w.group.read(ctx, w, wanted{head: r.head})
	if err != nil {
		return false, err
	}
	w.at, w.ids, w.number, w.read = at.Sequence, read.ids, read.number, time.Now()
	return w.digest(w.ids) == at.List, nil
}

// Scope returns the caller's scope as of the last result of Next: for role CLIENT it
// changes with the caller's record.
func (w *ListWatch) Scope() client.Scope { return w.scope }

// Next waits for events, and returns one or more. Errors: UNAUTHENTICATED, if the
// caller's account can no longer be used, those of a report's filter, and that of ctx.
func (w *ListWatch) Next(ctx context.Context) ([]ListEvent, error) {
	w.group.enter(w, false)
	defer func() { w.group.leave(w) }()
	recheck := time.NewTimer(w.args.Recheck)
	defer recheck.Stop()
	// The first read includes all that was written before the call.
	head := w.tail.catchUp
	for {
		if w.pending == nil {
			if err := w.follow(ctx, head); err != nil {
				return nil, err
			}
			head = w.tail.now
		}
		if events := w.pending; events != nil {
			w.pending = nil
			return events, nil
		}
		if w.stale {
			continue
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.signals:
		case <-recheck.C:
			if err := w.checkSettings(ctx); err != nil {
				return nil, err
			}
			recheck.Reset(w.args.Recheck)
		}
	}
}

// follow reads the feed up to the head that until returns, and makes events of the list's
// changes.
func (w *ListWatch) follow(ctx context.Context, until func(context.Context) (int64, error)) error {
	if err := w.pause(ctx); err != nil {
		return err
	}
	ctx = client.WithRowsAnew(ctx)
	defer func() { w.group.markUpdated(w) }()
	head, err := until(ctx)
	if err != nil {
		return err
	}
	// The list may have been read later than the tail.
	head = max(head, w.at)
	changed, all, err := w.changed(ctx, w.service.turns, w.at, head)
	if err != nil {
		return err
	}
	if all && len(changed) == 0 && !w.stale {
		w.group.advance(w.at, head)
		w.at = head
		return nil
	}
	want := wanted{head: head}
	if w.stale {
		want.newer = w.number
	}
	read, err := w.group.read(ctx, w, want)
	if err != nil {
		return err
	}
	if read.asOf > head {
		changed, all, err = w.changed(ctx, w.service.turns, w.at, read.asOf)
		if err != nil {
			return err
		}
	}
	if !all {
		return w.resync(ctx, read.asOf)
	}
	return w.compare(ctx, read, changed)
}

// pause waits until listPause has passed since the list was read.
func (w *ListWatch) pause(ctx context.Context) error {
	wait := listPause - time.Since(w.read)
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// changed returns the ids of the clients in the feed's rows between two places; false if
// there are too many rows. Callers that have a turn pass nil for turns.
func (w *ListWatch) changed(ctx context.Context, turns *turns, from, head int64) (map[int64]bool, bool, error) {
	ids := map[int64]bool{}
	rows := 0
	r := &changeReader{service: w.service, scope: w.scope, limit: maxListRows, head: head, tail: w.tail, turns: turns}
	for i, at := 0, from; at < head; i++ {
		r.at.Sequence = at
		found, looked, err := r.rows(ctx)
		if err != nil {
			return nil, false, fmt.Errorf("read the feed: %w", err)
		}
		if rows += len(found); rows > maxListRows || i == maxLooks {
			return nil, false, nil
		}
		for j := range found {
			for _, id := range slices.Concat([]int64{found[j].ClientID}, found[j].SubjectsGained, found[j].SubjectsLost) {
				ids[id] = true
			}
		}
		at = looked
	}
	return ids, true, nil
}

// refresh reads again which clients a caller with role CLIENT sees. Error:
// UNAUTHENTICATED.
func (w *ListWatch) refresh(ctx context.Context) error {
	r := &changeReader{service: w.service, scope: w.scope, live: true}
	err := r.refresh(ctx)
	w.scope = r.scope
	return err
}
