package clientsync

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

const (
	// MaxChanges bounds the entries that one call returns.
	MaxChanges = 1_000
	// maxLooks bounds how often one call asks the store for rows that concern the caller,
	// if the store does not search all rows at once.
	maxLooks = 10
)

// SyncChange is an entry of the feed as a caller sees it.
type SyncChange struct {
	// Cursor is the place after the entry.
	Cursor   string
	Kind     history.Kind
	ClientID int64
	// MergedIntoClientID is the survivor of MERGED and UNMERGED, if the caller sees it.
	MergedIntoClientID *int64
	// ChangedFields are the names of changed fields that the caller may read, ascending;
	// empty if the whole client is new to the caller, or gone.
	ChangedFields []string
	// Client is the current client; nil if it is not among the live clients that the
	// caller sees.
	Client *client.Client

	// row is the row whose changed fields are named; nil if the client is new to the
	// caller, or gone.
	row *changefeed.Row
}

// SyncPart is a part of the feed.
type SyncPart struct {
	Changes []SyncChange
	// Cursor is the place after the part, also if the part is empty.
	Cursor string
	// HasMore says whether there are more entries already.
	HasMore bool
}

// ClientChanges reads the feed of the clients that the caller sees. Without since it
// first lists all live clients, ordered by id, as UPSERTED, and then continues with all
// changes since the listing began, so that none is missed. A part may have fewer entries
// than asked for, or none, although there are more.
//
// A copy that stores each entry's Client, and deletes the client of each entry without
// one, has exactly the live clients that the caller sees. Errors: OUT_OF_RANGE,
// INVALID_CURSOR, RESYNC_REQUIRED.
func (s *Feed) ClientChanges(ctx context.Context, scope client.Scope, since *string, first int64, need client.Selection) (*SyncPart, error) {
	r := &changeReader{service: s, scope: scope, limit: first, need: need, argument: "since"}
	if first < 1 || first > MaxChanges {
		return nil, client.Path{"first"}.At(client.OutOfRange(MaxChanges))
	}
	if err := r.begin(ctx, since); err != nil {
		return nil, err
	}
	return r.read(ctx)
}

// changeReader reads one part of the feed.
type changeReader struct {
	service  *Feed
	scope    client.Scope
	limit    int64
	need     client.Selection
	argument string
	// only are the clients to report; nil means all.
	only map[int64]bool
	// live says that the caller was authenticated some time ago, so that its account may
	// have been closed since.
	live bool
	// tail has the latest rows in memory; nil to read all from the database.
	tail *tail
	// turns bound the reads from the database; nil if the caller has a turn already.
	turns *turns

	seal    changefeed.Seal
	at      changefeed.Cursor
	head    int64
	changes []SyncChange
}

// begin finds the place to read from, and checks that the feed still has all rows after
// it.
func (r *changeReader) begin(ctx context.Context, since *string) error {
	var err error
	if r.seal, err = r.service.CursorSeal(ctx, r.scope); err != nil {
		return err
	}
	if r.head, err = r.service.Store.ChangeHead(ctx, r.scope); err != nil {
		return fmt.Errorf("find the head of the feed: %w", err)
	}
	if since == nil {
		r.at = changefeed.Cursor{Sequence: r.head, Listing: true}
		return nil
	}
	at, failure := r.seal.Open(r.argument, *since)
	if failure != nil {
		return failure
	}
	r.at = at
	return r.checkKept(ctx)
}

// checkKept checks that the feed still has all rows after the place: the next row exists
// and is not older than store.FeedRetention. Error: RESYNC_REQUIRED.
func (r *changeReader) checkKept(ctx context.Context) error {
	if r.at.Sequence == r.head {
		return nil
	}
	written, err := r.service.Store.ChangeDate(ctx, r.scope, r.at.Sequence+1)
	if err != nil {
		return fmt.Errorf("find the next change: %w", err)
	}
	// A place after the head comes from a database that was replaced.
	if r.at.Sequence > r.head || written.Before(r.service.Now().Add(-store.FeedRetention)) {
		return changefeed.ResyncRequired(r.argument)
	}
	return nil
}

