package store

import "time"

// Backlog is the background work of all businesses that is not done yet.
type Backlog struct {
	// Jobs are the numbers of imports and exports that have not ended.
	Jobs map[OpenJobs]int64
	// Webhooks are the numbers of all webhooks by their health.
	Webhooks map[WebhookHealth]int64
	// UnnumberedSince is when the oldest change was made whose feed row has no number yet,
	// so that readers of the feed do not see it; nil if there is none.
	UnnumberedSince *time.Time
}

// OpenJobs are a kind of job and a state in which it has not ended.
type OpenJobs struct {
	Kind  JobKind
	State JobState
}

// WebhookHealth is whether a webhook's deliveries arrive.
type WebhookHealth string

// The healths of webhooks, in this order: the last attempt succeeded or there was none;
// the last attempt failed; the server disabled the webhook because attempts failed, or
// because the receiver answered that it is gone; a caller disabled it.
const (
	WebhookWell          WebhookHealth = "well"
	WebhookTried         WebhookHealth = "failing"
	WebhookGivenUp       WebhookHealth = "given_up"
	WebhookReceiverGone  WebhookHealth = "gone"
	WebhookDisabledByOne WebhookHealth = "disabled"
)

// NoBacklog returns a backlog that has every count, all of them 0.
func NoBacklog() Backlog {
	b := Backlog{Jobs: map[OpenJobs]int64{}, Webhooks: map[WebhookHealth]int64{}}
	for _, kind := range []JobKind{ImportClients, ExportClients} {
		for _, state := range []JobState{JobWaiting, JobQueued, JobRunning} {
			b.Jobs[OpenJobs{kind, state}] = 0
		}
	}
	for _, health := range []WebhookHealth{WebhookWell, WebhookTried, WebhookGivenUp, WebhookReceiverGone, WebhookDisabledByOne} {
		b.Webhooks[health] = 0
	}
	return b
}
