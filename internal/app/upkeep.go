package app

import (
	"context"
	"log/slog"
	"time"

	"clientgraph/internal/client"
)

// upkeepInterval is how often a server looks for work that was left unfinished:
// by itself, by another server, or by one that is no more.
const upkeepInterval = time.Minute

// resumeErasures brings erasures to their end.
func resumeErasures(ctx context.Context, service *client.Service, logger *slog.Logger) {
	ended, err := service.ResumeErasures(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		logger.WarnContext(ctx, "erasures are unfinished and will be tried again", "ended", ended, "error", err)
	case ended > 0:
		logger.InfoContext(ctx, "erasures ended", "clients", ended)
	}
}

// rekey makes clients' keys anew, for businesses that changed their locale or
// phone region.
func rekey(ctx context.Context, service *client.Service, logger *slog.Logger) {
	if err := service.Rekey(ctx); err != nil && ctx.Err() == nil {
		logger.ErrorContext(ctx, "clients are not all in their business's order yet; this is tried again", "error", err)
	}
}
