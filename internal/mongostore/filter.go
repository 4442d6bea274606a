package mongostore

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
)

// query is what to look for, in two parts. core is what an index answers:
// equalities on a prefix of its keys, and one $in or range on the key after
// them. rest is checked on what core found. MongoDB's planner makes the same
// plan of both parts together; the embedded engine's uses an index only where
// the index answers the whole query, so it is given core by itself.
type query struct{ core, rest bson.D }

// tenant begins every query of clients: no other business's clients, whatever
// follows.
func tenant(scope client.Scope) bson.D {
	return bson.D{{Key: keyBusiness, Value: scope.BusinessID}}
}

// byIDs looks for clients of those ids, in any stage of their life.
func byIDs(scope client.Scope, ids []int64) query {
	q := query{core: tenant(scope)}
	if scope.Rows.ByID() {
		ids = intersect(scope.Rows.ClientIDs, ids)
	} else {
		q.rest = visible(scope)
	}
	q.core = append(q.core, bson.E{Key: keyID, Value: in(nonNil(ids))})
	return q
}

// visible is the condition that a client is of the rows that the scope sees.
func visible(scope client.Scope) bson.D {
	rows := scope.Rows
	switch {
	case rows.All:
		return nil
	case rows.ByID():
		return bson.D{{Key: keyID, Value: in(nonNil(rows.ClientIDs))}}
	}
	return bson.D{{Key: keyVisibility, Value: in(rows.Keys)}}
}

// viewersOf looks for the live clients who may see one of the subjects. A CLIENT
// has few rows, and all of them are found: whoever of them sees none of the
// subjects is told by its own list.
func viewersOf(scope client.Scope, subjectIDs []int64) query {
	if scope.Rows.ByID() {
		return live(scope, visible(scope))
	}
	q := live(scope, bson.D{{Key: keySubjects, Value: in(subjectIDs)}})
	q.rest = visible(scope)
	return q
}

// live looks for live clients by one more condition, which an index has after
// the lifecycle.
func live(scope client.Scope, condition bson.D) query {
	return query{core: append(append(tenant(scope), bson.E{Key: keyLifecycle, Value: client.Live}), condition...)}
}

// list looks for the clients that a filter means, within bounds of an order's
// key.
func list(scope client.Scope, filter client.Filter, order string, bounds bson.D) query {
	q := query{core: tenant(scope)}
	ids := filter.ClientIDs
	switch {
	case scope.Rows.ByID():
		ids = intersect(scope.Rows.ClientIDs, ids)
	case ids != nil:
		q.rest = append(q.rest, visible(scope)...)
	}
	if !filter.IncludeDeleted {
		q.core = append(q.core, bson.E{Key: keyLifecycle, Value: client.Live})
	}
	if bounds == nil && filter.IncludeDeleted {
		// Whoever has a place in the order is in lists: a condition on the one key
		// that the index of this order goes on with.
		bounds = bson.D{{Key: "$gt", Value: ""}}
	}
	keyed := bson.D{}
	if bounds != nil {
		keyed = bson.D{{Key: order, Value: bounds}}
	}
	switch {
	case ids != nil:
		q.core = append(q.core, bson.E{Key: keyID, Value: in(ids)})
		q.rest = append(q.rest, keyed...)
	case scope.Rows.All:
		q.core = append(q.core, keyed...)
	default:
		q.core = append(q.core, visible(scope)...)
		q.rest = append(q.rest, keyed...)
	}
	if len(filter.Statuses) > 0 {
		q.rest = append(q.rest, bson.E{Key: "status", Value: in(filter.Statuses)})
	}
	return q
}

// intersect returns what both lists hold, never nil: where b is nil, all of a.
func intersect(a, b []int64) []int64 {
	if b == nil {
		return nonNil(a)
	}
	both := []int64{}
	for _, id := range a {
		if slices.Contains(b, id) {
			both = append(both, id)
		}
	}
	return both
}

func in[T any](values []T) bson.D {
	return bson.D{{Key: "$in", Value: values}}
}

func nonNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

// orderKey is the stored key of an order.
func orderKey(order client.Order) string {
	if order.Field == client.OrderByEmailAddress {
		return "emailKey"
	}
	return "nameKey"
}
