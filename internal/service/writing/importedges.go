package writing

import (
	"context"
	"fmt"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/store"
)

// ImportEdges are the viewer edges of a row. They are imported after all clients.
type ImportEdges struct {
	Number   int64
	ClientID int64
	// Subjects replace the client's subjects or, if Add is set, are added to them, for
	// rows whose edges come in several parts; nil changes nothing. Viewers are added to
	// the client's viewers. An id of 0 stands for an unknown client.
	Subjects, Viewers []int64
	Add               bool
	// Wrong are errors that are known already: the row is refused.
	Wrong client.Errors
}

// touched returns all clients whose records the edges may change.
func (e ImportEdges) touched(held *client.Client) []int64 {
	ids := slices.Concat([]int64{e.ClientID}, e.Subjects, e.Viewers)
	if held != nil && e.Subjects != nil && !e.Add {
		ids = append(ids, held.SubjectIDs...)
	}
	return slices.DeleteFunc(ids, func(id int64) bool { return id == 0 })
}

// together has the clients that the rows of one transaction change. A transaction can't
// read its own writes, so no two of its rows may change the same client. It has no more
// clients than MaxImport, or those of one larger row.
type together map[int64]bool

// takes adds the clients of another row, and says whether the row fits in the
// transaction.
func (t together) takes(about []int64) bool {
	if len(t) > 0 && (len(t)+len(about) > MaxImport || slices.ContainsFunc(about, func(id int64) bool { return t[id] })) {
		return false
	}
	for _, id := range about {
		t[id] = true
	}
	return true
}

// disjoint returns the first of those rows, as many as fit in one transaction.
func disjoint(rows []ImportEdges) []ImportEdges {
	t := together{}
	for n, row := range rows {
		if !t.takes(row.touched(nil)) {
			return rows[:n]
		}
	}
	return rows
}

// Edges imports the viewer edges of the first of those rows, as Rows imports rows. Errors
// of a row: NOT_FOUND, SELF_VIEW, TOO_MANY_SUBJECTS, TOO_MANY, CLIENT_MERGED.
func (i *Import) Edges(ctx context.Context, rows []ImportEdges) ([]ImportResult, error) {
	if err := i.check(ctx); err != nil {
		return nil, err
	}
	var results []ImportResult
	var next store.ImportProgress
	err := i.write(ctx, &next, func(ctx context.Context, tx store.Tx) error {
		results = nil
		rows := disjoint(rows)
		ids := make([]int64, len(rows))
		for n, row := range rows {
			ids[n] = row.ClientID
		}
		clients, err := tx.Clients(ctx, client.SortedSet(ids))
		if err != nil {
			return fmt.Errorf("find clients: %w", err)
		}
		t := together{}
		for _, row := range rows {
			// Another row may change the same subject.
			if !t.takes(row.touched(clients[row.ClientID])) {
				break
			}
			result, err := i.edges(ctx, tx, row, clients[row.ClientID], &Draft{Service: i.service, Scope: i.scope, Indexer: i.indexer})
			if err != nil {
				return err
			}
			results = append(results, result)
			next.Row = row.Number
			next.Edges++
			if result.Outcome == RowRefused {
				next.EdgesRefused++
			}
		}
		i.results = results
		return nil
	})
	return results, err
}

// edges imports the edges of one row.
func (i *Import) edges(ctx context.Context, tx store.Tx, row ImportEdges, held *client.Client, w *Draft) (ImportResult, error) {
	if row.Wrong == nil && (held == nil || held.Deleted()) {
		// The row was refused, or its client was deleted since.
		row.Wrong = client.Errors{client.Path{ArgumentClientID}.At(&client.Error{Code: client.CodeNotFound, Message: "the client of this row does not exist; its edges are left out"})}
	}
	if row.Wrong != nil {
		return ImportResult{RowRefused, row.Wrong}, nil
	}
	values := client.Values{}
	if row.Subjects != nil {
		values[client.InputSubjects] = client.Entries(row.Subjects)
	}
	w.addsSubjects = row.Add
	w.decode = func(held *client.Client) *client.Input {
		by := i.by
		by.Held = held
		return client.DecodeInput(values, by)
	}
	after, err := w.save(ctx, tx, held, history.OperationImport, history.KindUpserted, func(ctx context.Context) error {
		err := w.Apply(ctx)
		if len(row.Viewers) == 0 || err != nil && client.AsErrors(err) == nil {
			return err
		}
		viewers := make([]client.ID, len(row.Viewers))
		for n, id := range row.Viewers {
			viewers[n] = client.ID{Number: id}
		}
		if more := w.applyViewerIDs(ctx, viewers, true); more != nil {
			errs := client.AsErrors(more)
			if errs == nil {
				return more
			}
			return append(slices.Clone(client.AsErrors(err)), errs...)
		}
		return err
	})
	if errs := client.AsErrors(err); errs != nil {
		return ImportResult{RowRefused, errs}, nil
	}
	if err != nil {
		return ImportResult{}, err
	}
	if after == held {
		return ImportResult{Outcome: RowLeft}, nil
	}
	return ImportResult{Outcome: RowChanged}, nil
}

// Resolve returns the ids of the live clients with those keys, in order: 0 if no client
// has the key, or if several have it and the import does not choose the oldest.
func (i *Import) Resolve(ctx context.Context, keys []UpsertKey) ([]int64, error) {
	ids := make([]int64, len(keys))
	var named []UpsertKey
	for n, key := range keys {
		switch {
		case key.check() != nil:
		case key.ClientID != nil:
			ids[n] = key.ClientID.As(client.TypeClient)
		default:
			named = append(named, key)
		}
	}
	found, err := i.idsOf(ctx, named)
	if err != nil {
		return nil, err
	}
	for n, key := range keys {
		if key.ClientID != nil || key.check() != nil {
			continue
		}
		if of := found[key.Folded()]; len(of) == 1 || len(of) > 1 && i.options.Several == ChangeOldest {
			ids[n] = of[0]
		}
	}
	return ids, nil
}
