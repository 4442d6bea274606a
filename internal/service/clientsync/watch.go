package clientsync

import (
	"context"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// watchPart is how many entries a watch reads at once.
const watchPart = 100

// WatchArgs select the part of the feed to watch.
type WatchArgs struct {
	// ClientIDs are the clients to report; nil means all that the caller sees.
	ClientIDs []client.ID
	// After is a cursor of the feed to resume from; nil begins with the next change.
	After *string
	Need  client.Selection
}

// ChangeWatch watches the feed for one subscription. It must be used by one goroutine.
type ChangeWatch struct {
	service *Feed
	scope   client.Scope
	args    WatchArgs
	only    map[int64]bool
	seal    changefeed.Seal
	at      changefeed.Cursor
	tail    *tail
	signals <-chan struct{}
}

// WatchChanges is ClientChanges for subscriptions: first the changes after a cursor, then
// new ones, without a gap and each once. The watch uses the database until ctx ends.
// Errors: TOO_MANY, INVALID_CURSOR, RESYNC_REQUIRED.
func (s *Feed) WatchChanges(ctx context.Context, scope client.Scope, args WatchArgs) (*ChangeWatch, error) {
	if len(args.ClientIDs) > reading.MaxIDs {
		return nil, client.Path{"clientIds"}.At(client.TooMany(reading.MaxIDs))
	}
	w := &ChangeWatch{service: s, scope: scope, args: args}
	if args.ClientIDs != nil {
		w.only = map[int64]bool{}
		for _, id := range args.ClientIDs {
			w.only[id.As(client.TypeClient)] = true
		}
	}
	r := w.reader()
	if err := r.begin(ctx, args.After); err != nil {
		return nil, err
	}
	w.seal = r.seal
	if w.at = r.at; args.After == nil {
		w.at.Listing = false
	}
	w.tail, w.signals = s.tails.join(ctx, s.Store, scope)
	return w, nil
}

func (w *ChangeWatch) reader() *changeReader {
	return &changeReader{service: w.service, scope: w.scope, limit: watchPart, need: w.args.Need, argument: "after", only: w.only, live: true, seal: w.seal, tail: w.tail, turns: w.service.turns}
}

// Scope returns the caller's scope as of the last result of Next: for role CLIENT it
// changes with the caller's record.
func (w *ChangeWatch) Scope() client.Scope { return w.scope }

// Next waits for changes, and returns one or more, each with the cursor to resume from.
// Errors: UNAUTHENTICATED, if the caller's account can no longer be used, and that of
// ctx.
func (w *ChangeWatch) Next(ctx context.Context) ([]SyncChange, error) {
	// The first read includes all that was written before the call.
	until := w.tail.catchUp
	for {
		ctx := client.WithRowsAnew(ctx)
		head, err := until(ctx)
		if err != nil {
			return nil, err
		}
		until = w.tail.now
		r := w.reader()
		r.at = w.at
		// The watch may have begun at a later place than the tail has read.
		r.head = max(head, w.at.Sequence)
		part, err := r.read(ctx)
		if err != nil {
			return nil, err
		}
		w.scope = r.scope
		if w.at = r.at; len(part.Changes) > 0 {
			return part.Changes, nil
		}
		if part.HasMore {
			continue
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.signals:
		}
	}
}
