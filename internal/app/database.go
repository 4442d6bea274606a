package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/record"
)

const (
	// setupTimeout bounds the work at start: creating indexes, loading the sample.
	setupTimeout = time.Minute
	// selectionTimeout bounds how long an operation waits for a database that can't be
	// reached: less than an operation may take, so that it can be answered with that
	// error.
	selectionTimeout = 5 * time.Second
	// closeTimeout bounds the work at the end.
	closeTimeout = 10 * time.Second
)

// database is an open store, with its connection and its engine.
type database struct {
	store  *mongostore.Store
	engine *devdb.Database
	client *mongo.Client
}

// opener is devdb.Open for the server, or devdb.Join for commands.
type opener func(context.Context, devdb.Options) (*devdb.Database, error)

// openDatabase finds or starts the database for the server and for commands that read or
// write clients. It prepares an embedded or empty database, and logs what any other
// lacks. watch observes the driver.
func openDatabase(ctx context.Context, open opener, cfg config.Database, logger *slog.Logger, progress io.Writer, watch watchers) (*database, error) {
	d, err := connect(ctx, open, cfg, logger, progress, watch.set)
	if err != nil {
		return nil, err
	}
	if err := d.prepare(ctx, cfg.MongoDBURI == "", logger); err != nil {
		d.close(ctx, logger)
		return nil, err
	}
	return d, nil
}

// connect finds or starts the database without changing it.
func connect(ctx context.Context, open opener, cfg config.Database, logger *slog.Logger, progress io.Writer, change func(*options.ClientOptions)) (*database, error) {
	if cfg.CacheMiB < 0 {
		return nil, &devdb.UserError{Message: "--cache-mib is a number of MiB, such as 256; leave it out for a quarter of the memory"}
	}
	engine, err := open(ctx, devdb.Options{URI: cfg.MongoDBURI, DataDir: cfg.DataDir, CacheMiB: cfg.CacheMiB, Logger: logger, Progress: progress})
	if err != nil {
		return nil, err
	}
	d := &database{engine: engine}
	o := options.Client().SetAppName("clientgraph").SetServerSelectionTimeout(selectionTimeout).ApplyURI(engine.URI)
	if cfg.APIStrict {
		o.SetServerAPIOptions(options.ServerAPI(options.ServerAPIVersion1).SetStrict(true).SetDeprecationErrors(true))
	}
	change(o)
	if d.client, err = mongo.Connect(o); err != nil {
		d.close(ctx, logger)
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	d.store = mongostore.New(d.client, cfg.Database)
	return d, nil
}

// prepare creates what an embedded or empty database lacks. For another database it only
// logs what must be done: creating indexes may take hours there, and other servers may
// have an earlier version.
func (d *database) prepare(ctx context.Context, embedded bool, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	err := d.store.CheckSchema(ctx)
	if errors.Is(err, record.ErrNewer) {
		return &devdb.UserError{Message: "the database was migrated by a later version of clientgraph; run that version"}
	}
	if err != nil {
		return err
	}
	if !embedded {
		empty, err := d.store.Empty(ctx)
		if err != nil {
			return err
		}
		if !empty {
			return d.warnOfMissing(ctx, logger)
		}
	}
	if err := d.store.EnsureIndexes(ctx); err != nil {
		return err
	}
	for _, step := range d.store.Migrations() {
		if err := step.Run(ctx, func(int64) {}); err != nil {
			return fmt.Errorf("migrate %s: %w", step.Name, err)
		}
	}
	return nil
}

// warnOfMissing logs what a database lacks, and the command that creates it.
func (d *database) warnOfMissing(ctx context.Context, logger *slog.Logger) error {
	state, err := d.store.IndexState(ctx)
	if err != nil {
		return err
	}
	for _, lack := range []struct {
		what, mend string
		names      []string
	}{
		{"indexes are missing: reads are slow, and unique values may be duplicated", "clientgraph indexes", state.Missing},
		{"indexes are those of an earlier version", "clientgraph indexes --drop-unused", state.Outdated},
		{"indexes are no longer used", "clientgraph indexes --drop-unused", state.Unused},
		{"indexes have names that this program uses, but other definitions: drop or rename them", "clientgraph indexes", state.Foreign},
	} {
		if len(lack.names) > 0 {
			logger.WarnContext(ctx, lack.what, "indexes", lack.names, "run", lack.mend)
		}
	}
	for _, step := range d.store.Migrations() {
		left, err := step.Left(ctx)
		if err != nil {
			return err
		}
		if left > 0 {
			logger.WarnContext(ctx, "there are "+step.About+": once all servers are of this version, migrate", "step", step.Name, "left", left, "run", "clientgraph migrate")
		}
	}
	return nil
}

// close ends the connection and, if this process started it, the engine.
func (d *database) close(ctx context.Context, logger *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if d.client != nil {
		if err := d.disconnect(ctx); err != nil {
			logger.WarnContext(ctx, "disconnect from the database", "error", err)
		}
	}
	if err := d.engine.Close(ctx); err != nil {
		logger.WarnContext(ctx, "stop the database", "error", err)
	}
}

// disconnect ends the driver's sessions in the database, unless the database has ended:
// the driver would wait for it.
func (d *database) disconnect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-d.engine.Exited():
			cancel()
		case <-ctx.Done():
		}
	}()
	err := d.client.Disconnect(ctx)
	select {
	case <-d.engine.Exited():
		return nil
	default:
		return err
	}
}
