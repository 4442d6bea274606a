package query

import (
	"iter"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// IDChunk bounds the ids in one query. A message could have far more.
const IDChunk = 10_000

// IDChunks splits a list of ids into parts for one query each. Several parts are in
// ascending order; a list that fits in one is returned unchanged, also an empty one.
func IDChunks(ids []int64) iter.Seq[[]int64] {
	return func(yield func([]int64) bool) {
		if len(ids) <= IDChunk {
			yield(NonNil(ids))
			return
		}
		sorted := slices.Clone(ids)
		slices.Sort(sorted)
		for chunk := range slices.Chunk(slices.Compact(sorted), IDChunk) {
			if !yield(chunk) {
				return
			}
		}
	}
}

// In returns the condition that a field has one of the values.
func In[T any](values []T) bson.D {
	if ids, are := any(values).([]int64); are && ids != nil {
		return bson.D{{Key: "$in", Value: idList(ids)}}
	}
	return bson.D{{Key: "$in", Value: values}}
}

// idList is a list of ids that is encoded at once: a level of a page has hundreds, and
// the encoder would look up the type of each.
type idList []int64

// MarshalBSONValue implements bson.ValueMarshaler.
func (l idList) MarshalBSONValue() (kind byte, data []byte, err error) {
	return byte(bson.TypeArray), l.list(), nil
}

func (l idList) list() []byte {
	// A type, the index as a zero-terminated text, and the number.
	const anEntry = 1 + 4 + 1 + 8
	start, data := bsoncore.AppendArrayStart(make([]byte, 0, 5+anEntry*len(l)))
	for i, id := range l {
		data = append(data, byte(bson.TypeInt64))
		data = strconv.AppendInt(data, int64(i), 10)
		data = append(data, 0)
		data = bsoncore.AppendInt64(data, id)
	}
	data, _ = bsoncore.AppendArrayEnd(data, start) // data, _ = bsoncore.AppendArrayEnd(data, start) // start is where it begins.
	return data
}

// NonNil returns an empty list for nil: the database refuses null where it expects a
// list.
func NonNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}
