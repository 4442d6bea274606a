package server

import (
	"context"
	"sync"
	"time"
)

const (
	// promptly is how many refusals a second are sent without a delay.
	promptly = 100
	// later is the delay of further refusals.
	later = time.Second
)

// pace delays refusals to callers who retry at once, whatever Retry-After says: refusing
// a thousand of them in a loop would take a whole core. A delayed refusal has no slot,
// and nothing of the request was read.
type pace struct {
	mu     sync.Mutex
	second time.Time
	turned int
}

// wait returns when the refusal may be sent, or the caller is gone.
func (p *pace) wait(ctx context.Context) {
	p.mu.Lock()
	now := time.Now()
	if now.Sub(p.second) >= time.Second {
		p.second, p.turned = now, 0
	}
	p.turned++
	prompt := p.turned <= promptly
	p.mu.Unlock()
	if prompt {
		return
	}
	timer := time.NewTimer(later)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
