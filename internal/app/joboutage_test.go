//go:build unix

package app_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/devdb"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// bereft is a server that outlives its engine, and goes on with the next one.
type bereft struct {
	*relay
	way    *flaky
	engine *devdb.Database
}

func newBereft(t *testing.T) *bereft {
	t.Helper()
	dir := dataDir(t)
	engine := testdb.LargeEngine(t, dir, killCacheMiB())
	b := &bereft{relay: &relay{dir: dir}, way: newFlaky(t, engine.Address), engine: engine}
	b.on = serve(t, dir, "--mongodb-uri", b.way.uri())
	b.token = b.on.owner(t)
	return b
}

// bereave kills the engine.
func (b *bereft) bereave(t *testing.T) {
	t.Helper()
	if err := b.engine.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := b.engine.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.on.disconnect()
	b.way.cut()
}

// recover starts another engine on the data of the killed one.
func (b *bereft) recover(t *testing.T) {
	t.Helper()
	b.engine = testdb.LargeEngine(t, b.dir, killCacheMiB())
	b.way.behind, b.on.lock.Address = b.engine.Address, b.engine.Address
	b.way.open(t)
	until(t, "the database is found again", func() bool {
		a, err := b.on.post(t.Context(), b.token, "", names, nil)
		return err == nil && len(a.Errors) == 0
	})
}

