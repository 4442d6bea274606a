// Package record encodes clients as documents and decodes them. It also makes the update
// from one state of a client to another, and reads documents of earlier versions.
package record

import (
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// Codec encodes clients as documents and decodes them, by package client's table of
// properties. A property is stored under its name.
type Codec struct {
	properties []client.Property
	// indexes has the index in properties of each property, by its name.
	indexes map[string]int
	// terminated has each stored name with the zero byte that ends it in a document.
	terminated map[string]string
	upgrades   []Upgrade

	mu sync.RWMutex
	// layouts caches layouts by their selections.
	layouts map[client.Selection]*layout
}

// NewCodec returns the codec of the version that these upgrades lead to.
func NewCodec(upgrades []Upgrade) *Codec {
	c := &Codec{properties: client.Properties(), indexes: map[string]int{}, terminated: map[string]string{}, layouts: map[client.Selection]*layout{}, upgrades: upgrades}
	for i := range c.properties {
		c.indexes[c.properties[i].Name] = i
		c.terminated[c.properties[i].Name] = c.properties[i].Name + "\x00"
	}
	for _, name := range baseNames() {
		c.terminated[name] = name + "\x00"
	}
	return c
}

// Encode returns the client's whole document. Properties without a value and empty lists
// are left out.
func (c *Codec) Encode(from *client.Client) bson.D {
	document := c.base(from)
	for i := range c.properties {
		if p := &c.properties[i]; !p.Empty(from) {
			document = append(document, bson.E{Key: p.Name, Value: toBSON(p.Encode(from))})
		}
	}
	return document
}

// base is the part of a client's document that is not in the table of properties.
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
