package client

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	// MaxChanges bounds the entries of one call.
	MaxChanges = 1_000
	// FeedRetention is for how long rows of the change feed are kept.
	FeedRetention = 30 * 24 * time.Hour
	// changeWindow is how many rows of the business are looked at in one command,
	// for those that concern the caller; maxWindows bounds the commands of a call.
	changeWindow = 10_000
	maxWindows   = 10
)

// SyncChange is one entry of the feed, as one caller sees it.
type SyncChange struct {
	// Cursor is the place after the entry.
	Cursor   string
	Kind     Kind
	ClientID int64
	// MergedIntoClientID is the survivor, for MERGED and UNMERGED, as far as the
	// caller sees it.
	MergedIntoClientID *int64
	// ChangedFields are names of fields, ascending, that the caller may read;
	// empty where the whole client is new to the caller, or gone.
	ChangedFields []string
	// Client is the client as it is now; nil where the caller has it no longer
	// among the live clients.
	Client *Client

	// of is the row whose changes are told; nil where the client is new or gone.
	of *ChangeRow
}

// SyncPart is a part of the feed.
type SyncPart struct {
	Changes []SyncChange
	// Cursor is the place after the part, also when it is empty.
	Cursor string
	// HasMore says whether more is there already.
	HasMore bool
}

// ClientChanges reads on in the feed of the clients that the caller sees. Without
// since it first lists all of them, live ones by id, as UPSERTED, and goes on
// with what changed since it began: nothing that happens meanwhile is missed. A
// part may have fewer entries than asked for, even none, though there is more.
//
// Whoever keeps each entry's Client, and drops the client of each entry that has
// none, holds exactly the live clients that the caller sees. Errors:
// OUT_OF_RANGE, INVALID_CURSOR, RESYNC_REQUIRED.
func (s *Service) ClientChanges(ctx context.Context, scope Scope, since *string, first int64, need Selection) (*SyncPart, error) {
	r := &changeReader{service: s, scope: scope, limit: first, need: need, argument: "since"}
	if first < 1 || first > MaxChanges {
		return nil, path{"first"}.at(&Error{Code: CodeOutOfRange, Message: fmt.Sprintf("want 1 to %d", MaxChanges)})
	}
	if err := r.begin(ctx, since); err != nil {
		return nil, err
	}
	return r.read(ctx)
}

// changeReader reads one part of the feed.
type changeReader struct {
	service  *Service
	scope    Scope
	limit    int64
	need     Selection
	argument string
	// only are the clients to be told of; nil means all.
	only map[int64]bool
	// live says that the caller was let in a while ago: its account may have been
	// closed since.
	live bool

	seal    cursorSeal
	at      changeCursor
	head    int64
	changes []SyncChange
}

// begin finds the place to read from, and whether all is kept that comes after
// it.
func (r *changeReader) begin(ctx context.Context, since *string) error {
	var err error
	if r.seal, err = r.service.cursorSeal(ctx, r.scope); err != nil {
		return err
	}
	if r.head, err = r.service.store.ChangeHead(ctx, r.scope); err != nil {
		return fmt.Errorf("find the head of the feed: %w", err)
	}
	if since == nil {
		r.at = changeCursor{Sequence: r.head, Listing: true}
		return nil
	}
	at, failure := r.seal.open(r.argument, *since)
	if failure != nil {
		return failure
	}
	r.at = at
	return r.checkKept(ctx)
}

// checkKept holds the place to what is kept: the next row must be there, and not
// older than rows are promised to be.
func (r *changeReader) checkKept(ctx context.Context) error {
	if r.at.Sequence == r.head {
		return nil
	}
	next, written, err := r.service.store.NextChange(ctx, r.scope, r.at.Sequence)
	if err != nil {
		return fmt.Errorf("find the next change: %w", err)
	}
	// A place beyond the head is one of a database that is no more.
	if r.at.Sequence > r.head || next != r.at.Sequence+1 || written.Before(r.service.now().Add(-FeedRetention)) {
		return resyncRequired(r.argument)
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
	return &SyncPart{Changes: r.changes, Cursor: r.seal.seal(r.at), HasMore: more}, nil
}

// list goes on listing the clients that there are.
func (r *changeReader) list(ctx context.Context) error {
	if err := r.refresh(ctx); err != nil {
		return err
	}
	query := Query{AfterID: r.at.After, Limit: r.limit + 1, Need: r.need}
	if r.only != nil {
		query.Conditions.ClientIDs = slices.Sorted(maps.Keys(r.only))
	}
	found, err := r.service.store.Clients(ctx, r.scope, query)
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
		r.changes[i] = SyncChange{Cursor: r.seal.seal(r.at), Kind: KindUpserted, ClientID: c.ClientID, ChangedFields: []string{}, Client: c}
	}
	if more {
		return nil
	}
	r.at = changeCursor{Sequence: r.at.Sequence}
	// Whether anything changed meanwhile is the next part's business.
	if r.head, err = r.service.store.ChangeHead(ctx, r.scope); err != nil {
		return fmt.Errorf("find the head of the feed: %w", err)
	}
	return nil
}

// refresh reads a CLIENT's rows anew. They are to be at least as new as the rows
// of the feed that are told by them: who gained sight of a client by an edge
// sees it.
func (r *changeReader) refresh(ctx context.Context) error {
	if !r.scope.Rows.ByID() {
		return nil
	}
	own, err := r.service.store.ClientsByID(ctx, r.scope, []int64{r.scope.ClientID}, true, Select(nameSubjects, "blocked"))
	if err != nil {
		return fmt.Errorf("find the caller's own record: %w", err)
	}
	if r.live && (len(own) == 0 || !own[0].Active() || own[0].Blocked) {
		return accountUnusable()
	}
	r.scope.Rows.ClientIDs = nil
	if len(own) == 1 {
		r.scope.Rows.ClientIDs = append([]int64{own[0].ClientID}, own[0].SubjectIDs...)
	}
	return nil
}

