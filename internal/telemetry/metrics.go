package telemetry

import (
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are our metrics. All names begin with clientgraph_; the collectors of Go and of
// the process have their own names.
type metrics struct {
	registry *prometheus.Registry
	// described are the metrics in the order of their creation.
	described []Metric

	operations *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	errors     *prometheus.CounterVec
	userErrors *prometheus.CounterVec
	refused    *prometheus.CounterVec
	waits      prometheus.Histogram
	points     prometheus.Counter
	rows       prometheus.Counter
	answers    prometheus.Counter
	events     prometheus.Counter
	documents  *prometheus.CounterVec
	plans      *prometheus.CounterVec
	// documentHits, planHits and planMisses are counters for documents and plans that
	// almost all operations increase.
	documentHits, planHits, planMisses prometheus.Counter
	planned                            prometheus.Counter
	batches                            prometheus.Histogram
	retries                            prometheus.Counter
	feedLag                            prometheus.Histogram

	feedWaiting prometheus.Gauge

	commands        *prometheus.HistogramVec
	commandFailures *prometheus.CounterVec
	poolWaits       prometheus.Histogram
	poolFailures    *prometheus.CounterVec
	connections     prometheus.Gauge
	connectionsUsed prometheus.Gauge
	heartbeats      *prometheus.CounterVec

	jobs       *prometheus.CounterVec
	jobTime    *prometheus.HistogramVec
	jobSuccess *prometheus.GaugeVec

	transfers        *prometheus.CounterVec
	transferRows     *prometheus.CounterVec
	transferSteps    *prometheus.CounterVec
	transferTime     *prometheus.HistogramVec
	transferFailures *prometheus.CounterVec
	transfersOpen    *prometheus.GaugeVec

	webhooks         *prometheus.CounterVec
	webhookLag       prometheus.Histogram
	webhooksDisabled *prometheus.CounterVec
	webhookHealth    *prometheus.GaugeVec
}

// operationBuckets are the buckets for durations of operations in seconds: from an empty
// one to the longest merge.
func operationBuckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

// commandBuckets are the buckets for durations of database commands in seconds.
func commandBuckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

func newMetrics() *metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m := &metrics{registry: registry}
	build := m.gauges("build_info", "The running build; always 1.", "version", "revision", "goversion")
	about := Build()
	build.WithLabelValues(about.Version, about.Revision, runtime.Version()).Set(1)
	m.countOperations()
	m.countDatabase()
	m.countFeed()
	m.countJobs()
	m.countTransfers()
	m.countWebhooks()
	return m
}

func (m *metrics) countOperations() {
	m.operations = m.counters("operations_total", "Operations that ended, by name and outcome: ok, refused (an error of the caller), overloaded, failed (an internal error).", "operation", "kind", "outcome")
	m.durations = m.histograms("operation_duration_seconds", "How long queries and mutations took, including the wait for a turn.", operationBuckets(), "operation", "kind")
	m.errors = m.counters("operation_errors_total", "Errors in answers, by code.", "code")
	m.userErrors = m.counters("user_errors_total", "Errors that mutations answered as userErrors, by code.", "code")
	m.refused = m.counters("requests_refused_total", "Requests that were refused before their operation was read, by code.", "code")
	m.waits = m.histogram("turn_wait_seconds", "How long operations waited for their turn.", []float64{.0001, .001, .005, .01, .02, .04, .08, .16, .5, 1})
	m.points = m.counter("points_total", "Points that operations cost.")
	m.rows = m.counter("rows_total", "Rows that operations read.")
	m.answers = m.counter("answer_bytes_total", "Bytes of answers to queries and mutations over HTTP, as sent.")
	m.events = m.counter("subscription_events_total", "Events sent to subscriptions.")
	m.documents = m.counters("documents_total", "Documents of operations, by whether they were cached (hit) or had to be parsed (miss).", "result")
	m.plans = m.counters("plans_total", "Plans for fields of operations, by whether they were cached (hit) or had to be compiled (miss), as for a document's first execution.", "result")
	m.documentHits, m.planHits, m.planMisses = m.documents.WithLabelValues(resultHit), m.plans.WithLabelValues(resultHit), m.plans.WithLabelValues(resultMiss)
	m.planned = m.counter("planned_fields_total", "Fields of operations that were answered by plans.")
	m.batches = m.histogram("loader_batch_size", "Ids that a dataloader read at once.", []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000})
	m.retries = m.counter("transaction_retries_total", "Transactions that were repeated after a conflict.")
}

func (m *metrics) countDatabase() {
	m.commands = m.histograms("database_command_duration_seconds", "How long database commands took, by command and collection.", commandBuckets(), "command", "collection")
	m.commandFailures = m.counters("database_command_failures_total", "Database commands that failed, by command and collection.", "command", "collection")
	m.poolWaits = m.histogram("database_pool_wait_seconds", "How long commands waited for a connection to the database.", commandBuckets())
	m.poolFailures = m.counters("database_pool_failures_total", "Commands that got no connection to the database, by reason.", "reason")
	m.connections = m.gauge("database_connections", "Connections to the database that are open.")
	m.connectionsUsed = m.gauge("database_connections_used", "Connections to the database that a command is using.")
	m.heartbeats = m.counters("database_heartbeats_total", "Heartbeats of the database's servers, by result.", "result")
	for _, result := range []string{resultOK, resultFailed} {
		m.heartbeats.WithLabelValues(result)
	}
}

