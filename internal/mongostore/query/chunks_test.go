package query

import (
	"bytes"
	"math"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Ids are written as the driver writes a list of numbers.
func TestIDsAreWrittenAsListsOfNumbersAre(t *testing.T) {
	many := make([]int64, 1234)
	for i := range many {
		many[i] = int64(i) * 7919
	}
	for _, ids := range [][]int64{nil, {}, {0}, {-1, math.MaxInt64, math.MinInt64}, many} {
		got, err := bson.Marshal(bson.D{{Key: "_id", Value: In(ids)}, {Key: "after", Value: true}})
		if err != nil {
			t.Fatal(err)
		}
		want, err := bson.Marshal(bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, {Key: "after", Value: true}})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d ids are % x, want % x", len(ids), got, want)
		}
	}
}

// BenchmarkIn encodes the condition of a level.
func BenchmarkIn(b *testing.B) {
	ids := make([]int64, 300)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bson.Marshal(In(ids)); err != nil {
			b.Fatal(err)
		}
	}
}
