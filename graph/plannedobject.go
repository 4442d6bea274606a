package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
	"clientgraph/internal/plan"
)

// objectWriter writes the answer of a field of an operation that is an object with
// clients in it.
type objectWriter struct {
	planned
	// compiled are the plans of the fields of clients in it, by their paths in the answer,
	// and need is what all of them need of the clients.
	compiled map[string]*plan.Clients
	need     client.Selection
	dst      []byte
}

// smallObject is how many bytes an object takes that has no clients in it.
const smallObject = 256

// writeObject returns the writer of the field that is being resolved; nil where nothing is
// answered by plans.
func writeObject(ctx context.Context) *objectWriter {
	p, ok := plannedField(ctx)
	if !ok {
		return nil
	}
	return newObjectWriter(p)
}

func newObjectWriter(p planned) *objectWriter {
	return &objectWriter{planned: p, compiled: map[string]*plan.Clients{}, dst: p.request.plans.Buffers.Take(smallObject)}
}

// compile says whether a field of clients has a plan, which it keeps at that path. All
// are asked for before anything is read: what the resolvers answer is not read twice.
func (w *objectWriter) compile(at string, field graphql.CollectedField) bool {
	compiled := w.clients(field)
	if compiled == nil {
		return false
	}
	w.compiled[at], w.need = compiled, w.need.With(compiled.Need)
	return true
}

// fields are those that are selected of an object of that type, which implements those
// interfaces.
func (w *objectWriter) fields(typeName string, of graphql.CollectedField, interfaces ...string) []graphql.CollectedField {
	return graphql.CollectFields(w.operation, of.Selections, append(interfaces, typeName))
}

// object writes an object, each of its fields by write. It says whether all were
// written.
func (w *objectWriter) object(typeName string, fields []graphql.CollectedField, write func(graphql.CollectedField) bool) bool {
	w.dst = append(w.dst, '{')
	for i, field := range fields {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(append(append(w.dst, '"'), field.Alias...), `":`...)
		if field.Name == "__typename" {
			w.dst = client.AppendText(w.dst, typeName)
		} else if !write(field) {
			return false
		}
	}
	w.dst = append(w.dst, '}')
	return true
}

// list writes a field that is a list of clients.
func (w *objectWriter) list(ctx context.Context, field graphql.CollectedField, rows []client.Row) bool {
	dst, err := w.compiled[field.Alias].AppendList(ctx, w.request.loaders, w.dst, rows)
	if err != nil {
		return false
	}
	w.dst = dst
	return true
}

// one writes a field that is a client.
func (w *objectWriter) one(ctx context.Context, field graphql.CollectedField, found *client.Client) bool {
	object, err := w.compiled[field.Alias].One(ctx, w.request.loaders, client.RowsOf([]*client.Client{found})[0])
	if err != nil {
		return false
	}
	w.dst = append(w.dst, object...)
	w.compiled[field.Alias].Free(object)
	return true
}

// finish makes what was written the field's answer, if all of it was.
func (w *objectWriter) finish(whole bool) bool {
	if whole {
		w.answer.data, w.answer.free = w.dst, w.request.plans.Buffers.Give
	}
	return whole
}
