package query

import (
	"iter"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// IDChunk bounds the ids of one query, far below what a message may hold.
const IDChunk = 10_000

// IDChunks cuts a list of ids into parts that one query may hold. Of several the
// ids ascend from one to the next; a list that fits is one part as it is, be it
// empty.
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

// In is the condition that a field has one of the values.
func In[T any](values []T) bson.D {
	if ids, are := any(values).([]int64); are && ids != nil {
		return bson.D{{Key: "$in", Value: idList(ids)}}
	}
	return bson.D{{Key: "$in", Value: values}}
}

// idList is a list of ids, which is written at once: a level of a page has hundreds, and
// the encoder would look each one's type up.
type idList []int64

// MarshalBSONValue implements bson.ValueMarshaler.
func (l idList) MarshalBSONValue() (kind byte, data []byte, err error) {
	return byte(bson.TypeArray), l.list(), nil
}

func (l idList) list() []byte {
	// A type, the place in the list as a text that is ended, and the number.
	const anEntry = 1 + 4 + 1 + 8
	start, data := bsoncore.AppendArrayStart(make([]byte, 0, 5+anEntry*len(l)))
	for i, id := range l {
		data = append(data, byte(bson.TypeInt64))
		data = strconv.AppendInt(data, int64(i), 10)
		data = append(data, 0)
		data = bsoncore.AppendInt64(data, id)
	}
	data, _ = bsoncore.AppendArrayEnd(data, start) // It begins where start says.
	return data
}

// NonNil is the list, empty instead of nil: the database refuses null where it wants a
// list.
func NonNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}
