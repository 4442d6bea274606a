package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/testdb"
)

// A process gets no further than the middle of a file; another one, which finds its
// lease at its end, goes on with the job.
func TestImportJobGoesOnInAnotherProcessWithEachRowOnce(t *testing.T) {
	db := testdb.New(t)
	api, other := apitest.On(t, db), apitest.On(t, db)
	accept := func(validator bson.D) {
		t.Helper()
		if err := api.Mongo.RunCommand(t.Context(), bson.D{{Key: "collMod", Value: "jobs"}, {Key: "validator", Value: validator}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	const rows, bad, middle = 250, 5, 150
	var file strings.Builder
	file.WriteString("firstName,lastName,emailAddress\n")
	for i := range rows {
		email := fmt.Sprintf("p%d@example.com", i)
		if i%(rows/bad) == 0 {
			email = "none"
		}
		fmt.Fprintf(&file, "P%d,Person,%s\n", i, email)
	}
	job := startImport(t, api, owner(), values{"match": "NONE"})
	upload(t, api, owner(), job, file.String())
	accept(bson.D{{Key: "rows", Value: bson.D{{Key: "$lt", Value: middle}}}})
	stop := runJobs(t, api)
	eventually(t, "the first process has given up", func() bool { return released(t, api) })
	stop()
	now := api.MustDo(t, owner(), jobQuery, values{"id": job["jobId"]})["job"].(values)
	if came := now["counts"].(values)["rows"].(float64); now["state"] != "RUNNING" || came == 0 || came >= middle {
		t.Fatalf("the first process ended with the job as %v", now)
	}
	accept(bson.D{})
	// As if its lease had ended.
	if _, err := api.Mongo.Collection("jobs").UpdateMany(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "owner", Value: "dead"}, {Key: "until", Value: time.Now().Add(-time.Minute)}}}}); err != nil {
		t.Fatal(err)
	}
	runJobs(t, other)
	done := ended(t, other, owner(), job)
	wantEnd(t, done, "DONE", nil)
	wantCounts(t, done, rows, rows-bad, 0, 0, bad)
	if got := other.MustDo(t, owner(), `{ clientCount }`, nil)["clientCount"]; got != float64(rows-bad) {
		t.Errorf("there are %v clients, want %d", got, rows-bad)
	}
	if table := download(t, other, done); strings.Count(table, "\n") != bad+1 || strings.Count(table, "INVALID_EMAIL") != bad {
		t.Errorf("the table of errors is %s", table)
	}
}

// released says whether there is a job that was begun and that nobody has now.
func released(t *testing.T, api *apitest.API) bool {
	t.Helper()
	count, err := api.Mongo.Collection("jobs").CountDocuments(t.Context(), bson.D{{Key: "state", Value: "RUNNING"}, {Key: "owner", Value: ""}})
	if err != nil {
		t.Fatal(err)
	}
	return count == 1
}
