package telemetry

import (
	"context"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"clientgraph/internal/observe"
)

// Commands observes the driver's commands; nil if telemetry is off.
func (t *Telemetry) Commands() *event.CommandMonitor {
	if t == nil {
		return nil
	}
	// The collections of running commands: the event of their end does not have them.
	var under sync.Map
	over := func(ctx context.Context, e *event.CommandFinishedEvent, bytes int, failed bool) {
		collection, _ := under.LoadAndDelete(e.RequestID)
		name, _ := collection.(string)
		t.command(ctx, observe.Command{Name: e.CommandName, Collection: name, Took: e.Duration, Bytes: bytes, Failed: failed})
	}
	return &event.CommandMonitor{
		Started: func(_ context.Context, e *event.CommandStartedEvent) {
			if name := collectionOf(e.CommandName, e.Command); name != "" {
				under.Store(e.RequestID, name)
			}
		},
		Succeeded: func(ctx context.Context, e *event.CommandSucceededEvent) {
			over(ctx, &e.CommandFinishedEvent, len(e.Reply), false)
		},
		Failed: func(ctx context.Context, e *event.CommandFailedEvent) { over(ctx, &e.CommandFinishedEvent, 0, true) },
	}
}

// collectionOf returns the collection of a command; empty if it has none.
func collectionOf(name string, command bson.Raw) string {
	key := name
	switch name {
	case "getMore":
		key = "collection"
	case "find", "aggregate", "count", "distinct", "insert", "update", "delete", "findAndModify", "listIndexes", "createIndexes", "create", "drop":
	default:
		return ""
	}
	collection, _ := command.Lookup(key).StringValueOK()
	return strings.Clone(collection)
}

// command records a completed command.
func (t *Telemetry) command(ctx context.Context, c observe.Command) {
	t.commands.WithLabelValues(c.Name, c.Collection).Observe(c.Took.Seconds())
	if c.Failed {
		t.commandFailures.WithLabelValues(c.Name, c.Collection).Inc()
	}
	observe.Of(ctx).Command(c)
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return
	}
	end := time.Now()
	_, span := t.tracer.Start(ctx, strings.TrimSuffix(c.Name+" "+c.Collection, " "),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(end.Add(-c.Took)), trace.WithAttributes(
			attribute.String("db.system.name", "mongodb"), attribute.String("db.operation.name", c.Name),
			attribute.String("db.collection.name", c.Collection), attribute.Int("clientgraph.bytes", c.Bytes)))
	if c.Failed {
		span.SetStatus(codes.Error, "")
	}
	span.End(trace.WithTimestamp(end))
}

// Pool observes the connections to the database; nil if telemetry is off.
func (t *Telemetry) Pool() *event.PoolMonitor {
	if t == nil {
		return nil
	}
	return &event.PoolMonitor{Event: func(e *event.PoolEvent) {
		switch e.Type {
		case event.ConnectionCreated:
			t.connections.Inc()
		case event.ConnectionClosed:
			t.connections.Dec()
		case event.ConnectionCheckedOut:
			t.connectionsUsed.Inc()
			t.poolWaits.Observe(e.Duration.Seconds())
		case event.ConnectionCheckedIn:
			t.connectionsUsed.Dec()
		case event.ConnectionCheckOutFailed:
			t.poolWaits.Observe(e.Duration.Seconds())
			t.poolFailures.WithLabelValues(e.Reason).Inc()
		}
	}}
}

// Servers observes how the database's servers respond; nil if telemetry is off.
func (t *Telemetry) Servers() *event.ServerMonitor {
	if t == nil {
		return nil
	}
	return &event.ServerMonitor{
		ServerHeartbeatSucceeded: func(*event.ServerHeartbeatSucceededEvent) { t.heartbeats.WithLabelValues(resultOK).Inc() },
		ServerHeartbeatFailed:    func(*event.ServerHeartbeatFailedEvent) { t.heartbeats.WithLabelValues(resultFailed).Inc() },
	}
}

// FeedLag counts a row of the change feed, with the time between its change and its
// numbering.
func (t *Telemetry) FeedLag(lag time.Duration) {
	if t.metrics != nil {
		t.feedLag.Observe(max(lag, 0).Seconds())
	}
}
