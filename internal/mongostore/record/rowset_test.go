package record

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/testsize"
)

// A row gives the same values as the record of the same document, for any selection, also
// when the document's fields are in another order.
func TestPropertyRowsTellWhatRecordsDo(t *testing.T) {
	codec := NewCodec(nil)
	subjects := client.PlaceOf(client.NameSubjects)
	testsize.Check(t, testsize.Of(100, 500, 5000), func(rt *rapid.T) {
		encoded := codec.Encode(anyRecord().Draw(rt, "client"))
		if rapid.Bool().Draw(rt, "shuffled") {
			encoded = append(encoded[:3:3], rapid.Permutation(encoded[3:]).Draw(rt, "order")...)
		}
		document, err := bson.Marshal(encoded)
		if err != nil {
			rt.Fatal(err)
		}
		record, err := codec.Decode(document)
		if err != nil {
			rt.Fatal(err)
		}
		set := codec.NewRowSet(client.SelectAll())
		row, err := set.Read(document)
		if err != nil {
			rt.Fatal(err)
		}
		// What a cursor does with its memory once it goes on.
		clear(document)
		want := client.RowsOf([]*client.Client{record})[0]
		if row.Base() != want.Base() {
			rt.Fatalf("the base is %+v, want %+v", row.Base(), want.Base())
		}
		for i := range codec.properties {
			got, err := row.Append(nil, i)
			told, _ := want.Append(nil, i)
			if err != nil || string(got) != string(told) {
				rt.Fatalf("%s is %s, %v, want %s", codec.properties[i].Name, got, err, told)
			}
		}
		if got, told := row.IDs(nil, subjects), want.IDs(nil, subjects); !slices.Equal(got, told) {
			rt.Fatalf("subjects are %v, want %v", got, told)
		}
		if got, told := client.AppendFullName(nil, row), client.AppendFullName(nil, want); string(got) != string(told) {
			rt.Fatalf("the full name is %s, want %s", got, told)
		}
	})
}

// The rows of one read do not affect each other, whatever their sizes, however many were
// announced, and whether their documents are stable or not.
func TestRowsOfOneReadKeepTheirOwnDocuments(t *testing.T) {
	codec := NewCodec(nil)
	place := client.PlaceOf("firstName")
	for _, expected := range []int{0, 1, 7, 300, 5000} {
		set, lasting := codec.NewRowSet(client.Select("firstName")), expected%2 == 1
		set.Expect(expected, lasting)
		var rows []client.Row
		nameOf := func(i int) string { return strings.Repeat(strconv.Itoa(i)+" ", 1+i*i%211) }
		for i := range 300 {
			version := codec.SchemaVersion()
			parts := bson.D{{Key: schema.FieldID, Value: int64(i)}, {Key: schema.FieldSchema, Value: version}, {Key: "firstName", Value: nameOf(i)}}
			if i%50 == 0 {
				// Stored before documents said their version.
				parts = slices.Delete(parts, 1, 2)
			}
			document, err := bson.Marshal(parts)
			if err != nil {
				t.Fatal(err)
			}
			row, err := set.Read(document)
			if err != nil {
				t.Fatal(err)
			}
			if !lasting {
				clear(document)
			}
			rows = append(rows, row)
		}
		for i, row := range rows {
			if name, _ := row.Text(place); row.Base().ClientID != int64(i) || name != nameOf(i) {
				t.Fatalf("of %d expected rows the %dth is client %d, %q", expected, i, row.Base().ClientID, name)
			}
		}
	}
}

// A document of a later version is refused, also when this version can't read its fields.
func TestRowsOfLaterVersionsAreRefused(t *testing.T) {
	codec := NewCodec(nil)
	for _, later := range []any{"text", bson.Regex{Pattern: "a"}} {
		document, err := bson.Marshal(bson.D{{Key: schema.FieldID, Value: int64(1)}, {Key: schema.FieldSchema, Value: codec.SchemaVersion() + 1}, {Key: "later", Value: later}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := codec.NewRowSet(client.SelectAll()).Read(document); !errors.Is(err, ErrNewer) {
			t.Errorf("reading one with %v answers %v", later, err)
		}
	}
}

// A field of another type than the property's is an error of the row.
func TestRowsOfAnotherShapeAreRefused(t *testing.T) {
	codec := NewCodec(nil)
	for i, p := range codec.properties {
		document, err := bson.Marshal(bson.D{{Key: schema.FieldID, Value: int64(1)}, {Key: p.Name, Value: bson.D{{Key: "not", Value: "this"}}}})
		if err != nil {
			t.Fatal(err)
		}
		row, err := codec.NewRowSet(client.Select(p.Name)).Read(document)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := row.Append(nil, i); err == nil {
			t.Errorf("%s reads a document", p.Name)
		}
	}
}

// A page has hundreds of lists: reading one allocates nothing but the answer.
func TestRowsTellListsWithoutMemoryOfTheirOwn(t *testing.T) {
	place := client.PlaceOf(client.NameTags)
	document, err := bson.Marshal(bson.D{{Key: schema.FieldID, Value: int64(1)}, {Key: client.NameTags, Value: bson.A{"VIP", "Walk-in", "née"}}})
	if err != nil {
		t.Fatal(err)
	}
	row, err := NewCodec(nil).NewRowSet(client.Select(client.NameTags)).Read(document)
	if err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 0, 100)
	allocations := testing.AllocsPerRun(100, func() { answer, err = row.Append(answer[:0], place) })
	if err != nil || string(answer) != `["VIP","Walk-in","née"]` || allocations > 0 {
		t.Errorf("the tags are %s, %v, with %v allocations", answer, err, allocations)
	}
}

// Bytes that are not a document are an error of the row, never a panic or a value from
// outside of these bytes.
func FuzzRow(f *testing.F) {
	codec := NewCodec(nil)
	whole, err := bson.Marshal(bson.D{
		{Key: schema.FieldID, Value: int64(7)},
		{Key: schema.FieldSchema, Value: int64(1)},
		{Key: schema.FieldVersion, Value: int64(1)},
		{Key: schema.FieldLifecycle, Value: "live"},
		{Key: "firstName", Value: "Ann"},
		{Key: client.NameTags, Value: bson.A{"a", "b"}},
		{Key: client.NameSubjects, Value: bson.A{int64(1), int64(2)}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-9])
	f.Add([]byte{5, 0, 0, 0, 0})
	// The byte that ends it is the last of a name, too: one of an element without a value.
	f.Add([]byte{9, 0, 0, 0, byte(bson.TypeNull), '_', 'i', 'd', 0})
	f.Fuzz(func(t *testing.T, document []byte) {
		row, err := codec.NewRowSet(client.SelectAll()).Read(document)
		if err != nil {
			return
		}
		valid := bson.Raw(document).Validate() == nil
		for i := range codec.properties {
			_, _ = row.Append(nil, i)
			_, _ = row.Text(i)
			_ = row.IDs(nil, i)
		}
		if _, err := row.Record(); valid && err == nil && row.Base().ClientID != lastID(document) {
			t.Errorf("the id is %d, want %d", row.Base().ClientID, lastID(document))
		}
	})
}

// lastID is the id in a document. If there are several, it is the last one, as in
// records.
func lastID(document bson.Raw) int64 {
	elements, _ := document.Elements()
	id := int64(0)
	for _, element := range elements {
		if element.Key() == schema.FieldID {
			id, _ = element.Value().AsInt64OK()
		}
	}
	return id
}
