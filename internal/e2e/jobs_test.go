package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/jobs"
)

const (
	jobFields = `jobId kind state failure dryRun importedBefore createdUser counts { rows created changed unchanged failed }
		totalRows uploadPath uploadedBytes removedByErasure result { path bytes fileName }`
	importMutation = `mutation ($input: ImportClientsInput!, $key: String) { importClients(input: $input, idempotencyKey: $key) { job { ` + jobFields + ` } userErrors { code message field } } }`
	exportMutation = `mutation ($input: ExportClientsInput!, $key: String) { exportClients(input: $input, idempotencyKey: $key) { job { ` + jobFields + ` } userErrors { code message field } } }`
	cancelMutation = `mutation ($id: ID!) { cancelJob(jobId: $id) { job { ` + jobFields + ` } userErrors { code message field } } }`
	jobQuery       = `query ($id: ID!) { job(jobId: $id) { ` + jobFields + ` } }`
)

// runJobs does jobs until the test, or stop, ends it.
func runJobs(t *testing.T, api *apitest.API) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		api.Service.NewJobRunner(jobs.Options{Look: 20 * time.Millisecond, Term: time.Minute, Renewal: 10 * time.Second}).Run(ctx)
	})
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// startImport makes an import and returns it.
func startImport(t *testing.T, api *apitest.API, who client.Identity, input values) values {
	t.Helper()
	return payload(t, api, who, importMutation, values{"input": input})["job"].(values)
}

// askFile sends a request about a file of a job, and returns the answer with its body read.
func askFile(t *testing.T, api *apitest.API, who *client.Identity, method, path, contentRange string, body []byte) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, api.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if who != nil {
		request.Header.Set("Authorization", "Bearer "+api.Token(t, *who))
	}
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

// upload sends the whole file of an import.
func upload(t *testing.T, api *apitest.API, who client.Identity, job values, file string) {
	t.Helper()
	answer, text := askFile(t, api, &who, http.MethodPut, job["uploadPath"].(string), "", []byte(file))
	if answer.StatusCode != http.StatusNoContent || answer.Header.Get("Upload-Complete") != "?1" {
		t.Fatalf("the upload was answered %d %s", answer.StatusCode, text)
	}
}

// eventually waits for what happens beside the test.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not so: %s", what)
		}
	}
}

// ended waits for the end of a job and returns it.
func ended(t *testing.T, api *apitest.API, who client.Identity, job values) (found values) {
	t.Helper()
	eventually(t, "the job has ended", func() bool {
		found = api.MustDo(t, who, jobQuery, values{"id": job["jobId"]})["job"].(values)
		return slices.Contains([]any{"DONE", "FAILED", "CANCELLED"}, found["state"])
	})
	return found
}

