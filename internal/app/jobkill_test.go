//go:build unix

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// jobPatience is how long a job may take, with its kills.
const jobPatience = 15 * time.Minute

const jobState = `query ($id: ID!) { job(jobId: $id) { state failure totalRows counts { rows created changed unchanged failed } result { path } } }`

// seenJob is what a caller sees of a job.
type seenJob struct {
	State     string
	Failure   *string
	TotalRows *int64
	Counts    struct{ Rows, Created, Changed, Unchanged, Failed int64 }
	Result    *struct{ Path string }
}

// relay is a server on an engine that outlives it, and the next one, which goes on with
// the job that it was killed amid.
type relay struct {
	dir string
	on  *serving
	// token is an owner's, jobID of the job that is done.
	token, jobID string
	// killed is how many servers were killed amid the job.
	killed int
	// apart is how many rows are done, at least, between two kills.
	apart int64
}

func newRelay(t *testing.T) *relay {
	t.Helper()
	r := &relay{dir: dataDir(t)}
	r.on = serve(t, r.dir, "--mongodb-uri", testdb.LargeEngine(t, r.dir, killCacheMiB()).URI)
	r.token = r.on.owner(t)
	return r
}

// ask asks for an operation about a job.
func (r *relay) ask(t *testing.T, query string, variables map[string]any, to any) {
	t.Helper()
	a, err := r.on.post(t.Context(), r.token, "", query, variables)
	if err == nil && len(a.Errors) > 0 {
		err = fmt.Errorf("answered %s", a.body)
	}
	if err == nil {
		err = json.Unmarshal(a.body, to)
	}
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// see is the job as its maker sees it.
func (r *relay) see(t *testing.T) seenJob {
	t.Helper()
	var found struct{ Data struct{ Job *seenJob } }
	r.ask(t, jobState, map[string]any{"id": r.jobID}, &found)
	if found.Data.Job == nil {
		t.Fatal("the job is gone")
	}
	return *found.Data.Job
}

// file sends or fetches a file of a job, and returns what is answered.
func (r *relay) file(t *testing.T, method, path string, body []byte) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.on.base+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, text, err)
	}
	return string(text)
}

// waitingJob makes a job that waits for its file, and returns where that goes.
func (r *relay) waitingJob(t *testing.T) (path string) {
	t.Helper()
	var made struct {
		Data struct {
			ImportClients struct {
				Job struct{ JobID, UploadPath string }
			}
		}
	}
	r.ask(t, `mutation { importClients(input: {match: NONE}) { job { jobId uploadPath } } }`, nil, &made)
	job := made.Data.ImportClients.Job
	r.jobID = job.JobID
	return job.UploadPath
}

// importJob makes a job that imports a file.
func (r *relay) importJob(t *testing.T, file []byte) {
	t.Helper()
	r.file(t, http.MethodPut, r.waitingJob(t), file)
}

// exportJob makes a job that exports all clients.
func (r *relay) exportJob(t *testing.T) {
	t.Helper()
	var made struct {
		Data struct {
			ExportClients struct{ Job struct{ JobID string } }
		}
	}
	r.ask(t, `mutation { exportClients(input: {}) { job { jobId } } }`, nil, &made)
	r.jobID = made.Data.ExportClients.Job.JobID
}

// kill kills the server with -9, has its transactions and the lease of its job end, which
// takes a minute otherwise, and starts another one.
func (r *relay) kill(t *testing.T) {
	t.Helper()
	database := r.on.database(t)
	r.on.signal(t, syscall.SIGKILL)
	<-r.on.ended
	forgetTransactions(t, database)
	// The engine may be at the last of what the server had begun.
	until(t, "the lease has ended", func() bool {
		past := bson.D{{Key: "$set", Value: bson.D{{Key: "until", Value: time.Now().Add(-time.Minute)}}}}
		_, err := database.Collection("jobs").UpdateMany(t.Context(), bson.D{{Key: "open", Value: true}, {Key: "state", Value: "RUNNING"}}, past)
		return err == nil
	})
	uri := r.on.databaseURI()
	r.on.disconnect()
	r.on = serve(t, r.dir, "--mongodb-uri", uri)
	r.killed++
}

// finish waits for the end of the job. It kills the server amid it, each time when the
// job has come further, as often as it is told to. Nothing that is seen of the job goes
// back meanwhile.
func (r *relay) finish(t *testing.T, kills int) seenJob {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), jobPatience)
	defer cancel()
	pause := time.NewTicker(pollPause)
	defer pause.Stop()
	var last seenJob
	for r.killed = 0; ; {
		now := r.see(t)
		if what := back(last, now); what != "" {
			t.Fatalf("%s goes back from %+v to %+v", what, last, now)
		}
		further := now.Counts.Rows > last.Counts.Rows || last.State != "RUNNING"
		last = now
		if now.State == "DONE" || now.State == "FAILED" {
			return now
		}
		if r.killed < kills && now.State == "RUNNING" && further && now.Counts.Rows >= int64(r.killed)*r.apart {
			r.kill(t)
			continue
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the job does not end: %+v", now)
		case <-pause.C:
		}
	}
}

