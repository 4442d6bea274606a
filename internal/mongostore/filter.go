package mongostore

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
)

// base is what every query of clients begins with: the tenant, and the rows
// that the caller sees. ids, when not nil, narrows it to those clients. No
// client query is built without it.
func base(scope client.Scope, ids []int64) bson.D {
	query := bson.D{{Key: keyBusiness, Value: scope.BusinessID}}
	rows := scope.Rows
	switch {
	case rows.All:
	case len(rows.Keys) > 0:
		query = append(query, bson.E{Key: keyVisibility, Value: in(rows.Keys)})
	default:
		ids = intersect(rows.ClientIDs, ids)
	}
	if ids != nil {
		query = append(query, bson.E{Key: keyID, Value: in(ids)})
	}
	return query
}

// intersect returns what both lists hold, never nil: where b is nil, all of a.
func intersect(a, b []int64) []int64 {
	if b == nil {
		return append([]int64{}, a...)
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

// filterQuery is the query of a filter.
func filterQuery(scope client.Scope, filter client.Filter) bson.D {
	query := append(base(scope, filter.ClientIDs), lifecycle(filter.IncludeDeleted))
	if len(filter.Statuses) > 0 {
		query = append(query, bson.E{Key: "status", Value: in(filter.Statuses)})
	}
	return query
}

// lifecycle is the condition on a record's life. It is an equality where it can
// be: with one, an index gives the order too.
func lifecycle(includeDeleted bool) bson.E {
	if includeDeleted {
		return bson.E{Key: keyLifecycle, Value: in([]client.Lifecycle{client.Live, client.Removed})}
	}
	return bson.E{Key: keyLifecycle, Value: client.Live}
}

// orderKey is the stored key of an order.
func orderKey(order client.Order) string {
	if order.Field == client.OrderByEmailAddress {
		return "emailKey"
	}
	return "nameKey"
}
