package transfer

import (
	"context"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// edgesAtOnce is how many rows with viewer edges are looked up at once.
const edgesAtOnce = 50

// importEdges imports the viewer edges of all rows. A dry run checks whether the clients
// that they name exist, if the file has ids of its own or client ids.
func (i *clientImport) importEdges(ctx context.Context) error {
	if i.options.DryRun && !i.own && i.options.Match != MatchClientID {
		// In a dry run, the clients that they name may not exist yet.
		return nil
	}
	parts := int64(1)
	if i.own {
		parts = i.parts
	}
	for part := i.imported.Progress().Part; part < parts; part++ {
		if i.own {
			if err := i.readKeys(ctx, part, false); err != nil {
				return err
			}
		}
		if err := i.importEdgesOfPart(ctx); err != nil {
			return err
		}
		if err := i.imported.Turn(ctx, store.ImportEdges, part+1); err != nil {
			return err
		}
	}
	return nil
}

// importEdgesOfPart imports the edges to clients whose keys are in the part in memory.
func (i *clientImport) importEdgesOfPart(ctx context.Context) error {
	var read []clientRow
	// found are the edges of the first rows of read, which were looked up together.
	var found []writing.ImportEdges
	size := 0
	bring := func() (err error) {
		if len(found) == 0 {
			if found, err = i.edgesOf(ctx, read); err != nil {
				return err
			}
		}
		done, err := i.importSomeEdges(ctx, read[:len(found)], found)
		for _, row := range read[:done] {
			size -= row.size
		}
		read, found = slices.Delete(read, 0, done), found[done:]
		i.progress(store.ImportEdges, i.imported.Progress().Row)
		return err
	}
	err := i.each(ctx, i.imported.Progress().Row, func(row clientRow) error {
		if row.problems != nil || !slices.ContainsFunc(row.given, func(g given) bool { return g.column.use == edges }) {
			return nil
		}
		read, size = append(read, row), size+row.size
		for size > maxBatch || len(read) >= edgesAtOnce {
			if err := bring(); err != nil {
				return err
			}
		}
		return nil
	})
	for err == nil && len(read) > 0 {
		err = bring()
	}
	return err
}

// importSomeEdges imports the edges of the first of those rows, and returns their number.
func (i *clientImport) importSomeEdges(ctx context.Context, read []clientRow, rows []writing.ImportEdges) (int, error) {
	if i.options.DryRun && i.own {
		// In a dry run the clients do not exist yet.
		results := make([]writing.ImportResult, len(rows))
		for n, row := range rows {
			results[n].Errors = unknownIn(row)
			if err := i.report(read[n], results[n].Errors); err != nil {
				return 0, err
			}
		}
		i.current = read
		return len(rows), i.imported.Tell(ctx, results)
	}
	i.current = read
	results, err := i.imported.Edges(ctx, rows)
	if err != nil {
		return 0, err
	}
	for n, result := range results {
		if err := i.report(read[n], result.Errors); err != nil {
			return 0, err
		}
	}
	return len(results), nil
}

// unknownIn returns the errors of edges to unknown clients.
func unknownIn(row writing.ImportEdges) client.Errors {
	var errs client.Errors
	for _, list := range []struct {
		path client.Path
		ids  []int64
	}{{client.Path{pathInput, columnSubjects}, row.Subjects}, {client.Path{columnViewers}, row.Viewers}} {
		if slices.Contains(list.ids, 0) {
			errs = append(errs, list.path.At(writing.NoSuchClient()))
		}
	}
	return errs
}

// edgesOf finds the clients at both ends of the rows' edges.
func (i *clientImport) edgesOf(ctx context.Context, read []clientRow) ([]writing.ImportEdges, error) {
	if i.own {
		rows := make([]writing.ImportEdges, len(read))
		for n, row := range read {
			rows[n] = writing.ImportEdges{Number: row.number, ClientID: i.imported.ClientID(row.number), Add: i.parts > 1}
			rows[n].Subjects, rows[n].Viewers = i.ownIDs(row, columnSubjects), i.ownIDs(row, columnViewers)
		}
		return rows, nil
	}
	// All keys, in the order in which the ids are used below.
	var keys []writing.UpsertKey
	for _, row := range read {
		if i.options.Match != MatchNone {
			value, _ := row.value(i.options.Match.column())
			keys = append(keys, i.options.Match.key(value))
		}
		for _, name := range []string{columnSubjects, columnViewers} {
			for _, entry := range listOf(row, name) {
				keys = append(keys, i.options.Match.key(entry))
			}
		}
	}
	ids, err := i.imported.Resolve(ctx, keys)
	if err != nil {
		return nil, err
	}
	take := func(count int) []int64 {
		taken := ids[:count:count]
		ids = ids[count:]
		return taken
	}
	rows := make([]writing.ImportEdges, len(read))
	for n, row := range read {
		rows[n] = writing.ImportEdges{Number: row.number, ClientID: i.imported.ClientID(row.number)}
		if i.options.Match != MatchNone {
			rows[n].ClientID = take(1)[0]
		}
		if subjects := listOf(row, columnSubjects); subjects != nil {
			rows[n].Subjects = take(len(subjects))
		}
		rows[n].Viewers = take(len(listOf(row, columnViewers)))
	}
	return rows, nil
}

// ownIDs returns the ids of the clients created for the file's own ids in a cell, if
// these are in the part in memory; 0 for unknown ones.
func (i *clientImport) ownIDs(row clientRow, column string) []int64 {
	entries := listOf(row, column)
	if entries == nil {
		return nil
	}
	ids := []int64{}
	for _, entry := range entries {
		made, ofPart := i.rowOf(keyText(entry))
		switch {
		case !ofPart:
		case made == 0:
			ids = append(ids, 0)
		default:
			ids = append(ids, i.imported.ClientID(made))
		}
	}
	return ids
}

// listOf returns the entries of a row's list; nil if it has none.
func listOf(row clientRow, column string) []any {
	value, says := row.value(column)
	if !says {
		return nil
	}
	if value == nil {
		return []any{}
	}
	return client.List(value)
}