// download fetches the result of a job, by its link alone.
func download(t *testing.T, api *apitest.API, job values) string {
	t.Helper()
	result, there := job["result"].(values)
	if !there {
		t.Fatalf("the job has no result: %v", job)
	}
	answer, text := askFile(t, api, nil, http.MethodGet, result["path"].(string), "", nil)
	if answer.StatusCode != http.StatusOK || float64(len(text)) != result["bytes"] {
		t.Fatalf("answered %d with %d bytes, want %v", answer.StatusCode, len(text), result["bytes"])
	}
	for header, want := range map[string]string{
		"Content-Disposition": fmt.Sprintf("attachment; filename=%q", result["fileName"]), "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := answer.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	return text
}

func wantCounts(t *testing.T, job values, rows, created, changed, unchanged, failed float64) {
	t.Helper()
	want := values{"rows": rows, "created": created, "changed": changed, "unchanged": unchanged, "failed": failed}
	if fmt.Sprint(job["counts"]) != fmt.Sprint(want) {
		t.Errorf("counts are %v, want %v", job["counts"], want)
	}
}

func wantEnd(t *testing.T, job values, state string, failure any) {
	t.Helper()
	if job["state"] != state || job["failure"] != failure {
		t.Errorf("the job ended %v (%v), want %s (%v)", job["state"], job["failure"], state, failure)
	}
}

// threeRows are two clients and a row with two errors.
const threeRows = "firstName,lastName,emailAddress\nAnn,Arbor,ann@example.com\nBo,,bo\nCleo,Crown,cleo@example.com\n"

func TestImportJobBringsAFileInAndTellsItsErrors(t *testing.T) {
	api := apitest.New(t)
	runJobs(t, api)
	job := startImport(t, api, owner(), values{"match": "EMAIL_ADDRESS"})
	if job["state"] != "WAITING" || job["uploadPath"] != fmt.Sprintf("/jobs/%s/file", job["jobId"]) || job["createdUser"] != "owner" || job["result"] != nil {
		t.Fatalf("the new job is %v", job)
	}
	upload(t, api, owner(), job, threeRows)
	done := ended(t, api, owner(), job)
	wantEnd(t, done, "DONE", nil)
	wantCounts(t, done, 3, 2, 0, 0, 1)
	if done["totalRows"] != 3.0 || done["uploadPath"] != nil || done["uploadedBytes"] != float64(len(threeRows)) {
		t.Errorf("the job is %v", done)
	}
	want := "row,column,code,message\n3,emailAddress,INVALID_EMAIL,"
	if table := download(t, api, done); !strings.HasPrefix(table, want) {
		t.Errorf("the table of errors is %s", table)
	}
	if got := api.MustDo(t, owner(), `{ clientCount }`, nil)["clientCount"]; got != 2.0 {
		t.Errorf("there are %v clients, want 2", got)
	}
	// The file is deleted after the end.
	eventually(t, "the result alone is left", func() bool { return len(collections(t, api, []string{"jobChunks"})["jobChunks"]) == 1 })
	// The same file again is done already, unless it is to be done again.
	again := startImport(t, api, owner(), values{"match": "EMAIL_ADDRESS"})
	upload(t, api, owner(), again, threeRows)
	again = ended(t, api, owner(), again)
	wantCounts(t, again, 3, 2, 0, 0, 1)
	if again["importedBefore"] != true {
		t.Errorf("the file was imported before, but the job is %v", again)
	}
	anew := startImport(t, api, owner(), values{"match": "EMAIL_ADDRESS", "again": true})
	upload(t, api, owner(), anew, threeRows)
	anew = ended(t, api, owner(), anew)
	wantCounts(t, anew, 3, 0, 0, 2, 1)
	if anew["importedBefore"] != false {
		t.Errorf("the file was imported once more, but the job is %v", anew)
	}
}

func TestImportJobThatIsADryRunWritesNothing(t *testing.T) {
	api := apitest.New(t)
	runJobs(t, api)
	job := startImport(t, api, owner(), values{"match": "NONE", "dryRun": true, "mapping": []any{values{"header": "Colour", "column": nil}}})
	upload(t, api, owner(), job, strings.NewReplacer("firstName", "Colour,firstName", "Ann", "red,Ann", "Bo", "blue,Bo", "Cleo", "=1,Cleo").Replace(threeRows))
	done := ended(t, api, owner(), job)
	wantEnd(t, done, "DONE", nil)
	wantCounts(t, done, 3, 2, 0, 0, 1)
	if table := download(t, api, done); strings.Count(table, "\n") != 3 {
		t.Errorf("the table of errors is %s", table)
	}
	if got := api.MustDo(t, owner(), `{ clientCount }`, nil)["clientCount"]; got != 0.0 {
		t.Errorf("a dry run made %v clients", got)
	}
}

func TestImportJobRefusesAFileThatCannotBeReadAsAWhole(t *testing.T) {
	api := apitest.New(t)
	runJobs(t, api)
	for file, code := range map[string]string{
		"": ",,EMPTY_FILE,", "firstName,Colour\nA,red\n": "\n1,Colour,UNKNOWN_COLUMN,", "firstName\n\"A": "UNCLOSED_QUOTE",
	} {
		job := startImport(t, api, owner(), values{"match": "NONE"})
		upload(t, api, owner(), job, file)
		done := ended(t, api, owner(), job)
		wantEnd(t, done, "FAILED", "FILE_REFUSED")
		if table := download(t, api, done); !strings.Contains(table, code) {
			t.Errorf("the table of errors is %s, want %s", table, code)
		}
	}
}

func TestUploadGoesOnWhereItWasCutOff(t *testing.T) {
	api := apitest.New(t)
	runJobs(t, api)
	job := startImport(t, api, owner(), values{"match": "NONE"})
	who, path, total := owner(), job["uploadPath"].(string), len(threeRows)
	part := func(from, to int) (*http.Response, string) {
		t.Helper()
		return askFile(t, api, &who, http.MethodPut, path, fmt.Sprintf("bytes %d-%d/%d", from, to-1, total), []byte(threeRows[from:to]))
	}
	wantAt := func(answer *http.Response, status, offset int, complete string) {
		t.Helper()
		if answer.StatusCode != status || answer.Header.Get("Upload-Offset") != fmt.Sprint(offset) || answer.Header.Get("Upload-Complete") != complete {
			t.Errorf("answered %d, offset %s, complete %s; want %d, %d, %s", answer.StatusCode, answer.Header.Get("Upload-Offset"), answer.Header.Get("Upload-Complete"), status, offset, complete)
		}
	}
	answer, _ := part(0, 20)
	wantAt(answer, http.StatusNoContent, 20, "?0")
	answer, text := part(30, total)
	wantAt(answer, http.StatusConflict, 20, "?0")
	if !strings.Contains(text, "OFFSET_MISMATCH") {
		t.Errorf("answered %s", text)
	}
	answer, _ = askFile(t, api, &who, http.MethodPut, path, "", []byte(threeRows))
	wantAt(answer, http.StatusConflict, 20, "?0")
	for _, wrong := range []string{"bytes 20-10/100", "bytes 20-29/25", "bytes 20-29/100", "lines 20-21/22", "bytes */100"} {
		if answer, _ := askFile(t, api, &who, http.MethodPut, path, wrong, []byte("a")); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: answered %d", wrong, answer.StatusCode)
		}
	}
	if answer, _ := askFile(t, api, &who, http.MethodPut, path, fmt.Sprintf("bytes 20-%d/%d", 1<<30, 1<<30+1), nil); answer.StatusCode != http.StatusBadRequest && answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a file that is too large: answered %d", answer.StatusCode)
	}
	answer, _ = askFile(t, api, &who, http.MethodHead, path, "", nil)
	wantAt(answer, http.StatusNoContent, 20, "?0")
	answer, _ = part(20, total)
	wantAt(answer, http.StatusNoContent, total, "?1")
	wantCounts(t, ended(t, api, owner(), job), 3, 2, 0, 0, 1)
	answer, text = part(20, total)
	if answer.StatusCode != http.StatusConflict || !strings.Contains(text, "JOB_NOT_WAITING") {
		t.Errorf("an upload to a job that has ended: answered %d %s", answer.StatusCode, text)
	}
}

