package record

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// A damaged text in a list is not read as a text, and does not end the list.
func TestDamagedTextOfAListIsNoText(t *testing.T) {
	t.Parallel()
	// A text has a zero behind it, which its length counts.
	withoutZero := bsoncore.Value{Type: bsoncore.TypeString, Data: []byte{0, 0, 0, 0}}
	list := bsoncore.BuildArray(nil, bsoncore.Value{Type: bsoncore.TypeString, Data: bsoncore.AppendString(nil, "VIP")}, withoutZero)
	s := &stored{value: bson.RawValue{Type: bson.TypeArray, Value: list}}
	if length, ok := s.Length(); !ok || length != 2 {
		t.Fatalf("the list has %d entries: %v", length, ok)
	}
	if text, ok := s.Entry(0).Text(); !ok || text != "VIP" {
		t.Errorf("the first entry is %q: %v", text, ok)
	}
	if text, ok := s.Entry(1).Text(); ok {
		t.Errorf("the damaged entry is %q", text)
	}
}
