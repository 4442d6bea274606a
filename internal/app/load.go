package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"clientgraph/internal/client"
	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/sample"
)

const (
	// sampleSeed and sampleSize are the generated part of the sample: the same
	// clients on every machine.
	sampleSeed = 1
	sampleSize = 500
	// seedChunk bounds how many generated clients are in memory at once.
	seedChunk = 5_000
)

// owner is who data are loaded as.
func owner(businessID int64, user string) client.Scope {
	return client.Scope{
		BusinessID:  businessID,
		User:        user,
		Role:        client.RoleOwner,
		Permissions: client.AllPermissions,
		Rows:        client.Rows{All: true},
	}
}

// loadSample puts the sample into a database without clients.
func loadSample(ctx context.Context, store *mongostore.Store, service *client.Service, logger *slog.Logger) error {
	empty, err := store.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	began := time.Now()
	data, err := sample.Reference()
	if err != nil {
		return err
	}
	if err := store.PutBusiness(ctx, data.Business); err != nil {
		return err
	}
	if err := store.PutDefinitions(ctx, data.Definitions); err != nil {
		return err
	}
	scope := owner(sample.BusinessID, "sample")
	// The reference's clients first: the ids of the generated ones are above.
	if err := service.AssignIDs(ctx, data.Clients); err != nil {
		return err
	}
	clients, err := generate(ctx, service, sampleSeed, sample.BusinessID, sampleSize)
	if err != nil {
		return err
	}
	clients = append(data.Clients, clients...)
	if err := service.Import(ctx, scope, clients, func(int) {}); err != nil {
		return err
	}
	logger.Info("sample loaded", "clients", len(clients), "ms", time.Since(began).Milliseconds())
	return nil
}

// generate makes clients with ids and with viewer edges among them.
func generate(ctx context.Context, service *client.Service, seed uint64, businessID int64, n int) ([]*client.Client, error) {
	clients := sample.Generate(seed, businessID, n, service.Now())
	if err := service.AssignIDs(ctx, clients); err != nil {
		return nil, err
	}
	sample.Households(seed, clients)
	return clients, nil
}

// seed adds generated clients to a business.
func seed(ctx context.Context, cfg config.Seed, stdout, stderr io.Writer) error {
	if cfg.Clients < 1 {
		return &devdb.UserError{Message: "--clients is how many to add: at least 1"}
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := openDatabase(ctx, devdb.Join, cfg.Database, logger, stderr, nil)
	if err != nil {
		return err
	}
	defer db.close(ctx, logger)
	service := client.NewService(db.store, client.Secrets{}, nil, time.Now)
	progress := newProgress(stdout, cfg.Clients)
	began := time.Now()
	for start := 0; start < cfg.Clients; start += seedChunk {
		n := min(seedChunk, cfg.Clients-start)
		clients, err := generate(ctx, service, cfg.Seed+uint64(start/seedChunk), cfg.Business, n) //nolint:gosec // start is never negative.
		if err != nil {
			return err
		}
		err = service.Import(ctx, owner(cfg.Business, "seed"), clients, func(stored int) { progress.set(start + stored) })
		if err != nil {
			return err
		}
	}
	progress.done()
	_, err = fmt.Fprintf(stdout, "added %d clients to business %d in %s\n", cfg.Clients, cfg.Business, time.Since(began).Round(time.Millisecond))
	return err
}

// progress is a bar where stdout is a terminal, and nothing elsewhere.
type progress struct {
	bars *mpb.Progress
	bar  *mpb.Bar
}

func newProgress(stdout io.Writer, total int) *progress {
	file, ok := stdout.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	bars := mpb.New(mpb.WithOutput(file))
	return &progress{bars: bars, bar: bars.AddBar(int64(total),
		mpb.PrependDecorators(decor.Name("clients "), decor.CountersNoUnit("%d / %d")),
		mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))}
}

func (p *progress) set(stored int) {
	if p.bar != nil {
		p.bar.SetCurrent(int64(stored))
	}
}

func (p *progress) done() {
	if p.bars != nil {
		p.bars.Wait()
	}
}

// indexes makes the indexes and lists them.
func indexes(ctx context.Context, cfg config.Indexes, stdout, stderr io.Writer) error {
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := openDatabase(ctx, devdb.Join, cfg.Database, logger, stderr, nil)
	if err != nil {
		return err
	}
	defer db.close(ctx, logger)
	names := mongostore.IndexNames()
	slices.Sort(names)
	for _, name := range names {
		if _, err := fmt.Fprintln(stdout, name); err != nil {
			return err
		}
	}
	return nil
}
