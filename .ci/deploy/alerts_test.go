package deploy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
)

// interval is how often rules are looked at and servers are asked, as in the files.
const interval = 15 * time.Second

// story is what a server's metrics tell, from well to ill, and what is to be told of
// it how soon.
type story struct {
	name string
	// series are as promtool has them, a sample an interval: twenty minutes of a
	// server that is well, then ten of one that is not.
	series string
	// within is how soon each of these alerts is told; no others are.
	within map[string]time.Duration
}

const wellFor = 20 * time.Minute

func stories() []story {
	const well = `
		clientgraph_build_info{instance="a"} 1x120
		clientgraph_operations_total{outcome="ok",instance="a"} 0+1500x120
		clientgraph_operation_duration_seconds_bucket{kind="query",le="0.1",instance="a"} 0+1500x120
		clientgraph_operation_duration_seconds_bucket{kind="query",le="+Inf",instance="a"} 0+1500x120
		clientgraph_job_last_success_timestamp_seconds{name="rekey",instance="a"} 0+15x120
		process_resident_memory_bytes{instance="a"} 6e8x120
		go_gc_gomemlimit_bytes{instance="a"} 1e9x120
		clientgraph_certificate_expiry_timestamp_seconds{instance="a"} 9e6x120
		clientgraph_feed_waiting_seconds{instance="a"} 0x120
	`
	return slices.Concat(transferStories(well), webhookStories(well), []story{
		{"a server that is well", well + wellTransfers + wellWebhooks, nil},
		{
			"a feed that nobody numbers", well + `
			clientgraph_feed_waiting_seconds{instance="b"} 0x80 0+15x39`,
			map[string]time.Duration{"ClientgraphFeedStopped": 150 * time.Second},
		},
		{
			"a replica set whose majority is slow", well + `
			clientgraph_database_command_duration_seconds_bucket{command="commitTransaction",le="0.25",instance="a"} 0+30x80 2400+0x39
			clientgraph_database_command_duration_seconds_bucket{command="commitTransaction",le="0.5",instance="a"} 0+30x80 2400+0x39
			clientgraph_database_command_duration_seconds_bucket{command="commitTransaction",le="1",instance="a"} 0+30x119
			clientgraph_database_command_duration_seconds_bucket{command="commitTransaction",le="+Inf",instance="a"} 0+30x119`,
			map[string]time.Duration{"ClientgraphCommitsSlow": 3 * time.Minute},
		},
		{
			"a server that is short of memory", well + `
			process_resident_memory_bytes{instance="b"} 6e8x80 9.9e8x39
			go_gc_gomemlimit_bytes{instance="b"} 1e9x119
			clientgraph_build_info{instance="b"} 1x119`,
			map[string]time.Duration{"ClientgraphMemory": 6 * time.Minute},
		},
		{
			"a certificate that nobody renewed", well + `
			clientgraph_certificate_expiry_timestamp_seconds{instance="b"} 606000x119`,
			map[string]time.Duration{"ClientgraphCertificateExpires": 90 * time.Second},
		},
		{
			"an issuer that is down", well + `
			clientgraph_issuer_keys_age_seconds{instance="a"} 0x80 3500+15x39`,
			map[string]time.Duration{"ClientgraphIssuerKeysOld": 4 * time.Minute},
		},
		{
			"an issuer that is down, and nobody asks", well + `
			clientgraph_issuer_keys_age_seconds{instance="b"} 3700+15x119`,
			nil,
		},
		{
			"a server that is gone", `clientgraph_build_info{instance="a"} 1x80 stale _x39
			clientgraph_operations_total{outcome="ok",instance="a"} 0+1500x80 stale _x39`,
			map[string]time.Duration{"ClientgraphGone": 75 * time.Second},
		},
		// 300 ms for each command, as the test through a slow way to the database has it.
		{
			"a slow database", well + `
			clientgraph_database_command_duration_seconds_bucket{command="find",le="0.05",instance="a"} 0+3000x80 240000+0x39
			clientgraph_database_command_duration_seconds_bucket{command="find",le="0.25",instance="a"} 0+3000x80 240000+0x39
			clientgraph_database_command_duration_seconds_bucket{command="find",le="0.5",instance="a"} 0+3000x119
			clientgraph_database_command_duration_seconds_bucket{command="find",le="+Inf",instance="a"} 0+3000x119`,
			map[string]time.Duration{"ClientgraphDatabaseSlow": 2 * time.Minute},
		},
		// Every tenth request is turned away.
		{
			"an overloaded server", well + `
			clientgraph_operations_total{outcome="overloaded",instance="a"} 0x80 0+150x39
			clientgraph_requests_refused_total{code="OVERLOADED",instance="a"} 0x80 0+20x39`,
			map[string]time.Duration{"ClientgraphOverloaded": 90 * time.Second},
		},
		{
			"a server that fails", well + `
			clientgraph_operations_total{outcome="failed",instance="a"} 0x80 0+100x39`,
			map[string]time.Duration{"ClientgraphFailing": 2 * time.Minute},
		},
		{
			"a database that can't be reached", well + `
			clientgraph_database_heartbeats_total{result="failed",instance="a"} 0x80 0+5x39`,
			map[string]time.Duration{"ClientgraphDatabaseUnreachable": time.Minute},
		},
		{
			"a feed that is late", well + `
			clientgraph_feed_lag_seconds_bucket{le="0.1",instance="a"} 0+150x80 12000+0x39
			clientgraph_feed_lag_seconds_bucket{le="5",instance="a"} 0+150x80 12000+0x39
			clientgraph_feed_lag_seconds_bucket{le="10",instance="a"} 0+150x119
			clientgraph_feed_lag_seconds_bucket{le="+Inf",instance="a"} 0+150x119`,
			map[string]time.Duration{"ClientgraphFeedLate": 3 * time.Minute},
		},
		{
			"slow queries", well + `
			clientgraph_operation_duration_seconds_bucket{kind="query",le="0.1",instance="b"} 0x119
			clientgraph_operation_duration_seconds_bucket{kind="query",le="5",instance="b"} 0x80 0+150x39
			clientgraph_operation_duration_seconds_bucket{kind="query",le="+Inf",instance="b"} 0x80 0+150x39`,
			map[string]time.Duration{"ClientgraphSlow": 3 * time.Minute},
		},
		{
			"a disk that is full", well + `clientgraph_engine_disk_free_bytes{instance="a"} 5e9x80 1e9x39`,
			map[string]time.Duration{"ClientgraphEngineDiskFull": 75 * time.Second},
		},
		{
			"answers that nobody reads", well + `
			clientgraph_unread_bytes_limit{instance="a"} 100x119
			clientgraph_unread_bytes{instance="a"} 1x80 99x39`,
			map[string]time.Duration{"ClientgraphUnread": 135 * time.Second},
		},
	})
}

