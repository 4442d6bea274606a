package store

import (
	"context"

	"clientgraph/internal/client"
)

// DefinitionTx is the part of Tx by which custom fields are written.
type DefinitionTx interface {
	// Definitions finds the custom fields of the scope's business. Other writers
	// of them wait for the end of the transaction.
	Definitions(ctx context.Context) (client.Definitions, error)
	// InsertDefinition writes a new custom field. It returns ErrIDTaken when the
	// field's id is not free.
	InsertDefinition(ctx context.Context, definition client.FieldDefinition) error
	// SaveDefinition writes a custom field in place of the one of its id.
	SaveDefinition(ctx context.Context, definition client.FieldDefinition) error
}
