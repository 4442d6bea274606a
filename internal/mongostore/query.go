package mongostore

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// query is what to look for, in two parts. core is what an index answers:
// equalities on a prefix of its keys, and one $in or range on the key after
// them. rest is checked on what core found. MongoDB's planner makes the same
// plan of both parts together; the embedded engine's uses an index only where
// the index answers the whole query, so it is given core by itself.
type query struct{ core, rest bson.D }

// window is the part of what a query finds that is wanted, and its order. A
// limit of 0 is none.
type window struct {
	sort        bson.D
	skip, limit int64
	// batch is how many documents a message brings; 0 means oneBatch.
	batch int32
}

// oneBatch makes a cursor's first batch as large as a message may be: the default of
// 101 documents would cost another round trip for a larger page.
const oneBatch = math.MaxInt32

// stages are the query as the beginning of a pipeline.
func (q query) stages() mongo.Pipeline {
	stages := mongo.Pipeline{{{Key: "$match", Value: q.core}}}
	if len(q.rest) > 0 {
		stages = append(stages, bson.D{{Key: "$match", Value: q.rest}})
	}
	return stages
}

// stages are the window as the end of a pipeline.
func (w window) stages(projection bson.D) mongo.Pipeline {
	var stages mongo.Pipeline
	if w.sort != nil {
		stages = append(stages, bson.D{{Key: "$sort", Value: w.sort}})
	}
	if w.skip > 0 {
		stages = append(stages, bson.D{{Key: "$skip", Value: w.skip}})
	}
	if w.limit > 0 {
		stages = append(stages, bson.D{{Key: "$limit", Value: w.limit}})
	}
	return append(stages, bson.D{{Key: "$project", Value: projection}})
}
