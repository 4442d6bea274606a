package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/config"
	"clientgraph/internal/conns"
	"clientgraph/internal/devdb"
	"clientgraph/internal/limit"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/server"
	"clientgraph/internal/service"
	"clientgraph/internal/telemetry"
)

const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 2 * time.Minute
	// maxHeader bounds a request's first line and headers in bytes, because some headers
	// are parsed entry by entry.
	maxHeader = 64 << 10
	// drainTimeout bounds how long running requests may take to finish after a stop.
	drainTimeout = 10 * time.Second
	// goneTimeout is the same if the database has ended: the driver keeps looking for it
	// to abort transactions, even after the request has ended.
	goneTimeout = time.Second
)

// Serve serves the API until ctx ends, then lets requests finish and returns nil. program
// is the name that the program was started by, for printed command lines.
func Serve(ctx context.Context, program string, cfg config.Serve, stdout, stderr io.Writer) error {
	return serve(ctx, program, cfg, stdout, stderr, nil)
}

// serve is Serve; monitor, if not nil, observes every database command.
func serve(ctx context.Context, program string, cfg config.Serve, stdout, stderr io.Writer, monitor *event.CommandMonitor) error {
	level := &slog.LevelVar{}
	logger := newLogger(cfg, stderr, level)
	// The cheapest checks come first.
	if err := checkOrigins(cfg.CORSOrigin); err != nil {
		return err
	}
	warnOfRisks(cfg, logger)
	listener, err := listen(ctx, cfg)
	if err != nil {
		return err
	}
	defer listener.Close()                // defer listener.Close()                // The server closes it; this is for errors before.
	access, err := newAccess(cfg, logger) //nolint:contextcheck // access, err := newAccess(cfg, logger) //nolint:contextcheck // An issuer's keys are read again while we run: each read has a timeout of its own.
	if err != nil {
		return err
	}
	secure, err := newCertificate(cfg.HTTP, logger)
	if err != nil {
		return err
	}
	trusted, err := trustedDocuments(cfg)
	if err != nil {
		return err
	}
	tuneCollector()
	watched, stopTelemetry, err := startTelemetry(ctx, cfg.Telemetry, trusted.Names(), level, logger)
	if err != nil {
		return err
	}
	defer stopTelemetry()
	db, err := openDatabase(ctx, devdb.Open, cfg.Database, logger, stderr, watching(watched, monitor))
	if err != nil {
		return err
	}
	defer db.close(ctx, logger)
	db.store.ReportFeedLag(watched.FeedLag)
	service := service.New(db.store, access.secrets(db.store), limit.NewRate(limit.Lookups(), time.Now), time.Now)
	if cfg.PrivateHooks {
		service.AllowPrivateWebhooks()
	}
	if cfg.Sample {
		if err := loadSample(ctx, db.store, service, logger); err != nil {
			return err
		}
	}
	defer keepUp(ctx, service, db.store, watched, logger)()
	defer deliverWebhooks(ctx, cfg, service, watched, logger)()
	defer runJobs(ctx, service, watched, logger)()
	defer watchBacklog(ctx, db.store, watched)()
	showEngine(watched, cfg.Database, db)
	access.show(watched)
	handler := server.New(serverOptions(cfg, db.store, service, access, trusted, watched, logger))
	connections := bounded(listener, cfg, logger)
	watched.Show(telemetry.Connections, func() float64 { return float64(connections.Open()) })
	listener = connections
	if secure != nil {
		listener = tls.NewListener(listener, secure.config())
		watched.Show(telemetry.CertificateEnds, func() float64 { return float64(secure.expires().Unix()) })
	}
	announce(stdout, logger, program, cfg, listener.Addr(), db)
	return serveHTTP(ctx, listener, handler, db, logger)
}

// serverOptions converts flags to the server's options.
func serverOptions(cfg config.Serve, store *mongostore.Store, service *service.Service, access *access, trusted server.TrustedDocuments, watched *telemetry.Telemetry, logger *slog.Logger) server.Options {
	return server.Options{
		Service:         service,
		Verifier:        access.verifier,
		Ready:           store.Ready,
		Unavailable:     transact.Unavailable,
		Playground:      access.playground,
		Console:         access.console,
		Introspection:   cfg.Introspection || cfg.Development(),
		NoPlan:          cfg.Plan == "off",
		Federation:      cfg.Federation,
		CORSOrigins:     cfg.CORSOrigin,
		LoopbackOrigins: cfg.Development(),
		SchemaFile:      cfg.SchemaFile || cfg.Development(),
		TrustedProxies:  cfg.TrustedProxy,
		HSTS:            cfg.HSTS,
		Limits:          limits(cfg.Limits),
		Streams:         streamLimits(cfg),
		Exempt:          exempt(cfg),
		Trusted:         trusted,
		TrustedOnly:     cfg.TrustedOnly(),
		NotPersisted:    !cfg.PersistedQueries,
		Telemetry:       watched,
		Logger:          logger,
	}
}

// inBackground runs a function beside the server, with a context that ends when stop is
// called. stop waits for the function to end.
func inBackground(ctx context.Context, run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// repeat runs do at once, after each interval, and whenever wake receives a value, until
// ctx ends. wake may be nil.
func repeat(ctx context.Context, interval time.Duration, wake <-chan struct{}, do func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-ticker.C:
		}
	}
}

// newLogger returns a logger with the flags' format. level can change later.
func newLogger(cfg config.Serve, w io.Writer, level *slog.LevelVar) *slog.Logger {
	// The flag accepts only valid levels.
	_ = level.UnmarshalText([]byte(cfg.LogLevel))
	return telemetry.NewLogger(w, cfg.LogFormat == "text", level)
}

// listen opens the address. In development mode, where tokens are free for all, only this
// machine may connect.
func listen(ctx context.Context, cfg config.Serve) (net.Listener, error) {
	host, _, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, &devdb.UserError{Message: fmt.Sprintf("--listen %s is not an address and port; try 127.0.0.1:8080", cfg.Listen)}
	}
	if cfg.Development() && !isLoopback(host) {
		return nil, &devdb.UserError{Message: "without --jwt-public-key, --jwks-url or --jwks-file this is development mode, where every user of this machine can make a token: --listen must be a loopback address such as 127.0.0.1:8080"}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, &devdb.UserError{Message: fmt.Sprintf("can't listen on %s, which is in use or not this machine's; choose another with --listen", cfg.Listen)}
	}
	return listener, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// serveHTTP serves until ctx ends or the database has ended.
func serveHTTP(ctx context.Context, listener net.Listener, handler *server.Server, db *database, logger *slog.Logger) error {
	// Requests have a longer context, so that running ones can finish.
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	s := &http.Server{
		Handler:           handler,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ConnContext:       conns.Context,
		HTTP2:             http2(),
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	var failure error
	drain := drainTimeout
	select {
	case failure = <-served:
	case <-db.engine.Exited():
		failure = errors.New("the database ended; its log is engine.log in the data folder")
		// Requests that wait for the database would wait in vain.
		drain = goneTimeout
		cut()
	case <-ctx.Done():
		logger.Info("stopping")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	var streams sync.WaitGroup
	streams.Go(func() { handler.Stop(ctx) })
	defer streams.Wait()
	if err := s.Shutdown(ctx); err != nil {
		logger.Warn("requests were cut off", "error", err)
		// The connections are closed even so.
		_ = s.Close()
	}
	if errors.Is(failure, http.ErrServerClosed) {
		return nil
	}
	return failure
}