func (m *metrics) countFeed() {
	m.feedLag = m.histogram("feed_lag_seconds", "Time from a change until its row in the change feed could be read, for rows that this process numbered.", []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300})
	m.feedWaiting = m.gauge("feed_waiting_seconds", "Age of the oldest change that is not in the change feed yet, in all businesses; 0 if there is none.")
}

func (m *metrics) countJobs() {
	m.jobs = m.counters("job_runs_total", "Runs of background work, by result.", "name", "result")
	m.jobTime = m.histograms("job_duration_seconds", "How long runs of background work took.", []float64{.01, .1, 1, 10, 60, 600}, "name")
	m.jobSuccess = m.gauges("job_last_success_timestamp_seconds", "When a run last succeeded, in seconds since 1970.", "name")
}

func (m *metrics) countTransfers() {
	m.transfers = m.counters("transfer_jobs_total", "Imports and exports that ended, by kind and outcome: DONE, CANCELLED, or the reason of the failure, as in the schema's JobFailure. Those that an erasure ended are not counted.", "kind", "outcome")
	m.transferRows = m.counters("transfer_rows_total", "Rows that imports have read and exports have written.", "kind")
	m.transferSteps = m.counters("transfer_steps_total", "Batches of rows that imports and exports processed; an import with viewers processes its rows more than once.", "kind")
	m.transferFailures = m.counters("transfer_attempts_failed_total", "Attempts at imports and exports that failed internally; each is tried up to ten times.", "kind")
	m.transfersOpen = m.gauges("transfer_jobs_open", "Imports and exports that have not ended, in all businesses, by kind and state, as in the schema's JobKind and JobState.", "kind", "state")
	for _, kind := range []string{"IMPORT_CLIENTS", "EXPORT_CLIENTS"} {
		// Added at 0, so that the first failure is an increase.
		m.transfers.WithLabelValues(kind, "INTERNAL")
		m.transferFailures.WithLabelValues(kind)
		m.transferRows.WithLabelValues(kind)
		m.transferSteps.WithLabelValues(kind)
	}
	m.transferTime = m.histograms("transfer_duration_seconds", "How long imports and exports took since they first began.", []float64{.1, 1, 10, 60, 600, 3600, 21600}, "kind")
}

func (m *metrics) countWebhooks() {
	m.webhooks = m.counters("webhook_attempts_total", "Messages sent to webhooks, by outcome: DELIVERED, or the reason of the failure, as in the schema's WebhookFailure.", "outcome")
	m.webhookLag = m.histogram("webhook_lag_seconds", "Time from a change until its message arrived at a webhook.", []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400})
	m.webhookHealth = m.gauges("webhooks", "Webhooks of all businesses, by health: well, failing (the last attempt failed), given_up (disabled after failing for days), gone (disabled because the receiver answered 410), disabled (by a user).", "state")
	m.webhooksDisabled = m.counters("webhooks_disabled_total", "Webhooks that this server disabled, by reason, as in the schema's WebhookDisabledReason.", "reason")
	for _, reason := range []string{"FAILING", "GONE"} {
		m.webhooksDisabled.WithLabelValues(reason)
	}
}

func (m *metrics) describe(name, kind, help string, labels ...string) {
	m.described = append(m.described, Metric{Name: namespace + "_" + name, Kind: kind, Help: help, Labels: labels})
}

func (m *metrics) counter(name, help string) prometheus.Counter {
	m.describe(name, "counter", help)
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	m.registry.MustRegister(c)
	return c
}

func (m *metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	m.describe(name, "counter", help, labels...)
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *metrics) gauge(name, help string) prometheus.Gauge {
	m.describe(name, "gauge", help)
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	m.registry.MustRegister(g)
	return g
}

func (m *metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	m.describe(name, "gauge", help, labels...)
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(g)
	return g
}

func (m *metrics) histogram(name, help string, buckets []float64) prometheus.Histogram {
	m.describe(name, "histogram", help)
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
	m.registry.MustRegister(h)
	return h
}

func (m *metrics) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	m.describe(name, "histogram", help, labels...)
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(h)
	return h
}

const (
	namespace    = "clientgraph"
	resultOK     = "ok"
	resultFailed = "failed"
	resultHit    = "hit"
	resultMiss   = "miss"
)

// BuildInfo says what a binary was built from.
type BuildInfo struct{ Version, Revision string }

// Build returns what this binary was built from, as far as it is known.
func Build() BuildInfo {
	about := BuildInfo{Version: "unknown", Revision: "unknown"}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return about
	}
	about.Version = build.Main.Version
	for _, setting := range build.Settings {
		if setting.Key == "vcs.revision" {
			about.Revision = setting.Value
		}
	}
	return about
}
