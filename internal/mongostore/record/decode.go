package record

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// Decode reads a document, or the part of it that a projection left, of this
// version or an earlier one. Error: ErrNewer.
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
			i, known := c.places[key]
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

// Read reads a document as a record. Errors: those of Decode.
func (c *Codec) Read(document bson.Raw) (*client.Client, error) { return c.Decode(document) }

// Expect does nothing: each record has memory of its own.
func (*Codec) Expect(int, bool) {}

// Base is what every read loads of a record.
func (*Codec) Base(c *client.Client) client.Base { return client.BaseOf(c) }

// Subjects are the clients whom a record's client can see.
func (*Codec) Subjects(c *client.Client) []int64 { return c.SubjectIDs }
