// Package query converts what use cases ask for to filters that an index answers. Every
// filter of clients has the business and the visibility to the scope: no query finds a
// client that its scope does not see.
package query

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Query is a filter in two parts. An index answers Core: equalities on a prefix of its
// fields, and one $in or range on the next field. Rest is checked on the documents that
// Core finds. MongoDB's planner makes the same plan for both parts together; the embedded
// engine uses an index only if it answers the whole filter, so it gets Core separately.
type Query struct {
	Core, Rest bson.D
	// Index is the index that answers the core; "" lets the database choose. Ordered is
	// set if Index finds all clients with one key, without other conditions: it is the
	// index in the order of the list, and finds a page of many such clients with fewer
	// documents.
	Index, Ordered string
}

// Window is the part of the result to read, and its order. A limit of 0 is none.
type Window struct {
	Sort        bson.D
	Skip, Limit int64
	// Batch is the number of documents in a message; 0 means OneBatch.
	Batch int32
	// Most bounds the number of documents if that is known without a limit; otherwise it
	// is 0.
	Most int64
}

// ofOneReply is the number of documents that fit in a reply: with the usual 5 kB they
// take a third of a message.
const ofOneReply = 1_000

// IsSmall says whether one reply probably has the whole result.
func (w Window) IsSmall() bool {
	most := w.Limit
	if most == 0 {
		most = w.Most
	}
	return w.Batch == OneBatch && most > 0 && most <= ofOneReply
}

// OneBatch makes a cursor's first batch as large as a message may be: with the default of
// 101 documents a larger page would take another round trip.
const OneBatch = math.MaxInt32

// Stages returns the query as the beginning of a pipeline.
func (q Query) Stages() mongo.Pipeline {
	stages := mongo.Pipeline{{{Key: "$match", Value: q.Core}}}
	if len(q.Rest) > 0 {
		stages = append(stages, bson.D{{Key: "$match", Value: q.Rest}})
	}
	return stages
}

// Stages returns the window as the end of a pipeline.
func (w Window) Stages(projection bson.Raw) mongo.Pipeline {
	var stages mongo.Pipeline
	if w.Sort != nil {
		stages = append(stages, bson.D{{Key: "$sort", Value: w.Sort}})
	}
	if w.Skip > 0 {
		stages = append(stages, bson.D{{Key: "$skip", Value: w.Skip}})
	}
	if w.Limit > 0 {
		stages = append(stages, bson.D{{Key: "$limit", Value: w.Limit}})
	}
	return append(stages, bson.D{{Key: "$project", Value: projection}})
}
