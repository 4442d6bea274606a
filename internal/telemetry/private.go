package telemetry

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// longestLevel bounds the body with a log level.
const longestLevel = 16

// Handler serves operators on a listener of its own: /metrics, profiles below
// /debug/pprof/, /buildinfo, and /loglevel, which GET returns and PUT sets to debug,
// info, warn or error.
func (t *Telemetry) Handler(level *slog.LevelVar) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{EnableOpenMetrics: true, Registry: t.registry}))
	// The command line is left out, because it may have the database's password.
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
	mux.HandleFunc("GET /buildinfo", serveBuild)
	mux.HandleFunc("GET /loglevel", func(w http.ResponseWriter, _ *http.Request) { writeLevel(w, level) })
	mux.HandleFunc("PUT /loglevel", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestLevel))
		name := strings.TrimSpace(string(body))
		var next slog.Level
		if err != nil || !isLevel(name) || next.UnmarshalText([]byte(name)) != nil {
			http.Error(w, "send debug, info, warn or error as the body", http.StatusBadRequest)
			return
		}
		before := level.Level()
		level.Set(next)
		t.logger.WarnContext(r.Context(), "the level of logs was changed", "from", levelName(before), "to", levelName(next))
		writeLevel(w, level)
	})
	return mux
}

func isLevel(name string) bool {
	switch strings.ToLower(name) {
	case "debug", "info", "warn", "error":
		return true
	}
	return false
}

func levelName(level slog.Level) string { return strings.ToLower(level.String()) }

func writeLevel(w http.ResponseWriter, level *slog.LevelVar) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, levelName(level.Level())+"\n")
}

// serveBuild returns what the binary was built from, and its modules.
func serveBuild(w http.ResponseWriter, _ *http.Request) {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		http.Error(w, "this binary has no build information", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(build)
}
