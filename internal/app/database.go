package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore"
)

const (
	// setupTimeout bounds what is done once at start: making indexes, loading
	// the sample.
	setupTimeout = time.Minute
	// selectionTimeout bounds how long an operation waits for a database that is
	// not there: shorter than an operation may take, so that the answer says so.
	selectionTimeout = 5 * time.Second
	// closeTimeout bounds what is done once at the end.
	closeTimeout = 10 * time.Second
)

// database is an open store with what it stands on.
type database struct {
	store  *mongostore.Store
	engine *devdb.Database
	client *mongo.Client
}

// opener is devdb.Open, for the process that serves, or devdb.Join, for
// commands beside it.
type opener func(context.Context, devdb.Options) (*devdb.Database, error)

// openDatabase finds or starts the database and makes its indexes. watch sees what
// the driver does.
func openDatabase(ctx context.Context, open opener, cfg config.Database, logger *slog.Logger, progress io.Writer, watch watchers) (*database, error) {
	if cfg.CacheMiB < 0 {
		return nil, &devdb.UserError{Message: "--cache-mib is a number of MiB, such as 256; leave it out for a quarter of the memory"}
	}
	engine, err := open(ctx, devdb.Options{URI: cfg.MongoDBURI, DataDir: cfg.DataDir, CacheMiB: cfg.CacheMiB, Logger: logger, Progress: progress})
	if err != nil {
		return nil, err
	}
	d := &database{engine: engine}
	o := options.Client().SetAppName("clientgraph").SetServerSelectionTimeout(selectionTimeout).ApplyURI(engine.URI)
	watch.set(o)
	if d.client, err = mongo.Connect(o); err != nil {
		d.close(ctx, logger)
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	d.store = mongostore.New(d.client, cfg.Database)
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	if err := d.store.EnsureIndexes(ctx); err != nil {
		d.close(ctx, logger)
		return nil, err
	}
	return d, nil
}

// close ends the connection and, where it is ours, the engine.
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

// disconnect tells the database that its sessions are over, unless it is gone:
// the driver would wait for it as long as it may.
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
