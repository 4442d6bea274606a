package plan

import (
	"context"

	"clientgraph/internal/client"
)

// around has the neighbours of a level's clients on one side.
type around struct {
	rows []client.Row
	// of has the places in rows of each client's neighbours, by the client's place in the
	// level: those of the i-th client end at ends[i].
	of   []int32
	ends []int
	// below are the neighbours, written by each selection of the relation.
	below []*level
}

// read reads the neighbours of a level on one side with one command, and writes their
// selections.
func (r *relation) read(ctx context.Context, reads Reads, on side, rows []client.Row) (*around, error) {
	a := &around{ends: make([]int, len(rows))}
	var err error
	if on == subjects {
		err = a.readSubjects(ctx, reads, rows, r.need)
	} else {
		err = a.readViewers(ctx, reads, rows, r.need)
	}
	if err != nil {
		return nil, err
	}
	for _, below := range r.below {
		text, err := below.write(ctx, reads, nil, a.rows)
		if err != nil {
			return nil, err
		}
		a.below = append(a.below, text)
	}
	return a, nil
}

// free reuses the memory of the neighbours, after the level has copied them.
func (r *relation) free(a *around) {
	if a == nil {
		return
	}
	for i, below := range r.below {
		below.buffers.Give(a.below[i].text)
	}
}

func (a *around) readSubjects(ctx context.Context, reads Reads, rows []client.Row, need client.Selection) error {
	place := client.PlaceOf(client.NameSubjects)
	var all []int64
	ends := make([]int, len(rows))
	for i, row := range rows {
		all = row.IDs(all, place)
		ends[i] = len(all)
	}
	if len(all) == 0 {
		return nil
	}
	places := make(map[int64]int32, len(all))
	ids := make([]int64, 0, len(all))
	for _, id := range all {
		if _, known := places[id]; !known {
			places[id] = -1
			ids = append(ids, id)
		}
	}
	var err error
	if a.rows, err = reads.SubjectRows(ctx, ids, need); err != nil {
		return err
	}
	for i, row := range a.rows {
		places[row.Base().ClientID] = int32(i)
	}
	a.of = make([]int32, 0, len(all))
	begin := 0
	for i := range rows {
		for _, id := range all[begin:ends[i]] {
			if at := places[id]; at >= 0 {
				a.of = append(a.of, at)
			}
		}
		begin, a.ends[i] = ends[i], len(a.of)
	}
	return nil
}

func (a *around) readViewers(ctx context.Context, reads Reads, rows []client.Row, need client.Selection) error {
	if len(rows) == 0 {
		return nil
	}
	// A client may be in a level more than once, always with the same viewers.
	places := make(map[int64]int, len(rows))
	ids := make([]int64, 0, len(rows))
	for i, row := range rows {
		id := row.Base().ClientID
		if _, known := places[id]; !known {
			places[id] = i
			ids = append(ids, id)
		}
	}
	var err error
	if a.rows, err = reads.ViewerRows(ctx, ids, need); err != nil {
		return err
	}
	lists := make([][]int32, len(rows))
	place := client.PlaceOf(client.NameSubjects)
	var seen []int64
	for i, viewer := range a.rows {
		seen = viewer.IDs(seen[:0], place)
		for _, id := range seen {
			if at, wanted := places[id]; wanted {
				lists[at] = append(lists[at], int32(i))
			}
		}
	}
	for i, row := range rows {
		a.of = append(a.of, lists[places[row.Base().ClientID]]...)
		a.ends[i] = len(a.of)
	}
	return nil
}

// those returns the places of the i-th client's neighbours.
func (a *around) those(i int) []int32 {
	begin := 0
	if i > 0 {
		begin = a.ends[i-1]
	}
	return a.of[begin:a.ends[i]]
}

func (a *around) appendObjects(dst []byte, i, below int, first int64) []byte {
	those := a.those(i)
	those = those[:min(int64(len(those)), first)]
	dst = append(dst, '[')
	for n, at := range those {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, a.below[below].of(int(at))...)
	}
	return append(dst, ']')
}

// size estimates the bytes of the neighbours of that many clients.
func (a *around) size(clients, below int, first int64) int {
	size := 0
	for i := range clients {
		those := a.those(i)
		for _, at := range those[:min(int64(len(those)), first)] {
			size += len(a.below[below].of(int(at))) + 1
		}
	}
	return size
}

func (a *around) appendIDs(dst []byte, i int) []byte {
	dst = append(dst, '[')
	for n, at := range a.those(i) {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = client.AppendID(dst, a.rows[at].Base().ClientID)
	}
	return append(dst, ']')
}

// appendAccounts appends the account ids of the neighbours that have one.
func (a *around) appendAccounts(dst []byte, i int) []byte {
	place := client.PlaceOf(client.NameClientAccountID)
	dst = append(dst, '[')
	begin := len(dst)
	var account []int64
	for _, at := range a.those(i) {
		if account = a.rows[at].IDs(account[:0], place); len(account) == 0 {
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ',')
		}
		dst = client.AppendID(dst, account[0])
	}
	return append(dst, ']')
}