// back names what of a job is less than it was.
func back(was, now seenJob) string {
	order := []string{"", "WAITING", "QUEUED", "RUNNING", "DONE"}
	pairs := map[string][2]int64{
		"the state": {int64(slices.Index(order, was.State)), int64(slices.Index(order, now.State))},
		"rows":      {was.Counts.Rows, now.Counts.Rows},
		"created":   {was.Counts.Created, now.Counts.Created},
		"failed":    {was.Counts.Failed, now.Counts.Failed},
		"the total": {orNone(was.TotalRows), orNone(now.TotalRows)},
	}
	for name, pair := range pairs {
		if pair[1] < pair[0] {
			return name
		}
	}
	return ""
}

func orNone(number *int64) int64 {
	if number == nil {
		return -1
	}
	return *number
}

// reportOf is how a job ended.
func reportOf(t *testing.T, job seenJob) string {
	t.Helper()
	if job.State != "DONE" || job.Failure != nil {
		t.Fatalf("the job ended as %+v", job)
	}
	job.Result = nil // Its path has a token.
	text, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// clients are all clients of the business, as alike tells them, by a job.
func (r *relay) clients(t *testing.T) []string {
	t.Helper()
	r.exportJob(t)
	done := r.finish(t, 0)
	reportOf(t, done)
	return alike(t, []byte(r.file(t, http.MethodGet, done.Result.Path, nil)))
}

// The server that does an import is killed time after time. The next one goes on: each
// row comes in once, and what is told of the job is what is told of one that nobody
// disturbed.
func TestImportJobWhoseServersAreKilledEqualsOneThatIsNot(t *testing.T) {
	t.Parallel()
	rows, kills := testsize.Of(600, 2_000, 20_000), testsize.Of(3, 4, 10)
	file, err := os.ReadFile(clientFile(t, rows))
	if err != nil {
		t.Fatal(err)
	}
	r := newRelay(t)
	type outcome struct {
		report, problems string
		clients          []string
	}
	bringIn := func(kills int) (got outcome) {
		r.importJob(t, file)
		done := r.finish(t, kills)
		t.Logf("%d of %d kills", r.killed, kills)
		if r.killed == 0 && kills > 0 {
			t.Error("nobody was killed: this shows nothing")
		}
		got.report = reportOf(t, done)
		got.problems = r.file(t, http.MethodGet, done.Result.Path, nil)
		got.clients = r.clients(t)
		return got
	}
	r.apart = int64(rows / kills)
	killed := bringIn(kills)
	r.token = r.on.token(t, "--role", "OWNER", "--business", "2")
	clean := bringIn(0)
	if diff := gocmp.Diff(clean, killed, gocmp.AllowUnexported(outcome{})); diff != "" || len(clean.clients) != 1+rows-rows/badEvery {
		t.Errorf("%d clients (-clean +killed):\n%s", len(clean.clients)-1, diff)
	}
}

// The server that does an export is killed. The next one writes the file from its
// beginning, and all of it is there once.
func TestExportJobWhoseServersAreKilledEqualsOneThatIsNot(t *testing.T) {
	t.Parallel()
	rows, kills := testsize.Of(600, 1_000, 20_000), 3
	var file bytes.Buffer
	file.WriteString("firstName,lastName,emailAddress,notes\n")
	// Some hundred rows fill a part of the result that is written at once.
	notes := strings.Repeat("Likes mornings. ", 150)
	for i := range rows {
		fmt.Fprintf(&file, "P%d,Person,p%d@example.com,%s\n", i, i, notes)
	}
	r := newRelay(t)
	r.importJob(t, file.Bytes())
	reportOf(t, r.finish(t, 0))
	export := func(kills int) (string, []string) {
		r.exportJob(t)
		done := r.finish(t, kills)
		return reportOf(t, done), alike(t, []byte(r.file(t, http.MethodGet, done.Result.Path, nil)))
	}
	wantReport, want := export(0)
	for kills > 0 {
		told, got := export(kills)
		if diff := gocmp.Diff(want, got); diff != "" || told != wantReport || len(want) != 1+rows {
			t.Fatalf("the job is %s, want %s; %d clients (-clean +killed):\n%s", told, wantReport, len(want)-1, diff)
		}
		// A file may be whole before anybody is killed.
		kills -= r.killed
	}
}
