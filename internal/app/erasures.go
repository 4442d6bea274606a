package app

import (
	"context"
	"log/slog"
	"time"

	"clientgraph/internal/client"
)

// erasuresInterval is how often a server looks for erasures that were left
// unfinished: by itself, by another server, or by one that is no more.
const erasuresInterval = time.Minute

// resumeErasures brings erasures to their end, at once and then now and again,
// until ctx ends.
func resumeErasures(ctx context.Context, service *client.Service, logger *slog.Logger) {
	ticker := time.NewTicker(erasuresInterval)
	defer ticker.Stop()
	for {
		ended, err := service.ResumeErasures(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			logger.WarnContext(ctx, "erasures are unfinished and will be tried again", "ended", ended, "error", err)
		case ended > 0:
			logger.InfoContext(ctx, "erasures ended", "clients", ended)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