// follow reads rows until the part is full, the head is reached, or enough rows
// were looked at.
func (r *changeReader) follow(ctx context.Context) error {
	r.changes = []SyncChange{}
	for range maxWindows {
		until := min(r.at.Sequence+changeWindow, r.head)
		if r.at.Sequence == until || int64(len(r.changes)) == r.limit {
			break
		}
		rows, err := r.service.store.Changes(ctx, r.scope, r.at.Sequence, until, r.limit+1)
		if err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		if int64(len(rows)) > r.limit {
			// What lies between the last row and the window's end was not read.
			until = rows[len(rows)-1].Sequence
		}
		if err := r.refresh(ctx); err != nil {
			return err
		}
		if r.take(rows) {
			r.at = changeCursor{Sequence: until}
		}
	}
	return r.load(ctx)
}

// take tells of rows until the part is full, and says whether it told of all.
func (r *changeReader) take(rows []ChangeRow) bool {
	for i := range rows {
		row := &rows[i]
		if r.at.Sequence < row.Sequence-1 {
			r.at = changeCursor{Sequence: row.Sequence - 1}
		}
		entries := row.tell(r.scope)
		for j, entry := range entries {
			if entry.part <= r.at.Part {
				continue
			}
			if int64(len(r.changes)) == r.limit {
				return false
			}
			if r.at.Part = entry.part; j == len(entries)-1 {
				r.at = changeCursor{Sequence: row.Sequence}
			}
			if r.only == nil || r.only[entry.clientID] {
				r.changes = append(r.changes, r.change(row, entry))
			}
		}
		r.at = changeCursor{Sequence: row.Sequence}
	}
	return true
}

func (r *changeReader) change(row *ChangeRow, entry told) SyncChange {
	change := SyncChange{Cursor: r.seal.seal(r.at), Kind: entry.kind, ClientID: entry.clientID, ChangedFields: []string{}}
	if entry.kind != KindRemoved && !entry.news {
		change.of = row
	}
	if row.MergedIntoClientID != 0 && (entry.kind == KindMerged || entry.kind == KindUnmerged) {
		change.MergedIntoClientID = new(row.MergedIntoClientID)
	}
	return change
}

// load finds the clients of the entries as they are now, and which survivors of
// merges the caller sees.
func (r *changeReader) load(ctx context.Context) error {
	var ids, survivors []int64
	for i := range r.changes {
		change := &r.changes[i]
		if change.Kind.holds() {
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
	visible, err := r.find(ctx, survivors, Selection{})
	if err != nil {
		return err
	}
	if err := r.nameFields(ctx); err != nil {
		return err
	}
	for i := range r.changes {
		change := &r.changes[i]
		if change.Kind.holds() {
			change.Client = clients[change.ClientID]
		}
		if change.MergedIntoClientID != nil && !r.scope.MaySeeAll() && visible[*change.MergedIntoClientID] == nil {
			change.MergedIntoClientID = nil
		}
	}
	return nil
}

// nameFields names the fields that changed. A list of edges is named only where the
// caller sees a client at the other end of one that came or went, as in a history.
func (r *changeReader) nameFields(ctx context.Context) error {
	var neighbours []int64
	for i := range r.changes {
		if row := r.changes[i].of; row != nil && !r.scope.MaySeeAll() {
			neighbours = append(neighbours, row.neighbours()...)
		}
	}
	seen, err := r.service.seenNeighbours(ctx, r.scope, neighbours)
	if err != nil {
		return err
	}
	for i := range r.changes {
		change := &r.changes[i]
		if change.of == nil {
			continue
		}
		paths := slices.DeleteFunc(slices.Clone(change.of.ChangedPaths), func(changed string) bool {
			id := neighbourOf(changed)
			return id != 0 && !r.scope.MaySeeAll() && !seen[id] && !change.of.movedOwn(r.scope, id)
		})
		change.ChangedFields = readableNames(r.scope.Role, paths)
	}
	return nil
}

// movedOwn says whether the row gave the caller's own record sight of the client,
// or took it: the caller is told of that one too.
func (r *ChangeRow) movedOwn(scope Scope, id int64) bool {
	return scope.Rows.ByID() && r.ClientID == scope.ClientID && (slices.Contains(r.SubjectsGained, id) || slices.Contains(r.SubjectsLost, id))
}

// neighbours are the clients whom the row's paths name.
func (r *ChangeRow) neighbours() []int64 {
	var ids []int64
	for _, changed := range r.ChangedPaths {
		if id := neighbourOf(changed); id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// find finds live clients that the caller sees.
func (r *changeReader) find(ctx context.Context, ids []int64, need Selection) (map[int64]*Client, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := r.service.store.ClientsByID(ctx, r.scope, sortedSet(ids), false, need)
	if err != nil {
		return nil, fmt.Errorf("find changed clients: %w", err)
	}
	byID := make(map[int64]*Client, len(found))
	for _, c := range found {
		byID[c.ClientID] = c
	}
	return byID, nil
}

// ChangedFields are the names of the fields that changed and that the role may
// read, ascending.
func (r *ChangeRow) ChangedFields(role Role) []string { return readableNames(role, r.ChangedPaths) }

// readableNames are the names of fields at some paths that the role may read,
// ascending and each once; of a custom field it is fields.ID.
func readableNames(role Role, paths []string) []string {
	names := []string{}
	for _, changed := range paths {
		if mayRead(role, changed) {
			names = append(names, toldPath(changed))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
