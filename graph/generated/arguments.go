package generated

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"
)

// QueryArguments are the arguments of a field of Query that lists clients, by their names, as
// its resolver gets them. It is nil for all other fields. This file is written by hand.
func QueryArguments(ctx context.Context, field *ast.Field, variables map[string]any) (map[string]any, error) {
	var ec *executionContext // No input of these fields asks a resolver.
	raw := field.ArgumentMap(variables)
	switch field.Name {
	case "clientConnection":
		return ec.field_Query_clientConnection_args(ctx, raw)
	case "clientReport":
		return ec.field_Query_clientReport_args(ctx, raw)
	case "clientReportWithCount":
		return ec.field_Query_clientReportWithCount_args(ctx, raw)
	}
	return nil, nil
}
