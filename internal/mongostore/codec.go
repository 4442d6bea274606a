package mongostore

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
)

// codec turns clients into documents and back, by package client's table of
// properties: a property is stored under its name.
type codec struct {
	properties []client.Property
	// places is where each stored name stands in the table.
	places   map[string]int
	upgrades []upgrade
}

func newCodec(upgrades []upgrade) *codec {
	c := &codec{properties: client.Properties(), places: map[string]int{}, upgrades: upgrades}
	for i := range c.properties {
		c.places[c.properties[i].Name] = i
	}
	return c
}

// encode is the client's whole document. What is absent or an empty list takes
// no place.
func (c *codec) encode(from *client.Client) bson.D {
	document := bson.D{
		{Key: keyID, Value: from.ClientID},
		{Key: keyBusiness, Value: from.BusinessID},
		{Key: keySchema, Value: c.schemaVersion()},
		{Key: keyVersion, Value: from.Version},
		{Key: keyChange, Value: from.ChangeNumber},
		{Key: keyLifecycle, Value: string(from.Lifecycle)},
		{Key: keyVisibility, Value: from.VisibilityKeys()},
	}
	for i := range c.properties {
		if p := &c.properties[i]; !p.Empty(from) {
			document = append(document, bson.E{Key: p.Name, Value: toBSON(p.Encode(from))})
		}
	}
	return document
}

// projection is what a find returns for a selection.
func (c *codec) projection(need client.Selection) bson.D {
	names := []string{keyID, keyBusiness, keySchema, keyVersion, keyChange, keyLifecycle}
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
	return ascending(names...)
}
