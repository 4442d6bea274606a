package telemetry

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"clientgraph/internal/observe"
)

// NewLogger returns a logger that writes text or JSON lines of at least that level to w;
// the level may change later. Lines have the ids of the request and the trace, and show
// values by their types: see redacted.
func NewLogger(w io.Writer, text bool, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		attr.Value = redacted(attr.Value)
		return attr
	}}
	var handler slog.Handler = slog.NewJSONHandler(w, o)
	if text {
		handler = slog.NewTextHandler(w, o)
	}
	return slog.New(linked{handler})
}

// linked adds the ids of the request and the trace to each line.
type linked struct{ slog.Handler }

// Handle implements slog.Handler.
func (h linked) Handle(ctx context.Context, line slog.Record) error {
	if id := observe.Of(ctx).RequestID(); id != "" {
		line.AddAttrs(slog.String("requestId", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		line.AddAttrs(slog.String("traceId", span.TraceID().String()))
		if !span.IsRemote() {
			line.AddAttrs(slog.String("spanId", span.SpanID().String()))
		}
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs implements slog.Handler.
func (h linked) WithAttrs(attrs []slog.Attr) slog.Handler { return linked{h.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (h linked) WithGroup(name string) slog.Handler { return linked{h.Handler.WithGroup(name)} }
