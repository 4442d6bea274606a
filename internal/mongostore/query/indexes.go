package query

import (
	"strconv"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// mostInOrder is the number of values of one field for which MongoDB merges index scans
// in the order of the next field; with more it sorts all matches. See
// internalQueryMaxScansToExplode.
const mostInOrder = 200

const (
	indexID     = "byId"
	indexLiveID = "liveById"
)

// index returns the index with all clients in the order, with or without deleted ones.
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

// seenIndex returns the index with clients by visibility key, and then in the order if
// there is such an index.
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

// seenKeys returns the visibility keys of the staff or locations in index keys; nil if
// one of them is of another kind. A client with such an index key also has the visibility
// key, for which an index has the order.
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
		// There is no visibility key with the number 0.
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || id == 0 {
			return nil
		}
		seen = append(seen, of(id))
	}
	return seen
}

// onlyKey says whether one list of index keys is the only condition.
func onlyKey(scope client.Scope, c store.Conditions) bool {
	return scope.Rows.All && len(c.IndexKeys) == 1 && c.Appointment == nil && createdBetween(c) == nil &&
		len(c.Statuses) == 0 && len(c.Has) == 0 && len(c.HasNot) == 0 && c.Birthdays == nil
}
