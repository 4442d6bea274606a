package app

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
)

// shaky is a database that takes five clients at a time and fails at some of the
// transactions, before or after it did them.
type shaky struct {
	ids    []int64
	fails  map[int]error
	undone map[int]bool
	writes int
}

func (s *shaky) store(_ context.Context, clients []*client.Client, progress func(int)) error {
	stored := 0
	for batch := range slices.Chunk(clients, 5) {
		s.writes++
		err := s.fails[s.writes]
		if !s.undone[s.writes] {
			for _, c := range batch {
				s.ids = append(s.ids, c.ClientID)
			}
		}
		if err != nil {
			return err
		}
		stored += len(batch)
		progress(stored)
	}
	return nil
}

func (s *shaky) stored(_ context.Context, ids []int64) ([]*client.Client, error) {
	var found []*client.Client
	for _, id := range ids {
		if slices.Contains(s.ids, id) {
			found = append(found, &client.Client{ClientID: id})
		}
	}
	return found, nil
}

// TestSeedStoresEachClientOnceWhateverTheDatabaseCloses: what a transaction that
// failed has done is not done again, and what it has not done is.
func TestSeedStoresEachClientOnceWhateverTheDatabaseCloses(t *testing.T) {
	passes := mongo.CommandError{Code: 251, Name: "NoSuchTransaction"}
	for name, c := range map[string]struct {
		db    shaky
		fails error
		want  int
	}{
		"never":            {shaky{}, nil, 23},
		"undone":           {shaky{fails: map[int]error{2: passes}, undone: map[int]bool{2: true}}, nil, 23},
		"done":             {shaky{fails: map[int]error{2: passes}}, nil, 23},
		"the last, done":   {shaky{fails: map[int]error{5: passes}}, nil, 23},
		"first and second": {shaky{fails: map[int]error{1: passes, 2: passes}, undone: map[int]bool{1: true}}, nil, 23},
		"always": {shaky{
			fails:  map[int]error{2: passes, 3: passes, 4: passes, 5: passes, 6: passes},
			undone: map[int]bool{2: true, 3: true, 4: true, 5: true, 6: true},
		}, passes, 5},
		"for good": {shaky{fails: map[int]error{3: errors.ErrUnsupported}, undone: map[int]bool{3: true}}, errors.ErrUnsupported, 10},
	} {
		var clients []*client.Client
		var want []int64
		for id := range int64(23) {
			clients = append(clients, &client.Client{ClientID: id + 1})
			want = append(want, id+1)
		}
		told := 0
		l := loading{store: c.db.store, stored: c.db.stored}
		err := l.load(t.Context(), clients, func(stored int) {
			if stored <= told {
				t.Errorf("%s: progress goes from %d to %d", name, told, stored)
			}
			told = stored
		})
		if (c.fails == nil) != (err == nil) || told != c.want || !slices.Equal(c.db.ids, want[:c.want]) {
			t.Errorf("%s: %v; told of %d, want %d; stored %v", name, err, told, c.want, c.db.ids)
		}
	}
}
