package jobs

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
	"clientgraph/internal/transfer"
)

// run does a job until it ends, or calls yield.
func (r *Runner) run(ctx context.Context, work *claimedJob, yield func()) error {
	job := &work.Job
	scope := client.Scope{
		BusinessID: job.BusinessID, User: job.Maker.User, Role: job.Maker.Role, Rows: job.Maker.Rows, RequestID: job.Maker.RequestID,
		// The role may have lost permissions since the job was made.
		Permissions: job.Maker.Permissions & job.Maker.Role.Permissions(),
	}
	if !scope.Permissions.Has(job.Kind.Permission()) {
		return r.fail(ctx, job, store.JobForbidden)
	}
	if job.Kind == store.ImportClients {
		// The permission to import includes writing by a file.
		scope.Permissions |= client.Write
	}
	if work.superseded != "" {
		if err := r.transfers.Store.DropJobPart(ctx, scope, job.JobID, work.superseded); err != nil {
			return err
		}
	}
	var err error
	if job.Kind == store.ExportClients {
		err = r.export(ctx, scope, job)
	} else {
		err = r.importFile(ctx, scope, job, yield)
	}
	switch {
	case client.HasCode(err, client.CodeForbidden):
		return r.fail(ctx, job, store.JobForbidden)
	case len(client.AsErrors(err)) > 0 && job.Kind == store.ExportClients:
		return r.fail(ctx, job, store.JobInvalid)
	}
	return err
}

// fail ends a job that can't be done.
func (r *Runner) fail(ctx context.Context, job *store.Job, failure store.JobFailure) error {
	return r.finish(ctx, job, func(_ context.Context, _ store.Tx, now *store.Job) error {
		r.transfers.end(now, store.JobFailed, &failure)
		return nil
	})
}

// finish makes the last change to a job: edit ends it. Error: errLost.
func (r *Runner) finish(ctx context.Context, job *store.Job, edit func(context.Context, store.Tx, *store.Job) error) error {
	var last *store.Job
	err := r.change(ctx, job, func(ctx context.Context, tx store.Tx, now *store.Job) error {
		last = now
		return edit(ctx, tx, now)
	})
	if err != nil {
		return err
	}
	r.ended(ctx, last)
	return nil
}

// ended cleans up after the end of a job.
func (r *Runner) ended(ctx context.Context, job *store.Job) {
	r.transfers.reportEnd(job)
	if err := r.transfers.dropFile(ctx, job); err != nil {
		// It expires by itself.
		r.options.Logger.WarnContext(ctx, "the file of a job was not deleted; it will expire", "job", job.JobID, "error", err)
	}
}

// addResult appends to the result of a job in a transaction.
func (r *Runner) addResult(ctx context.Context, tx store.Tx, job *store.Job, data []byte) error {
	for len(data) > 0 {
		chunk := data[:min(len(data), store.MaxJobChunk)]
		if err := tx.AddJobChunk(ctx, job.JobID, job.ResultPart, job.ResultBytes, chunk, r.transfers.Instant()); err != nil {
			return err
		}
		job.ResultBytes, job.ResultKept = job.ResultBytes+int64(len(chunk)), true
		data = data[len(chunk):]
	}
	return nil
}

// export writes clients into the result of a job.
func (r *Runner) export(ctx context.Context, scope client.Scope, job *store.Job) error {
	var kept keptExport
	if err := r.transfers.open(job, &kept); err != nil {
		return err
	}
	total, err := r.transfers.Count(ctx, scope, kept.Filter)
	if err != nil {
		return err
	}
	to := &resultWriter{runner: r, ctx: ctx, job: job, total: total}
	written, err := transfer.ExportClients(ctx, r.transfers.Reads, scope, to, transfer.ExportOptions{
		Format: kept.Format, Filter: kept.Filter, Progress: func(written int64) {
			r.options.Progress(string(job.Kind), written-to.rows)
			to.rows = written
		},
	})
	if err != nil {
		return err
	}
	return r.finish(ctx, job, func(ctx context.Context, tx store.Tx, now *store.Job) error {
		r.transfers.end(now, store.JobDone, nil)
		now.Counts.Rows, now.Total = written, &written
		return r.addResult(ctx, tx, now, to.held)
	})
}

