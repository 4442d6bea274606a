package model

import (
	"encoding/json"
	"io"
	"maps"

	"clientgraph/internal/client"
)

// Values is an input as it was sent. Absent, null and given properties differ, and all
// errors are reported at once, so package client decodes it, property by property.
type Values client.Values

// UnmarshalGQL implements graphql.Unmarshaler.
func (v *Values) UnmarshalGQL(sent any) error {
	values, ok := sent.(map[string]any)
	if !ok {
		return &client.Error{Code: client.CodeInvalidType, Message: "want an object"}
	}
	*v = maps.Clone(values)
	// Front ends send back what they read, and __typename is not a property.
	delete(*v, "__typename")
	return nil
}

// MarshalGQL implements graphql.Marshaler. Inputs are never answered.
func (v Values) MarshalGQL(w io.Writer) { _ = json.NewEncoder(w).Encode(v) }
