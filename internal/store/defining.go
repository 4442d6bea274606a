package store

import (
	"context"

	"clientgraph/internal/client"
)

// DefinitionTx is the part of Tx that writes custom fields.
type DefinitionTx interface {
	// Definitions returns the custom fields of the scope's business. Other transactions
	// that call it wait until this one ends.
	Definitions(ctx context.Context) (client.Definitions, error)
	// InsertDefinition inserts a custom field. Error: ErrIDTaken if its id is in use.
	InsertDefinition(ctx context.Context, definition client.FieldDefinition) error
	// SaveDefinition replaces the custom field with the same id.
	SaveDefinition(ctx context.Context, definition client.FieldDefinition) error
}
