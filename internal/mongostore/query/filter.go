package query

import (
	"math"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// Tenant begins every filter of clients: it excludes the clients of other businesses.
func Tenant(scope client.Scope) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: scope.BusinessID}}
}

// ByIDs finds clients by id, in any lifecycle.
func ByIDs(scope client.Scope, ids []int64) Query {
	q := Query{Core: Tenant(scope), Index: indexID}
	if scope.Rows.ByID() {
		ids = intersect(scope.Rows.ClientIDs, ids)
	} else {
		q.Rest = Visible(scope)
	}
	q.Core = append(q.Core, bson.E{Key: schema.FieldID, Value: In(NonNil(ids))})
	return q
}

// Visible is the condition that the scope sees the client.
func Visible(scope client.Scope) bson.D {
	rows := scope.Rows
	switch {
	case rows.All:
		return nil
	case rows.ByID():
		return bson.D{{Key: schema.FieldID, Value: In(NonNil(rows.ClientIDs))}}
	}
	return bson.D{{Key: schema.FieldVisibility, Value: In(rows.VisibilityKeys)}}
}

// ViewersOf finds the live viewers of any of the subjects. For role CLIENT it finds all
// of the few visible clients: the subjects of each show whether it is a viewer.
func ViewersOf(scope client.Scope, subjectIDs []int64) Query {
	if scope.Rows.ByID() {
		q := Live(scope, Visible(scope))
		q.Index = indexLiveID
		return q
	}
	q := Live(scope, bson.D{{Key: schema.FieldSubjects, Value: In(subjectIDs)}})
	q.Rest, q.Index = Visible(scope), "liveBySubject"
	return q
}

// Live finds live clients by one more condition, which must be on a field that an index
// has after the lifecycle.
func Live(scope client.Scope, condition bson.D) Query {
	return Query{Core: append(append(Tenant(scope), bson.E{Key: schema.FieldLifecycle, Value: client.Live}), condition...)}
}

// List finds the clients that match the conditions, within bounds of an order. One
// condition is the core: the one that probably finds the fewest clients. If that is the
// order or the visibility, an index has the order's field after it, so that a page reads
// only a page. Clients that are found by another index key, except those of staff and
// locations, are all read and sorted, unless the caller uses Query.Ordered.
func List(scope client.Scope, c store.Conditions, b Bounds) Query {
	ids := c.ClientIDs
	if scope.Rows.ByID() {
		ids = intersect(scope.Rows.ClientIDs, ids)
	}
	life, stages, ordered := b.listed(c.IncludeDeleted)
	created := createdBetween(c)
	var core, rest bson.D
	keys, also := c.IndexKeys, b.ties
	if b.byDate && b.within != nil {
		also = append(also, b.condition())
	}
	q := Query{}
	switch {
	case ids != nil:
		core = slices.Concat(life, bson.D{{Key: schema.FieldID, Value: In(ids)}})
		rest = slices.Concat(seenBy(scope), ordered, created, known(c))
		q.Index = idIndex(c.IncludeDeleted)
	case c.EmailsLower != nil:
		core = slices.Concat(life, known(c))
		rest = slices.Concat(seenBy(scope), ordered, created)
	case c.ExternalUserNames != nil:
		core = known(c)
		rest = slices.Concat(life, seenBy(scope), ordered, created)
		q.Index = "byExternalUserNames"
	case len(keys) > 0 && seenKeys(keys[0]) != nil:
		core = slices.Concat(life, bson.D{{Key: schema.FieldVisibility, Value: In(seenKeys(keys[0]))}})
		rest = slices.Concat(seenBy(scope), ordered, created)
		q.Index = b.seenIndex(c.IncludeDeleted)
	case len(keys) > 0:
		if onlyKey(scope, c) {
			q.Index, q.Ordered = "byKey", b.index(c.IncludeDeleted)
		}
		core, keys = bson.D{{Key: schema.FieldIndexKeys, Value: In(keys[0])}}, keys[1:]
		rest = slices.Concat(stages, seenBy(scope), ordered, created)
	case !scope.Rows.All && len(scope.Rows.VisibilityKeys) <= mostInOrder:
		core = slices.Concat(life, Visible(scope))
		rest = slices.Concat(ordered, created)
		q.Index = b.seenIndex(c.IncludeDeleted)
	case created != nil:
		core, rest = created, slices.Concat(life, ordered, seenBy(scope))
	case b.byDate:
		core, rest, also = b.condition(), slices.Concat(life, ordered, seenBy(scope)), b.ties
		q.Index = b.index(c.IncludeDeleted)
	case b.key == schema.FieldID && c.IncludeDeleted:
		core, rest = life, slices.Concat(ordered, seenBy(scope))
		q.Index = indexID
	default:
		if ordered == nil {
			// Every live client has a place in the order. The condition shows which index
			// is meant to a planner that ignores the order.
			ordered = bson.D{{Key: b.key, Value: bson.D{{Key: "$gt", Value: lowest(b.key)}}}}
		}
		core, rest = slices.Concat(life, ordered), seenBy(scope)
		q.Index = b.index(c.IncludeDeleted)
	}
	q.Core, q.Rest = append(Tenant(scope), core...), slices.Concat(rest, remaining(c, keys, also))
	return q
}

