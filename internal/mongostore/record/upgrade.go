package record

import (
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/schema"
)

// ErrNewer means that a later version of the program stored a document, in a form that
// this version can't read.
var ErrNewer = errors.New("a later version of the program stored it: run that version")

// Upgrade converts a client's document of one version to the next version. It sees only
// the document, which may have only the fields of a projection.
type Upgrade struct {
	// Reads has, for each field that the upgrade writes, the fields of the earlier version
	// that it is made from.
	Reads map[string][]string
	// Drops are the fields that the later version does not have.
	Drops []string
	// Apply is the upgrade. It must also convert a part of a document.
	Apply func(bson.D) bson.D
}

// Upgrades returns all upgrades in order: the first converts version 1 to version 2. If
// you change how a client is stored, add an upgrade. It must not remove fields that the
// version before reads, because servers of both versions run at the same time for a while.
func Upgrades() []Upgrade { return nil }

// SchemaVersion is the version of the documents that are written.
func (c *Codec) SchemaVersion() int64 { return 1 + int64(len(c.upgrades)) }

// Current converts a document, or a part of one, to the form of this version. outdated
// says whether it was stored by an earlier version. Error: ErrNewer.
func (c *Codec) Current(document bson.Raw) (current bson.Raw, outdated bool, err error) {
	version := int64(1)
	if value, err := document.LookupErr(schema.FieldSchema); err == nil {
		version, _ = value.AsInt64OK()
	}
	switch {
	case version == c.SchemaVersion():
		return document, false, nil
	case version > c.SchemaVersion() || version < 1:
		return nil, false, fmt.Errorf("a client document has version %d, and the latest known version is %d: %w", version, c.SchemaVersion(), ErrNewer)
	}
	var parts bson.D
	if err := bson.Unmarshal(document, &parts); err != nil {
		return nil, false, fmt.Errorf("read a client document: %w", err)
	}
	for _, step := range c.upgrades[version-1:] {
		parts = step.Apply(parts)
		parts = slices.DeleteFunc(parts, func(e bson.E) bool { return e.Key == schema.FieldSchema || slices.Contains(step.Drops, e.Key) })
	}
	current, err = Marshalled(append(parts, bson.E{Key: schema.FieldSchema, Value: c.SchemaVersion()}))
	return current, true, err
}

// earlier returns the fields of earlier versions that a field is made from.
func (c *Codec) earlier(name string) []string {
	wanted, names := []string{name}, []string(nil)
	for _, step := range slices.Backward(c.upgrades) {
		for _, want := range wanted {
			for _, read := range step.Reads[want] {
				if !slices.Contains(wanted, read) {
					wanted, names = append(wanted, read), append(names, read)
				}
			}
		}
	}
	return names
}

// dropped returns the fields of earlier versions that documents no longer have.
func (c *Codec) dropped() []string {
	var names []string
	for _, step := range c.upgrades {
		names = append(names, step.Drops...)
	}
	return names
}

// Rewriting returns the write that replaces a stored document by the form that Current
// returned.
func (c *Codec) Rewriting(current bson.Raw) mongo.WriteModel {
	set := bson.D{}
	parts, _ := current.Elements() // Current has just encoded it, so it is valid.
	for _, part := range parts {
		if key := part.Key(); key != schema.FieldID && key != schema.FieldBusiness {
			set = append(set, bson.E{Key: key, Value: part.Value()})
		}
	}
	update := bson.D{{Key: "$set", Value: set}}
	if names := c.dropped(); len(names) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unsetting(names)})
	}
	return mongo.NewUpdateOneModel().
		SetFilter(bson.D{{Key: schema.FieldBusiness, Value: current.Lookup(schema.FieldBusiness)}, {Key: schema.FieldID, Value: current.Lookup(schema.FieldID)}}).
		SetUpdate(update)
}

func unsetting(names []string) bson.D {
	unset := bson.D{}
	for _, name := range names {
		unset = append(unset, bson.E{Key: name, Value: ""})
	}
	return unset
}
