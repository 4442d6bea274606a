package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/internal/observe"
	"clientgraph/internal/telemetry"
)

// show reports in metrics how full the server is.
func (h *graphqlHandler) show() {
	t := h.telemetry
	t.Show(telemetry.Slots, func() float64 { return float64(h.limits.Running) })
	t.Show(telemetry.SlotsTaken, func() float64 { running, _ := h.slots.Taken(); return float64(running) })
	t.Show(telemetry.Queue, func() float64 { return float64(h.limits.Waiting) })
	t.Show(telemetry.QueueTaken, func() float64 { _, waiting := h.slots.Taken(); return float64(waiting) })
	t.Show(telemetry.UnreadBytes, func() float64 { return float64(h.unwritten.Taken()) })
	t.Show(telemetry.UnreadLimit, func() float64 { return float64(h.limits.Unwritten) })
	t.Show(telemetry.Streams, func() float64 { return float64(h.streams.open.count()) })
	t.Show(telemetry.Subscriptions, func() float64 { return float64(h.subscriptions.count()) })
	t.Show(telemetry.DocumentBytes, func() float64 { return float64(h.documents.size()) })
}

// about describes an operation for telemetry; hash is that of its document.
func about(operation *ast.OperationDefinition, hash string, cost int64) telemetry.About {
	return telemetry.About{Name: operation.Name, Kind: string(operation.Operation), Hash: hash, Points: cost}
}

// codesOf are the codes of errors.
func codesOf(errs gqlerror.List) []string {
	if len(errs) == 0 {
		return nil
	}
	codes := make([]string, len(errs))
	for i, err := range errs {
		codes[i], _ = err.Extensions["code"].(string)
	}
	return codes
}

// traceRoot adds a step to the trace for each root field of an operation.
func traceRoot(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	ctx, end := observe.Step(ctx, "field "+graphql.GetRootFieldContext(ctx).Field.Name, 0)
	defer end(nil)
	return next(ctx)
}
