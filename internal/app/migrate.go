package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/admin"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/search"
	"clientgraph/internal/service"
)

// migrate converts stored data of earlier versions to this one's form, step by step.
func migrate(ctx context.Context, cfg config.Migrate, stdout, stderr io.Writer) error {
	logger := commandLogger(stderr)
	db, err := openUnhurried(ctx, cfg.Database, logger, stderr)
	if err != nil {
		return err
	}
	defer db.close(ctx, logger)
	if err := db.store.CheckSchema(ctx); errors.Is(err, record.ErrNewer) {
		return &devdb.UserError{Message: "the database was migrated by a later version of clientgraph; run that version"}
	}
	// Without indexes a step would scan whole collections.
	if err := buildIndexes(ctx, db.store, false, stderr); err != nil {
		return err
	}
	for _, step := range append(db.store.Migrations(), rekeying(db.store)) {
		if err := runStep(ctx, step, stdout); err != nil {
			return fmt.Errorf("%s: %w; run it again to continue", step.Name, err)
		}
	}
	_, err = fmt.Fprintln(stdout, "all data have the form of this version")
	return err
}

// rekeying is the step that rekeys clients, which servers do too.
func rekeying(store *mongostore.Store) admin.Migration {
	service := service.New(store, service.Secrets{}, nil, time.Now)
	return admin.Migration{
		Name: "keys", About: "businesses whose clients' sort and search keys are of an earlier version",
		Left: func(ctx context.Context) (int64, error) {
			outdated, err := store.OutdatedBusinesses(ctx, search.RulesVersion)
			if err != nil {
				return 0, err
			}
			marked, err := store.RekeyingBusinesses(ctx)
			return int64(len(outdated) + len(marked)), err
		},
		Run: func(ctx context.Context, _ func(int64)) error { return service.Rekey(ctx) },
	}
}

func runStep(ctx context.Context, step admin.Migration, stdout io.Writer) error {
	left, err := step.Left(ctx)
	if err != nil {
		return err
	}
	if left == 0 {
		_, err := fmt.Fprintf(stdout, "%s: nothing to do\n", step.Name)
		return err
	}
	began := time.Now()
	if _, err := fmt.Fprintf(stdout, "%s: %d %s\n", step.Name, left, step.About); err != nil {
		return err
	}
	progress := newProgress(stdout, step.Name, int(left))
	err = step.Run(ctx, func(done int64) { progress.set(int(done)) })
	progress.done()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: done in %s\n", step.Name, time.Since(began).Round(time.Millisecond))
	return err
}
