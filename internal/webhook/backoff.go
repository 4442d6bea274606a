package webhook

import (
	"math/rand/v2"
	"time"
)

const (
	// firstDelay and longestDelay are the waits after the first failed attempt of a
	// delivery, and after many.
	firstDelay   = 5 * time.Second
	longestDelay = 4 * time.Hour
	// GiveUpAfter is how long a delivery is tried, from its first attempt on, and how
	// long a webhook may fail before it is disabled.
	GiveUpAfter = 5 * 24 * time.Hour
	// SecretOverlap is how long deliveries are also signed with the previous secret after
	// a webhook got a new one.
	SecretOverlap = 24 * time.Hour
)

// Delay returns how long to wait after failed attempt number attempts, from 1: it doubles
// each time. A quarter of it is random, so that deliveries that failed together don't
// come back together.
func Delay(attempts int) time.Duration {
	delay := longestDelay
	// With that many doublings the delay is longestDelay anyway.
	if doublings := max(attempts-1, 0); doublings < 16 {
		delay = min(firstDelay<<doublings, longestDelay)
	}
	return delay - rand.N(delay/4) //nolint:gosec // return delay - rand.N(delay/4) //nolint:gosec // The time to wait is no secret.
}
