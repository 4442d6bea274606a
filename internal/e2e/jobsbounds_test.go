package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/jobs"
)

// Results are large: the oldest one makes room.
func TestOnlyTheLatestResultsOfABusinessAreKept(t *testing.T) {
	t.Parallel()
	api := reference(t)
	runJobs(t, api)
	var first values
	for range jobs.MaxResults + 1 {
		job := ended(t, api, owner(), startExport(t, api, owner(), values{}))
		if first == nil {
			first = job
		}
	}
	path := first["result"].(values)["path"].(string)
	if now := api.MustDo(t, owner(), jobQuery, values{"id": first["jobId"]})["job"].(values); now["state"] != "DONE" || now["result"] != nil {
		t.Errorf("the oldest export is %v", now)
	}
	if answer, _ := askFile(t, api, nil, http.MethodGet, path, "", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the oldest result is answered with %d", answer.StatusCode)
	}
	if kept := len(collections(t, api, []string{"jobChunks"})["jobChunks"]); kept != jobs.MaxResults {
		t.Errorf("%d results are stored, want %d", kept, jobs.MaxResults)
	}
}

// People have files with more in them than we take in.
func TestFileOfAnImportIsSealedInTheDatabase(t *testing.T) {
	t.Parallel()
	api := reference(t)
	job := startImport(t, api, owner(), values{"match": "NONE"})
	upload(t, api, owner(), job, threeRows)
	chunks := rawRows(t, api, "jobChunks")
	if len(chunks) != 1 {
		t.Fatalf("%d chunks are stored, want 1", len(chunks))
	}
	if bytes.Contains([]byte(chunks[0]), []byte("Arbor")) {
		t.Error("the file is stored as it was sent")
	}
}

// What was cancelled under a key is told again to who sees the job, and to nobody else.
func TestCancelledUnderAKeyIsToldOnlyToWhoSeesTheJobNow(t *testing.T) {
	t.Parallel()
	const cancelOnce = `mutation ($id: ID!) { cancelJob(jobId: $id, idempotencyKey: "once") { job { state } userErrors { code field } } }`
	api := reference(t)
	job := startExport(t, api, owner(), values{})
	cancelled := payload(t, api, owner(), cancelOnce, values{"id": job["jobId"]})["job"].(values)
	if cancelled["state"] != "CANCELLED" {
		t.Fatalf("the job is %v", cancelled)
	}
	less := owner()
	less.Permissions = client.Import
	answer := api.MustDo(t, less, cancelOnce, values{"id": job["jobId"]})["cancelJob"].(values)
	if answer["job"] != nil || len(answer["userErrors"].([]any)) != 1 {
		t.Errorf("who may not see exports is answered %v", answer)
	}
}

// zeros is a file without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A file that is too large is refused by its length: nothing of it is kept.
func TestFileOfTwoGigabytesIsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	api := reference(t)
	job := startImport(t, api, owner(), values{"match": "NONE"})
	const size = 2 << 30
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, api.URL+job["uploadPath"].(string), io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = size
	request.Header.Set("Authorization", "Bearer "+api.Token(t, owner()))
	request.Header.Set("Expect", "100-continue")
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	t.Cleanup(transport.CloseIdleConnections)
	answer, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusRequestEntityTooLarge || !bytes.Contains(text, []byte("FILE_TOO_LARGE")) {
		t.Errorf("answered %d %s %v", answer.StatusCode, text, err)
	}
	if left := len(collections(t, api, []string{"jobChunks"})["jobChunks"]); left != 0 {
		t.Errorf("%d chunks are kept", left)
	}
}
