package writing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

const (
	// MaxImport is the most rows of an import in one transaction: enough to save round
	// trips.
	MaxImport = 100
	// importKeys is the number of index keys in a transaction from which it takes no more
	// rows; see package importing.
	importKeys = 600
	// importChecks is the number of transactions for which custom fields and settings are
	// read once.
	importChecks = 16
)

// Several says what to do with a row that matches several clients.
type Several string

// The ways to treat such a row.
const (
	// RefuseSeveral refuses the row: AMBIGUOUS_KEY.
	RefuseSeveral Several = "error"
	// LeaveSeveral leaves all of them as they are.
	LeaveSeveral Several = "leave"
	// ChangeOldest changes the client with the lowest id.
	ChangeOldest Several = "oldest"
)

// ImportOptions describe an import.
type ImportOptions struct {
	// Key is a digest of the file and the options. An import with the same key continues
	// where the last one ended.
	Key []byte
	// Rows is the number of rows in the file, including the header and empty rows.
	Rows    int64
	Several Several
	// DryRun reads and checks everything, and writes nothing.
	DryRun bool
	// Again repeats an import that was completed.
	Again bool
	// Along, unless nil, is called in each transaction, with the progress when it commits
	// and the results of its rows. It may be called again for the same rows. In a dry run
	// it is called in a transaction of its own. If it fails, the import ends.
	Along func(ctx context.Context, tx store.Tx, came store.ImportProgress, results []ImportResult) error
}

// Import imports the rows of a file, many in one transaction, and each once: the progress
// is stored in the same transaction as the rows. It must be used by one goroutine.
type Import struct {
	service  *Writes
	scope    client.Scope
	options  ImportOptions
	progress store.ImportProgress
	// pace is the estimated number of rows in the next transaction.
	pace    int
	by      client.Checks
	indexer *search.Indexer
	// checked counts transactions, to know when to read by and indexer again.
	checked int
	// results are the results of the current transaction, for Along.
	results []ImportResult
}

// ErrOvertaken is the error of an import that another process has continued.
var ErrOvertaken = errors.New("another process has continued this import")

// ImportRow is a row: the input of a create or an upsert.
type ImportRow struct {
	Number int64
	// By is the key of the client that the row changes; nil for a new client.
	By     *UpsertKey
	Values client.Values
	// Wrong are errors that are known already: the row is refused.
	Wrong client.Errors
}

// Outcome says what was done with a row.
type Outcome string

// The outcomes of a row.
const (
	RowCreated Outcome = "created"
	RowChanged Outcome = "changed"
	RowLeft    Outcome = "left"
	RowRefused Outcome = "refused"
)

// ImportResult is the result of one row, with all its errors.
type ImportResult struct {
	Outcome Outcome
	Errors  client.Errors
}

// OpenImport begins an import, or continues one. Errors: FORBIDDEN, also for roles that
// do not see all clients.
func (s *Writes) OpenImport(ctx context.Context, scope client.Scope, options ImportOptions) (*Import, error) {
	if err := reading.Permit(scope, client.Write, false); err != nil {
		return nil, err
	}
	if !scope.MaySeeAll() {
		return nil, &client.Error{Code: client.CodeForbidden, Message: "only roles that see all clients may do this, because the answer can show whether a client exists"}
	}
	i := &Import{service: s, scope: scope, options: options, pace: MaxImport}
	i.progress = store.ImportProgress{Key: options.Key, Phase: store.ImportRows, Rows: options.Rows, Began: s.Instant()}
	if options.DryRun {
		return i, nil
	}
	first := int64(0)
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		known, err := tx.Imported(ctx, options.Key)
		if err != nil {
			return err
		}
		if known != nil && !(options.Again && known.Phase == store.ImportDone) {
			i.progress = *known
			return nil
		}
		if first == 0 {
			// The ids stay with the import even if the transaction fails.
			if first, err = s.Store.TakeClientIDs(ctx, max(options.Rows, 1)); err != nil {
				return fmt.Errorf("take client ids: %w", err)
			}
		}
		i.progress.FirstID, i.progress.At = first, s.Instant()
		tx.KeepImported(i.progress)
		return nil
	})
	return i, err
}

