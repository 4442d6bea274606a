package query

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// Plan turns what is asked into a query and its window.
func Plan(scope client.Scope, asked store.Query) (Query, Window) {
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
	return List(scope, asked.Conditions, key, bounds), Window{
		Sort:  bson.D{{Key: key, Value: direction}},
		Skip:  asked.Skip,
		Limit: asked.Limit,
		Batch: OneBatch,
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
	return schema.FieldID
}
