package app

import (
	"context"
	"log/slog"
	"time"

	"clientgraph/internal/mongostore"
	"clientgraph/internal/service"
	"clientgraph/internal/telemetry"
)

// upkeepInterval is how often a server looks for unfinished work, of its own or of
// servers that ended.
const upkeepInterval = time.Minute

// keepUp does unfinished work beside the server, until stop is called.
func keepUp(ctx context.Context, service *service.Service, store *mongostore.Store, watched *telemetry.Telemetry, logger *slog.Logger) (stop func()) {
	erasures := inBackground(ctx, func(ctx context.Context) {
		repeat(ctx, upkeepInterval, nil, func() {
			watched.Job(ctx, "erasures", func(ctx context.Context) error { return resumeErasures(ctx, service, logger) })
		})
	})
	keys := inBackground(ctx, func(ctx context.Context) {
		repeat(ctx, upkeepInterval, service.RekeyRequests(), func() {
			watched.Job(ctx, "rekey", func(ctx context.Context) error { return rekey(ctx, service, logger) })
		})
	})
	numbers := inBackground(ctx, func(ctx context.Context) {
		repeat(ctx, upkeepInterval, nil, func() {
			watched.Job(ctx, "feed", func(ctx context.Context) error { return numberChanges(ctx, store, logger) })
		})
	})
	return func() {
		erasures()
		keys()
		numbers()
	}
}

// numberChanges numbers rows of the change feed that servers left when they ended.
func numberChanges(ctx context.Context, store *mongostore.Store, logger *slog.Logger) error {
	err := store.NumberChanges(ctx)
	if err != nil && ctx.Err() == nil {
		logger.ErrorContext(ctx, "changes of clients are not in the feed yet; this is tried again", "error", err)
	}
	return err
}

// resumeErasures completes unfinished erasures.
func resumeErasures(ctx context.Context, service *service.Service, logger *slog.Logger) error {
	ended, err := service.ResumeErasures(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		logger.WarnContext(ctx, "erasures are unfinished and will be tried again", "ended", ended, "error", err)
	case ended > 0:
		logger.InfoContext(ctx, "erasures ended", "clients", ended)
	}
	return err
}

// rekey rekeys the clients of businesses that changed their locale or phone region.
func rekey(ctx context.Context, service *service.Service, logger *slog.Logger) error {
	err := service.Rekey(ctx)
	if err != nil && ctx.Err() == nil {
		logger.ErrorContext(ctx, "clients are not all in their business's order yet; this is tried again", "error", err)
	}
	return err
}
