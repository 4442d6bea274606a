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

// deliverWebhooks delivers to webhooks, until stop is called.
func deliverWebhooks(ctx context.Context, cfg config.Serve, service *service.Service, watched *telemetry.Telemetry, logger *slog.Logger) (stop func()) {
	sender := sending.New(sending.Options{Private: cfg.PrivateHooks})
	runner := service.NewRunner(sender, webhooks.Options{Attempted: watched.WebhookAttempt, Disabled: watched.WebhookDisabled, Logger: logger})
	watched.Show(telemetry.WebhooksPending, func() float64 { return float64(runner.Backlog().Pending) })
	watched.Show(telemetry.WebhooksLate, func() float64 { return runner.Backlog().Late.Seconds() })
	return inBackground(ctx, func(ctx context.Context) {
		defer sender.Close()
		runner.Run(ctx)
	})
}