// A caller who is cut off in the middle finds what arrived.
func TestUploadKeepsWhatArrivedBeforeTheCallerLeft(t *testing.T) {
	api := apitest.New(t)
	job := startImport(t, api, owner(), values{"match": "NONE"})
	who, path := owner(), job["uploadPath"].(string)
	body, sent := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, api.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+api.Token(t, who))
	answered := make(chan error, 1)
	go func() {
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			err = answer.Body.Close()
		}
		answered <- err
	}()
	const much, chunk = 300 << 10, 255 << 10
	if _, err := sent.Write(make([]byte, much)); err != nil {
		t.Fatal(err)
	}
	look := func() (state string, arrived float64) {
		now := api.MustDo(t, who, jobQuery, values{"id": job["jobId"]})["job"].(values)
		return now["state"].(string), now["uploadedBytes"].(float64)
	}
	eventually(t, "a chunk is kept of what arrived", func() bool {
		_, arrived := look()
		return arrived >= chunk
	})
	// It ends in the middle of a chunk.
	_ = sent.CloseWithError(io.ErrUnexpectedEOF)
	<-answered
	eventually(t, "all is kept that arrived", func() bool {
		state, arrived := look()
		if state != "WAITING" {
			t.Fatalf("the job is %s with %v bytes of %d", state, arrived, much)
		}
		return arrived == much
	})
}
