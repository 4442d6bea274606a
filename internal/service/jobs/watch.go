package jobs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

const (
	// pollInterval is how often watched jobs are read.
	pollInterval = time.Second
	// pollTimeout bounds a read of the watched jobs of a business.
	pollTimeout = 30 * time.Second
)

// watches are the jobs that callers of this process watch. A goroutine polls them, with
// one find for each business at each tick, however many callers watch. A business whose
// find takes longer is polled again only after it has ended, and does not delay other
// businesses.
type watches struct {
	find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)
	// tick starts a ticker, and returns a function that stops it.
	tick func() (ticks <-chan time.Time, stop func())

	mu   sync.Mutex
	of   map[int64]*watched
	stop context.CancelFunc
}

// watched are the watches of one business's jobs.
type watched struct {
	watchers map[*Watch]struct{}
	// polling says that a poll is running.
	polling bool
}

func newWatches(find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)) *watches {
	return &watches{find: find, of: map[int64]*watched{}, tick: func() (<-chan time.Time, func()) {
		ticker := time.NewTicker(pollInterval)
		return ticker.C, ticker.Stop
	}}
}

// join updates a watch with its job from now on, until ctx ends.
func (ws *watches) join(ctx context.Context, w *Watch) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	of := ws.of[w.scope.BusinessID]
	if of == nil {
		of = &watched{watchers: map[*Watch]struct{}{}}
		ws.of[w.scope.BusinessID] = of
	}
	of.watchers[w] = struct{}{}
	if ws.stop == nil {
		// It runs until the last watch leaves, so it must not end with the request of the
		// first.
		var running context.Context
		running, ws.stop = context.WithCancel(context.Background())
		go ws.run(running) //nolint:contextcheck // See above.
	}
	context.AfterFunc(ctx, func() {
		ws.mu.Lock()
		defer ws.mu.Unlock()
		ws.leave(w)
	})
}

// leave ends what join began. The caller must have the lock.
func (ws *watches) leave(w *Watch) {
	of := ws.of[w.scope.BusinessID]
	if of == nil {
		return
	}
	delete(of.watchers, w)
	if len(of.watchers) > 0 {
		return
	}
	delete(ws.of, w.scope.BusinessID)
	if len(ws.of) == 0 && ws.stop != nil {
		ws.stop()
		ws.stop = nil
	}
}

// run polls all watched jobs at each tick, until ctx ends.
func (ws *watches) run(ctx context.Context) {
	ticks, stop := ws.tick()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		for _, p := range ws.due() {
			go ws.poll(ctx, p)
		}
	}
}

// poll is a read of the watched jobs of a business, for the watches that existed when it
// began. A watch that joined later has read its job later: the poll would give it an
// older state.
type poll struct {
	businessID int64
	of         *watched
	watchers   []*Watch
}

// due returns the polls to begin now, of all businesses without a running one.
func (ws *watches) due() []poll {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var due []poll
	for businessID, of := range ws.of {
		if !of.polling {
			of.polling = true
			due = append(due, poll{businessID, of, slices.Collect(maps.Keys(of.watchers))})
		}
	}
	return due
}

// poll reads the watched jobs of a business, and updates their watches.
func (ws *watches) poll(ctx context.Context, p poll) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	ids := make([]int64, len(p.watchers))
	for i, w := range p.watchers {
		ids[i] = w.id
	}
	slices.Sort(ids)
	found, err := ws.find(ctx, client.Scope{BusinessID: p.businessID}, store.JobQuery{Kinds: allKinds(), IDs: slices.Compact(ids)})
	byID := make(map[int64]*store.Job, len(found))
	for i := range found {
		byID[found[i].JobID] = &found[i]
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	p.of.polling = false
	for _, w := range p.watchers {
		if _, watches := p.of.watchers[w]; !watches {
			continue
		}
		job := byID[w.id]
		w.update(job, err)
		if err != nil || job == nil || job.State.Ended() {
			// There will be no more updates.
			ws.leave(w)
		}
	}
}

// Watch follows a job that the caller sees. It must be used by one goroutine.
type Watch struct {
	scope client.Scope
	id    int64
	// last is the last result of Next.
	last *store.Job

	// updated has a value after an update that Next has not seen.
	updated chan struct{}
	mu      sync.Mutex
	// current is the latest state of the job; nil if the job is gone. All watches of a
	// job share it. A caller that reads slowly skips states.
	current *store.Job
	// failed is the error of the last read.
	failed error
}

// WatchJob watches a job until ctx ends. Error: NOT_FOUND.
func (s *Transfers) WatchJob(ctx context.Context, scope client.Scope, id client.ID) (*Watch, error) {
	job, err := s.Job(ctx, scope, id)
	if err == nil && job == nil {
		err = unseen()
	}
	if err != nil {
		return nil, err
	}
	w := &Watch{scope: scope, id: job.JobID, updated: make(chan struct{}, 1)}
	w.update(job, nil)
	if !job.State.Ended() {
		s.watches.join(ctx, w)
	}
	return w, nil
}

// update gives Next the current job, or the error of the read.
func (w *Watch) update(job *store.Job, failed error) {
	w.mu.Lock()
	w.current, w.failed = job, failed
	w.mu.Unlock()
	select {
	case w.updated <- struct{}{}:
	default: // default: // Next has not seen the last update yet.
	}
}

// Next returns the job: on the first call at once, later when it differs from the last
// result. It returns nil after the end of the job, and when the caller no longer sees the
// job.
func (w *Watch) Next(ctx context.Context) (*store.Job, error) {
	for w.last == nil || !w.last.State.Ended() {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.updated:
		}
		w.mu.Lock()
		job, err := w.current, w.failed
		w.mu.Unlock()
		if err != nil || job == nil || !sees(w.scope, kindsOf(w.scope), job) {
			return nil, err
		}
		if w.last == nil || shown(job) != shown(w.last) {
			w.last = job
			return job, nil
		}
	}
	return nil, nil
}

// shown is the text that decides whether Next returns a job again: what callers see of a
// running job.
func shown(job *store.Job) string {
	total := int64(-1)
	if job.Total != nil {
		total = *job.Total
	}
	return fmt.Sprint(job.State, job.Counts, total, job.FileBytes, job.ResultBytes, job.ResultKept, job.Erased)
}