// resultWriter writes the result of a job in chunks.
type resultWriter struct {
	runner *Runner
	ctx    context.Context //nolint:containedctx // It writes for one call of the exporter.
	job    *store.Job
	held   []byte
	// rows is the number of rows written so far, total the number of all rows.
	rows, total int64
}

// Write implements io.Writer. Error: errLost.
func (w *resultWriter) Write(p []byte) (int, error) {
	w.held = append(w.held, p...)
	for len(w.held) >= store.MaxJobChunk {
		chunk := w.held[:store.MaxJobChunk]
		err := w.runner.change(w.ctx, w.job, func(ctx context.Context, tx store.Tx, now *store.Job) error {
			now.Total = &w.total
			if w.rows > now.Counts.Rows {
				// It has more rows than each attempt before, which counts as progress.
				now.Counts.Rows, now.Attempts = w.rows, 1
			}
			return w.runner.addResult(ctx, tx, now, chunk)
		})
		if err != nil {
			return 0, err
		}
		w.held = append(w.held[:0], w.held[len(chunk):]...)
	}
	return len(p), nil
}

// maxTable bounds the table of an import's errors in bytes; the last batch of rows may
// exceed it. tableEnd is then its last row.
const (
	maxTable = 32 << 20
	tableEnd = ",,TOO_MANY,there are more errors than this table holds: mend these and import the file again\n"
)

// importFile imports the file of a job. Clients, errors of rows and the progress of the job
// are written in the same transactions.
func (r *Runner) importFile(ctx context.Context, scope client.Scope, job *store.Job, yield func()) error {
	var asked ImportOptions
	if err := r.transfers.open(job, &asked); err != nil {
		return err
	}
	options := asked.options()
	entries := int64(0)
	var done *store.Job
	rows := progress{kind: job.Kind, to: r.options.Progress}
	ours := r.newTurn(job)
	options.Begun = func(b transfer.Begun) {
		entries = b.Entries
		rows.begin(countsOf(b.Before).Rows)
		ours.begin()
	}
	options.Progress = func(store.ImportPhase, int64, int64) {
		rows.report()
		if ours.over(ctx) {
			yield()
		}
	}
	options.Commit = func(ctx context.Context, tx store.Tx, part transfer.ImportPart) error {
		done = nil
		return r.edit(ctx, tx, job, func(ctx context.Context, tx store.Tx, now *store.Job) error {
			rows.read, now.Total = countsOf(part.Came).Rows, &entries
			if part.Came.Phase == store.ImportDone {
				done = now
			}
			return r.recordPart(ctx, tx, now, part)
		})
	}
	file := &fileReader{transfers: r.transfers, ctx: ctx, job: job}
	summary, err := transfer.ImportClients(ctx, r.transfers.Writes, scope, file, options)
	if whole, is := errors.AsType[*transfer.FileError](err); is {
		return r.refuse(ctx, job, whole)
	}
	if err != nil {
		return err
	}
	if summary.DoneBefore {
		return r.finish(ctx, job, func(_ context.Context, _ store.Tx, now *store.Job) error {
			r.transfers.end(now, store.JobDone, nil)
			now.Counts, now.ImportedBefore = countsOf(summary.ImportProgress), true
			return nil
		})
	}
	rows.report()
	if done != nil {
		r.ended(ctx, done)
	}
	return nil
}

