// Package record stores clients as documents: it encodes and decodes them, makes the
// update between two states, and reads what earlier versions stored.
package record

import (
	"slices"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// Codec turns clients into documents and back, by package client's table of
// properties: a property is stored under its name.
type Codec struct {
	properties []client.Property
	// places is where each stored name stands in the table.
	places map[string]int
	// ended are the stored names, each with the byte that ends it in a document.
	ended    map[string]string
	upgrades []Upgrade
	// projections are those that were asked for, by their selections: bson.Raw by
	// client.Selection. kept is about how many there are.
	projections sync.Map
	kept        atomic.Int64
}

// mostProjections bounds the projections that are kept: front ends have a few hundred
// selections between them, and callers can make up any number.
const mostProjections = 1_000

// NewCodec returns the codec of the version that comes after those upgrades.
func NewCodec(upgrades []Upgrade) *Codec {
	c := &Codec{properties: client.Properties(), places: map[string]int{}, ended: map[string]string{}, upgrades: upgrades}
	for i := range c.properties {
		c.places[c.properties[i].Name] = i
		c.ended[c.properties[i].Name] = c.properties[i].Name + "\x00"
	}
	for _, name := range baseNames() {
		c.ended[name] = name + "\x00"
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

// Projection is what a find returns for a selection. It is not for the caller to change.
func (c *Codec) Projection(need client.Selection) bson.Raw {
	if known, is := c.projections.Load(need); is {
		return known.(bson.Raw)
	}
	names := baseNames()
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
	start, projection := bsoncore.AppendDocumentStart(nil)
	for _, name := range names {
		projection = bsoncore.AppendInt32Element(projection, name, 1)
	}
	projection, _ = bsoncore.AppendDocumentEnd(projection, start) // It is short.
	if c.kept.Add(1) <= mostProjections {
		c.projections.Store(need, bson.Raw(projection))
	}
	return projection
}
