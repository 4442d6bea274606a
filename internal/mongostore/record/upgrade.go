package record

import (
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/schema"
)

// ErrNewer says that something is stored as a later version of the program writes
// it, which this one does not read.
var ErrNewer = errors.New("it is stored as a later version of the program writes it: run that version")

// Upgrade makes a client document of one version one of the next. It knows nothing
// but the document, or the part of it that was read.
type Upgrade struct {
	// Reads are, for each stored name that the upgrade writes, the names of the
	// earlier version that it makes it of.
	Reads map[string][]string
	// Drops are the names that the later version does not have.
	Drops []string
	// Apply is the upgrade. Of a part of a document it makes a part.
	Apply func(bson.D) bson.D
}

// Upgrades are all of them: the first makes version 2 of version 1. Whoever changes
// how a client is stored adds one, which must leave what the version before reads
// where it is, for both run side by side for a while.
func Upgrades() []Upgrade { return nil }

// SchemaVersion is the version of client documents that are written.
func (c *Codec) SchemaVersion() int64 { return 1 + int64(len(c.upgrades)) }

// Current is a document, or a part of one, as this version stores it, and whether
// it was stored otherwise. Error: ErrNewer.
func (c *Codec) Current(document bson.Raw) (current bson.Raw, outdated bool, err error) {
	version := int64(1)
	if value, err := document.LookupErr(schema.FieldSchema); err == nil {
		version, _ = value.AsInt64OK()
	}
	switch {
	case version == c.SchemaVersion():
		return document, false, nil
	case version > c.SchemaVersion() || version < 1:
		return nil, false, fmt.Errorf("a client document of version %d, where %d is the last one known: %w", version, c.SchemaVersion(), ErrNewer)
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

// earlier are the names of earlier versions that a stored name is made of.
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

// dropped are the names of earlier versions that documents have no more.
func (c *Codec) dropped() []string {
	var names []string
	for _, step := range c.upgrades {
		names = append(names, step.Drops...)
	}
	return names
}

// Rewriting is the write that puts the whole of a document, as Current returned it, in
// place of what is stored.
func (c *Codec) Rewriting(current bson.Raw) mongo.WriteModel {
	set := bson.D{}
	parts, _ := current.Elements() // It was just made.
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
