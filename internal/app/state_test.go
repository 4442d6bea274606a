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

	"clientgraph/internal/mongostore"
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

// storedTombstone is what is left of an erased client.
type storedTombstone struct {
	ClientID int64 `bson:"_id"`
	Pending  bool  `bson:"pending"`
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
	erased  map[int64]storedTombstone
	// merged says whether there were merges: then edges moved of which the histories
	// of those who see the merged tell nothing.
	merged bool
	// feed is in the order of its sequence, as far as counter says it goes.
	feed    []storedChange
	counter int64
}

func loadState(t *testing.T, db *mongo.Database, business int64) *state {
	t.Helper()
	// What a server that was killed left behind is numbered by whoever comes next.
	if err := mongostore.New(db.Client(), db.Name()).NumberChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	filter := bson.D{{Key: "businessId", Value: business}}
	s := &state{clients: map[int64]storedClient{}, history: map[version]storedHistory{}, erased: map[int64]storedTombstone{}}
	for _, c := range all[storedClient](t, db.Collection("clients"), filter, "_id") {
		s.clients[c.ClientID] = c
	}
	for _, h := range all[storedHistory](t, db.Collection("clientHistory"), filter, "_id") {
		s.history[version{h.ClientID, h.Version}] = h
		s.merged = s.merged || h.Operation == "MERGE"
	}
	for _, one := range all[storedTombstone](t, db.Collection("tombstones"), filter, "_id") {
		s.erased[one.ClientID] = one
	}
	// Of a merge that was erased no history tells: two clients at least went with it.
	s.merged = s.merged || len(s.erased) > 1
	s.feed = all[storedChange](t, db.Collection("changes"), filter, "sequence")
	var head struct {
		Head int64 `bson:"head"`
	}
	if err := db.Collection("feeds").FindOne(t.Context(), append(filter, bson.E{Key: "part", Value: "head"})).Decode(&head); err != nil {
		t.Fatalf("the feed's head: %v", err)
	}
	s.counter = head.Head
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
	s.checkErased(t)
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
		if s.merged {
			told.SubjectIDs = c.SubjectIDs
		}
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
		case change.Path == "mergedIntoClientId":
			c.Lifecycle = map[bool]string{true: "merged", false: "live"}[change.After != nil]
		case isEdge && name == "clientIdsClientCanView" && change.After != nil:
			c.SubjectIDs = append(c.SubjectIDs, subject)
		case isEdge && name == "clientIdsClientCanView":
			c.SubjectIDs = slices.DeleteFunc(c.SubjectIDs, func(one int64) bool { return one == subject })
		}
	}
}

// checkFeed wants a row for each version, in their order and numbered without a
// gap. Beside them are those that say that a client was erased, those that were
// about it and are blank, and those of edges that merges moved.
func (s *state) checkFeed(t *testing.T) {
	t.Helper()
	if s.counter != int64(len(s.feed)) {
		t.Errorf("%d feed rows, and the feed's head is at %d", len(s.feed), s.counter)
	}
	seen, last, erased := map[version]bool{}, map[int64]int64{}, map[int64]bool{}
	for i, row := range s.feed {
		of := version{row.ClientID, row.Version}
		history, there := s.history[of]
		tombstone, gone := s.erased[row.ClientID]
		switch {
		case row.Sequence != int64(i)+1:
			t.Errorf("feed row %d is %+v", i+1, row)
		case row.ClientID == 0 && len(s.erased) > 0:
		case gone:
			if row.Kind != "ERASED" || erased[row.ClientID] {
				t.Errorf("client %d was erased, %+v, and the feed has %+v", row.ClientID, tombstone, row)
			}
			erased[row.ClientID] = true
		case there && seen[of] && s.merged && row.Kind == "UPSERTED":
		case !there || seen[of] || row.Version <= last[row.ClientID] || !slices.Contains(kindsOf(history.Operation), row.Kind):
			t.Errorf("feed row %+v is of the operation %q; its version has a history row: %v, and had a feed row: %v", row, history.Operation, there, seen[of])
		}
		seen[of], last[row.ClientID] = true, row.Version
	}
	for of := range s.history {
		if !seen[of] {
			t.Errorf("the feed tells nothing of %+v", of)
		}
	}
	if len(erased) != len(s.erased) {
		t.Errorf("the feed tells of %d erasures, and %d clients were erased", len(erased), len(s.erased))
	}
}

// kindsOf are the kinds of the feed's rows of an operation.
func kindsOf(operation string) []string {
	switch operation {
	case "DELETE":
		return []string{"DELETED"}
	case "RESTORE":
		return []string{"RESTORED"}
	case "MERGE":
		return []string{"MERGED", "UPSERTED"}
	case "UNMERGE":
		return []string{"UNMERGED", "UPSERTED"}
	}
	return []string{"UPSERTED"}
}

// checkEdges wants each edge to lead to a client, and each change of one told at
// both its ends, by the same request. Of edges that merges and erasures move one
// end tells.
func (s *state) checkEdges(t *testing.T) {
	t.Helper()
	for id, c := range s.clients {
		for _, subject := range c.SubjectIDs {
			if other, there := s.clients[subject]; !there || (other.Lifecycle == "merged" && c.Lifecycle != "merged") {
				t.Errorf("client %d, %s, may view %d, which is %s", id, c.Lifecycle, subject, other.Lifecycle)
			}
		}
	}
	opposite := map[string]string{"clientIdsClientCanView": "viewByClients", "viewByClients": "clientIdsClientCanView"}
	type end struct {
		requestID, path string
		clientID        int64
		added           bool
	}
	ends := map[end]bool{}
	for _, row := range s.history {
		if row.Operation == "MERGE" || row.Operation == "UNMERGE" || row.Operation == "ERASE" {
			continue
		}
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
		if _, gone := s.erased[other]; !gone && !ends[mirrored] {
			t.Errorf("%+v is told at one end of the edge only", one)
		}
	}
}

// checkErased wants nothing to be left of who was erased, and no other client to
// be gone.
func (s *state) checkErased(t *testing.T) {
	t.Helper()
	for id, tombstone := range s.erased {
		if c, there := s.clients[id]; there || tombstone.Pending {
			t.Errorf("client %d was erased, %+v, and is %+v", id, tombstone, c)
		}
	}
	for of := range s.history {
		if _, there := s.clients[of.clientID]; !there {
			t.Errorf("there is history of client %d, which is not there", of.clientID)
		}
	}
}
