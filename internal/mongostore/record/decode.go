package record

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// Decode reads a client's document of this version or an earlier one. The document may
// have only the fields of a projection. Error: ErrNewer.
func (c *Codec) Decode(document bson.Raw) (*client.Client, error) {
	document, outdated, err := c.Current(document)
	if err != nil {
		return nil, err
	}
	elements, err := document.Elements()
	if err != nil {
		return nil, fmt.Errorf("read a client document: %w", err)
	}
	to := &client.Client{Outdated: outdated}
	var read stored
	for _, element := range elements {
		key, value := element.Key(), element.Value()
		var ok bool
		switch key {
		case schema.FieldID:
			to.ClientID, ok = value.AsInt64OK()
		case schema.FieldBusiness:
			to.BusinessID, ok = value.AsInt64OK()
		case schema.FieldVersion:
			to.Version, ok = value.AsInt64OK()
		case schema.FieldChange:
			to.ChangeNumber, ok = value.AsInt64OK()
		case schema.FieldLifecycle:
			var text string
			text, ok = value.StringValueOK()
			to.Lifecycle = client.Lifecycle(text)
		default:
			i, known := c.indexes[key]
			if ok = !known; known {
				read.value = value
				ok = c.properties[i].Decode(to, &read)
			}
		}
		if !ok {
			return nil, fmt.Errorf("client document: %s has the type %s", key, value.Type)
		}
	}
	return to, nil
}

// Read decodes a document. Errors: those of Decode.
func (c *Codec) Read(document bson.Raw) (*client.Client, error) { return c.Decode(document) }

// Expect does nothing, because each record has memory of its own.
func (*Codec) Expect(int, bool) {}

// Base returns the part of a record that every read loads.
func (*Codec) Base(c *client.Client) client.Base { return client.BaseOf(c) }

// Subjects returns the ids of the clients that a record's client may see.
func (*Codec) Subjects(c *client.Client) []int64 { return c.SubjectIDs }
