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
	// MaxImport is how many rows of an import one transaction takes at most: enough to
	// spare round trips.
	MaxImport = 100
	// importKeys is at how many index keys of the clients that it writes a transaction
	// takes no more rows; see package importing.
	importKeys = 600
	// importChecks is how many transactions are checked by custom fields and settings
	// that were read once.
	importChecks = 16
)

// Several says what becomes of a row that several clients match.
type Several string

// What can become of it.
const (
	// RefuseSeveral refuses the row: AMBIGUOUS_KEY.
	RefuseSeveral Several = "error"
	// LeaveSeveral leaves all of them as they are.
	LeaveSeveral Several = "leave"
	// ChangeOldest changes the one of the lowest id.
	ChangeOldest Several = "oldest"
)

// ImportOptions say what an import is.
type ImportOptions struct {
	// Key is a digest of the file and of what is to be done with it. An import of the
	// same key goes on where the last one ended.
	Key []byte
	// Rows is how many rows the file has, the header and empty ones among them.
	Rows    int64
	Several Several
	// DryRun reads and checks everything, and writes nothing.
	DryRun bool
	// Again begins an import anew that was done before.
	Again bool
	// Along, unless nil, is called in each transaction with how far the import is when it
	// commits, and what became of the rows that it is about. It may be called again. In a
	// dry run it is called in a transaction of its own. What it fails with ends the import.
	Along func(ctx context.Context, tx store.Tx, came store.ImportProgress, results []ImportResult) error
}

// Import brings the rows of a file in, many in one transaction, and each once: how far
// it came is kept with what it wrote. It is for one goroutine.
type Import struct {
	service  *Writes
	scope    client.Scope
	options  ImportOptions
	progress store.ImportProgress
	// pace is how many rows the next transaction is likely to take.
	pace    int
	by      client.Checks
	indexer *search.Indexer
	// checked is how many transactions by and indexer were read for already.
	checked int
	// results are those of the transaction, for Along.
	results []ImportResult
}

// ErrOvertaken is what an import fails with that another process goes on with.
var ErrOvertaken = errors.New("this import is going on elsewhere")

// ImportRow is a row: the input of a create, or of an upsert.
type ImportRow struct {
	Number int64
	// By is by what the client is found that the row changes; nil for a new one.
	By     *UpsertKey
	Values client.Values
	// Wrong is what is wrong with the row already: it is refused.
	Wrong client.Errors
}

// Outcome is what became of a row.
type Outcome string

// What can become of it.
const (
	RowCreated Outcome = "created"
	RowChanged Outcome = "changed"
	RowLeft    Outcome = "left"
	RowRefused Outcome = "refused"
)

// ImportResult is what became of one row. Errors are all that is wrong with it.
type ImportResult struct {
	Outcome Outcome
	Errors  client.Errors
}

// OpenImport begins an import, or goes on with one. Errors: FORBIDDEN, also to roles
// that do not see all clients.
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
			// The ids are the import's, whatever becomes of the transaction.
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

// Progress is how far the import came.
func (i *Import) Progress() store.ImportProgress { return i.progress }

// ClientID is the id of the client that a row makes.
func (i *Import) ClientID(row int64) int64 { return i.progress.FirstID + row - 1 }

// Rows brings the first of those rows in, in their order and as many as one
// transaction takes, one at least, and returns what became of each of them: a row with
// errors harms no other. Errors of a row are those of Create, or of Upsert for one that
// has a key. Error: ErrOvertaken.
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

// write runs do in a transaction with which it is kept how far the import came then.
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

// Tell calls Along, in a transaction of its own, with results of rows of a dry run.
func (i *Import) Tell(ctx context.Context, results []ImportResult) error {
	if i.options.Along == nil {
		return nil
	}
	return i.service.Store.Write(ctx, i.scope, func(ctx context.Context, tx store.Tx) error {
		return i.options.Along(ctx, tx, i.progress, results)
	})
}

// Turn goes on to a part of a phase.
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

// check reads what inputs are checked by, every now and then.
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

// drafts are of those rows that are to be brought in; nil for those with errors.
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
			// What else is wrong with it is told with that.
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

// importBatch is the rows of one transaction.
type importBatch struct {
	*Import
	tx      store.Tx
	touched map[int64]bool
	keys    int
}

// touches says whether one of the clients is written already: a transaction does not
// see what it wrote.
func (b *importBatch) touches(clients []*client.Client) bool {
	for _, c := range clients {
		if b.touched[c.ClientID] {
			return true
		}
	}
	return false
}

// bring brings one row in.
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
		// A run before may have found a client.
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

// make makes the client of a row.
func (b *importBatch) make(ctx context.Context, w *Draft, row ImportRow) (*client.Client, error) {
	if b.options.DryRun {
		// Its search keys are for nobody.
		w.Begin(b.tx, history.BlankClient(b.scope.BusinessID, 0))
		return w.After, w.Apply(ctx)
	}
	return w.insert(ctx, b.tx, b.ClientID(row.Number), history.OperationImport)
}
