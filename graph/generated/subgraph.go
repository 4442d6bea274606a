package generated

import (
	"context"

	"clientgraph/graph/model"
)

// This file is written by hand. The generator takes it for given that a
// package has these two methods once a schema has the fields _entities and
// _service; they stand on a type that no other package sees.

// SubgraphResolver resolves what routers ask of a subgraph.
type SubgraphResolver interface {
	// Entities are the objects that the representations stand for, in their order.
	Entities(ctx context.Context, representations []any) []model.Node
	// Subgraph tells the schema.
	Subgraph() model.Subgraph
}

func (ec *executionContext) __resolve_entities(ctx context.Context, representations []any) []model.Node { //nolint:revive,staticcheck // The generator calls it by this name.
	return ec.Resolvers.(SubgraphResolver).Entities(ctx, representations)
}

func (ec *executionContext) __resolve__service(context.Context) (model.Subgraph, error) { //nolint:revive,staticcheck // Likewise.
	return ec.Resolvers.(SubgraphResolver).Subgraph(), nil
}
