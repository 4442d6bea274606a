// Package record stores clients as documents: it encodes and decodes them, makes the
// update between two states, and reads what earlier versions stored.
package record

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// Codec turns clients into documents and back, by package client's table of
// properties: a property is stored under its name.
type Codec struct {
	properties []client.Property
	// places is where each stored name stands in the table.
	places   map[string]int
	upgrades []Upgrade
}

// NewCodec returns the codec of the version that comes after those upgrades.
func NewCodec(upgrades []Upgrade) *Codec {
	c := &Codec{properties: client.Properties(), places: map[string]int{}, upgrades: upgrades}
	for i := range c.properties {
		c.places[c.properties[i].Name] = i
	}
	return c
}

// Encode is the client's whole document. What is absent or an empty list takes
// no place.
func (c *Codec) Encode(from *client.Client) bson.D {
	document := c.base(from)
	for i := range c.properties {
		if p := &c.properties[i]; !p.Empty(from) {
			document = append(document, bson.E{Key: p.Name, Value: toBSON(p.Encode(from))})
		}
	}
	return document
}

// base is the part of a client's document that holds no property.
func (c *Codec) base(from *client.Client) bson.D {
	return bson.D{
		{Key: schema.FieldID, Value: from.ClientID},
		{Key: schema.FieldBusiness, Value: from.BusinessID},
		{Key: schema.FieldSchema, Value: c.SchemaVersion()},
		{Key: schema.FieldVersion, Value: from.Version},
		{Key: schema.FieldChange, Value: from.ChangeNumber},
		{Key: schema.FieldLifecycle, Value: string(from.Lifecycle)},
		{Key: schema.FieldVisibility, Value: from.VisibilityKeys()},
	}
}

// Projection is what a find returns for a selection.
func (c *Codec) Projection(need client.Selection) bson.D {
	names := []string{schema.FieldID, schema.FieldBusiness, schema.FieldSchema, schema.FieldVersion, schema.FieldChange, schema.FieldLifecycle}
	for i := range c.properties {
		if need.Has(i) {
			names = append(names, c.properties[i].Name)
		}
	}
	for _, name := range names {
		for _, earlier := range c.earlier(name) {
			if !slices.Contains(names, earlier) {
				names = append(names, earlier)
			}
		}
	}
	return schema.Ascending(names...)
}
