package writing

import (
	"context"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// MaxBatch bounds the entries of a batch.
const MaxBatch = 100

// Arguments that are batches.
const (
	argumentInputs  = "inputs"
	argumentPatches = "patches"
)

// PatchEntry is one entry of a batch of patches.
type PatchEntry struct {
	ClientID        client.ID
	Patch           client.Values
	ExpectedVersion *int64
}

// BatchResult is the result of one entry of a batch.
type BatchResult struct {
	Result
	// Errors are all errors of the entry. Their paths begin with the batch's argument and
	// the entry's index.
	Errors client.Errors
}

// CreateAll creates a client from each input, in order, each in a transaction of its own:
// an entry with errors does not affect the others. The scope's idempotency key applies to
// each entry by its index. Errors: FORBIDDEN, INVALID_IDEMPOTENCY_KEY, TOO_MANY; of an
// entry those of Create.
func (s *Writes) CreateAll(ctx context.Context, scope client.Scope, inputs []client.Values) ([]BatchResult, error) {
	return s.batch(ctx, scope, argumentInputs, len(inputs), func(scope client.Scope, i int) (Result, error) {
		result, err := s.Create(ctx, entryScope(scope, i, inputs[i]), inputs[i])
		return result, reroot(err, func(at client.Path) client.Path {
			// The path of Create begins with its argument, which is an entry here.
			return client.Path{argumentInputs, strconv.Itoa(i)}.With(at[1:]...)
		})
	})
}

// PatchAll patches clients as CreateAll creates them. Errors: FORBIDDEN, also for role
// CLIENT, INVALID_IDEMPOTENCY_KEY, TOO_MANY; of an entry those of Patch.
func (s *Writes) PatchAll(ctx context.Context, scope client.Scope, patches []PatchEntry) ([]BatchResult, error) {
	return s.batch(ctx, scope, argumentPatches, len(patches), func(scope client.Scope, i int) (Result, error) {
		entry := patches[i]
		result, err := s.Patch(ctx, entryScope(scope, i, entry), entry.ClientID, entry.Patch, entry.ExpectedVersion)
		return result, reroot(err, func(at client.Path) client.Path { return client.Path{argumentPatches, strconv.Itoa(i)}.With(at...) })
	})
}

func (s *Writes) batch(ctx context.Context, scope client.Scope, argument string, count int, do func(client.Scope, int) (Result, error)) ([]BatchResult, error) {
	if err := reading.Permit(scope, client.Write, false); err != nil {
		return nil, err
	}
	if count > MaxBatch {
		return nil, client.Path{argument}.At(client.TooMany(MaxBatch))
	}
	// An invalid key is an error of the batch, not of each entry.
	if _, err := s.Attempt(ctx, scope); err != nil {
		return nil, err
	}
	results := make([]BatchResult, count)
	for i := range results {
		result, err := do(scope, i)
		errs := client.AsErrors(err)
		if err != nil && errs == nil {
			return nil, err
		}
		results[i] = BatchResult{Result: result, Errors: errs}
	}
	return results, nil
}

// entryScope returns the scope for an entry of a batch, with an idempotency key of its
// own.
func entryScope(s client.Scope, i int, arguments any) client.Scope {
	if s.IdempotencyKey != nil {
		key := *s.IdempotencyKey
		key.Entry, key.Arguments = i, arguments
		s.IdempotencyKey = &key
	}
	return s
}

// reroot changes the paths of the caller's errors in err by to, from those of a single
// mutation to those of a batch's entry. The path of the idempotency key stays.
func reroot(err error, to func(client.Path) client.Path) error {
	errs := client.AsErrors(err)
	if errs == nil {
		return err
	}
	moved := make(client.Errors, len(errs))
	for i, e := range errs {
		one := *e
		if len(e.Field) > 0 && e.Field[0] != argumentKey {
			one.Field = to(e.Field)
		}
		if fields, ok := e.Details["fields"].([][]string); ok {
			there := make([][]string, len(fields))
			for j, field := range fields {
				there[j] = to(field)
			}
			one.Details = map[string]any{"fields": there}
		}
		moved[i] = &one
	}
	return moved
}
