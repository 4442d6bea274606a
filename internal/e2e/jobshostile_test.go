package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/service/jobs"
)

// sendUntilWhole sends a file in parts, from wherever the server says that it goes on,
// until it is whole, whoever sent the rest.
func sendUntilWhole(ctx context.Context, url, token, file string, part int) error {
	for at := 0; ; {
		to := min(at+part, len(file))
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, url, strings.NewReader(file[at:to]))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, to-1, len(file)))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(answer.Body)
		if err := errors.Join(err, answer.Body.Close()); err != nil {
			return err
		}
		switch answer.StatusCode {
		case http.StatusNoContent, http.StatusConflict, http.StatusServiceUnavailable:
		default:
			return fmt.Errorf("bytes from %d are answered %d %s", at, answer.StatusCode, text)
		}
		if answer.Header.Get("Upload-Complete") == "?1" || strings.Contains(string(text), "JOB_NOT_WAITING") {
			return nil
		}
		if offset := answer.Header.Get("Upload-Offset"); offset != "" {
			if at, err = strconv.Atoi(offset); err != nil {
				return err
			}
		}
	}
}

func TestPartsThatSeveralSendAtOnceAreKeptOnce(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	job := startImport(t, api, owner(), values{"match": "NONE"})
	url, token := api.URL+job["uploadPath"].(string), api.Token(t, owner())
	var senders sync.WaitGroup
	for n := range 5 {
		senders.Go(func() {
			// Their parts overlap.
			if err := sendUntilWhole(t.Context(), url, token, threeRows, 9+2*n); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	runJobs(t, api)
	done := ended(t, api, owner(), job)
	wantEnd(t, done, "DONE", nil)
	wantCounts(t, done, 3, 2, 0, 0, 1)
	if done["uploadedBytes"] != float64(len(threeRows)) {
		t.Errorf("%v bytes arrived, want %d", done["uploadedBytes"], len(threeRows))
	}
}

// runHeld begins to do jobs, and holds the first one when it has come further; goOn lets
// it go on, and waits for the runner to give it up.
func runHeld(t *testing.T, api *apitest.API) (held <-chan struct{}, goOn func()) {
	t.Helper()
	came, let := make(chan struct{}), make(chan struct{})
	var once sync.Once
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		api.Service.NewJobRunner(jobs.Options{Look: 20 * time.Millisecond, Term: time.Minute, Renewal: 10 * time.Second, Progress: func(_ string, rows int64) {
			if rows > 0 {
				once.Do(func() {
					close(came)
					<-let
				})
			}
		}}).Run(ctx)
	})
	return came, func() {
		close(let)
		cancel()
		running.Wait()
	}
}

func TestJobThatIsCancelledWhileItRunsGoesNoFurther(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	file.WriteString("firstName,lastName,emailAddress\n")
	for n := range 1_500 {
		fmt.Fprintf(&file, "P%d,Person,p%d@example.com\n", n, n)
	}
	for name, start := range map[string]func(api *apitest.API) values{
		"import": func(api *apitest.API) values { return startImport(t, api, owner(), values{"match": "NONE"}) },
		"dry run": func(api *apitest.API) values {
			return startImport(t, api, owner(), values{"match": "NONE", "dryRun": true})
		},
		"export": func(api *apitest.API) values { return startExport(t, api, owner(), values{}) },
	} {
		api := reference(t)
		job := start(api)
		if job["uploadPath"] != nil {
			upload(t, api, owner(), job, file.String())
		}
		held, goOn := runHeld(t, api)
		<-held
		cancelled := payload(t, api, owner(), cancelMutation, values{"id": job["jobId"]})["job"].(values)
		wantEnd(t, cancelled, "CANCELLED", nil)
		goOn()
		now := api.MustDo(t, owner(), jobQuery, values{"id": job["jobId"]})["job"].(values)
		if wantEnd(t, now, "CANCELLED", nil); fmt.Sprint(now["counts"]) != fmt.Sprint(cancelled["counts"]) || now["result"] != nil {
			t.Errorf("%s: cancelled as %v, it is %v", name, cancelled, now)
		}
		counts := now["counts"].(values)
		before := api.MustDo(t, owner(), `{ clientCount }`, nil)["clientCount"].(float64)
		want := 8.0
		if name == "import" {
			want += counts["created"].(float64)
		}
		if before != want {
			t.Errorf("%s: there are %v clients, want %v", name, before, want)
		}
		if left := len(collections(t, api, []string{"jobChunks"})["jobChunks"]); left != 0 {
			t.Errorf("%s: %d chunks are left", name, left)
		}
	}
}

// Spreadsheets also write UTF-16 without a mark: it is no text with zeros in it.
func TestImportJobReadsUTF16WithoutAMark(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	runJobs(t, api)
	var file []byte
	for _, character := range []byte(threeRows) {
		file = append(file, character, 0)
	}
	job := startImport(t, api, owner(), values{"match": "NONE"})
	upload(t, api, owner(), job, string(file))
	wantCounts(t, ended(t, api, owner(), job), 3, 2, 0, 0, 1)
	names := api.MustDo(t, owner(), `{ clients { fullName } }`, nil)["clients"]
	if got := fmt.Sprint(names); got != "[map[fullName:Ann Arbor] map[fullName:Cleo Crown]]" {
		t.Errorf("the clients are %s", got)
	}
}
