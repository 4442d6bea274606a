package config

import (
	"errors"
	"time"
)

// Telemetry configures logs, metrics and traces.
type Telemetry struct {
	MetricsListen string        `placeholder:"ADDRESS" help:"Address and port of a listener for operators, such as 127.0.0.1:9464: /metrics for Prometheus, profiles below /debug/pprof/, /buildinfo, and /loglevel. It requires no token: keep it off the public network. Without this flag there is no such listener."`
	OTLPEndpoint  string        `name:"otlp-endpoint" env:"CLIENTGRAPH_OTLP_ENDPOINT,OTEL_EXPORTER_OTLP_ENDPOINT" placeholder:"URL" help:"OTLP receiver of traces and metrics over HTTP, such as http://127.0.0.1:4318. The variables OTEL_EXPORTER_OTLP_HEADERS, OTEL_METRIC_EXPORT_INTERVAL and OTEL_RESOURCE_ATTRIBUTES apply too. Without this flag nothing is sent."`
	TraceSample   float64       `default:"0.01" help:"Share of the operations that are traced, from 0 to 1, if the caller's traceparent does not decide; at most 50 a second are traced because of it."`
	AccessLog     bool          `default:"true" negatable:"" help:"Log a line for each operation: name, hash of the document, outcome, codes, durations, commands, rows and points; no variables."`
	SlowOperation time.Duration `default:"1s" help:"Log operations that take this long, with their longest database commands; 0 logs none."`
}

// Validate is called by kong.
func (t Telemetry) Validate() error {
	switch {
	case t.TraceSample < 0 || t.TraceSample > 1:
		return errors.New("--trace-sample must be from 0 to 1")
	case t.SlowOperation < 0:
		return errors.New("--slow-operation must be 0, for none, or more")
	}
	return nil
}
