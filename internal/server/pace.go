package server

import (
	"context"
	"sync"
	"time"
)

const (
	// promptly is how many callers in a second are turned away at once.
	promptly = 100
	// later is how long any more wait for being turned away.
	later = time.Second
)

// pace keeps callers who come again at once, whatever Retry-After says, from
// taking the time that others need: to refuse a thousand of them without end is
// all that a core can do. It holds no slot meanwhile, and nothing was read.
type pace struct {
	mu     sync.Mutex
	second time.Time
	turned int
}

// wait returns when a caller is to be turned away, or is gone.
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
