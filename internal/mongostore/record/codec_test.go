package record

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/testsize"
)

// anyRecord generates clients with any value of any property.
func anyRecord() *rapid.Generator[*client.Client] {
	instant := func(t *rapid.T) time.Time {
		return time.UnixMilli(rapid.Int64Range(-1e13, 1e13).Draw(t, "instant")).UTC()
	}
	day := func(t *rapid.T) client.Date {
		return client.DateOf(time.UnixMilli(rapid.Int64Range(-62135596800000, 253402300799000).Draw(t, "day")).UTC())
	}
	made := rapid.MakeCustom[client.Client](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[time.Time]():   rapid.Custom(func(t *rapid.T) any { return instant(t) }),
		reflect.TypeFor[client.Date](): rapid.Custom(func(t *rapid.T) any { return day(t) }),
		reflect.TypeFor[client.FieldValue](): rapid.Custom(func(t *rapid.T) any {
			value := client.FieldValue{DefinitionID: rapid.Int64().Draw(t, "definition")}
			switch rapid.IntRange(0, 3).Draw(t, "type of value") {
			case 0:
				value.Value = rapid.String().Draw(t, "value")
			case 1:
				value.Value = rapid.Float64().Draw(t, "value")
			case 2:
				value.Value = rapid.Bool().Draw(t, "value")
			default:
				value.Value = day(t)
			}
			return value
		}),
	}})
	return rapid.Custom(func(t *rapid.T) *client.Client {
		c := new(made.Draw(t, "client"))
		// Of this version: what is read of earlier ones is upgrade_test.go's.
		c.Outdated = false
		c.KeyedBy = ""
		return c
	})
}

// A client that is encoded and decoded is the same, also when a projection is decoded.
func TestPropertyDocumentsReadBack(t *testing.T) {
	t.Parallel()
	codec := NewCodec(nil)
	testsize.Check(t, testsize.Of(100, 500, 5000), func(rt *rapid.T) {
		original := anyRecord().Draw(rt, "client")
		document, err := bson.Marshal(codec.Encode(original))
		if err != nil {
			rt.Fatal(err)
		}
		read, err := codec.Decode(document)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(original, read, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("-original +read:\n%s", diff)
		}
	})
}

// Applying the update between two states to the document of the first gives that of the second.
func TestPropertyDifferenceMakesTheOtherDocument(t *testing.T) {
	t.Parallel()
	codec := NewCodec(nil)
	testsize.Check(t, testsize.Of(100, 500, 5000), func(rt *rapid.T) {
		before, after := anyRecord().Draw(rt, "before"), anyRecord().Draw(rt, "after")
		after.ClientID, after.BusinessID = before.ClientID, before.BusinessID
		update := codec.Difference(before, after)
		document := asMap(rt, codec.Encode(before))
		for _, operator := range update {
			for _, e := range operator.Value.(bson.D) {
				switch operator.Key {
				case "$set":
					setAt(rt, document, e)
				case "$unset":
					delete(document, e.Key)
				default:
					rt.Fatalf("an update with %s", operator.Key)
				}
			}
		}
		if diff := cmp.Diff(asMap(rt, codec.Encode(after)), asMap(rt, document)); diff != "" {
			rt.Fatalf("-after +updated:\n%s", diff)
		}
		if none := codec.Difference(after, after.Clone()); len(none) > 0 {
			rt.Fatalf("a copy differs by %v", none)
		}
	})
}

// setAt sets a field of a document, or an entry of a list, as the database does.
func setAt(rt *rapid.T, document bson.M, e bson.E) {
	name, place, isEntry := strings.Cut(e.Key, ".")
	if !isEntry {
		document[name] = e.Value
		return
	}
	list := document[name].(bson.A)
	i, err := strconv.Atoi(place)
	if err != nil || i > len(list) {
		rt.Fatalf("an entry is set at %s of a list of %d", e.Key, len(list))
	}
	document[name] = append(append(slices.Clone(list[:i]), e.Value), list[min(i+1, len(list)):]...)
}

func asMap(rt *rapid.T, document any) bson.M {
	data, err := bson.Marshal(document)
	if err != nil {
		rt.Fatal(err)
	}
	var read bson.M
	if err := bson.Unmarshal(data, &read); err != nil {
		rt.Fatal(err)
	}
	return read
}

// A property appends the same JSON of a stored value and of the client decoded from it,
// also when no value is stored.
func TestPropertyStoredValuesAppendAsTheirClients(t *testing.T) {
	t.Parallel()
	codec := NewCodec(nil)
	testsize.Check(t, testsize.Of(100, 500, 5000), func(rt *rapid.T) {
		original := anyRecord().Draw(rt, "client")
		document, err := bson.Marshal(codec.Encode(original))
		if err != nil {
			rt.Fatal(err)
		}
		for i := range codec.properties {
			p := &codec.properties[i]
			var from client.Stored
			if value, err := bson.Raw(document).LookupErr(p.Name); err == nil {
				from = &stored{value: value}
			}
			got, ok := p.AppendStored([]byte("x"), from)
			if want := p.AppendJSON([]byte("x"), original); !ok || string(got) != string(want) {
				rt.Fatalf("%s is appended as %s, %t, want %s", p.Name, got, ok, want)
			}
		}
	})
}

// A stored value of another type than the property's is an error.
func TestDocumentsOfAnotherShapeAreRefused(t *testing.T) {
	codec := NewCodec(nil)
	for _, p := range codec.properties {
		document, err := bson.Marshal(bson.D{{Key: schema.FieldID, Value: int64(1)}, {Key: p.Name, Value: bson.D{{Key: "not", Value: "this"}}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := codec.Decode(document); err == nil {
			t.Errorf("%s reads a document", p.Name)
		}
	}
}
