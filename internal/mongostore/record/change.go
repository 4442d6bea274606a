package record

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// DecodeChange reads a value of a change as the type of what lies at its path,
// and says whether it is of that type. There may be none.
func (c *Codec) DecodeChange(path string, value bson.RawValue) (any, bool) {
	if value.IsZero() || value.Type == bson.TypeNull {
		return nil, true
	}
	name, _, listed := strings.Cut(path, ".")
	place, known := c.places[name]
	switch {
	case name == schema.FieldCustom && listed:
		return client.DecodeCustom(&stored{value: value})
	case known && !listed:
		return c.properties[place].DecodeValue(&stored{value: value})
	}
	// An edge, or whether the client is deleted.
	switch value.Type {
	case bson.TypeBoolean:
		return value.BooleanOK()
	case bson.TypeString:
		return value.StringValueOK()
	}
	return value.AsInt64OK()
}

// EncodeChange is a value of a change as documents hold it: of a property, a custom
// field, or an edge.
func (c *Codec) EncodeChange(path string, value any) any {
	if place, known := c.places[path]; known {
		return toBSON(c.properties[place].EncodeValue(value))
	}
	return client.EncodeCustom(value)
}
