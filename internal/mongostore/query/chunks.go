package query

import (
	"iter"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
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
	return bson.D{{Key: "$in", Value: values}}
}

// NonNil is the list, empty instead of nil: the database refuses null where it wants a
// list.
func NonNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}
