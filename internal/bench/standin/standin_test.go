package standin_test

import (
	"net/url"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/bench/standin"
	"clientgraph/internal/testdb"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// world is a stand-in that records, and a collection of four documents behind it.
func world(t *testing.T) (*standin.StandIn, *mongo.Collection) {
	t.Helper()
	db := testdb.New(t)
	s, err := standin.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(db.URI)
	if err != nil {
		t.Fatal(err)
	}
	s.Record(address.Host)
	connection, err := mongo.Connect(options.Client().ApplyURI(s.URI()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = connection.Disconnect(t.Context())
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	collection := connection.Database(db.Name).Collection("things")
	for id := range int64(4) {
		if _, err := collection.InsertOne(t.Context(), bson.D{{Key: "_id", Value: id}, {Key: "name", Value: "thing"}}); err != nil {
			t.Fatal(err)
		}
	}
	return s, collection
}

// byIDs finds documents by their ids, and returns the ids that were found.
func byIDs(t *testing.T, collection *mongo.Collection, ids []int64, o ...options.Lister[options.FindOptions]) []int64 {
	t.Helper()
	cursor, err := collection.Find(t.Context(), bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, o...)
	if err != nil {
		t.Fatal(err)
	}
	var documents []struct {
		ID int64 `bson:"_id"`
	}
	if err := cursor.All(t.Context(), &documents); err != nil {
		t.Fatal(err)
	}
	var found []int64
	for _, document := range documents {
		found = append(found, document.ID)
	}
	return found
}

func TestReplayAnswersOtherIDsOfTheSameFind(t *testing.T) {
	t.Parallel()
	s, collection := world(t)
	byIDs(t, collection, []int64{0, 1, 2, 9})
	s.Replay()
	if got := byIDs(t, collection, []int64{2, 9, 1}); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("found %v, want 1 and 2", got)
	}
	if missed := s.Missed(); len(missed) > 0 {
		t.Errorf("missed %v", missed)
	}
}

func TestReplayTellsWhatWasNotRecorded(t *testing.T) {
	t.Parallel()
	s, collection := world(t)
	byIDs(t, collection, []int64{0, 1})
	s.Replay()
	if got := byIDs(t, collection, []int64{0, 1}, options.Find().SetProjection(bson.D{{Key: "name", Value: 1}})); len(got) > 0 {
		t.Errorf("another projection found %v", got)
	}
	if got := s.Missed()["find things"]; got != 1 {
		t.Errorf("%d finds were missed, want 1", got)
	}
}