const (
	// Imports and exports come and go; now and then an attempt fails.
	wellTransfers = `
		clientgraph_transfer_jobs_open{kind="IMPORT_CLIENTS",state="RUNNING",instance="a"} 1x120
		clientgraph_transfer_jobs_open{kind="IMPORT_CLIENTS",state="QUEUED",instance="a"} 3x120
		clientgraph_transfer_jobs_open{kind="IMPORT_CLIENTS",state="WAITING",instance="a"} 2x120
		clientgraph_transfer_steps_total{kind="IMPORT_CLIENTS",instance="a"} 0+4x80 320+0x39
		clientgraph_transfer_steps_total{kind="EXPORT_CLIENTS",instance="b"} 0x80 0+1x39
		clientgraph_transfer_jobs_total{kind="IMPORT_CLIENTS",outcome="FILE_REFUSED",instance="a"} 0+1x119
		clientgraph_transfer_attempts_failed_total{kind="IMPORT_CLIENTS",instance="a"} 0x40 1x79
		clientgraph_transfer_jobs_total{kind="IMPORT_CLIENTS",outcome="INTERNAL",instance="a"} 0x119
	`
	// One receiver in four is down.
	wellWebhooks = `
		clientgraph_webhooks{state="well",instance="a"} 9x120
		clientgraph_webhooks{state="failing",instance="a"} 3x120
		clientgraph_webhooks{state="given_up",instance="a"} 1x120
		clientgraph_webhooks_disabled_total{reason="FAILING",instance="a"} 1x120
		clientgraph_webhook_late_seconds{instance="a"} 2x120
	`
)

