package app

import (
	"context"
	"log/slog"

	"clientgraph/internal/config"
	"clientgraph/internal/service"
	"clientgraph/internal/service/webhooks"
	"clientgraph/internal/telemetry"
	"clientgraph/internal/webhook/sending"
)

// deliverWebhooks delivers to webhooks beside the server, until stop is called.
func deliverWebhooks(ctx context.Context, cfg config.Serve, service *service.Service, watched *telemetry.Telemetry, logger *slog.Logger) (stop func()) {
	return inBackground(ctx, func(ctx context.Context) {
		sender := sending.New(sending.Options{Private: cfg.PrivateHooks})
		defer sender.Close()
		service.NewRunner(sender, webhooks.Options{Attempted: watched.WebhookAttempt, Logger: logger}).Run(ctx)
	})
}
