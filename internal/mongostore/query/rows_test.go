package query

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What came with a cursor is taken document by document, up to the end of the list.
func TestDocumentsAreTakenOutOfTheirList(t *testing.T) {
	var list bson.A
	for i := range int32(120) {
		list = append(list, bson.D{{Key: "i", Value: i}})
	}
	_, data, err := bson.MarshalValue(list)
	if err != nil {
		t.Fatal(err)
	}
	var found []int32
	for rest := data[4:]; len(rest) > 1; {
		document, after, ok := firstDocument(rest)
		if !ok {
			t.Fatalf("after %d documents comes none", len(found))
		}
		found, rest = append(found, document.Lookup("i").Int32()), after
	}
	if len(found) != len(list) || !slices.IsSorted(found) {
		t.Errorf("the list has %v", found)
	}
}

// Bytes that are no list of documents are refused, and never read beyond their end.
func TestWhatIsNoListOfDocumentsIsRefused(t *testing.T) {
	whole := []byte{byte(bson.TypeEmbeddedDocument), '0', 0, 5, 0, 0, 0, 0, 0}
	if document, rest, ok := firstDocument(whole); !ok || len(document) != 5 || len(rest) != 1 {
		t.Fatalf("the document is %v, and %v is left", document, rest)
	}
	for _, spoiled := range [][]byte{
		whole[:2],
		whole[:5],
		whole[:7],
		{byte(bson.TypeString), '0', 0, 5, 0, 0, 0, 0, 0},
		{byte(bson.TypeEmbeddedDocument), '0', 0, 4, 0, 0, 0, 0, 0},
		{byte(bson.TypeEmbeddedDocument), '0', 0, 255, 255, 255, 255, 0, 0},
		{byte(bson.TypeEmbeddedDocument), '0', 0, 7, 0, 0, 0, 0, 0},
	} {
		if _, _, ok := firstDocument(spoiled); ok {
			t.Errorf("%v has a document", spoiled)
		}
	}
}