// recordPart records in the transaction of a part that the part was imported.
func (r *Runner) recordPart(ctx context.Context, tx store.Tx, now *store.Job, part transfer.ImportPart) error {
	table, err := tableOf(part.Problems, now.ResultBytes == 0)
	if err != nil {
		return err
	}
	if now.ResultBytes < maxTable {
		if now.ResultBytes+int64(len(table)) >= maxTable {
			table = append(table, tableEnd...)
		}
		if err := r.addResult(ctx, tx, now, table); err != nil {
			return err
		}
	}
	came, ended := countsOf(part.Came), part.Came.Phase == store.ImportDone
	further := came.Rows > now.Counts.Rows || !restarts(now)
	if further {
		now.Attempts = 1
	}
	if further || ended {
		now.Counts = came
	}
	if ended {
		r.transfers.end(now, store.JobDone, nil)
	}
	return nil
}

// progress reports the rows of an import when they are committed; see Options.Progress.
type progress struct {
	kind store.JobKind
	to   func(kind string, rows int64)
	// read is the number of rows read by the end of the last transaction, reported the
	// number of rows that were reported.
	read, reported int64
}

func (p *progress) begin(before int64) { p.read, p.reported = before, before }

func (p *progress) report() {
	p.to(string(p.kind), p.read-p.reported)
	p.reported = p.read
}

// refuse ends an import whose whole file can't be imported.
func (r *Runner) refuse(ctx context.Context, job *store.Job, why *transfer.FileError) error {
	return r.finish(ctx, job, func(ctx context.Context, tx store.Tx, now *store.Job) error {
		table, err := tableOf(why.Problems, now.ResultBytes == 0)
		if err != nil {
			return err
		}
		r.transfers.end(now, store.JobFailed, new(store.JobFileRefused))
		return r.addResult(ctx, tx, now, table)
	})
}

func countsOf(came store.ImportProgress) store.JobCounts {
	return store.JobCounts{
		Rows: came.Created + came.Changed + came.Left + came.Refused, Created: came.Created, Changed: came.Changed, Unchanged: came.Left,
		Failed: came.Refused,
	}
}

// tableOf returns problems as CSV rows, with the header before the first ones.
func tableOf(problems []transfer.Problem, first bool) ([]byte, error) {
	if len(problems) == 0 {
		return nil, nil
	}
	var text bytes.Buffer
	table := csv.NewWriter(&text)
	var err error
	if first {
		err = table.Write(transfer.ProblemHeader())
	}
	for _, problem := range problems {
		err = errors.Join(err, table.Write(problem.Cells()))
	}
	table.Flush()
	if err = errors.Join(err, table.Error()); err != nil {
		return nil, fmt.Errorf("write what is wrong with a file: %w", err)
	}
	return text.Bytes(), nil
}

// fileReader reads the file of a job. It can start again from the beginning.
type fileReader struct {
	transfers *Transfers
	ctx       context.Context //nolint:containedctx // It reads for one call of the importer.
	job       *store.Job
	at        int64
	left      []byte
}

// errSeek is the error of a seek to another place than the beginning.
var errSeek = errors.New("the file of a job can only be read from its beginning")

// Seek implements io.Seeker, only for the beginning.
func (f *fileReader) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, errSeek
	}
	f.at, f.left = 0, nil
	return 0, nil
}

// Read implements io.Reader.
func (f *fileReader) Read(p []byte) (int, error) {
	if len(f.left) == 0 {
		if f.at >= f.job.FileBytes {
			return 0, io.EOF
		}
		chunk, err := f.transfers.Store.JobChunk(f.ctx, client.Scope{BusinessID: f.job.BusinessID}, f.job.JobID, store.JobFile, f.at)
		if err != nil {
			return 0, err
		}
		if len(chunk) == 0 {
			// The file was deleted by an erasure.
			return 0, errLost
		}
		if chunk, err = f.transfers.openChunk(f.job.Key(), f.at, chunk); err != nil {
			return 0, err
		}
		f.at, f.left = f.at+int64(len(chunk)), chunk
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	return n, nil
}