// send asks for something about a file of a job, and returns the answer with its body
// read.
func (b *bereft) send(t *testing.T, method, path, contentRange string, body []byte) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, b.on.base+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+b.token)
	if contentRange != "" {
		request.Header.Set("Content-Range", contentRange)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// wantAway wants an answer that says to try again later.
func wantAway(t *testing.T, what string, answer *http.Response, text string) {
	t.Helper()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || !strings.Contains(text, "UNAVAILABLE") {
		t.Errorf("%s without a database is answered %d %s", what, answer.StatusCode, text)
	}
}

// sendInParts sends a file in two parts; the database is away when the second one comes.
func (b *bereft) sendInParts(t *testing.T, path string, file []byte) {
	t.Helper()
	half, total := len(file)/2, len(file)
	second := fmt.Sprintf("bytes %d-%d/%d", half, total-1, total)
	if answer, text := b.send(t, http.MethodPut, path, fmt.Sprintf("bytes 0-%d/%d", half-1, total), file[:half]); answer.StatusCode != http.StatusNoContent {
		t.Fatalf("the first part is answered %d %s", answer.StatusCode, text)
	}
	b.bereave(t)
	answer, text := b.send(t, http.MethodPut, path, second, file[half:])
	wantAway(t, "an upload", answer, text)
	b.recover(t)
	if answer, _ := b.send(t, http.MethodHead, path, "", nil); answer.Header.Get("Upload-Offset") != fmt.Sprint(half) {
		t.Fatalf("of %d bytes %s have arrived", half, answer.Header.Get("Upload-Offset"))
	}
	if answer, text := b.send(t, http.MethodPut, path, second, file[half:]); answer.StatusCode != http.StatusNoContent {
		t.Fatalf("the second part is answered %d %s", answer.StatusCode, text)
	}
}

// leased is what the database knows of who does a job, and how far it came.
type leased struct {
	State, Owner string
	Rows         int64
}

func (b *bereft) leased(ctx context.Context, t *testing.T) (now leased, err error) {
	t.Helper()
	err = b.on.database(t).Collection("jobs").FindOne(ctx, bson.D{{Key: "open", Value: true}}).Decode(&now)
	return now, err
}

// outage takes the database from a job that is being done, and gives it back. The server,
// which lives, goes on with the job by itself or gives it back; then the pause is ended
// that it makes after a failure.
func (b *bereft) outage(t *testing.T) {
	t.Helper()
	was, err := b.leased(t.Context(), t)
	if err != nil {
		return // It came to its end in this moment.
	}
	b.bereave(t)
	b.recover(t)
	until(t, "the job is given back or goes on", func() bool {
		now, err := b.leased(t.Context(), t)
		return err != nil || now.Owner != was.Owner || now.Rows > was.Rows
	})
	past := bson.D{{Key: "$set", Value: bson.D{{Key: "until", Value: time.Now().Add(-time.Minute)}}}}
	if _, err := b.on.database(t).Collection("jobs").UpdateMany(t.Context(), bson.D{{Key: "open", Value: true}, {Key: "owner", Value: ""}}, past); err != nil {
		t.Fatal(err)
	}
	b.killed++
}

// finishBereft waits for the end of the job, and takes the database from it each time
// when it has come that far.
func (b *bereft) finishBereft(t *testing.T, moments []int64) seenJob {
	t.Helper()
	var done seenJob
	until(t, "the job ends", func() bool {
		done = b.see(t)
		if len(moments) > 0 && done.State == "RUNNING" && done.Counts.Rows >= moments[0] {
			moments = moments[1:]
			b.outage(t)
		}
		return done.State == "DONE" || done.State == "FAILED"
	})
	return done
}

// The engine dies while a file is uploaded, while its rows are read and written, and while
// the result of an export is written and fetched. The server lives on: callers are told to
// come again, each row is written once, and nothing of the jobs is left but their results.
func TestJobsGoOnWhenTheirDatabaseIsBack(t *testing.T) {
	t.Parallel()
	rows := testsize.Of(300, 1_000, 5_000)
	file, err := os.ReadFile(clientFile(t, rows))
	if err != nil {
		t.Fatal(err)
	}
	b := newBereft(t)
	b.sendInParts(t, b.waitingJob(t), file)
	many := int64(rows)
	moments := []int64{1, 0, many / 4, many / 2, many * 3 / 4}[:testsize.Of(1, 3, 5)]
	slices.Sort(moments)
	done := b.finishBereft(t, moments)
	t.Logf("the database was away %d times", b.killed)
	bad := int64(rows / badEvery)
	want := seenJob{State: "DONE", TotalRows: &many, Result: done.Result}
	want.Counts.Rows, want.Counts.Created, want.Counts.Failed = many, many-bad, bad
	if reportOf(t, done) != reportOf(t, want) || done.Result == nil {
		t.Fatalf("the job ended as %+v", done)
	}
	if table := b.file(t, http.MethodGet, done.Result.Path, nil); int64(strings.Count(table, "INVALID_EMAIL")) != bad {
		t.Errorf("the table of errors is %s", table)
	}
	b.exportJob(t)
	exported := b.finishBereft(t, []int64{0, many / 2}[:testsize.Of(0, 1, 2)])
	reportOf(t, exported)
	b.bereave(t)
	answer, text := b.send(t, http.MethodGet, exported.Result.Path, "", nil)
	wantAway(t, "a download", answer, text)
	b.recover(t)
	wantEachRowOnce(t, b.file(t, http.MethodGet, exported.Result.Path, nil), rows)
	b.wantNothingLeft(t)
}

// wantEachRowOnce wants each good row of a file of clientFile, with its viewer edge.
func wantEachRowOnce(t *testing.T, exported string, rows int) {
	t.Helper()
	cells, err := csv.NewReader(strings.NewReader(exported)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range cells[0] {
		column[name] = i
	}
	times, edges := map[string]int{}, 0
	for _, row := range cells[1:] {
		times[row[column["emailAddress"]]]++
		if row[column["clientIdsClientCanView"]] != "" {
			edges++
		}
	}
	good, sees := 0, 0
	for i := range rows {
		if i%badEvery == badEvery-1 {
			continue
		}
		good++
		if i%badEvery%2 == 1 {
			sees++
		}
		if email := fmt.Sprintf("c%d@example.com", i); times[email] != 1 {
			t.Errorf("%s is there %d times", email, times[email])
		}
	}
	if len(cells)-1 != good || edges != sees {
		t.Errorf("%d clients, %d of whom see one; want %d and %d", len(cells)-1, edges, good, sees)
	}
}

// wantNothingLeft wants no job that somebody has, and no chunks but those of results.
func (b *bereft) wantNothingLeft(t *testing.T) {
	t.Helper()
	for collection, filter := range map[string]bson.D{
		"jobs":      {{Key: "$or", Value: bson.A{bson.D{{Key: "open", Value: true}}, bson.D{{Key: "owner", Value: bson.D{{Key: "$ne", Value: ""}}}}, bson.D{{Key: "fileKept", Value: true}}}}},
		"jobChunks": {{Key: "part", Value: "file"}},
	} {
		until(t, "nothing of a job is left in "+collection, func() bool {
			count, err := b.on.database(t).Collection(collection).CountDocuments(t.Context(), filter)
			return err == nil && count == 0
		})
	}
}