// Progress returns the progress of the import.
func (i *Import) Progress() store.ImportProgress { return i.progress }

// ClientID returns the id of the client that a row creates.
func (i *Import) ClientID(row int64) int64 { return i.progress.FirstID + row - 1 }

// Rows imports the first of those rows in order, as many as fit in one transaction but at
// least one, and returns the result of each: a row with errors does not affect the
// others. Errors of a row are those of Create, or of Upsert for a row with a key. Error:
// ErrOvertaken.
func (i *Import) Rows(ctx context.Context, rows []ImportRow) ([]ImportResult, error) {
	rows = rows[:min(len(rows), i.pace)]
	drafts, err := i.drafts(ctx, rows)
	if err != nil {
		return nil, err
	}
	var results []ImportResult
	var next store.ImportProgress
	err = i.write(ctx, &next, func(ctx context.Context, tx store.Tx) error {
		results = nil
		found, err := i.match(ctx, tx, rows)
		if err != nil {
			return err
		}
		batch := &importBatch{Import: i, tx: tx, touched: map[int64]bool{}}
		for n, row := range rows {
			if n == MaxImport || batch.keys >= importKeys || batch.touches(found[n].clients) {
				break
			}
			result, err := batch.bring(ctx, row, drafts[n], found[n])
			if err != nil {
				return err
			}
			results = append(results, result)
			next.Row = row.Number
			next.Add(result.count())
		}
		i.results = results
		return nil
	})
	i.pace = min(2*max(len(results), 1), MaxImport)
	return results, err
}

// write runs do in a transaction that also stores the progress.
func (i *Import) write(ctx context.Context, next *store.ImportProgress, do func(context.Context, store.Tx) error) error {
	err := i.service.Store.Write(ctx, i.scope, func(ctx context.Context, tx store.Tx) error {
		*next, i.results = i.progress, nil
		if !i.options.DryRun {
			known, err := tx.Imported(ctx, i.options.Key)
			if err != nil {
				return err
			}
			if known == nil || known.Phase != i.progress.Phase || known.Part != i.progress.Part || known.Row != i.progress.Row || known.FirstID != i.progress.FirstID {
				return ErrOvertaken
			}
		}
		if err := do(ctx, tx); err != nil {
			return err
		}
		if i.options.DryRun {
			return ErrDryRun
		}
		next.At = i.service.Instant()
		tx.KeepImported(*next)
		if i.options.Along == nil {
			return nil
		}
		return i.options.Along(ctx, tx, *next, i.results)
	})
	if err == nil || i.options.DryRun && errors.Is(err, ErrDryRun) {
		i.progress = *next
		if i.options.DryRun {
			return i.Tell(ctx, i.results)
		}
		return nil
	}
	return err
}

// Tell calls Along in a transaction of its own, with results of rows of a dry run.
func (i *Import) Tell(ctx context.Context, results []ImportResult) error {
	if i.options.Along == nil {
		return nil
	}
	return i.service.Store.Write(ctx, i.scope, func(ctx context.Context, tx store.Tx) error {
		return i.options.Along(ctx, tx, i.progress, results)
	})
}

// Turn continues with a part of a phase.
func (i *Import) Turn(ctx context.Context, phase store.ImportPhase, part int64) error {
	var next store.ImportProgress
	return i.write(ctx, &next, func(context.Context, store.Tx) error {
		next.Phase, next.Part, next.Row = phase, part, 0
		return nil
	})
}

func (r ImportResult) count() store.ImportCounts {
	switch r.Outcome {
	case RowCreated:
		return store.ImportCounts{Created: 1}
	case RowChanged:
		return store.ImportCounts{Changed: 1}
	case RowLeft:
		return store.ImportCounts{Left: 1}
	}
	return store.ImportCounts{Refused: 1}
}

