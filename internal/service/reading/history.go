package reading

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// MaxHistory is the most entries of a history in one page.
const MaxHistory = 100

// HistoryArgs ask for a page of a client's history: the First entries, 1 to 100, with
// versions above After.
type HistoryArgs struct{ First, After int64 }

// HistoryPage is a page of a client's history, earliest version first.
type HistoryPage struct {
	Entries []history.Entry
	Cursors []string
	// More says whether the history continues.
	More bool
}

// HistoryArgs reads the arguments of a client's history; after is nil or a
// cursor of it. Errors: FORBIDDEN (role CLIENT), OUT_OF_RANGE, INVALID_CURSOR.
func (s *Histories) HistoryArgs(scope client.Scope, clientID, first int64, after *string) (HistoryArgs, error) {
	if scope.Role == client.RoleClient {
		return HistoryArgs{}, &client.Error{Code: client.CodeForbidden, Message: "role CLIENT may not read histories"}
	}
	var errs client.Errors
	if first < 1 || first > MaxHistory {
		errs = append(errs, client.Path{"first"}.At(client.OutOfRange(MaxHistory)))
	}
	args := HistoryArgs{First: first}
	if after != nil {
		key, err := DecodeCursor(historyIdentity(scope, clientID), "after", *after)
		if err != nil {
			errs = append(errs, err)
		}
		args.After, _ = client.ParseNumber(key)
	}
	return args, errs.ErrOrNil()
}

// historyIdentity identifies the list that cursors of a client's history belong to.
func historyIdentity(scope client.Scope, clientID int64) []byte {
	return fmt.Appendf(nil, "history %d %d", scope.BusinessID, clientID)
}

// History reads a page of history for each of some clients that the caller sees, also
// merged ones, by client id. It has only changes that the caller may read: those of edges
// only if it sees the client at the other end.
func (s *Histories) History(ctx context.Context, scope client.Scope, ids []int64, args HistoryArgs) (map[int64]*HistoryPage, error) {
	pages := make(map[int64]*HistoryPage, len(ids))
	for _, id := range ids {
		pages[id] = &HistoryPage{Entries: []history.Entry{}}
	}
	// A client has a row for each version. One row more than wanted tells whether there
	// are more.
	entries, err := s.Store.History(ctx, scope, ids, args.After, args.After+args.First+1)
	if err != nil {
		return nil, fmt.Errorf("read histories: %w", err)
	}
	if err := s.Readable(ctx, scope, entries); err != nil {
		return nil, err
	}
	for _, entry := range entries {
		page := pages[entry.ClientID]
		if int64(len(page.Entries)) == args.First {
			page.More = true
			continue
		}
		page.Entries = append(page.Entries, entry)
		page.Cursors = append(page.Cursors, EncodeCursor(historyIdentity(scope, entry.ClientID), strconv.FormatInt(entry.Version, 10)))
	}
	return pages, nil
}

// Readable removes from entries the changes that the caller may not read.
func (s *Histories) Readable(ctx context.Context, scope client.Scope, entries []history.Entry) error {
	visible, err := s.visibleNeighbours(ctx, scope, entries)
	if err != nil {
		return err
	}
	if err := s.showEntries(ctx, scope, entries); err != nil {
		return err
	}
	for i := range entries {
		entries[i].Changes = slices.DeleteFunc(entries[i].Changes, func(change history.Change) bool {
			if !history.MayRead(scope.Role, change.Path) {
				return true
			}
			neighbour := change.Neighbour()
			return neighbour != 0 && !scope.MaySeeAll() && !visible[neighbour]
		})
	}
	return nil
}

// showEntries replaces stored values of custom fields by those that are shown: a choice
// has today's name in the whole history.
func (s *Histories) showEntries(ctx context.Context, scope client.Scope, entries []history.Entry) error {
	var definitions client.Definitions
	for _, entry := range entries {
		for i := range entry.Changes {
			change := &entry.Changes[i]
			if history.TopLevel(change.Path) != client.NameFields {
				continue
			}
			if definitions == nil {
				var err error
				if definitions, err = s.Definitions(ctx, scope); err != nil {
					return err
				}
			}
			change.Before, change.After = definitions.Shown(change.Path, change.Before), definitions.Shown(change.Path, change.After)
		}
	}
	return nil
}

// visibleNeighbours returns which clients at the other ends of the entries' edges the
// caller sees. It reads nothing for a caller who sees all clients.
func (s *Histories) visibleNeighbours(ctx context.Context, scope client.Scope, entries []history.Entry) (map[int64]bool, error) {
	if scope.MaySeeAll() {
		return nil, nil
	}
	var ids []int64
	for _, entry := range entries {
		for _, change := range entry.Changes {
			if id := change.Neighbour(); id != 0 {
				ids = append(ids, id)
			}
		}
	}
	return s.SeenNeighbours(ctx, scope, ids)
}

// SeenNeighbours returns which of some clients the caller sees: a caller who sees a
// survivor also sees the clients merged into it.
func (s *Histories) SeenNeighbours(ctx context.Context, scope client.Scope, ids []int64) (map[int64]bool, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = client.SortedSet(ids)
	found, err := s.LookUp(ctx, scope, ids, client.Selection{})
	if err != nil {
		return nil, fmt.Errorf("find neighbours: %w", err)
	}
	visible := make(map[int64]bool, len(found))
	for i, neighbour := range found {
		visible[ids[i]] = neighbour.Client != nil
	}
	return visible, nil
}
