package client

import "context"

// Update replaces everything of a client that can be written: what the input
// leaves out is cleared, but for the status, whether the client is blocked, its
// password, its ssn and its edge lists, which stay. A custom field that was
// retired keeps its value. Errors: those of Create, and NOT_FOUND,
// CLIENT_DELETED, VERSION_CONFLICT, SELF_VIEW.
func (s *Service) Update(ctx context.Context, scope Scope, id ID, values Values, expectedVersion *int64) (Result, error) {
	if err := permit(scope, Write, false); err != nil {
		return Result{}, err
	}
	w, err := s.prepare(ctx, scope, "input", values, func(in *input) {
		in.errs = append(in.errs, in.lacking()...)
		in.clearRest()
	})
	if err != nil {
		return Result{}, err
	}
	if err := w.hash(ctx); err != nil {
		return Result{}, err
	}
	return s.bring(ctx, w, target{id: id, expectedVersion: expectedVersion}, OperationUpdate)
}

// staysUnnamed says whether an update that does not name the property leaves it
// alone: it is the business's judgement of the client, and not to be lost by a
// caller that knows nothing of it.
func (p *Property) staysUnnamed() bool { return p.Name == "status" || p.Name == "blocked" }

// clearRest clears what the input does not name.
func (in *input) clearRest() {
	for i := range properties {
		p := &properties[i]
		if _, named := in.set[i]; !named && p.is(writable) && !p.is(required) && !p.staysUnnamed() {
			in.set[i] = nil
		}
	}
	for i := range in.by.definitions {
		d := &in.by.definitions[i]
		if _, named := in.fields[d.DefinitionID]; !named && !d.Retired && d.PropertyCode == nil {
			in.fields[d.DefinitionID] = nil
		}
	}
}
