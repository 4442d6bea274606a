package record

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// DecodeChange reads a stored value of a history change as the type that the change's
// path has: a property, a custom field, or an edge. A missing value is nil. It returns
// false when the value has another type.
func (c *Codec) DecodeChange(path string, value bson.RawValue) (any, bool) {
	if value.IsZero() || value.Type == bson.TypeNull {
		return nil, true
	}
	name, _, listed := strings.Cut(path, ".")
	place, known := c.indexes[name]
	switch {
	case name == schema.FieldCustom && listed:
		return client.DecodeCustom(&stored{value: value})
	case known && !listed:
		return c.properties[place].DecodeValue(&stored{value: value})
	}
	// What is left is an edge, or the flag that the client is deleted.
	switch value.Type {
	case bson.TypeBoolean:
		return value.BooleanOK()
	case bson.TypeString:
		return value.StringValueOK()
	}
	return value.AsInt64OK()
}

// EncodeChange returns the value of a history change as it is stored. The path is that of
// a property, a custom field, or an edge.
func (c *Codec) EncodeChange(path string, value any) any {
	if place, known := c.indexes[path]; known {
		return toBSON(c.properties[place].EncodeValue(value))
	}
	return client.EncodeCustom(value)
}
