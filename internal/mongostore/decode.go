package mongostore

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
)

// decode reads a document, or the part of it that a projection left, of this
// version or an earlier one. Error: ErrNewer.
func (c *codec) decode(document bson.Raw) (*client.Client, error) {
	document, outdated, err := c.current(document)
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
		case keyID:
			to.ClientID, ok = value.AsInt64OK()
		case keyBusiness:
			to.BusinessID, ok = value.AsInt64OK()
		case keyVersion:
			to.Version, ok = value.AsInt64OK()
		case keyChange:
			to.ChangeNumber, ok = value.AsInt64OK()
		case keyLifecycle:
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

// read, base and subjects make the codec a reader of records.
func (c *codec) read(document bson.Raw) (*client.Client, error) { return c.decode(document) }
func (*codec) base(c *client.Client) client.Base                { return client.BaseOf(c) }
func (*codec) subjects(c *client.Client) []int64                { return c.SubjectIDs }
