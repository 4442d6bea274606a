package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
	"clientgraph/internal/plan"
)

// objectWriter writes the answer of a root field that is an object with clients.
type objectWriter struct {
	planned
	// compiled are the plans of its fields of clients by their paths in the answer; need
	// is what all of them need of the clients.
	compiled map[string]*plan.Clients
	need     client.Selection
	dst      []byte
}

// smallObject is the size in bytes of an object without its clients.
const smallObject = 256

// writeObject returns the writer of the resolved field; nil if plans are off.
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

// compile compiles a field of clients and stores its plan at that path; false if it has
// none. This is done for all fields before anything is read, so that nothing is read
// twice if resolvers must answer.
func (w *objectWriter) compile(at string, field graphql.CollectedField) bool {
	compiled := w.clients(field)
	if compiled == nil {
		return false
	}
	w.compiled[at], w.need = compiled, w.need.With(compiled.Need)
	return true
}

// fields returns the selected fields of an object of that type, which implements those
// interfaces.
func (w *objectWriter) fields(typeName string, of graphql.CollectedField, interfaces ...string) []graphql.CollectedField {
	return graphql.CollectFields(w.operation, of.Selections, append(interfaces, typeName))
}

// object writes an object, with each field by write, and says whether all were written.
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

// finish makes the written text the field's answer if all of it was written.
func (w *objectWriter) finish(whole bool) bool {
	if whole {
		w.answer.data, w.answer.free = w.dst, w.request.plans.Buffers.Give
	}
	return whole
}
