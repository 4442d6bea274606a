package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"clientgraph/internal/client"
	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore/transact"
)

const (
	// seedChunk bounds the generated clients that are in memory at once.
	seedChunk = 5_000
	// seedTries is how often in a row a transaction is tried if the database fails,
	// seedPause the pause between tries.
	seedTries = 5
	seedPause = time.Second
	// progressStep is the number of clients between two lines of progress.
	progressStep = 1_000
)

// seed adds generated clients to a business.
func seed(ctx context.Context, cfg config.Seed, stdout, stderr io.Writer) error {
	if cfg.Clients < 1 {
		return &devdb.UserError{Message: "--clients is how many to add: at least 1"}
	}
	service, closing, err := openService(ctx, cfg.Database, stderr)
	if err != nil {
		return err
	}
	defer closing()
	scope := owner(cfg.Business, "seed")
	steady := loading{
		store: func(ctx context.Context, clients []*client.Client, progress func(int)) error {
			return service.Import(ctx, scope, clients, progress)
		},
		stored: func(ctx context.Context, ids []int64) ([]*client.Client, error) {
			return service.Store.ClientsByID(ctx, scope, ids, true, client.Selection{})
		},
		pause: seedPause,
	}
	progress := newProgress(stdout, "clients", cfg.Clients)
	began := time.Now()
	added := 0
	for start := 0; start < cfg.Clients && err == nil; start += seedChunk {
		n := min(seedChunk, cfg.Clients-start)
		var clients []*client.Client
		clients, err = generate(ctx, service, cfg.Seed+uint64(start/seedChunk), cfg.Business, n) //nolint:gosec // start is never negative.
		if err != nil {
			break
		}
		err = steady.load(ctx, clients, func(stored int) {
			added = start + stored
			progress.set(added)
		})
	}
	progress.done()
	_, printed := fmt.Fprintf(stdout, "added %d clients to business %d in %s\n", added, cfg.Business, time.Since(began).Round(time.Millisecond))
	if err == nil {
		err = printed
	}
	return err
}

// loading stores clients in a database that may fail temporarily.
type loading struct {
	// store stores clients in order, in batches, and reports how many are stored.
	store func(ctx context.Context, clients []*client.Client, progress func(stored int)) error
	// stored returns those of the clients that are stored.
	stored func(ctx context.Context, ids []int64) ([]*client.Client, error)
	pause  time.Duration
}

// load stores clients with ids. After a temporary failure it continues with those that
// are not stored yet, because it is unknown whether the last transaction was committed.
func (l loading) load(ctx context.Context, clients []*client.Client, progress func(stored int)) error {
	done, tries := 0, 0
	for {
		rest := clients[done:]
		err := l.store(ctx, rest, func(stored int) {
			done, tries = len(clients)-len(rest)+stored, 0
			progress(done)
		})
		if err == nil {
			return nil
		}
		if tries++; ctx.Err() != nil || !transact.Unavailable(err) || tries == seedTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(l.pause):
		}
		ahead, failed := l.ahead(ctx, clients[done:])
		if failed != nil {
			// The next try finds whether the failure has passed.
			continue
		}
		if done += ahead; ahead > 0 {
			progress(done)
		}
		if done == len(clients) {
			return nil
		}
	}
}

// ahead counts the stored clients at the beginning of a list.
func (l loading) ahead(ctx context.Context, clients []*client.Client) (int, error) {
	ids := make([]int64, 0, progressStep)
	for _, c := range clients[:min(len(clients), progressStep)] {
		ids = append(ids, c.ClientID)
	}
	found, err := l.stored(ctx, ids)
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		if !slices.ContainsFunc(found, func(c *client.Client) bool { return c.ClientID == id }) {
			return i, nil
		}
	}
	return len(ids), nil
}

// progress prints a bar if stdout is a terminal, otherwise a line for every progressStep.
type progress struct {
	bars  *mpb.Progress
	bar   *mpb.Bar
	lines io.Writer
	// things is the noun of what is counted.
	things string
	// shown is the number in the last line.
	shown, total int
}

func newProgress(stdout io.Writer, things string, total int) *progress {
	file, ok := stdout.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{lines: stdout, things: things, total: total}
	}
	bars := mpb.New(mpb.WithOutput(file))
	return &progress{bars: bars, bar: bars.AddBar(int64(total),
		mpb.PrependDecorators(decor.Name(things+" "), decor.CountersNoUnit("%d / %d")),
		mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageSpeed(0, "%.0f/s"), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))}
}

func (p *progress) set(stored int) {
	if p.bar != nil {
		p.bar.SetCurrent(int64(stored))
		return
	}
	if stored-p.shown >= progressStep && stored < p.total {
		p.shown = stored - stored%progressStep
		// The reader may be gone.
		_, _ = fmt.Fprintf(p.lines, "%d of %d %s\n", stored, p.total, p.things)
	}
}

// done ends the bar, even if not all are stored.
func (p *progress) done() {
	if p.bar != nil {
		p.bar.Abort(false)
		p.bars.Wait()
	}
}
