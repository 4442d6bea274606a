package admin

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

// EnsureIndexes creates the missing collections and indexes. It is idempotent, and
// several processes may run it at once.
func (a *Admin) EnsureIndexes(ctx context.Context) error {
	return a.BuildIndexes(ctx, func(string, []string) {})
}

// BuildIndexes is EnsureIndexes that first reports the indexes to create in each
// collection. All indexes of a collection are created with one scan of it, which may take
// long.
func (a *Admin) BuildIndexes(ctx context.Context, begin func(collection string, indexes []string)) error {
	if err := a.noteServer(ctx); err != nil {
		return err
	}
	for _, c := range schema.Collections() {
		if err := a.buildIndexesOf(ctx, &c, begin); err != nil {
			return err
		}
	}
	return a.beginWithOutbox(ctx)
}

// buildIndexesOf creates a collection and its indexes. A new collection has no indexes to
// compare.
func (a *Admin) buildIndexesOf(ctx context.Context, c *schema.Collection, begin func(collection string, indexes []string)) error {
	// Some databases can't create a collection in a transaction.
	err := a.db.CreateCollection(ctx, c.Name)
	if code, ok := transact.ServerCode(err); err != nil && (!ok || code != transact.CodeNamespaceExists) {
		return fmt.Errorf("make the collection %s: %w", c.Name, err)
	}
	fresh := err == nil
	var there map[string]storedIndex
	if !fresh {
		if there, err = a.indexesOf(ctx, c.Name); err != nil {
			return err
		}
	}
	var models []mongo.IndexModel
	var names []string
	for _, ix := range c.Indexes {
		if _, known := there[ix.Name]; !known {
			models, names = append(models, ix.Model()), append(names, ix.Name)
		}
	}
	if len(models) > 0 {
		begin(c.Name, names)
		if _, err := a.db.Collection(c.Name).Indexes().CreateMany(ctx, models); err != nil {
			return fmt.Errorf("make the indexes of %s: %w", c.Name, err)
		}
	}
	switch {
	case fresh:
		a.seen.Note(c.Name, names)
	case len(models) > 0:
		_, err = a.indexesOf(ctx, c.Name)
	}
	return err
}

// IndexState has the differences between the database's indexes and those that this
// version needs, each as collection.index.
type IndexState struct {
	// Missing indexes must be created.
	Missing []string
	// Outdated indexes have a name that this version uses, with the definition of an
	// earlier version.
	Outdated []string
	// Unused indexes were created by an earlier version and are no longer needed.
	Unused []string
	// Foreign indexes have a name that this version uses, with a definition of no
	// version.
	Foreign []string
}

// IndexState compares the database's indexes.
func (a *Admin) IndexState(ctx context.Context) (IndexState, error) {
	var state IndexState
	for _, c := range schema.Collections() {
		there, err := a.indexesOf(ctx, c.Name)
		if err != nil {
			return IndexState{}, err
		}
		for i := range c.Indexes {
			name := c.Name + "." + c.Indexes[i].Name
			found, known := there[c.Indexes[i].Name]
			switch {
			case !known:
				state.Missing = append(state.Missing, name)
			case found.matches(&c.Indexes[i]):
			case found.retired(c.Name):
				state.Outdated = append(state.Outdated, name)
			default:
				state.Foreign = append(state.Foreign, name)
			}
			delete(there, c.Indexes[i].Name)
		}
		for _, found := range there {
			if found.retired(c.Name) {
				state.Unused = append(state.Unused, c.Name+"."+found.name)
			}
		}
	}
	slices.Sort(state.Unused)
	return state, nil
}

// DropUnused drops indexes that an earlier version created and that this one does not
// use, or defines differently, and returns their names. It drops no others.
func (a *Admin) DropUnused(ctx context.Context) ([]string, error) {
	var dropped []string
	for _, c := range schema.Collections() {
		there, err := a.indexesOf(ctx, c.Name)
		if err != nil {
			return dropped, err
		}
		for i := range c.Indexes {
			if found, known := there[c.Indexes[i].Name]; known && found.matches(&c.Indexes[i]) {
				delete(there, c.Indexes[i].Name)
			}
		}
		for name, found := range there {
			if !found.retired(c.Name) {
				continue
			}
			if err := a.db.Collection(c.Name).Indexes().DropOne(ctx, name); err != nil {
				return dropped, fmt.Errorf("drop the index %s of %s: %w", name, c.Name, err)
			}
			dropped = append(dropped, c.Name+"."+name)
		}
	}
	slices.Sort(dropped)
	return dropped, nil
}

// storedIndex is an index as the database lists it.
type storedIndex struct {
	name    string
	keys    []string
	unique  bool
	expires bool
}

func (found storedIndex) matches(ix *schema.Index) bool {
	return slices.Equal(found.keys, keysOf(ix.Keys)) && found.unique == ix.Unique && found.expires == (ix.Expire > 0)
}

func (found storedIndex) retired(collection string) bool {
	return slices.ContainsFunc(schema.RetiredIndexes(), func(r schema.RetiredIndex) bool {
		return r.Collection == collection && r.Name == found.name && slices.Equal(r.Keys, found.keys) && r.Unique == found.unique
	})
}

func keysOf(keys bson.D) []string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.Key
	}
	return names
}

// indexesOf returns the indexes of a collection by name; none if the collection does not
// exist. Reads may name those that it finds from now on.
func (a *Admin) indexesOf(ctx context.Context, collection string) (map[string]storedIndex, error) {
	if err := a.noteServer(ctx); err != nil {
		return nil, err
	}
	specifications, err := a.db.Collection(collection).Indexes().ListSpecifications(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for the indexes of %s: %w", collection, err)
	}
	there := make(map[string]storedIndex, len(specifications))
	for _, specification := range specifications {
		var keys bson.D
		if err := bson.Unmarshal(specification.KeysDocument, &keys); err != nil {
			return nil, fmt.Errorf("read the index %s of %s: %w", specification.Name, collection, err)
		}
		there[specification.Name] = storedIndex{
			name: specification.Name, keys: keysOf(keys),
			unique: specification.Unique != nil && *specification.Unique, expires: specification.ExpireAfterSeconds != nil,
		}
	}
	a.seen.Note(collection, asDefined(collection, there))
	return there, nil
}

// asDefined returns the names of a collection's indexes that have this version's
// definition.
func asDefined(collection string, there map[string]storedIndex) []string {
	var names []string
	for _, c := range schema.Collections() {
		for i := range c.Indexes {
			if found, known := there[c.Indexes[i].Name]; known && c.Name == collection && found.matches(&c.Indexes[i]) {
				names = append(names, found.name)
			}
		}
	}
	return names
}

// embeddedSet is the replica set name that the embedded engine reports.
const embeddedSet = "secantus"

// noteServer asks the database what it is, unless that is known.
func (a *Admin) noteServer(ctx context.Context) error {
	if a.seen.Asked() {
		return nil
	}
	var hello struct {
		SetName string `bson:"setName"`
	}
	if err := a.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return fmt.Errorf("ask the database what it is: %w", err)
	}
	a.seen.NoteServer(hello.SetName != embeddedSet)
	return nil
}
