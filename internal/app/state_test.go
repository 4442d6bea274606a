package app_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// version names one state of a client.
type version struct{ clientID, version int64 }

type storedClient struct {
	ClientID   int64   `bson:"_id"`
	Version    int64   `bson:"version"`
	Lifecycle  string  `bson:"lifecycle"`
	City       string  `bson:"city"`
	SubjectIDs []int64 `bson:"viewSubjectIds"`
}

type storedHistory struct {
	ClientID  int64  `bson:"clientId"`
	Version   int64  `bson:"version"`
	Operation string `bson:"operation"`
	RequestID string `bson:"requestId"`
	Changes   []struct {
		Path   string `bson:"path"`
		Before any    `bson:"before"`
		After  any    `bson:"after"`
	} `bson:"changes"`
}

type storedChange struct {
	Sequence int64  `bson:"sequence"`
	ClientID int64  `bson:"clientId"`
	Version  int64  `bson:"version"`
	Kind     string `bson:"kind"`
}

// state is everything that a business has in the database.
type state struct {
	clients map[int64]storedClient
	history map[version]storedHistory
	// feed is in the order of its sequence, as far as counter says it goes.
	feed    []storedChange
	counter int64
}

func loadState(t *testing.T, db *mongo.Database, business int64) *state {
	t.Helper()
	filter := bson.D{{Key: "businessId", Value: business}}
	s := &state{clients: map[int64]storedClient{}, history: map[version]storedHistory{}}
	for _, c := range all[storedClient](t, db.Collection("clients"), filter, "_id") {
		s.clients[c.ClientID] = c
	}
	for _, h := range all[storedHistory](t, db.Collection("clientHistory"), filter, "_id") {
		s.history[version{h.ClientID, h.Version}] = h
	}
	s.feed = all[storedChange](t, db.Collection("changes"), filter, "sequence")
	var counter struct {
		Value int64 `bson:"value"`
	}
	name := fmt.Sprintf("changes:%d", business)
	if err := db.Collection("counters").FindOne(t.Context(), bson.D{{Key: "_id", Value: name}}).Decode(&counter); err != nil {
		t.Fatalf("the feed's counter: %v", err)
	}
	s.counter = counter.Value
	return s
}

func all[T any](t *testing.T, collection *mongo.Collection, filter bson.D, order string) []T {
	t.Helper()
	cursor, err := collection.Find(t.Context(), filter, options.Find().SetSort(bson.D{{Key: order, Value: 1}}))
	if err != nil {
		t.Fatal(err)
	}
	var found []T
	if err := cursor.All(t.Context(), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// check holds the parts of the database against each other.
func (s *state) check(t *testing.T) {
	t.Helper()
	s.checkVersions(t)
	s.checkFeed(t)
	s.checkEdges(t)
}

// checkVersions wants for each client the rows of all its versions, which told
// one after the other make the client what it is.
func (s *state) checkVersions(t *testing.T) {
	t.Helper()
	rows := 0
	for id, c := range s.clients {
		told := storedClient{ClientID: id, Version: c.Version, Lifecycle: "live"}
		for v := int64(1); v <= c.Version; v++ {
			row, there := s.history[version{id, v}]
			if !there {
				t.Errorf("client %d has version %d, and no history row of version %d", id, c.Version, v)
			}
			told.apply(row)
			rows++
		}
		slices.Sort(told.SubjectIDs)
		if fmt.Sprint(told) != fmt.Sprint(c) {
			t.Errorf("client %d is %+v, and its history makes it %+v", id, c, told)
		}
	}
	if rows != len(s.history) {
		t.Errorf("%d history rows are of no version of a client", len(s.history)-rows)
	}
}

func (c *storedClient) apply(row storedHistory) {
	for _, change := range row.Changes {
		name, id, isEdge := strings.Cut(change.Path, ".")
		subject, _ := strconv.ParseInt(id, 10, 64)
		switch {
		case change.Path == "city":
			c.City, _ = change.After.(string)
		case change.Path == "deleted":
			c.Lifecycle = map[any]string{true: "deleted", false: "live"}[change.After]
		case isEdge && name == "clientIdsClientCanView" && change.After != nil:
			c.SubjectIDs = append(c.SubjectIDs, subject)
		case isEdge && name == "clientIdsClientCanView":
			c.SubjectIDs = slices.DeleteFunc(c.SubjectIDs, func(one int64) bool { return one == subject })
		}
	}
}

// checkFeed wants a row for each version and no other, numbered without a gap.
func (s *state) checkFeed(t *testing.T) {
	t.Helper()
	if len(s.feed) != len(s.history) || s.counter != int64(len(s.feed)) {
		t.Errorf("%d feed rows, %d history rows, and the feed's counter is at %d", len(s.feed), len(s.history), s.counter)
	}
	seen := map[version]bool{}
	for i, row := range s.feed {
		of := version{row.ClientID, row.Version}
		history, there := s.history[of]
		if row.Sequence != int64(i)+1 || !there || seen[of] {
			t.Errorf("feed row %d is %+v; its version has a history row: %v, and had a feed row: %v", i+1, row, there, seen[of])
		}
		seen[of] = true
		want := map[string]string{"DELETE": "DELETED", "RESTORE": "RESTORED"}[history.Operation]
		if want == "" {
			want = "UPSERTED"
		}
		if row.Kind != want {
			t.Errorf("feed row %+v is of the operation %s", row, history.Operation)
		}
	}
}

// checkEdges wants each change of an edge told at both its ends, by the same
// request.
func (s *state) checkEdges(t *testing.T) {
	t.Helper()
	opposite := map[string]string{"clientIdsClientCanView": "viewByClients", "viewByClients": "clientIdsClientCanView"}
	type end struct {
		requestID, path string
		clientID        int64
		added           bool
	}
	ends := map[end]bool{}
	for _, row := range s.history {
		for _, change := range row.Changes {
			ends[end{row.RequestID, change.Path, row.ClientID, change.After != nil}] = true
		}
	}
	for one := range ends {
		name, id, _ := strings.Cut(one.path, ".")
		if opposite[name] == "" {
			continue
		}
		other, _ := strconv.ParseInt(id, 10, 64)
		mirrored := end{one.requestID, fmt.Sprintf("%s.%d", opposite[name], one.clientID), other, one.added}
		if !ends[mirrored] {
			t.Errorf("%+v is told at one end of the edge only", one)
		}
	}
}
