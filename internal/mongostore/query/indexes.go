package query

import (
	"strconv"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// mostInOrder is how many values of one key MongoDB reads in the order of the key after
// it; of more it sorts all that it finds. See internalQueryMaxScansToExplode.
const mostInOrder = 200

const (
	indexID     = "byId"
	indexLiveID = "liveById"
)

// index is the one that has all clients in the order, with deleted ones or without.
func (b *Bounds) index(deleted bool) string {
	switch b.key {
	case client.NameCreatedDate:
		return "byCreated"
	case client.NameModifiedDate:
		return "byModified"
	case schema.FieldID:
		return idIndex(deleted)
	case "emailKey":
		if deleted {
			return "byEmail"
		}
		return "liveByEmail"
	}
	if deleted {
		return "byName"
	}
	return "liveByName"
}

// seenIndex is the one that has clients by visibility keys, and in the order where
// there is one that does.
func (b *Bounds) seenIndex(deleted bool) string {
	switch {
	case deleted:
		return "byVisibility"
	case b.key == "emailKey":
		return "liveByVisibilityEmail"
	}
	return "liveByVisibility"
}

func idIndex(deleted bool) string {
	if deleted {
		return indexID
	}
	return indexLiveID
}

// seenKeys are the visibility keys of the staff members or the locations that all of
// some index keys name; nil where one names something else. Who has such an index key
// has that visibility key too, and by those an index gives the order.
func seenKeys(indexKeys []string) []string {
	if len(indexKeys) > mostInOrder {
		return nil
	}
	var seen []string
	for _, key := range indexKeys {
		of := client.StaffVisibilityKey
		number, is := strings.CutPrefix(key, search.KeyStaff)
		if !is {
			of = client.LocationVisibilityKey
			if number, is = strings.CutPrefix(key, search.KeyLocation); !is {
				return nil
			}
		}
		// No visibility key is of the number 0.
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || id == 0 {
			return nil
		}
		seen = append(seen, of(id))
	}
	return seen
}

// onlyKey says whether one list of index keys is all that is asked of clients.
func onlyKey(scope client.Scope, c store.Conditions) bool {
	return scope.Rows.All && len(c.IndexKeys) == 1 && c.Appointment == nil && createdBetween(c) == nil &&
		len(c.Statuses) == 0 && len(c.Has) == 0 && len(c.HasNot) == 0 && c.Birthdays == nil
}
