package app

import (
	"context"
	"io"
	"log/slog"
	"time"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/service"
)

// commandLogger logs the warnings of a command that ends by itself.
func commandLogger(stderr io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// openService opens the database and its use cases for a command that runs while servers
// do. They have no secrets, so they can't decrypt social security numbers or check
// passwords. Call closing at the end.
func openService(ctx context.Context, cfg config.Database, stderr io.Writer) (on *service.Service, closing func(), err error) {
	logger := commandLogger(stderr)
	db, err := openDatabase(ctx, devdb.Join, cfg, logger, stderr, watchers{})
	if err != nil {
		return nil, nil, err
	}
	return service.New(db.store, service.Secrets{}, nil, time.Now), func() { db.close(ctx, logger) }, nil
}
