package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/sample"
)

// whileAsked has callers ask for operations, again and again, until stop is called, which
// returns how often each of them was answered. Each answer is to be without errors.
func whileAsked(t *testing.T, operations ...func(context.Context) error) (stop func() []int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	answered := make([]int, len(operations))
	var group sync.WaitGroup
	for n, ask := range operations {
		group.Go(func() {
			for ctx.Err() == nil {
				if err := ask(ctx); err != nil {
					if ctx.Err() == nil {
						t.Error(err)
					}
					return
				}
				answered[n]++
			}
		})
	}
	stop = sync.OnceValue(func() []int {
		cancel()
		group.Wait()
		return answered
	})
	t.Cleanup(func() { stop() })
	return stop
}

// Each row of a file lets one and the same client see it, whom others change meanwhile:
// the import ends, with each row brought in once, its writers are answered, and so is
// another business.
func TestRowsThatAllNameOneClientComeInBesideItsOtherWriters(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	runJobs(t, api)
	hub := create(t, api, owner(), person(values{"emailAddress": "hub@example.com"}))
	const rows = 40
	var file strings.Builder
	file.WriteString("firstName,lastName,emailAddress,viewerClientIds\n")
	for n := range rows {
		fmt.Fprintf(&file, "P%d,Person,p%d@example.com,hub@example.com\n", n, n)
	}
	patch := func(field string) func(context.Context) error {
		token, n := api.Token(t, owner()), 0
		return func(ctx context.Context) error {
			n++
			return askOnce(ctx, api, token, fmt.Sprintf(`mutation { patchClient(clientId: %q, patch: {%s: "x%d"}) { userErrors { code } } }`, hub, field, n))
		}
	}
	stranger := api.Token(t, apitest.Owner(sample.BusinessID+1))
	count := func(ctx context.Context) error { return askOnce(ctx, api, stranger, `{ clientCount }`) }
	job := startImport(t, api, owner(), values{"match": "EMAIL_ADDRESS"})
	stop := whileAsked(t, patch("city"), patch("notes"), count)
	upload(t, api, owner(), job, file.String())
	done := ended(t, api, owner(), job)
	for n, times := range stop() {
		if times == 0 {
			t.Errorf("caller %d was answered nothing", n)
		}
	}
	wantEnd(t, done, "DONE", nil)
	wantCounts(t, done, rows, rows, 0, 0, 0)
	seen := api.MustDo(t, owner(), `query ($id: ID!) { client(clientId: $id) { clientIdsClientCanView } }`, values{"id": hub})["client"].(values)
	if got := len(seen["clientIdsClientCanView"].([]any)); got != rows {
		t.Errorf("the client sees %d of %d", got, rows)
	}
	if left, err := api.Mongo.Collection("leases").CountDocuments(t.Context(), bson.D{}); err != nil || left != 0 {
		t.Errorf("%d leases are left: %v", left, err)
	}
}

// Each row of a file has the key of the first one: each is answered, and one is made.
func TestRowsThatAllHaveOneKeyAreEachAnswered(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	runJobs(t, api)
	const rows = 400
	job := startImport(t, api, owner(), values{"match": "EMAIL_ADDRESS"})
	upload(t, api, owner(), job, "firstName,lastName,emailAddress\n"+strings.Repeat("Ann,A,a@b.com\n", rows))
	done := ended(t, api, owner(), job)
	wantEnd(t, done, "DONE", nil)
	wantCounts(t, done, rows, 1, 0, 0, rows-1)
	if table := problemsOfTable(t, download(t, api, done)); strings.Count(table, "emailAddress DUPLICATE_KEY") != rows-1 || !strings.HasPrefix(table, "3 ") {
		t.Errorf("the table of errors is %.500s", table)
	}
}

// What is read of a result after its job was erased, or while the database is away, ends
// before its end: the caller sees that something is missing.
func TestResultThatCannotBeReadToItsEndIsSeenToBeCutOff(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	runJobs(t, api)
	job := startImport(t, api, owner(), values{"match": "NONE"})
	upload(t, api, owner(), job, "firstName,lastName\n"+strings.Repeat("Ann\n", 7_000))
	done := ended(t, api, owner(), job)
	result := done["result"].(values)
	chunks := api.Mongo.Collection("jobChunks")
	if cut, err := chunks.DeleteMany(t.Context(), bson.D{{Key: "offset", Value: bson.D{{Key: "$gt", Value: 0}}}}); err != nil || cut.DeletedCount == 0 {
		t.Fatalf("the result has one chunk: %v", err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+result["path"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return // The connection was closed before its headers came.
	}
	defer answer.Body.Close()
	if came, err := io.Copy(io.Discard, answer.Body); err == nil {
		t.Errorf("of %v bytes %d came, as if they were all", result["bytes"], came)
	}
}

// askOnce asks for an operation that is to be answered without errors.
func askOnce(ctx context.Context, api *apitest.API, token, query string) error {
	body, err := json.Marshal(values{"query": query})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, api.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && (bytes.Contains(text, []byte(`"errors"`)) || bytes.Contains(text, []byte(`"code"`))) {
		err = fmt.Errorf("answered %s", text)
	}
	return err
}
