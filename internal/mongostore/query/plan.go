package query

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// Plan converts a store's query to a Query and its Window.
func Plan(scope client.Scope, asked store.Query) (Query, Window) {
	key := orderKey(asked.Order)
	direction := 1
	if asked.Order.Descending != asked.Backward {
		direction = -1
	}
	sort := bson.D{{Key: key, Value: direction}}
	if asked.Order.Field.ByDate() {
		sort = append(sort, bson.E{Key: schema.FieldID, Value: direction})
	}
	return List(scope, asked.Conditions, boundsOf(asked)), Window{
		Sort:  sort,
		Skip:  asked.Skip,
		Limit: asked.Limit,
		Batch: OneBatch,
	}
}

// orderKey returns the stored field of an order.
func orderKey(order store.Order) string {
	switch order.Field {
	case store.OrderByFullName:
		return "nameKey"
	case store.OrderByEmailAddress:
		return "emailKey"
	case store.OrderByCreatedDate:
		return client.NameCreatedDate
	case store.OrderByModifiedDate:
		return client.NameModifiedDate
	}
	return schema.FieldID
}

// Bounds are the part of an order that a query reads.
type Bounds struct {
	// key is the stored field of the order, and byDate says that it is a date, followed
	// by the id.
	key    string
	byDate bool
	// within are the bounds on the field that an index answers; nil for none.
	within bson.D
	// ties are the other conditions of the bounds.
	ties bson.A
}

// Unbounded returns the whole order by name.
func Unbounded() Bounds { return Bounds{key: "nameKey"} }

func boundsOf(asked store.Query) Bounds {
	b := Bounds{key: orderKey(asked.Order), byDate: asked.Order.Field.ByDate()}
	above, below := asked.After, asked.Before
	if asked.Order.Descending {
		above, below = below, above
	}
	if b.byDate {
		b.dates(above, below)
		return b
	}
	if above != "" {
		b.within = append(b.within, bson.E{Key: "$gt", Value: above})
	}
	if below != "" {
		b.within = append(b.within, bson.E{Key: "$lt", Value: below})
	}
	if asked.AfterID != 0 {
		after := "$gt"
		if asked.Order.Descending {
			after = "$lt"
		}
		b.within = bson.D{{Key: after, Value: asked.AfterID}}
	}
	return b
}

// dates bounds an order by a date to the range between two places. Either place may be
// empty. A database does not compare null with dates, although it sorts null before them.
func (b *Bounds) dates(above, below string) {
	tie := func(operator string, date any, idOperator string, id int64) {
		b.ties = append(b.ties, bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: b.key, Value: bson.D{{Key: operator, Value: date}}}},
			bson.D{{Key: schema.FieldID, Value: bson.D{{Key: idOperator, Value: id}}}},
		}}})
	}
	if place, is := store.ReadDatePlace(above); is {
		if place.Date == nil {
			tie("$ne", nil, "$gt", place.ClientID)
		} else {
			b.within = append(b.within, bson.E{Key: "$gte", Value: *place.Date})
			tie("$gt", *place.Date, "$gt", place.ClientID)
		}
	}
	place, is := store.ReadDatePlace(below)
	switch {
	case !is:
	case place.Date == nil:
		b.ties = append(b.ties,
			bson.D{{Key: b.key, Value: nil}},
			bson.D{{Key: schema.FieldID, Value: bson.D{{Key: "$lt", Value: place.ClientID}}}})
	case b.within != nil:
		// With $lte the embedded engine would omit values equal to the bound if the index
		// has more fields. Dates are stored in whole milliseconds.
		b.within = append(b.within, bson.E{Key: "$lt", Value: place.Date.Add(time.Millisecond)})
		tie("$lt", *place.Date, "$lt", place.ClientID)
	default:
		b.ties = append(b.ties, bson.D{{Key: b.key, Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gt", Value: *place.Date}}}}}})
		tie("$ne", *place.Date, "$lt", place.ClientID)
	}
}

// condition is the condition of within on the field.
func (b *Bounds) condition() bson.D {
	if b.within == nil {
		return nil
	}
	return bson.D{{Key: b.key, Value: b.within}}
}
