package query

import (
	"bytes"
	"math"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
)

// A command has each value as the driver would write it, whatever it is.
func TestCommandsAreWrittenAsTheDriverWritesThem(t *testing.T) {
	date := time.UnixMilli(1_700_000_000_123)
	for _, d := range []bson.D{
		nil,
		{},
		{{Key: "text", Value: "é\x00"}, {Key: "life", Value: client.Live}, {Key: "number", Value: int64(1)}, {Key: "small", Value: 1}, {Key: "large", Value: 1 << 40}},
		{{Key: "down", Value: -1}, {Key: "least", Value: math.MinInt32}, {Key: "less", Value: math.MinInt32 - 1}, {Key: "most", Value: math.MaxInt32}, {Key: "more", Value: math.MaxInt32 + 1}},
		{{Key: "is", Value: true}, {Key: "none", Value: nil}, {Key: "date", Value: date}, {Key: "there", Value: &date}, {Key: "regex", Value: bson.Regex{Pattern: "^a"}}},
		{{Key: "ids", Value: In([]int64{3, 4})}, {Key: "noIds", Value: In([]int64(nil))}, {Key: "texts", Value: In([]string{"a", "b"})}, {Key: "noTexts", Value: In([]string(nil))}},
		{{Key: "lives", Value: In([]client.Lifecycle{client.Live, client.Removed})}, {Key: "$and", Value: bson.A{bson.D{{Key: "a", Value: nil}}, "b", int64(2), bson.D(nil)}}},
		{{Key: "stages", Value: mongo.Pipeline{{{Key: "$match", Value: bson.D{{Key: "a", Value: 1.5}}}}, nil}}, {Key: "raw", Value: bson.Raw{5, 0, 0, 0, 0}}},
	} {
		want, err := bson.Marshal(bson.D{{Key: "d", Value: d}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := appendValue(nil, "d", d)
		if err != nil {
			t.Fatal(err)
		}
		if want = want[4 : len(want)-1]; !bytes.Equal(got, want) {
			t.Errorf("%v is written as\n%q, and by the driver as\n%q", d, got, want)
		}
	}
}

// What can't be written is an error, as it is the driver's.
func TestValuesThatAreNoBSONAreRefused(t *testing.T) {
	q := Query{Core: bson.D{{Key: "a", Value: make(chan int)}}}
	if _, err := q.Command("clients", Window{}, nil, "", OfMajority); err == nil {
		t.Error("a channel was written")
	}
}
