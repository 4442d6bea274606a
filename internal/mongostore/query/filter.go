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

// Tenant begins every query of clients: no other business's clients, whatever
// follows.
func Tenant(scope client.Scope) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: scope.BusinessID}}
}

// ByIDs looks for clients of those ids, in any stage of their life.
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

// Visible is the condition that a client is of the rows that the scope sees.
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

// ViewersOf looks for the live clients who may see one of the subjects. A CLIENT
// has few rows, and all of them are found: whoever of them sees none of the
// subjects is told by its own list.
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

// Live looks for live clients by one more condition, which an index has after
// the lifecycle.
func Live(scope client.Scope, condition bson.D) Query {
	return Query{Core: append(append(Tenant(scope), bson.E{Key: schema.FieldLifecycle, Value: client.Live}), condition...)}
}

// List looks for the clients that conditions mean, within bounds of an order. One
// condition is the core, the one that is likely to find least. Where that is the
// order, or who may see a client, an index has the order's key after it, so that a
// page costs a page; those found by another index key than a staff member's or a
// location's are all read, and sorted, unless Query.Ordered is gone by.
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
			// Whoever is live has a place in the order. It says which of the indexes
			// is meant, to a planner that does not look at the order.
			ordered = bson.D{{Key: b.key, Value: bson.D{{Key: "$gt", Value: lowest(b.key)}}}}
		}
		core, rest = slices.Concat(life, ordered), seenBy(scope)
		q.Index = b.index(c.IncludeDeleted)
	}
	q.Core, q.Rest = append(Tenant(scope), core...), slices.Concat(rest, remaining(c, keys, also))
	return q
}

// listed are the conditions that clients are of the stages of life that a list has:
// by equality, nil with deleted ones; by equality or as a list; and by their place in
// the order, within its bounds, unless the order is by a date, where all have one.
func (b *Bounds) listed(deleted bool) (life, stages, ordered bson.D) {
	if b.within != nil && !b.byDate {
		ordered = b.condition()
	}
	if !deleted {
		life = bson.D{{Key: schema.FieldLifecycle, Value: client.Live}}
		return life, life, ordered
	}
	if ordered == nil {
		// Whoever has a place in the order is in lists.
		ordered = bson.D{{Key: b.placed(), Value: bson.D{{Key: "$gt", Value: ""}}}}
	}
	return nil, bson.D{{Key: schema.FieldLifecycle, Value: In([]client.Lifecycle{client.Live, client.Removed})}}, ordered
}

// lowest is less than any key of the order.
func lowest(order string) any {
	if order == schema.FieldID {
		return int64(math.MinInt64)
	}
	return ""
}

// placed is the key that says that a client is in lists: the order's own where it
// does, so that one index answers both.
func (b *Bounds) placed() string {
	if b.byDate || b.key == schema.FieldID {
		return "nameKey"
	}
	return b.key
}

// seenBy is visible for callers whose rows have visibility keys; of those whose rows
// have ids the ids are the core.
func seenBy(scope client.Scope) bson.D {
	if scope.Rows.ByID() {
		return nil
	}
	return Visible(scope)
}

// known are the conditions that name addresses or user names.
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

// between is the condition that a date is from one moment on, and before another; nil
// without either.
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

// fulfilling is the condition on a list of appointments that one of them fulfils what
// is asked for.
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
		// Any appointment does.
		fulfils = bson.D{{Key: "appointmentId", Value: bson.D{{Key: "$ne", Value: nil}}}}
	}
	return bson.D{{Key: "$elemMatch", Value: fulfils}}
}

// remaining are the conditions that no index is asked for, and others.
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

// traits are the conditions on birthdays and traits that are looked for in the
// clients themselves.
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
		// Who has no birthday has null here, which is no day.
		birthday := bson.D{{Key: "$dateToString", Value: bson.D{{Key: "format", Value: "%m-%d"}, {Key: "date", Value: "$dateOfBirth"}}}}
		each = append(each, bson.D{{Key: "$expr", Value: bson.D{{Key: "$in", Value: bson.A{birthday, c.Birthdays}}}}})
	}
	return each
}

// intersect returns what both lists hold, never nil: where b is nil, all of a.
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

// SurvivorsOf looks for the clients into whom those ids were merged. A survivor
// that was merged itself keeps its list: it is dropped from what is found.
func SurvivorsOf(scope client.Scope, ids []int64) Query {
	return Query{
		Core: append(Tenant(scope), bson.E{Key: schema.FieldMerged + ".clientId", Value: In(NonNil(ids))}),
		Rest: Visible(scope), Index: "byMerged",
	}
}
