package app_test

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// counted is the sum of the samples whose name and labels match an expression.
func counted(t *testing.T, metrics, expression string) float64 {
	t.Helper()
	sum := 0.0
	for _, found := range regexp.MustCompile(`(?m)^`+expression+` (\S+)`).FindAllStringSubmatch(metrics, -1) {
		value, err := strconv.ParseFloat(found[len(found)-1], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += value
	}
	return sum
}

const commandBucket = `clientgraph_database_command_duration_seconds_bucket\{collection="clients",command="count",le="%s"\}`

// What the alert ClientgraphDatabaseSlow goes by, see deploy/prometheus/alerts.yaml;
// how soon it tells is tested beside it.
func TestSlowDatabaseShowsInTheDurationOfCommands(t *testing.T) {
	t.Parallel()
	keeper := serve(t, dataDir(t))
	way := newFlaky(t, keeper.lock.Address)
	s := serve(t, keeper.dir, "--mongodb-uri", way.uri(), "--metrics-listen", "127.0.0.1:0")
	token, operators := s.owner(t), operated(t, s)
	slow := func() (all, slow float64) {
		metrics := operators.metrics(t)
		quick := counted(t, metrics, fmt.Sprintf(commandBucket, "0.25"))
		all = counted(t, metrics, fmt.Sprintf(commandBucket, `\+Inf`))
		return all, all - quick
	}
	for range 5 {
		s.do(t, token, "{ clientCount }")
	}
	if all, late := slow(); all < 5 || late > all/2 {
		t.Fatalf("of %v commands %v are slow, of a database that is well", all, late)
	}
	way.open(t, fault("latency", "downstream", 1, "latency", 300))
	// The new way cut every connection: the first operations may fail until the driver
	// has made others, each of which waits for the slow database too.
	until(t, "the slow database answers", func() bool {
		a, err := s.post(t.Context(), token, "", "{ clientCount }", nil)
		return err == nil && len(a.Errors) == 0
	})
	before, lateBefore := slow()
	for range 5 {
		s.do(t, token, "{ clientCount }")
	}
	if all, late := slow(); all-before < 3 || late-lateBefore < 0.9*(all-before) {
		t.Errorf("of %v commands %v are slow, of a database that takes 300 ms", all-before, late-lateBefore)
	}
}

// What the alert ClientgraphOverloaded goes by.
func TestOverloadShowsInWhatIsTurnedAway(t *testing.T) {
	t.Parallel()
	keeper := serve(t, dataDir(t))
	way := newFlaky(t, keeper.lock.Address)
	s := serveBounded(t, keeper.dir, "--mongodb-uri", way.uri(), "--metrics-listen", "127.0.0.1:0", "--max-running", "1", "--max-waiting", "1")
	operators := operated(t, s)
	var tokens []string
	for i := range 8 {
		tokens = append(tokens, s.token(t, "--role", "OWNER", "--user", "caller"+strconv.Itoa(i)))
	}
	for _, token := range tokens {
		// So that each is known: who is not is verified in turns of its own.
		s.do(t, token, "{ clientCount }")
	}
	way.open(t, fault("latency", "downstream", 1, "latency", 300))
	var refused sync.Map
	var group sync.WaitGroup
	for _, token := range tokens {
		group.Go(func() {
			for range 5 {
				if a, err := s.post(t.Context(), token, "", "{ clientCount }", nil); err == nil && a.status == http.StatusServiceUnavailable {
					refused.Store(fmt.Sprint(a.header.Get("X-Request-Id")), true)
				}
			}
		})
	}
	group.Wait()
	told := 0
	refused.Range(func(any, any) bool { told++; return true })
	metrics := operators.metrics(t)
	shown := counted(t, metrics, `clientgraph_operations_total\{[^}]*outcome="overloaded"[^}]*\}`) + counted(t, metrics, `clientgraph_requests_refused_total\{code="OVERLOADED"\}`)
	if told == 0 || math.Abs(shown-float64(told)) > 0 {
		t.Errorf("%d callers were turned away for load, and metrics show %v", told, shown)
	}
	if slots := counted(t, metrics, "clientgraph_slots"); slots != 1 {
		t.Errorf("metrics show %v slots", slots)
	}
}

// What the alert ClientgraphFeedLate goes by: each row of the feed is counted once,
// by the server that numbered it.
func TestFeedLagCountsEachChangeOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--metrics-listen", "127.0.0.1:0")
	token, operators := s.owner(t), operated(t, s)
	began := time.Now()
	const changes = 3
	for i := range changes {
		s.do(t, token, fmt.Sprintf(`mutation { createClient(input: {firstName: "A", lastName: "B", emailAddress: "a%d@example.com"}) { userErrors { code } } }`, i))
	}
	// Whoever reads the feed has all of it numbered first.
	s.do(t, token, `{ clientChanges { changes { clientId } } }`)
	metrics := operators.metrics(t)
	if counts := counted(t, metrics, "clientgraph_feed_lag_seconds_count"); counts != changes {
		t.Errorf("%v changes are counted, want %d", counts, changes)
	}
	// None was made before the test began.
	if sum, most := counted(t, metrics, "clientgraph_feed_lag_seconds_sum"), changes*time.Since(began).Seconds(); sum <= 0 || sum > most {
		t.Errorf("the changes waited %v s together, of %v s that there were", sum, most)
	}
}

