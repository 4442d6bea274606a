package client

import (
	"context"
	"slices"
	"time"
)

// ChangeStore is what a Store does about the change feed: the rows that writes
// leave, numbered from 1 in each business, without a gap and in one order for all
// readers. Rows about one client are in the order of its writes.
type ChangeStore interface {
	// ChangeHead is the number of the last row of the scope's business; 0 before
	// the first. Rows of writes that were done before have their numbers, unless the
	// database does not number them in time: then they get higher ones later.
	ChangeHead(ctx context.Context, scope Scope) (int64, error)
	// NextChange finds the first row above a number that is still kept: its own
	// number and when it was written; 0 when there is none.
	NextChange(ctx context.Context, scope Scope, after int64) (sequence int64, at time.Time, err error)
	// Changes finds the rows numbered above after, up to until, that are about
	// clients of the scope's rows, before the change or after it, in order and at
	// most limit of them.
	Changes(ctx context.Context, scope Scope, after, until, limit int64) ([]ChangeRow, error)
	// WatchChanges returns a channel that receives after rows were written in the
	// scope's business, once at least for all that it did not receive for yet, until
	// ctx ends. It may receive though nothing was written.
	WatchChanges(ctx context.Context, scope Scope) <-chan struct{}
}

// ChangeRow is one row of the change feed.
type ChangeRow struct {
	Sequence int64
	At       time.Time
	Kind     Kind
	// ClientID is 0 in a row that only keeps its number: what it told of was
	// erased.
	ClientID int64
	Version  int64
	// MergedIntoClientID is set for the kinds MERGED and UNMERGED.
	MergedIntoClientID int64
	// ChangedPaths are those of the history row.
	ChangedPaths []string
	// VisibilityBefore and VisibilityAfter are the client's visibility keys.
	VisibilityBefore, VisibilityAfter []string
	// SubjectsGained and SubjectsLost are the clients whom the client may see, or
	// may no longer see, since then.
	SubjectsGained, SubjectsLost []int64
}

// told is what one row tells one caller.
type told struct {
	kind     Kind
	clientID int64
	// part is the place within the row, from 1; the row's own client is the
	// first.
	part int
	// news says that the whole client is new to the caller.
	news bool
}

// tell says what the row tells a caller of those rows. A CLIENT, whose rows are
// told by id, gains and loses sight of others when the edges of its own record
// change; the others when a client's keys change.
func (r *ChangeRow) tell(scope Scope) []told {
	own := told{kind: r.Kind, clientID: r.ClientID, part: 1}
	switch {
	case r.ClientID == 0:
		return nil
	case scope.Rows.All:
		return []told{own}
	case !scope.Rows.ByID():
		return r.tellByKey(scope, own)
	}
	var all []told
	if slices.Contains(scope.Rows.ClientIDs, r.ClientID) {
		all = append(all, own)
	}
	if r.ClientID != scope.ClientID {
		return all
	}
	part := own.part
	for _, id := range r.SubjectsGained {
		part++
		all = append(all, told{kind: KindUpserted, clientID: id, part: part, news: true})
	}
	for _, id := range r.SubjectsLost {
		part++
		all = append(all, told{kind: KindRemoved, clientID: id, part: part})
	}
	return all
}

func (r *ChangeRow) tellByKey(scope Scope, own told) []told {
	shares := func(keys []string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(scope.Rows.Keys, key) })
	}
	before, after := shares(r.VisibilityBefore), shares(r.VisibilityAfter)
	switch {
	case !before && !after:
		return nil
	case before && !after && own.kind != KindErased:
		own.kind = KindRemoved
	case !before && own.kind == KindUpserted:
		own.news = true
	case !before && own.kind != KindRestored && own.kind != KindUnmerged:
		// The caller never held what was deleted or merged.
		return nil
	}
	return []told{own}
}

// holds says whether who is told has a client to look at.
func (k Kind) holds() bool { return k == KindUpserted || k == KindRestored || k == KindUnmerged }
