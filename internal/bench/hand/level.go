package hand

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// maxLevels is how many levels of viewers the handlers answer.
const maxLevels = 3

// level has the clients of one level as written in the answer: each once, however often
// the level above has it.
type level struct {
	// ids are the ids of the level's clients, ascending and without duplicates; places
	// has the place of each in written. A client that is not live has an empty place.
	ids     []int64
	places  []place
	written []byte
}

type place struct{ from, to int }

// next finds the subjects of the clients in found.
func (h *Handler) next(ctx context.Context, w *work, businessID int64, l *level, found []byte, of projection) ([]byte, error) {
	l.ids = l.ids[:0]
	for document := scan(found); document.next(); {
		for e := scan(document.value); e.next(); {
			if string(e.key) != "viewSubjectIds" {
				continue
			}
			for id := scan(e.value); id.next(); {
				l.ids = append(l.ids, id.number())
			}
		}
	}
	if len(l.ids) == 0 {
		return nil, nil
	}
	slices.Sort(l.ids)
	l.ids = slices.Compact(l.ids)
	return h.byIDs(ctx, w, businessID, l.ids, of)
}

// write writes the clients of a level with one function.
func (l *level) write(found []byte, one func([]byte, *row) []byte) {
	l.written = l.written[:0]
	l.places = slices.Grow(l.places[:0], len(l.ids))[:len(l.ids)]
	clear(l.places)
	var r row
	for document := scan(found); document.next(); {
		r.read(document.value)
		i, known := slices.BinarySearch(l.ids, r.id)
		if !known || !r.live {
			continue
		}
		from := len(l.written)
		l.written = one(l.written, &r)
		l.places[i] = place{from, len(l.written)}
	}
}

// appendSubjects appends a row's subjects.
func (l *level) appendSubjects(to []byte, r *row) []byte {
	to = append(to, '[')
	first := true
	for e := scan(r.subjects); e.next(); {
		if e.kind != bson.TypeInt64 {
			continue
		}
		i, known := slices.BinarySearch(l.ids, e.number())
		if !known || l.places[i].to == 0 {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = append(to, l.written[l.places[i].from:l.places[i].to]...)
	}
	return append(to, ']')
}
