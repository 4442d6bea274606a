package changefeed

import (
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// Row is one row of the change feed: a change of one client.
type Row struct {
	Sequence int64
	At       time.Time
	Kind     history.Kind
	// ClientID is 0 in the row of an erased client. Only the row's number is left.
	ClientID int64
	Version  int64
	// MergedIntoClientID is the survivor, for the kinds MERGED and UNMERGED; else 0.
	MergedIntoClientID int64
	// ChangedPaths are the paths that changed, as in history.
	ChangedPaths []string
	// VisibilityBefore and VisibilityAfter are the client's visibility keys before and
	// after the change.
	VisibilityBefore, VisibilityAfter []string
	// SubjectsGained and SubjectsLost are the ids of the clients that the client may see
	// since the change, or may no longer see.
	SubjectsGained, SubjectsLost []int64
}

// Concerns says whether the scope sees the row's client, before the change or after it.
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

// Notice is what one row tells one caller about one client.
type Notice struct {
	Kind     history.Kind
	ClientID int64
	// Part is the place among the notices of the row, from 1. The notice about the row's
	// own client is the first.
	Part int
	// NewToCaller says that the caller did not see the client before the change.
	NewToCaller bool
}

// Notices returns what the row tells a caller with that scope. Which clients a caller
// sees can change with the row: for the role CLIENT with the viewer edges of its own
// record, for other roles with a client's visibility keys.
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
		all = append(all, Notice{Kind: history.KindUpserted, ClientID: id, Part: part, NewToCaller: true})
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
		own.NewToCaller = true
	case !before && own.Kind != history.KindRestored && own.Kind != history.KindUnmerged:
		// The client was deleted or merged, and the caller did not see it before.
		return nil
	}
	return []Notice{own}
}

// ChangedFields returns the names of the changed fields that the role may read, in
// ascending order.
func (r *Row) ChangedFields(role client.Role) []string {
	return history.ReadableNames(role, r.ChangedPaths)
}