func (r *changeReader) read(ctx context.Context) (*SyncPart, error) {
	var err error
	if r.at.Listing {
		err = r.list(ctx)
	} else {
		err = r.follow(ctx)
	}
	if err != nil {
		return nil, err
	}
	more := r.at.Listing || r.at.Sequence < r.head
	return &SyncPart{Changes: r.changes, Cursor: r.seal.Seal(r.at), HasMore: more}, nil
}

// list continues to list the existing clients.
func (r *changeReader) list(ctx context.Context) error {
	if err := r.refresh(ctx); err != nil {
		return err
	}
	query := store.Query{AfterID: r.at.After, Limit: r.limit + 1, Need: r.need}
	if r.only != nil {
		query.Conditions.ClientIDs = slices.Sorted(maps.Keys(r.only))
	}
	found, err := r.service.Store.Clients(ctx, r.scope, query)
	if err != nil {
		return fmt.Errorf("list clients for the feed: %w", err)
	}
	more := int64(len(found)) > r.limit
	if more {
		found = found[:r.limit]
	}
	r.changes = make([]SyncChange, len(found))
	for i, c := range found {
		r.at.After = c.ClientID
		r.changes[i] = SyncChange{Cursor: r.seal.Seal(r.at), Kind: history.KindUpserted, ClientID: c.ClientID, ChangedFields: []string{}, Client: c}
	}
	if more {
		return nil
	}
	r.at = changefeed.Cursor{Sequence: r.at.Sequence}
	// The next part checks whether anything changed meanwhile.
	if r.head, err = r.service.Store.ChangeHead(ctx, r.scope); err != nil {
		return fmt.Errorf("find the head of the feed: %w", err)
	}
	return nil
}

// refresh reads again which clients a caller with role CLIENT sees. It is called after
// rows of the feed were read, so that the caller sees a client that it was given by one
// of them. Error: UNAUTHENTICATED.
func (r *changeReader) refresh(ctx context.Context) error {
	if !r.scope.Rows.ByID() {
		return nil
	}
	own, err := r.service.Store.ClientsByID(ctx, r.scope, []int64{r.scope.ClientID}, true, client.Select(client.NameSubjects, "blocked"))
	if err != nil {
		return fmt.Errorf("find the caller's own record: %w", err)
	}
	if r.live && (len(own) == 0 || !own[0].Active() || own[0].Blocked) {
		return reading.AccountUnusable()
	}
	r.scope.Rows.ClientIDs = nil
	if len(own) == 1 {
		r.scope.Rows.ClientIDs = append([]int64{own[0].ClientID}, own[0].SubjectIDs...)
	}
	return nil
}

// follow reads rows until the part is full, the head is reached, or maxLooks is.
func (r *changeReader) follow(ctx context.Context) error {
	r.changes = []SyncChange{}
	for range maxLooks {
		if r.at.Sequence == r.head || int64(len(r.changes)) == r.limit {
			break
		}
		rows, looked, err := r.rows(ctx)
		if err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		if len(rows) > 0 {
			// The caller's own record may have changed.
			if err := r.inTurn(ctx, r.refresh); err != nil {
				return err
			}
		}
		if r.take(rows) {
			r.at = changefeed.Cursor{Sequence: looked}
		}
	}
	if len(r.changes) == 0 {
		return nil
	}
	return r.inTurn(ctx, r.load)
}

// inTurn calls read when the caller's business gets a turn.
func (r *changeReader) inTurn(ctx context.Context, read func(context.Context) error) error {
	if r.turns == nil {
		return read(ctx)
	}
	release, err := r.turns.take(ctx, r.scope.BusinessID)
	if err != nil {
		return err
	}
	defer release()
	return read(ctx)
}

// rows returns the next rows that concern the caller.
func (r *changeReader) rows(ctx context.Context) (found []changefeed.Row, looked int64, err error) {
	if r.tail != nil {
		if found, looked, ok := r.tail.kept(r.scope, r.at.Sequence, r.head, r.limit+1); ok {
			return found, looked, nil
		}
	}
	err = r.inTurn(ctx, func(ctx context.Context) error {
		found, looked, err = r.service.Store.Changes(ctx, r.scope, r.at.Sequence, r.head, r.limit+1)
		return err
	})
	return found, looked, err
}