// check loads what checks of inputs need, once for importChecks transactions.
func (i *Import) check(ctx context.Context) error {
	if i.checked++; i.indexer != nil && i.checked%importChecks != 0 {
		return nil
	}
	s := i.service
	business, err := s.Business(ctx, i.scope)
	if err != nil {
		return err
	}
	definitions, err := s.Definitions(ctx, i.scope)
	if err != nil {
		return err
	}
	i.by = client.Checks{Argument: "input", Role: i.scope.Role, Today: client.DateOf(s.Now().In(business.Zone())), Definitions: definitions}
	i.indexer = s.Indexer(business)
	return nil
}

// drafts returns a draft for each row without errors; nil for the others.
func (i *Import) drafts(ctx context.Context, rows []ImportRow) ([]*Draft, error) {
	if err := i.check(ctx); err != nil {
		return nil, err
	}
	drafts := make([]*Draft, len(rows))
	for n := range rows {
		row := &rows[n]
		if row.Wrong == nil && row.By != nil {
			row.Wrong = row.By.check()
		}
		if row.Wrong != nil {
			// The other errors of the row are reported too.
			row.Wrong = append(slices.Clone(row.Wrong), client.DecodeInput(row.Values, i.by).Errors...)
			continue
		}
		decode := func(held *client.Client) *client.Input {
			by := i.by
			by.Held = held
			in := client.DecodeInput(row.Values, by)
			switch {
			case row.By == nil:
				in.Missing = in.Lacking()
			default:
				checkAgainstKey(in, *row.By)
				if held != nil && row.By.ClientID == nil {
					dropAliases(i.indexer, held, in)
				}
			}
			return in
		}
		drafts[n] = &Draft{Service: i.service, Scope: i.scope, Indexer: i.indexer, in: decode(nil), decode: decode}
	}
	return drafts, nil
}

// importBatch has the rows of one transaction.
type importBatch struct {
	*Import
	tx      store.Tx
	touched map[int64]bool
	keys    int
}

// touches says whether one of the clients was written in this transaction, which can't
// read its own writes.
func (b *importBatch) touches(clients []*client.Client) bool {
	for _, c := range clients {
		if b.touched[c.ClientID] {
			return true
		}
	}
	return false
}

// bring imports one row.
func (b *importBatch) bring(ctx context.Context, row ImportRow, w *Draft, found matched) (ImportResult, error) {
	refused := func(errs client.Errors) (ImportResult, error) { return ImportResult{RowRefused, errs}, nil }
	if row.Wrong != nil {
		return refused(row.Wrong)
	}
	if found.wrong != nil {
		return refused(append(client.Errors{found.wrong}, w.in.Errors...))
	}
	if len(found.clients) > 1 {
		switch b.options.Several {
		case LeaveSeveral:
			return ImportResult{Outcome: RowLeft}, nil
		case ChangeOldest:
			found.clients = found.clients[:1]
		default:
			name, _ := row.By.property()
			return refused(client.Errors{client.Path{argumentBy, name}.At(ambiguousKey())})
		}
	}
	var after *client.Client
	var err error
	outcome := RowCreated
	if len(found.clients) == 0 {
		// An earlier run of the transaction may have found a client.
		if w.before != nil {
			w.in = w.decode(nil)
		}
		after, err = b.make(ctx, w, row)
	} else {
		before := found.clients[0]
		after, err = w.save(ctx, b.tx, before, history.OperationImport, history.KindUpserted, w.Apply)
		if outcome = RowChanged; after == before {
			outcome = RowLeft
		}
	}
	if errs := client.AsErrors(err); errs != nil {
		return refused(errs)
	}
	if err != nil {
		return ImportResult{}, err
	}
	b.touched[after.ClientID] = true
	if outcome != RowLeft {
		b.keys += len(after.IndexKeys)
	}
	return ImportResult{Outcome: outcome}, nil
}

// make creates the client of a row.
func (b *importBatch) make(ctx context.Context, w *Draft, row ImportRow) (*client.Client, error) {
	if b.options.DryRun {
		// The client is not stored, so it needs no search keys.
		w.Begin(b.tx, history.BlankClient(b.scope.BusinessID, 0))
		return w.After, w.Apply(ctx)
	}
	return w.insert(ctx, b.tx, b.ClientID(row.Number), history.OperationImport)
}