// listed returns three conditions for the lifecycles in a list: as an equality, nil if
// deleted clients are included; as an equality or a list; and as a bound of the order,
// unless that is by a date, which all clients have.
func (b *Bounds) listed(deleted bool) (life, stages, ordered bson.D) {
	if b.within != nil && !b.byDate {
		ordered = b.condition()
	}
	if !deleted {
		life = bson.D{{Key: schema.FieldLifecycle, Value: client.Live}}
		return life, life, ordered
	}
	if ordered == nil {
		// All clients in lists have a place in the order, and no others.
		ordered = bson.D{{Key: b.placed(), Value: bson.D{{Key: "$gt", Value: ""}}}}
	}
	return nil, bson.D{{Key: schema.FieldLifecycle, Value: In([]client.Lifecycle{client.Live, client.Removed})}}, ordered
}

// lowest returns a value below all keys of the order.
func lowest(order string) any {
	if order == schema.FieldID {
		return int64(math.MinInt64)
	}
	return ""
}

// placed returns the field that only clients in lists have: that of the order if
// possible, so that one index serves both.
func (b *Bounds) placed() string {
	if b.byDate || b.key == schema.FieldID {
		return "nameKey"
	}
	return b.key
}

// seenBy is Visible for scopes with visibility keys; for scopes with ids, the core has
// the ids.
func seenBy(scope client.Scope) bson.D {
	if scope.Rows.ByID() {
		return nil
	}
	return Visible(scope)
}

// known returns the conditions on addresses or user names.
func known(c store.Conditions) bson.D {
	var conditions bson.D
	for _, list := range []struct {
		key    string
		values []string
	}{{"emailsLower", c.EmailsLower}, {"externalUserNames", c.ExternalUserNames}} {
		switch len(list.values) {
		case 0:
		case 1:
			conditions = append(conditions, bson.E{Key: list.key, Value: list.values[0]})
		default:
			conditions = append(conditions, bson.E{Key: list.key, Value: In(list.values)})
		}
	}
	return conditions
}

func createdBetween(c store.Conditions) bson.D {
	return between("createdDate", c.CreatedFrom, c.CreatedBefore)
}

// between returns the condition that a date is at from or later and before before; nil
// without bounds.
func between(key string, from, before *time.Time) bson.D {
	var bounds bson.D
	if from != nil {
		bounds = append(bounds, bson.E{Key: "$gte", Value: *from})
	}
	if before != nil {
		bounds = append(bounds, bson.E{Key: "$lt", Value: *before})
	}
	if bounds == nil {
		return nil
	}
	return bson.D{{Key: key, Value: bounds}}
}

