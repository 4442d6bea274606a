package app

import (
	"context"
	"log/slog"

	"clientgraph/internal/service"
	"clientgraph/internal/service/jobs"
	"clientgraph/internal/telemetry"
)

// runJobs runs import and export jobs, until stop is called.
func runJobs(ctx context.Context, service *service.Service, watched *telemetry.Telemetry, logger *slog.Logger) (stop func()) {
	service.OnJobEnd(watched.TransferEnded)
	return inBackground(ctx, func(ctx context.Context) {
		service.NewJobRunner(jobs.Options{Progress: watched.TransferWent, Failed: watched.TransferFailed, Logger: logger}).Run(ctx)
	})
}
