package store

import "time"

// Backlog is what waits in all businesses to be done beside requests.
type Backlog struct {
	// Jobs are the imports and exports that have not ended.
	Jobs map[OpenJobs]int64
	// Webhooks are all webhooks, by how they are.
	Webhooks map[WebhookHealth]int64
	// UnnumberedSince is when the oldest of the changes was made that no reader of the
	// feed sees yet; nil where all are there.
	UnnumberedSince *time.Time
}

// OpenJobs are the jobs of a kind in a state that is no end.
type OpenJobs struct {
	Kind  JobKind
	State JobState
}

// WebhookHealth is how a webhook is.
type WebhookHealth string

// How webhooks are: their last attempt arrived, or they are new; it failed; a server
// disabled them because of that, or because the receiver said that it is gone; somebody
// disabled them.
const (
	WebhookWell          WebhookHealth = "well"
	WebhookTried         WebhookHealth = "failing"
	WebhookGivenUp       WebhookHealth = "given_up"
	WebhookReceiverGone  WebhookHealth = "gone"
	WebhookDisabledByOne WebhookHealth = "disabled"
)

// NoBacklog is a backlog in which nothing waits: each of its counts is there, and 0.
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