// fulfilling returns the condition on a list of appointments that one of them matches.
func fulfilling(a *store.AppointmentCondition) bson.D {
	fulfils := between("start", a.StartFrom, a.StartBefore)
	for _, list := range []struct {
		name string
		ids  []int64
	}{{"locationId", a.LocationIDs}, {"reasonId", a.ReasonIDs}, {"staffId", a.StaffIDs}} {
		if list.ids != nil {
			fulfils = append(fulfils, bson.E{Key: list.name, Value: In(list.ids)})
		}
	}
	if len(a.Statuses) > 0 {
		fulfils = append(fulfils, bson.E{Key: "status", Value: In(a.Statuses)})
	}
	if fulfils == nil {
		// Any appointment matches.
		fulfils = bson.D{{Key: "appointmentId", Value: bson.D{{Key: "$ne", Value: nil}}}}
	}
	return bson.D{{Key: "$elemMatch", Value: fulfils}}
}

// remaining returns the conditions that no index answers, together with also.
func remaining(c store.Conditions, keys [][]string, also bson.A) bson.D {
	var rest bson.D
	each := append(traits(c), also...)
	if c.NoAppointment != nil {
		each = append(each, bson.D{{Key: client.NameAppointments, Value: bson.D{{Key: "$not", Value: fulfilling(c.NoAppointment)}}}})
	}
	for _, anyOf := range keys {
		each = append(each, bson.D{{Key: schema.FieldIndexKeys, Value: In(anyOf)}})
	}
	if each != nil {
		rest = append(rest, bson.E{Key: "$and", Value: each})
	}
	if c.Appointment != nil {
		rest = append(rest, bson.E{Key: client.NameAppointments, Value: fulfilling(c.Appointment)})
	}
	if len(c.Statuses) > 0 {
		rest = append(rest, bson.E{Key: "status", Value: In(c.Statuses)})
	}
	return rest
}

// traits returns the conditions on birthdays and traits that are checked on the clients.
func traits(c store.Conditions) (each bson.A) {
	for _, trait := range c.Has {
		var anyOf bson.A
		for _, property := range trait.Properties() {
			anyOf = append(anyOf, bson.D{{Key: property.Name, Value: bson.D{{Key: "$ne", Value: nil}}}})
		}
		each = append(each, bson.D{{Key: "$or", Value: anyOf}})
	}
	for _, trait := range c.HasNot {
		for _, property := range trait.Properties() {
			each = append(each, bson.D{{Key: property.Name, Value: nil}})
		}
	}
	if c.Birthdays != nil {
		// A missing birthday is null here, which equals no day.
		birthday := bson.D{{Key: "$dateToString", Value: bson.D{{Key: "format", Value: "%m-%d"}, {Key: "date", Value: "$dateOfBirth"}}}}
		each = append(each, bson.D{{Key: "$expr", Value: bson.D{{Key: "$in", Value: bson.A{birthday, c.Birthdays}}}}})
	}
	return each
}

// intersect returns the entries that both lists have, never nil; all of a if b is nil.
func intersect(a, b []int64) []int64 {
	if b == nil {
		return NonNil(a)
	}
	both := []int64{}
	for _, id := range a {
		if slices.Contains(b, id) {
			both = append(both, id)
		}
	}
	return both
}

// SurvivorsOf finds the clients that the clients with those ids were merged into. A
// survivor that was merged itself keeps its list, so callers must drop merged clients
// from the result.
func SurvivorsOf(scope client.Scope, ids []int64) Query {
	return Query{
		Core: append(Tenant(scope), bson.E{Key: schema.FieldMerged + ".clientId", Value: In(NonNil(ids))}),
		Rest: Visible(scope), Index: "byMerged",
	}
}
