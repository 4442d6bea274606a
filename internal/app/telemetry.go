package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/telemetry"
)

// flushTimeout bounds sending the last metrics and spans at the end.
const flushTimeout = 3 * time.Second

// startTelemetry starts metrics and tracing, and serves metrics on a listener of its own
// if configured. stop ends both; the Telemetry is nil if both are off.
func startTelemetry(ctx context.Context, cfg config.Telemetry, published []string, level *slog.LevelVar, logger *slog.Logger) (t *telemetry.Telemetry, stop func(), err error) {
	t, err = telemetry.New(ctx, telemetry.Options{
		Metrics: cfg.MetricsListen != "", Endpoint: cfg.OTLPEndpoint, Sample: cfg.TraceSample,
		AccessLog: cfg.AccessLog, Slow: cfg.SlowOperation, Operations: published, Logger: logger,
	})
	if err != nil {
		return nil, nil, &devdb.UserError{Message: fmt.Sprintf("telemetry can't be sent (%v): check --otlp-endpoint and the variables OTEL_*", err)}
	}
	flush := func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		if err := t.Close(ctx); err != nil {
			logger.WarnContext(ctx, "the last spans and metrics were not sent", "error", err)
		}
	}
	if cfg.MetricsListen == "" {
		return t, flush, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.MetricsListen)
	if err != nil {
		flush()
		return nil, nil, &devdb.UserError{Message: fmt.Sprintf("can't listen on %s, which is not an address and port, is in use, or is not this machine's; choose another with --metrics-listen", cfg.MetricsListen)}
	}
	private := &http.Server{
		Handler: t.Handler(level), ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	go func() {
		if err := private.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("metrics are no longer served", "error", err)
		}
	}()
	logger.Info("metrics are served", "address", listener.Addr().String())
	return t, func() {
		_ = private.Close()
		flush()
	}, nil
}

// watchers observe the driver; each may be nil.
type watchers struct {
	commands *event.CommandMonitor
	pool     *event.PoolMonitor
	servers  *event.ServerMonitor
}

// watching returns the watchers of telemetry, with a further monitor of commands.
func watching(t *telemetry.Telemetry, also *event.CommandMonitor) watchers {
	w := watchers{commands: t.Commands(), pool: t.Pool(), servers: t.Servers()}
	switch {
	case w.commands == nil:
		w.commands = also
	case also != nil:
		w.commands = both(w.commands, also)
	}
	return w
}

// both passes every command on to two monitors.
func both(a, b *event.CommandMonitor) *event.CommandMonitor {
	return &event.CommandMonitor{
		Started: func(ctx context.Context, e *event.CommandStartedEvent) {
			a.Started(ctx, e)
			if b.Started != nil {
				b.Started(ctx, e)
			}
		},
		Succeeded: func(ctx context.Context, e *event.CommandSucceededEvent) {
			a.Succeeded(ctx, e)
			if b.Succeeded != nil {
				b.Succeeded(ctx, e)
			}
		},
		Failed: func(ctx context.Context, e *event.CommandFailedEvent) {
			a.Failed(ctx, e)
			if b.Failed != nil {
				b.Failed(ctx, e)
			}
		},
	}
}

// set adds the watchers to the options of a connection.
func (w watchers) set(o *options.ClientOptions) {
	if w.commands != nil {
		o.SetMonitor(w.commands)
	}
	if w.pool != nil {
		o.SetPoolMonitor(w.pool)
	}
	if w.servers != nil {
		o.SetServerMonitor(w.servers)
	}
}
