package model

import (
	"encoding/json"
	"io"
	"maps"

	"clientgraph/internal/client"
)

// Values is an input as it was sent. What is absent, null and given mean three
// things, and all errors are answered at once: package client reads it,
// property by property.
type Values client.Values

// UnmarshalGQL implements graphql.Unmarshaler.
func (v *Values) UnmarshalGQL(sent any) error {
	values, ok := sent.(map[string]any)
	if !ok {
		return &client.Error{Code: client.CodeInvalidType, Message: "want an object"}
	}
	*v = maps.Clone(values)
	// Front ends send what they read: this much of it is no property.
	delete(*v, "__typename")
	return nil
}

// MarshalGQL implements graphql.Marshaler. Inputs are never answered.
func (v Values) MarshalGQL(w io.Writer) { _ = json.NewEncoder(w).Encode(v) }
