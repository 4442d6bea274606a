package transfer_test

import (
	"slices"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// TestEdgesThatAreAddedLeaveThoseThatAreThereAsTheyAre: rows whose edges come in several
// parts have only those of the part. A subject of an earlier part that was deleted since
// is not an error.
func TestEdgesThatAreAddedLeaveThoseThatAreThereAsTheyAre(t *testing.T) {
	api := apitest.New(t)
	scope := apitest.OwnerScope(1)
	imported, err := api.Service.OpenImport(t.Context(), scope, writing.ImportOptions{Key: []byte("key"), Rows: 5})
	if err != nil {
		t.Fatal(err)
	}
	var rows []writing.ImportRow
	for n := range int64(5) {
		rows = append(rows, writing.ImportRow{Number: n + 1, Values: client.Values{"firstName": "Ann", "lastName": "A", "emailAddress": "a@b.com"}})
	}
	if results, err := imported.Rows(t.Context(), rows); err != nil || len(results) != len(rows) {
		t.Fatalf("%v %v", results, err)
	}
	if err := imported.Turn(t.Context(), store.ImportEdges, 0); err != nil {
		t.Fatal(err)
	}
	ids := make([]int64, len(rows))
	for n := range ids {
		ids[n] = imported.ClientID(rows[n].Number)
	}
	add := func(want writing.Outcome, subjects ...int64) {
		t.Helper()
		results, err := imported.Edges(t.Context(), []writing.ImportEdges{{Number: 1, ClientID: ids[0], Subjects: append([]int64{}, subjects...), Add: true}})
		if err != nil || len(results) != 1 || results[0].Outcome != want {
			t.Fatalf("%v %v, want %s", results, err, want)
		}
	}
	add(writing.RowChanged, ids[1], ids[2])
	if _, err := api.Service.Delete(t.Context(), scope, client.ID{Number: ids[1]}, nil); err != nil {
		t.Fatal(err)
	}
	add(writing.RowChanged, ids[3])
	add(writing.RowLeft, ids[2])
	add(writing.RowLeft)
	add(writing.RowRefused, ids[4], ids[1])
	for _, c := range live(t, api, 1) {
		if want := []int64{ids[1], ids[2], ids[3]}; c.ClientID == ids[0] && !slices.Equal(c.SubjectIDs, want) {
			t.Errorf("the client sees %v, want %v", c.SubjectIDs, want)
		}
	}
}
