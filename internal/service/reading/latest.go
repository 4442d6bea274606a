package reading

import (
	"strconv"

	"clientgraph/internal/client"
)

// LatestFirst asks for a page of a list whose entries have increasing numbers, latest
// first.
type LatestFirst struct {
	// Before, unless 0, is the number that all entries of the page must be below.
	Before int64
	// Limit is the number of entries to read: one more than the page has, which tells
	// whether there are earlier ones.
	Limit int64

	identity []byte
	later    bool
}

// LatestPage is a page of such a list.
type LatestPage[T any] struct {
	Entries []T
	Cursors []string
	// Later and Earlier say whether entries precede and follow the page.
	Later, Earlier bool
}

// AskLatest checks the arguments first, 1 to most, and after, a cursor of the list with
// that identity. Errors: OUT_OF_RANGE, INVALID_CURSOR.
func AskLatest(identity []byte, first, most int64, after *string) (LatestFirst, error) {
	asked := LatestFirst{Limit: first + 1, identity: identity, later: after != nil}
	var errs client.Errors
	if first < 1 || first > most {
		errs = append(errs, client.Path{"first"}.At(client.OutOfRange(most)))
	}
	if after != nil {
		key, err := DecodeCursor(identity, "after", *after)
		if err != nil {
			errs = append(errs, err)
		}
		asked.Before, _ = client.ParseNumber(key)
	}
	if errs != nil {
		return LatestFirst{}, errs
	}
	return asked, nil
}

// NewLatestPage makes a page of the entries that were read; number returns an entry's
// number.
func NewLatestPage[T any](asked LatestFirst, read []T, number func(*T) int64) *LatestPage[T] {
	page := &LatestPage[T]{Entries: read, Later: asked.later, Earlier: int64(len(read)) == asked.Limit}
	if page.Earlier {
		page.Entries = read[:asked.Limit-1]
	}
	page.Cursors = make([]string, len(page.Entries))
	for i := range page.Entries {
		page.Cursors[i] = EncodeCursor(asked.identity, strconv.FormatInt(number(&page.Entries[i]), 10))
	}
	return page
}
