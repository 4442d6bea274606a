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
	// pollTimeout bounds one reading of the watched jobs of a business.
	pollTimeout = 30 * time.Second
)

// watches are the jobs that callers of this process watch. While there are any, a
// goroutine polls them: with one find for each business at each tick, however many callers
// watch. A business whose find takes longer is not polled again until it has ended, and
// delays no other business.
type watches struct {
	find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)
	// tick starts a ticker, and returns what stops it.
	tick func() (ticks <-chan time.Time, stop func())

	mu   sync.Mutex
	of   map[int64]*watched
	stop context.CancelFunc
}

// watched are those who watch jobs of one business.
type watched struct {
	watchers map[*Watch]struct{}
	// polling says that a poll is under way.
	polling bool
}

func newWatches(find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)) *watches {
	return &watches{find: find, of: map[int64]*watched{}, tick: func() (<-chan time.Time, func()) {
		ticker := time.NewTicker(pollInterval)
		return ticker.C, ticker.Stop
	}}
}

// join has a watch updated with its job from now on, until ctx ends.
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
		// It outlives the watcher who was the first, and is of no request.
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

// leave ends what join began. Its caller holds the lock.
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

// poll is one reading of the watched jobs of a business, for the watches that there were
// when it began. A watch that joins later read its job later: the poll would give it an
// older state.
type poll struct {
	businessID int64
	of         *watched
	watchers   []*Watch
}

// due are the polls to begin now: of all businesses but those with one under way.
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

// poll finds the watched jobs of a business, and updates their watches.
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
			// Nothing more will come.
			ws.leave(w)
		}
	}
}

// Watch follows a job that the caller sees. It is for one goroutine.
type Watch struct {
	scope client.Scope
	id    int64
	// last is what Next answered last.
	last *store.Job

	// updated has something in it after an update that Next has not seen.
	updated chan struct{}
	mu      sync.Mutex
	// current is the job as it was found last; nil when it is gone. All watches of a job
	// share it. A caller that reads slowly skips the states between.
	current *store.Job
	// failed is why the job could not be found.
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

// update gives Next the job as it is now, or why it could not be found.
func (w *Watch) update(job *store.Job, failed error) {
	w.mu.Lock()
	w.current, w.failed = job, failed
	w.mu.Unlock()
	select {
	case w.updated <- struct{}{}:
	default: // Next has not seen the last update yet.
	}
}

// Next returns the job: at the first call at once, later when it differs from what Next
// returned last. It returns nil after the end of the job, and when the caller does not see
// the job any more.
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

// shown is what callers are shown of a job as it goes on: Next returns the job again when
// it differs.
func shown(job *store.Job) string {
	total := int64(-1)
	if job.Total != nil {
		total = *job.Total
	}
	return fmt.Sprint(job.State, job.Counts, total, job.FileBytes, job.ResultBytes, job.ResultKept, job.Erased)
}
