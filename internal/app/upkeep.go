package app

import (
	"context"
	"log/slog"
	"time"

	"clientgraph/internal/mongostore"
	"clientgraph/internal/service"
	"clientgraph/internal/telemetry"
)

// upkeepInterval is how often a server looks for work that was left unfinished:
// by itself, by another server, or by one that is no more.
const upkeepInterval = time.Minute

// keepUp does beside the server what was left unfinished, until stop is called.
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

// numberChanges numbers the rows of the change feed that a server wrote and did not
// live to number.
func numberChanges(ctx context.Context, store *mongostore.Store, logger *slog.Logger) error {
	err := store.NumberChanges(ctx)
	if err != nil && ctx.Err() == nil {
		logger.ErrorContext(ctx, "changes of clients are not in the feed yet; this is tried again", "error", err)
	}
	return err
}

// resumeErasures brings erasures to their end.
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

// rekey makes clients' keys anew, for businesses that changed their locale or
// phone region.
func rekey(ctx context.Context, service *service.Service, logger *slog.Logger) error {
	err := service.Rekey(ctx)
	if err != nil && ctx.Err() == nil {
		logger.ErrorContext(ctx, "clients are not all in their business's order yet; this is tried again", "error", err)
	}
	return err
}
