package mongostore_test

import (
	"context"
	"testing"

	"clientgraph/internal/service/jobs"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/transfer"
)

// An export that begins while a client is being erased may have read it: what it writes
// is withdrawn like that of one that had begun before.
func TestExportThatBeginsAmidAnErasureIsWithdrawn(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	gone := p.create(t, nameValues("Ann"))
	made, err := p.service.StartExport(t.Context(), ownerScope(), jobs.ExportOptions{Format: transfer.CSV})
	must(t, err)
	s := p.meanwhile(t, func() error {
		return p.store.Write(t.Context(), ownerScope(), func(ctx context.Context, tx store.Tx) error {
			open, err := tx.OpenJobs(ctx)
			if err != nil {
				return err
			}
			open[0].State, open[0].Owner = store.JobRunning, "another process"
			return tx.PutJob(ctx, open[0])
		})
	})
	_, err = s.Erase(t.Context(), ownerScope(), personaldata.EraseArgs{ID: gone.ID(), Confirm: gone.ID(), ExpectedVersion: gone.Version})
	must(t, err)
	after, err := p.store.Job(t.Context(), ownerScope(), made.Job.JobID)
	must(t, err)
	if after.State != store.JobFailed || !after.Erased {
		t.Errorf("the export is %s, erased %t", after.State, after.Erased)
	}
}
