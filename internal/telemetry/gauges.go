package telemetry

import (
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// A Gauge is a number of the server that is read when metrics are collected.
type Gauge string

// The gauges; see describe for their meanings.
const (
	Slots          Gauge = "slots"
	SlotsTaken     Gauge = "slots_taken"
	Queue          Gauge = "queue"
	QueueTaken     Gauge = "queue_taken"
	UnreadBytes    Gauge = "unread_bytes"
	UnreadLimit    Gauge = "unread_bytes_limit"
	Streams        Gauge = "streams"
	Subscriptions  Gauge = "subscriptions"
	DocumentBytes  Gauge = "document_cache_bytes"
	Connections    Gauge = "connections"
	EngineDiskUsed Gauge = "engine_disk_used_bytes"
	EngineDiskFree Gauge = "engine_disk_free_bytes"

	WebhooksPending Gauge = "webhook_pending_deliveries"
	WebhooksLate    Gauge = "webhook_late_seconds"
	CertificateEnds Gauge = "certificate_expiry_timestamp_seconds"
	IssuerKeysAge   Gauge = "issuer_keys_age_seconds"
)

// gauges returns the description of each gauge.
func gauges() map[Gauge]string {
	return map[Gauge]string{
		Slots:           "Operations that may be executed at once.",
		SlotsTaken:      "Operations that are executed.",
		Queue:           "Operations that may wait for their turn at once.",
		QueueTaken:      "Operations that wait for their turn.",
		UnreadBytes:     "Bytes of unread answers.",
		UnreadLimit:     "Most bytes of unread answers.",
		Streams:         "WebSockets and event streams that are open.",
		Subscriptions:   "Subscriptions that are open.",
		DocumentBytes:   "Bytes of cached parsed documents.",
		Connections:     "Connections of callers that are open.",
		EngineDiskUsed:  "Bytes of the embedded database on disk; only if this server started it.",
		WebhooksPending: "Pending messages to webhooks of this server, at most 500 for each webhook.",
		WebhooksLate:    "Age of the oldest change that this server has not sent yet, for webhooks whose receivers accept messages.",
		CertificateEnds: "When the certificate of --tls-cert expires, in seconds since 1970; only if there is one.",
		IssuerKeysAge:   "Time since the issuer's keys of --jwks-url or --jwks-file were last read successfully; only with one of these. They are read when a token arrives and they are older than 5 minutes, or a second for a file; they stay valid for a day.",
		EngineDiskFree:  "Free bytes on the disk of the embedded database; only if this server started it.",
	}
}

// Show adds a gauge; read returns its value.
func (t *Telemetry) Show(gauge Gauge, read func() float64) {
	if t == nil {
		return
	}
	t.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Namespace: namespace, Name: string(gauge), Help: gauges()[gauge]}, read))
}

// Metric is the name and description of a metric.
type Metric struct {
	Name, Kind, Help string
	Labels           []string
}

// Metrics returns all metrics of a server by name, except the standard ones of Go and the
// process.
func Metrics() []Metric {
	all := newMetrics().described
	for gauge, help := range gauges() {
		all = append(all, Metric{Name: namespace + "_" + string(gauge), Kind: "gauge", Help: help})
	}
	slices.SortFunc(all, func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
	return all
}
