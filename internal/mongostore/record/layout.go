package record

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"clientgraph/internal/client"
)

// layout describes the documents that a find with a selection returns. It is compiled
// once for each selection, shared, and never changed.
type layout struct {
	// names are the fields that a document may have, in the order of documents. slots has,
	// for each property of the table, its place in names, from 1; 0 if it is not selected.
	names []string
	slots []int
	// terminated has each of names with the zero byte that ends it in a document.
	terminated []string
	// bases is the number of names before those of properties.
	bases int
	// projection is the projection of the find.
	projection bson.Raw
}

// mostLayouts bounds the cache of layouts: front ends have a few hundred selections
// altogether, but callers can send any number of others.
const mostLayouts = 1_000

// layoutOf returns the layout of a selection.
func (c *Codec) layoutOf(need client.Selection) *layout {
	c.mu.RLock()
	known := c.layouts[need]
	c.mu.RUnlock()
	if known != nil {
		return known
	}
	l := c.newLayout(need)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.layouts) < mostLayouts {
		c.layouts[need] = l
	}
	return l
}

func (c *Codec) newLayout(need client.Selection) *layout {
	l := &layout{names: baseNames(), slots: make([]int, len(c.properties))}
	l.bases = len(l.names)
	for i := range c.properties {
		if need.Has(i) {
			l.names = append(l.names, c.properties[i].Name)
			l.slots[i] = len(l.names)
		}
	}
	l.terminated = make([]string, len(l.names))
	for i, name := range l.names {
		l.terminated[i] = c.terminated[name]
	}
	l.projection = c.projectionOf(l.names)
	return l
}

// projectionOf returns the projection of a find for these fields, and for those of
// earlier versions that they are made from.
func (c *Codec) projectionOf(fields []string) bson.Raw {
	names := slices.Clone(fields)
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
	projection, _ = bsoncore.AppendDocumentEnd(projection, start) // It fails only for a document that is too long.
	return bson.Raw(projection)
}

// Projection returns the projection of a find for a selection. It is shared: callers must
// not change it.
func (c *Codec) Projection(need client.Selection) bson.Raw { return c.layoutOf(need).projection }
