package e2e_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/testdb"
)

// earlier is a folder with what the version before stored: each document on a line,
// as extended JSON; what it answered about them; and the key ring that it sealed
// with, which is a test's and no secret.
const earlier = "testdata/upgrade"

// earlierAnswer is an operation, and what the version before answered.
type earlierAnswer struct {
	Caller    string         `json:"caller"`
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
	Answer    any            `json:"answer"`
}

// loadEarlier stores what the version before stored, as if that had been now: rows
// of the feed and answers under keys are not kept for long.
func loadEarlier(t *testing.T, db testdb.DB) {
	t.Helper()
	connection, err := mongo.Connect(options.Client().ApplyURI(db.URI))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Disconnect(t.Context()) }()
	file, err := os.Open(filepath.Join(earlier, "documents.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Collection string `bson:"collection"`
			Document   bson.D `bson:"document"`
		}
		if err := bson.UnmarshalExtJSON(lines.Bytes(), true, &line); err != nil {
			t.Fatal(err)
		}
		if line.Collection == "changes" || line.Collection == "idempotency" {
			for i := range line.Document {
				if line.Document[i].Key == "at" {
					line.Document[i].Value = time.Now()
				}
			}
		}
		if _, err := connection.Database(db.Name).Collection(line.Collection).InsertOne(t.Context(), line.Document); err != nil {
			t.Fatal(err)
		}
	}
	keyset, err := os.ReadFile(filepath.Join(earlier, "development.keyset"))
	if err == nil {
		err = os.WriteFile(filepath.Join(db.Dir, "development.keyset"), keyset, 0o600)
	}
	if lines.Err() != nil || err != nil {
		t.Fatal(lines.Err(), err)
	}
}

// checkEarlier asks what the version before was asked.
func checkEarlier(t *testing.T, api *apitest.API, when string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(earlier, "answers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []earlierAnswer
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	callers := map[string]client.Identity{"owner": owner(), "staff": staff(), "client": account(1151044)}
	for _, a := range list {
		var got any
		if err := json.Unmarshal(api.Do(t, callers[a.Caller], a.Query, a.Variables).Body, &got); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(a.Answer, got); diff != "" {
			t.Errorf("%s: %s asks %s (-before +now):\n%s", when, a.Caller, a.Query, diff)
		}
	}
}

// What the version before stored is answered as it answered: when this one finds
// it, and when it is migrated. Then it goes on from there.
func TestDataOfTheVersionBeforeAreAnsweredAsBefore(t *testing.T) {
	db := testdb.New(t)
	loadEarlier(t, db)
	api := apitest.On(t, db)
	checkEarlier(t, api, "as it is found")
	for _, step := range api.Store.Migrations() {
		if err := step.Run(t.Context(), func(int64) {}); err != nil {
			t.Fatalf("migrate %s: %v", step.Name, err)
		}
		if left, err := step.Left(t.Context()); err != nil || left != 0 {
			t.Errorf("%s: %d are left: %v", step.Name, left, err)
		}
	}
	checkEarlier(t, api, "migrated")

	for _, write := range []string{
		`mutation { patchClient(clientId: 4658091, patch: {city: "Hamburg"}, expectedVersion: 2) { client { version } userErrors { code } } }`,
		`mutation { createClient(input: {firstName: "New", lastName: "Newer", emailAddress: "new@example.com"}) { client { version } userErrors { code } } }`,
		`mutation { unmergeClients(mergeId: 1) { clients { clientId } userErrors { code } } }`,
	} {
		if errors := failures(t, only(t, api.MustDo(t, owner(), write, nil))); len(errors) > 0 {
			t.Errorf("%s: %v", write, errors)
		}
	}
	cursor, err := api.Mongo.Collection("changes").Find(t.Context(), bson.D{{Key: "businessId", Value: int64(sample.BusinessID)}},
		options.Find().SetSort(bson.D{{Key: "sequence", Value: 1}}))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Sequence int64 `bson:"sequence"`
	}
	if err := cursor.All(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if row.Sequence != int64(i+1) {
			t.Fatalf("row %d of the feed has the number %d", i+1, row.Sequence)
		}
	}
	back := api.MustDo(t, owner(), `{ client(clientId: 7475997) { clientId fullName } }`, nil)["client"].(values)
	if !slices.Equal([]any{back["clientId"], back["fullName"]}, []any{"7475997", "Anne Older"}) {
		t.Errorf("who was merged by the version before is back as %v", back)
	}
}
