package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/jobs"
)

const jobDates = `query ($id: ID!) { job(jobId: $id) { state startedDate endedDate counts { rows created failed } } }`

// tenants are the owners of that many businesses.
func tenants(number int) []client.Identity {
	owners := make([]client.Identity, number)
	for i := range owners {
		owners[i] = apitest.Owner(sample.BusinessID + int64(i))
	}
	return owners
}

// dates are when a job began and ended.
func dates(t *testing.T, api *apitest.API, who client.Identity, job values) (started, ended time.Time) {
	t.Helper()
	found := api.MustDo(t, who, jobDates, values{"id": job["jobId"]})["job"].(values)
	for field, to := range map[string]*time.Time{"startedDate": &started, "endedDate": &ended} {
		var err error
		if *to, err = time.Parse(time.RFC3339, found[field].(string)); err != nil {
			t.Fatal(err)
		}
	}
	return started, ended
}

// Two jobs are done at once, and one of a business at a time. The others of the business
// that was served come after those who waited meanwhile, though they were there before.
func TestBusinessWithManyJobsKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	owners := tenants(4)
	var many []values
	for range 5 {
		many = append(many, startExport(t, api, owners[0], values{}))
	}
	var single []values
	for _, who := range owners[1:] {
		single = append(single, startExport(t, api, who, values{}))
	}
	runJobs(t, api)
	for _, job := range many {
		wantEnd(t, ended(t, api, owners[0], job), "DONE", nil)
	}
	third, _ := dates(t, api, owners[0], many[2])
	for i, who := range owners[1:] {
		wantEnd(t, ended(t, api, who, single[i]), "DONE", nil)
		if began, _ := dates(t, api, who, single[i]); began.After(third) {
			t.Errorf("business %d waited until %s for the third job of another one, of %s", i+1, began, third)
		}
	}
}

// Two imports have both places of a process. A third business gets one of them when a
// turn is over, and each row of the imports comes in once all the same.
func TestLongImportGivesItsPlaceToAnotherBusiness(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	owners := tenants(3)
	const rows = 500
	var file strings.Builder
	file.WriteString("firstName,lastName,emailAddress\n")
	for i := range rows {
		fmt.Fprintf(&file, "P%d,Person,p%d@example.com\n", i, i)
	}
	var long []values
	for _, who := range owners[:2] {
		job := startImport(t, api, who, values{"match": "NONE"})
		upload(t, api, who, job, file.String())
		long = append(long, job)
	}
	short := startExport(t, api, owners[2], values{})
	runTurns(t, api, time.Nanosecond)
	wantEnd(t, ended(t, api, owners[2], short), "DONE", nil)
	_, served := dates(t, api, owners[2], short)
	for i, job := range long {
		done := ended(t, api, owners[i], job)
		wantEnd(t, done, "DONE", nil)
		wantCounts(t, done, rows, rows, 0, 0, 0)
		if got := api.MustDo(t, owners[i], `{ clientCount }`, nil)["clientCount"]; got != float64(rows) {
			t.Errorf("there are %v clients, want %d", got, rows)
		}
		if _, end := dates(t, api, owners[i], job); !end.After(served) {
			t.Errorf("the import ended at %s, before the other business was served at %s", end, served)
		}
	}
}

// runTurns is runJobs with turns of that long.
func runTurns(t *testing.T, api *apitest.API, turn time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		api.Service.NewJobRunner(jobs.Options{Look: 20 * time.Millisecond, Term: time.Minute, Renewal: 10 * time.Second, Turn: turn}).Run(ctx)
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}
