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
		UnreadBytes:     "Bytes of answers that wait to be read by their callers.",
		UnreadLimit:     "Bytes of answers that may wait to be read.",
		Streams:         "WebSockets and event streams that are open.",
		Subscriptions:   "Subscriptions that are open.",
		DocumentBytes:   "Bytes of documents that are kept parsed.",
		Connections:     "Connections of callers that are open.",
		EngineDiskUsed:  "Bytes that the embedded database takes on disk; only where it is ours.",
		WebhooksPending: "Messages to webhooks that wait to be sent by this server, of a webhook at most 500.",
		WebhooksLate:    "How long ago the oldest change was made that this server has yet to send to a webhook whose receiver takes messages.",
		CertificateEnds: "When the certificate of --tls-cert expires, in seconds since 1970; only where there is one.",
		IssuerKeysAge:   "How long ago the issuer's keys of --jwks-url or --jwks-file were read, the last time that they could be; only with one of these. They are read when a token comes and are older than 5 minutes, or a second of a file; tokens are taken by them for a day.",
		EngineDiskFree:  "Bytes that there is room for on the disk of the embedded database; only where it is ours.",
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