// take makes entries from rows until the part is full, and says whether it took all rows.
func (r *changeReader) take(rows []changefeed.Row) bool {
	for i := range rows {
		row := &rows[i]
		if r.at.Sequence < row.Sequence-1 {
			r.at = changefeed.Cursor{Sequence: row.Sequence - 1}
		}
		entries := row.Notices(r.scope)
		for j, entry := range entries {
			if entry.Part <= r.at.Part {
				continue
			}
			if int64(len(r.changes)) == r.limit {
				return false
			}
			if r.at.Part = entry.Part; j == len(entries)-1 {
				r.at = changefeed.Cursor{Sequence: row.Sequence}
			}
			if r.only == nil || r.only[entry.ClientID] {
				r.changes = append(r.changes, r.change(row, entry))
			}
		}
		r.at = changefeed.Cursor{Sequence: row.Sequence}
	}
	return true
}

func (r *changeReader) change(row *changefeed.Row, entry changefeed.Notice) SyncChange {
	change := SyncChange{Cursor: r.seal.Seal(r.at), Kind: entry.Kind, ClientID: entry.ClientID, ChangedFields: []string{}}
	if entry.Kind != history.KindRemoved && !entry.NewToCaller {
		change.row = row
	}
	if row.MergedIntoClientID != 0 && (entry.Kind == history.KindMerged || entry.Kind == history.KindUnmerged) {
		change.MergedIntoClientID = new(row.MergedIntoClientID)
	}
	return change
}

// load reads the current clients of the entries, and finds which survivors of merges the
// caller sees.
func (r *changeReader) load(ctx context.Context) error {
	var ids, survivors []int64
	for i := range r.changes {
		change := &r.changes[i]
		if change.Kind.HasClient() {
			ids = append(ids, change.ClientID)
		}
		if change.MergedIntoClientID != nil && !r.scope.MaySeeAll() {
			survivors = append(survivors, *change.MergedIntoClientID)
		}
	}
	clients, err := r.find(ctx, ids, r.need)
	if err != nil {
		return err
	}
	visible, err := r.find(ctx, survivors, client.Selection{})
	if err != nil {
		return err
	}
	if err := r.nameFields(ctx); err != nil {
		return err
	}
	for i := range r.changes {
		change := &r.changes[i]
		if change.Kind.HasClient() {
			change.Client = clients[change.ClientID]
		}
		if change.MergedIntoClientID != nil && !r.scope.MaySeeAll() && visible[*change.MergedIntoClientID] == nil {
			change.MergedIntoClientID = nil
		}
	}
	return nil
}

// nameFields names the changed fields. A list of edges is named only if the caller sees a
// client at the other end of an added or removed edge, as in history.
func (r *changeReader) nameFields(ctx context.Context) error {
	var neighbours []int64
	for i := range r.changes {
		if row := r.changes[i].row; row != nil && !r.scope.MaySeeAll() {
			neighbours = append(neighbours, row.Neighbours()...)
		}
	}
	seen, err := r.service.SeenNeighbours(ctx, r.scope, neighbours)
	if err != nil {
		return err
	}
	for i := range r.changes {
		change := &r.changes[i]
		if change.row == nil {
			continue
		}
		paths := slices.DeleteFunc(slices.Clone(change.row.ChangedPaths), func(changed string) bool {
			id := history.NeighbourOf(changed)
			return id != 0 && !r.scope.MaySeeAll() && !seen[id] && !change.row.ChangesCallersView(r.scope, id)
		})
		change.ChangedFields = history.ReadableNames(r.scope.Role, paths)
	}
	return nil
}

// find reads live clients that the caller sees.
func (r *changeReader) find(ctx context.Context, ids []int64, need client.Selection) (map[int64]*client.Client, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := r.service.Store.ClientsByID(ctx, r.scope, client.SortedSet(ids), false, need)
	if err != nil {
		return nil, fmt.Errorf("find changed clients: %w", err)
	}
	byID := make(map[int64]*client.Client, len(found))
	for _, c := range found {
		byID[c.ClientID] = c
	}
	return byID, nil
}
