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

// commandLogger logs what a command that ends by itself has to warn of.
func commandLogger(stderr io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// openService opens the database for a command that runs beside servers, with the use
// cases on it, which have no secrets: they open no social security number and check no
// password. closing is to be called in the end.
func openService(ctx context.Context, cfg config.Database, stderr io.Writer) (on *service.Service, closing func(), err error) {
	logger := commandLogger(stderr)
	db, err := openDatabase(ctx, devdb.Join, cfg, logger, stderr, watchers{})
	if err != nil {
		return nil, nil, err
	}
	return service.New(db.store, service.Secrets{}, nil, time.Now), func() { db.close(ctx, logger) }, nil
}
