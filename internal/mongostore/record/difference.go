package record

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// Difference returns the update from one state of a client to another. If an earlier
// version stored the client, the update writes the whole client. Values are compared in
// the form of client.Document and only the changed ones are converted to BSON, because
// most updates change few values.
func (c *Codec) Difference(before, after *client.Client) bson.D {
	set, unset := bson.D{}, bson.D{}
	was := c.base(before)
	for i, element := range c.base(after) {
		own := element.Key == schema.FieldID || element.Key == schema.FieldBusiness
		if !same(was[i].Value, element.Value) || (before.Outdated && !own) {
			set = append(set, element)
		}
	}
	for i := range c.properties {
		p := &c.properties[i]
		if p.Empty(after) {
			if !p.Empty(before) {
				unset = append(unset, bson.E{Key: p.Name, Value: ""})
			}
			continue
		}
		value := p.Encode(after)
		if before.Outdated || p.Empty(before) {
			set = append(set, bson.E{Key: p.Name, Value: toBSON(value)})
			continue
		}
		old := p.Encode(before)
		if same(old, value) {
			continue
		}
		if p.Name == client.NameAppointments {
			if places, few := changedPlaces(p.Name, old, value); few {
				set = append(set, places...)
				continue
			}
		}
		set = append(set, bson.E{Key: p.Name, Value: toBSON(value)})
	}
	if before.Outdated {
		unset = append(unset, unsetting(c.dropped())...)
	}
	update := bson.D{}
	if len(set) > 0 {
		update = append(update, bson.E{Key: "$set", Value: set})
	}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	return update
}

// same says whether two values in the form of client.Document are stored in the same way.
// It is false for values of unknown types, so that they are written.
func same(a, b any) bool {
	switch a := a.(type) {
	case []string:
		b, ok := b.([]string)
		return ok && (a == nil) == (b == nil) && slices.Equal(a, b)
	case []int64:
		b, ok := b.([]int64)
		return ok && (a == nil) == (b == nil) && slices.Equal(a, b)
	case []byte:
		b, ok := b.([]byte)
		return ok && (a == nil) == (b == nil) && bytes.Equal(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	case client.Document:
		b, ok := b.(client.Document)
		return ok && slices.EqualFunc(a, b, func(a, b client.Part) bool { return a.Name == b.Name && same(a.Value, b.Value) })
	case time.Time:
		b, ok := b.(time.Time)
		// The database keeps milliseconds.
		return ok && a.UnixMilli() == b.UnixMilli()
	case float64:
		b, ok := b.(float64)
		return ok && math.Float64bits(a) == math.Float64bits(b)
	case nil, bool, int64, string:
		return a == b
	}
	return false
}

// mostPlaces is the largest number of entries of a list that are written one by one.
const mostPlaces = 100

// changedPlaces returns the entries of a list that were changed or appended, each set at
// its own place in the list. So the update of a list of 10,000 entries, and its row in
// the replication log, has only these. It returns false for a list that is better written
// as a whole.
func changedPlaces(key string, was, is any) (bson.D, bool) {
	old, wasList := was.([]any)
	now, isList := is.([]any)
	if !wasList || !isList || len(old) == 0 || len(now) < len(old) {
		return nil, false
	}
	var places bson.D
	for i, entry := range now {
		if i < len(old) && same(old[i], entry) {
			continue
		}
		if len(places) == mostPlaces {
			return nil, false
		}
		places = append(places, bson.E{Key: key + "." + strconv.Itoa(i), Value: toBSON(entry)})
	}
	return places, true
}

// Marshalled returns the document in the form that the driver sends.
func Marshalled(document bson.D) (bson.Raw, error) {
	data, err := bson.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encode a client: %w", err)
	}
	return data, nil
}
