// Package query turns what a use case asks for into filters that an index answers. Every
// filter of clients names the business and the condition that the caller may see the
// client: no query finds a client whom its scope does not see.
package query

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Query is what to look for, in two parts. Core is what an index answers:
// equalities on a prefix of its keys, and one $in or range on the key after
// them. Rest is checked on what core found. MongoDB's planner makes the same
// plan of both parts together; the embedded engine's uses an index only where
// the index answers the whole query, so it is given Core by itself.
type Query struct {
	Core, Rest bson.D
	// Index is the one that answers the core; "" where the database is to choose.
	// Ordered is set where Index finds all clients that have one key, and no other
	// condition is on them: it gives the order of the list, and finds a page of many
	// such clients with fewer documents.
	Index, Ordered string
}

// Window is the part of what a query finds that is wanted, and its order. A
// limit of 0 is none.
type Window struct {
	Sort        bson.D
	Skip, Limit int64
	// Batch is how many documents a message brings; 0 means OneBatch.
	Batch int32
	// Most is how many documents there are at most, where that is known without a limit;
	// else 0.
	Most int64
}

// ofOneReply is how many documents a reply has room for: of the usual 5 kB they are a
// third of what a message may be.
const ofOneReply = 1_000

// IsSmall says whether one reply is likely to bring all that the window wants.
func (w Window) IsSmall() bool {
	most := w.Limit
	if most == 0 {
		most = w.Most
	}
	return w.Batch == OneBatch && most > 0 && most <= ofOneReply
}

// OneBatch makes a cursor's first batch as large as a message may be: the default of
// 101 documents would cost another round trip for a larger page.
const OneBatch = math.MaxInt32

// Stages are the query as the beginning of a pipeline.
func (q Query) Stages() mongo.Pipeline {
	stages := mongo.Pipeline{{{Key: "$match", Value: q.Core}}}
	if len(q.Rest) > 0 {
		stages = append(stages, bson.D{{Key: "$match", Value: q.Rest}})
	}
	return stages
}

// Stages are the window as the end of a pipeline.
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
