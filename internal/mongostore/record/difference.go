package record

import (
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// Difference is the update that makes one state of a client the other. One that an
// earlier version stored is written whole.
func (c *Codec) Difference(before, after *client.Client) (bson.D, error) {
	was, err := Marshalled(c.Encode(before))
	if err != nil {
		return nil, err
	}
	is, err := Marshalled(c.Encode(after))
	if err != nil {
		return nil, err
	}
	set, unset := bson.D{}, bson.D{}
	elements, err := is.Elements()
	if err != nil {
		return nil, fmt.Errorf("read a document: %w", err)
	}
	for _, element := range elements {
		old, err := was.LookupErr(element.Key())
		own := element.Key() == schema.FieldID || element.Key() == schema.FieldBusiness
		if element.Key() == client.NameAppointments && err == nil && !before.Outdated {
			if places, few := changedPlaces(element.Key(), old, element.Value()); few {
				set = append(set, places...)
				continue
			}
		}
		if err != nil || !old.Equal(element.Value()) || (before.Outdated && !own) {
			set = append(set, bson.E{Key: element.Key(), Value: element.Value()})
		}
	}
	if elements, err = was.Elements(); err != nil {
		return nil, fmt.Errorf("read a document: %w", err)
	}
	for _, element := range elements {
		if _, err := is.LookupErr(element.Key()); err != nil {
			unset = append(unset, bson.E{Key: element.Key(), Value: ""})
		}
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
	return update, nil
}

// mostPlaces is up to how many entries of a long list are written one by one.
const mostPlaces = 100

// changedPlaces are the entries of a list that differ from what they were, each set at
// its own place, those behind the end of what was there included: of a list of 10,000
// an update, and what replicas are told of it, holds only these. It returns false for
// a list that is better written whole.
func changedPlaces(key string, was, is bson.RawValue) (bson.D, bool) {
	before, wasList := was.ArrayOK()
	after, isList := is.ArrayOK()
	if !wasList || !isList {
		return nil, false
	}
	old, errOld := before.Values()
	now, errNow := after.Values()
	if errOld != nil || errNow != nil || len(old) == 0 || len(now) < len(old) {
		return nil, false
	}
	var places bson.D
	for i, entry := range now {
		if i < len(old) && old[i].Equal(entry) {
			continue
		}
		if len(places) == mostPlaces {
			return nil, false
		}
		places = append(places, bson.E{Key: key + "." + strconv.Itoa(i), Value: entry})
	}
	return places, true
}

// Marshalled is the document as the driver sends it.
func Marshalled(document bson.D) (bson.Raw, error) {
	data, err := bson.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encode a client: %w", err)
	}
	return data, nil
}
