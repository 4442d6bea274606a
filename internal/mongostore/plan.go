package mongostore

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// plan turns what is asked into a query and its window.
func plan(scope client.Scope, asked store.Query) (query, window) {
	key := orderKey(asked.Order)
	direction, after, before := 1, "$gt", "$lt"
	if asked.Order.Descending {
		after, before = before, after
	}
	if asked.Order.Descending != asked.Backward {
		direction = -1
	}
	var bounds bson.D
	if asked.After != "" {
		bounds = append(bounds, bson.E{Key: after, Value: asked.After})
	}
	if asked.Before != "" {
		bounds = append(bounds, bson.E{Key: before, Value: asked.Before})
	}
	if asked.AfterID != 0 {
		bounds = bson.D{{Key: after, Value: asked.AfterID}}
	}
	return list(scope, asked.Conditions, key, bounds), window{
		sort:  bson.D{{Key: key, Value: direction}},
		skip:  asked.Skip,
		limit: asked.Limit,
		batch: oneBatch,
	}
}

// orderKey is the stored key of an order.
func orderKey(order store.Order) string {
	switch order.Field {
	case store.OrderByFullName:
		return "nameKey"
	case store.OrderByEmailAddress:
		return "emailKey"
	}
	return keyID
}
