package webhook

import (
	"math/rand/v2"
	"time"
)

const (
	// firstDelay and longestDelay are how long a delivery that failed waits for its
	// next attempt: after the first one, and after many.
	firstDelay   = 5 * time.Second
	longestDelay = 4 * time.Hour
	// GiveUpAfter is for how long a delivery is tried, from its first attempt on, and
	// for how long a webhook may fail before it is disabled.
	GiveUpAfter = 5 * 24 * time.Hour
	// SecretOverlap is for how long deliveries are signed by the secret before as well,
	// once a webhook has got a new one.
	SecretOverlap = 24 * time.Hour
)

// Delay is how long to wait after an attempt that failed, the first of them being
// number 1: twice as long each time. A quarter of it is drawn, so that deliveries
// that failed together don't come back together.
func Delay(attempts int) time.Duration {
	delay := longestDelay
	// Beyond that many doublings it is the longest anyway.
	if doublings := max(attempts-1, 0); doublings < 16 {
		delay = min(firstDelay<<doublings, longestDelay)
	}
	return delay - rand.N(delay/4) //nolint:gosec // Who waits how long is no secret.
}