// What the alerts of imports, exports and webhooks go by.
func TestJobsAndWebhooksShowInMetrics(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample", "--metrics-listen", "127.0.0.1:0")
	token, operators := s.owner(t), operated(t, s)
	wantCounts := func(what string, want map[string]float64) {
		t.Helper()
		until(t, what, func() bool {
			metrics := operators.metrics(t)
			for expression, n := range want {
				if counted(t, metrics, expression) != n {
					return false
				}
			}
			return true
		})
	}
	s.do(t, token, `mutation { exportClients(input: {}) { userErrors { code } } }`)
	started := s.do(t, token, `mutation { importClients(input: {match: EMAIL_ADDRESS}) { job { jobId } userErrors { code } } }`)
	s.do(t, token, `mutation { createWebhook(input: {url: "https://example.com/hooks"}) { userErrors { code } } }`)
	wantCounts("the export has ended", map[string]float64{
		`clientgraph_transfer_jobs_total\{kind="EXPORT_CLIENTS",outcome="DONE"\}`: 1,
		`clientgraph_transfer_rows_total\{kind="EXPORT_CLIENTS"\}`:                countOf(t, s, token),
	})
	wantCounts("a look at the backlog found the import and the webhook", map[string]float64{
		`clientgraph_transfer_jobs_open\{kind="IMPORT_CLIENTS",state="WAITING"\}`: 1, `clientgraph_transfer_jobs_open\{[^}]*\}`: 1,
		`clientgraph_webhooks\{state="well"\}`: 1, `clientgraph_webhooks\{[^}]*\}`: 1,
		`clientgraph_feed_waiting_seconds`: 0, `clientgraph_webhook_pending_deliveries`: 0, `clientgraph_webhook_late_seconds`: 0,
	})
	payload, _ := started["importClients"].(map[string]any)
	job, _ := payload["job"].(map[string]any)
	for range 2 {
		// The second time nothing ends.
		s.do(t, token, fmt.Sprintf(`mutation { cancelJob(jobId: "%v") { userErrors { code } } }`, job["jobId"]))
	}
	wantCounts("the import was cancelled once", map[string]float64{
		`clientgraph_transfer_jobs_total\{kind="IMPORT_CLIENTS",outcome="CANCELLED"\}`: 1,
	})
}

func countOf(t *testing.T, s *serving, token string) float64 {
	t.Helper()
	count, _ := s.do(t, token, "{ clientCount }")["clientCount"].(float64)
	return count
}

// What the alert ClientgraphIssuerKeysOld goes by; without keys that are read again there
// is nothing to tell.
func TestAgeOfTheIssuersKeysIsShown(t *testing.T) {
	t.Parallel()
	ours := newIssuer(t)
	s := serve(t, dataDir(t), "--metrics-listen", "127.0.0.1:0", "--ssn-keyset-file", keysetFile(t),
		"--jwks-file", ours.file, "--jwt-issuer", "https://issuer.example", "--jwt-audience", "clientgraph")
	if metrics := operated(t, s).metrics(t); !strings.Contains(metrics, "\nclientgraph_issuer_keys_age_seconds ") {
		t.Error("metrics don't tell how old the issuer's keys are")
	}
	if metrics := operated(t, serve(t, dataDir(t), "--metrics-listen", "127.0.0.1:0")).metrics(t); strings.Contains(metrics, "issuer_keys_age") {
		t.Error("metrics tell of an issuer's keys in development")
	}
}
