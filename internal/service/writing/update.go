package writing

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
)

// Update replaces all properties of a client that can be written: those that the input
// does not have are cleared, except status, blocked, password, ssn and edge lists. A
// retired custom field keeps its value. Errors: those of Create, and NOT_FOUND,
// CLIENT_DELETED, VERSION_CONFLICT, SELF_VIEW.
func (s *Writes) Update(ctx context.Context, scope client.Scope, id client.ID, values client.Values, expectedVersion *int64) (Result, error) {
	if err := reading.Permit(scope, client.Write, false); err != nil {
		return Result{}, err
	}
	w := s.draft(scope, "input", values, func(in *client.Input) {
		in.Errors = append(in.Errors, in.Lacking()...)
		in.ClearRest()
	})
	if err := w.hash(ctx); err != nil {
		return Result{}, err
	}
	return s.apply(ctx, w, Target{ClientID: id, expectedVersion: expectedVersion}, history.OperationUpdate)
}
