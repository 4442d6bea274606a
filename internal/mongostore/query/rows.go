package query

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
)

// EachRow visits the documents of a cursor until visit returns false, and closes
// it. Each is a row that the operation pays for. Error: TOO_MANY_ROWS.
func EachRow(ctx context.Context, cursor *mongo.Cursor, visit func(bson.Raw) (more bool, err error)) error {
	defer func() {
		// The server gives a cursor up by itself; closing it early is a courtesy.
		_ = cursor.Close(context.WithoutCancel(ctx))
	}()
	budget := client.RowBudgetOf(ctx)
	for cursor.Next(ctx) {
		if err := budget.Count(1); err != nil {
			return err
		}
		if more, err := visit(cursor.Current); err != nil || !more {
			return err
		}
	}
	return cursor.Err()
}

// AllRows decodes the documents of a cursor, rows that the operation pays for.
// Error: TOO_MANY_ROWS.
func AllRows[T any](ctx context.Context, cursor *mongo.Cursor, rows *[]T) error {
	return EachRow(ctx, cursor, func(document bson.Raw) (bool, error) {
		var row T
		if err := bson.Unmarshal(document, &row); err != nil {
			return false, err
		}
		*rows = append(*rows, row)
		return true, nil
	})
}
