package changefeed

import (
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// Row is one row of the change feed.
type Row struct {
	Sequence int64
	At       time.Time
	Kind     history.Kind
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

// Concerns says whether the row is about a client whom the scope sees, before the change
// or after it.
func (r *Row) Concerns(scope client.Scope) bool {
	switch {
	case scope.Rows.All:
		return true
	case scope.Rows.ByID():
		return slices.Contains(scope.Rows.ClientIDs, r.ClientID)
	}
	return sharesKey(scope, r.VisibilityBefore) || sharesKey(scope, r.VisibilityAfter)
}

func sharesKey(scope client.Scope, keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(scope.Rows.VisibilityKeys, key) })
}

// Notice is what one row tells one caller.
type Notice struct {
	Kind     history.Kind
	ClientID int64
	// Part is the place within the row, from 1; the row's own client is the
	// first.
	Part int
	// Whole says that the whole client is new to the caller.
	Whole bool
}

// Notices are what the row tells a caller of that scope. A caller of the role CLIENT
// begins or ceases to see others when the edges of its own record change. All other
// callers do when the visibility keys of a client change.
func (r *Row) Notices(scope client.Scope) []Notice {
	own := Notice{Kind: r.Kind, ClientID: r.ClientID, Part: 1}
	switch {
	case r.ClientID == 0:
		return nil
	case scope.Rows.All:
		return []Notice{own}
	case !scope.Rows.ByID():
		return r.noticesByKey(scope, own)
	}
	var all []Notice
	if slices.Contains(scope.Rows.ClientIDs, r.ClientID) {
		all = append(all, own)
	}
	if r.ClientID != scope.ClientID {
		return all
	}
	part := own.Part
	for _, id := range r.SubjectsGained {
		part++
		all = append(all, Notice{Kind: history.KindUpserted, ClientID: id, Part: part, Whole: true})
	}
	for _, id := range r.SubjectsLost {
		part++
		all = append(all, Notice{Kind: history.KindRemoved, ClientID: id, Part: part})
	}
	return all
}

func (r *Row) noticesByKey(scope client.Scope, own Notice) []Notice {
	before, after := sharesKey(scope, r.VisibilityBefore), sharesKey(scope, r.VisibilityAfter)
	switch {
	case !before && !after:
		return nil
	case before && !after && own.Kind != history.KindErased:
		own.Kind = history.KindRemoved
	case !before && own.Kind == history.KindUpserted:
		own.Whole = true
	case !before && own.Kind != history.KindRestored && own.Kind != history.KindUnmerged:
		// The caller never held what was deleted or merged.
		return nil
	}
	return []Notice{own}
}

// ChangedFields are the names of the fields that changed and that the role may
// read, ascending.
func (r *Row) ChangedFields(role client.Role) []string {
	return history.ReadableNames(role, r.ChangedPaths)
}
