package app

import (
	"context"
	"log/slog"
	"time"

	"clientgraph/internal/client"
)

// rekeyPause is how often we look for businesses whose clients' keys another
// process began to make anew, and did not finish.
const rekeyPause = time.Minute

// rekey makes clients' keys anew, for businesses that changed their locale or
// phone region, until ctx ends: at first those that an earlier run left, then
// whatever comes.
func rekey(ctx context.Context, service *client.Service, logger *slog.Logger) {
	look := time.NewTicker(rekeyPause)
	defer look.Stop()
	for {
		if err := service.Rekey(ctx); err != nil && ctx.Err() == nil {
			logger.Error("clients are not all in their business's order yet; this is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-service.Marked():
		case <-look.C:
		}
	}
}