// transferStories are those of imports and exports.
func transferStories(well string) []story {
	return []story{
		{
			"imports that nobody goes on with", well + `
			clientgraph_transfer_jobs_open{kind="IMPORT_CLIENTS",state="RUNNING",instance="a"} 1x119
			clientgraph_transfer_steps_total{kind="IMPORT_CLIENTS",instance="a"} 0+4x80 320+0x39
			clientgraph_transfer_jobs_total{kind="IMPORT_CLIENTS",outcome="DONE",instance="a"} 7x119`,
			map[string]time.Duration{"ClientgraphTransfersStuck": 9 * time.Minute},
		},
		{
			"imports that fail", well + wellTransfers + `
			clientgraph_transfer_attempts_failed_total{kind="IMPORT_CLIENTS",instance="b"} 0x80 0+1x39`,
			map[string]time.Duration{"ClientgraphTransfersFailing": 90 * time.Second},
		},
		{
			"an import that was given up", well + wellTransfers + `
			clientgraph_transfer_jobs_total{kind="IMPORT_CLIENTS",outcome="INTERNAL",instance="b"} 0x80 1x39`,
			map[string]time.Duration{"ClientgraphTransfersFailing": 30 * time.Second},
		},
	}
}

// webhookStories are those of webhooks.
func webhookStories(well string) []story {
	return []story{
		{
			"webhooks that hear late", well + wellWebhooks + `
			clientgraph_webhook_late_seconds{instance="b"} 0x80 0+15x39`,
			map[string]time.Duration{"ClientgraphWebhooksLate": 6 * time.Minute},
		},
		{
			"no way out to webhooks", well + `
			clientgraph_webhooks{state="well",instance="a"} 9x80 1x39
			clientgraph_webhooks{state="failing",instance="a"} 3x80 11x39`,
			map[string]time.Duration{"ClientgraphWebhooksFailing": 6 * time.Minute},
		},
		{
			"a webhook that was disabled", well + wellWebhooks + `
			clientgraph_webhooks_disabled_total{reason="GONE",instance="b"} 0x80 1x39`,
			map[string]time.Duration{"ClientgraphWebhookDisabled": 30 * time.Second},
		},
	}
}

func TestAlertsTellInTime(t *testing.T) {
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) {
			storage := promqltest.LoadedStorage(t, "load 15s\n"+indented(s.series))
			engine := promqltest.NewTestEngine(t, false, 0, 1_000_000)
			for _, rule := range alerts(t) {
				var since, told time.Duration = -1, -1
				for at := time.Duration(0); at < 30*time.Minute && told < 0; at += interval {
					query, err := engine.NewInstantQuery(t.Context(), storage, nil, rule.Expr, time.Unix(0, 0).Add(at))
					if err != nil {
						t.Fatal(err)
					}
					result := query.Exec(t.Context())
					if result.Err != nil {
						t.Fatalf("%s: %v", rule.Alert, result.Err)
					}
					vector, _ := result.Value.(promql.Vector)
					switch {
					case len(vector) == 0:
						since = -1
					case since < 0:
						since = at
					}
					if since >= 0 && at-since >= time.Duration(rule.For) {
						told = at
					}
					query.Close()
				}
				within, wanted := s.within[rule.Alert]
				switch {
				case wanted && (told < wellFor || told > wellFor+within):
					t.Errorf("%s is told after %v, and should be within %v", rule.Alert, told-wellFor, within)
				case wanted:
					t.Logf("%s is told after %v", rule.Alert, told-wellFor)
				case told >= 0:
					t.Errorf("%s is told after %v, and nothing of the kind is wrong", rule.Alert, told-wellFor)
				}
			}
		})
	}
}

// indented is a list of series as promqltest reads it.
func indented(series string) string {
	var lines strings.Builder
	for line := range strings.Lines(series) {
		if line = strings.TrimSpace(line); line != "" {
			lines.WriteString("  " + line + "\n")
		}
	}
	return lines.String()
}
