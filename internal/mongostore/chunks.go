package mongostore

import (
	"iter"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// idChunk bounds the ids of one query, far below what a message may hold.
const idChunk = 10_000

// idChunks cuts a list of ids into parts that one query may hold. Of several the
// ids ascend from one to the next; a list that fits is one part as it is, be it
// empty.
func idChunks(ids []int64) iter.Seq[[]int64] {
	return func(yield func([]int64) bool) {
		if len(ids) <= idChunk {
			yield(nonNil(ids))
			return
		}
		sorted := slices.Clone(ids)
		slices.Sort(sorted)
		for chunk := range slices.Chunk(slices.Compact(sorted), idChunk) {
			if !yield(chunk) {
				return
			}
		}
	}
}

func in[T any](values []T) bson.D {
	return bson.D{{Key: "$in", Value: values}}
}

func nonNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}
