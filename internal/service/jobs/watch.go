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
	// lookAtWatched is how often watched jobs are looked at.
	lookAtWatched = time.Second
	// watchedTime bounds one look at the watched jobs of a business.
	watchedTime = 30 * time.Second
)

// watches are the jobs that callers of this process watch. While there are any, one
// goroutine looks at them: by one find a tick and business, however many watch, for
// businesses live on different shards. One that is slow to answer is left alone until it
// has, and keeps no other one waiting.
type watches struct {
	find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)
	// tick begins ticks, and returns what ends them.
	tick func() (ticks <-chan time.Time, stop func())

	mu   sync.Mutex
	of   map[int64]*watched
	stop context.CancelFunc
}

// watched are those who watch jobs of one business.
type watched struct {
	watchers map[*Watch]struct{}
	// looking says that a look is under way.
	looking bool
}

func newWatches(find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)) *watches {
	return &watches{find: find, of: map[int64]*watched{}, tick: func() (<-chan time.Time, func()) {
		ticker := time.NewTicker(lookAtWatched)
		return ticker.C, ticker.Stop
	}}
}

// join has a watch told of its job from now on, until ctx ends.
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

// leave ends the telling of a watch. Its caller has the lock.
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

// run looks at all watched jobs each tick, until ctx ends.
func (ws *watches) run(ctx context.Context) {
	ticks, stop := ws.tick()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		for _, look := range ws.due() {
			go ws.look(ctx, look)
		}
	}
}

// look is a look at the watched jobs of a business, for those who watched as it began.
// Who joins later has read the job later, and is not told: it would be told what was
// before.
type look struct {
	businessID int64
	of         *watched
	watchers   []*Watch
}

// due are the looks that are to begin now: those at businesses that no look is at.
func (ws *watches) due() []look {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var due []look
	for businessID, of := range ws.of {
		if !of.looking {
			of.looking = true
			due = append(due, look{businessID, of, slices.Collect(maps.Keys(of.watchers))})
		}
	}
	return due
}

// look finds the watched jobs of a business, and tells those who watch what they are now.
func (ws *watches) look(ctx context.Context, l look) {
	ctx, cancel := context.WithTimeout(ctx, watchedTime)
	defer cancel()
	ids := make([]int64, len(l.watchers))
	for i, w := range l.watchers {
		ids[i] = w.id
	}
	slices.Sort(ids)
	found, err := ws.find(ctx, client.Scope{BusinessID: l.businessID}, store.JobQuery{Kinds: allKinds(), IDs: slices.Compact(ids)})
	byID := make(map[int64]*store.Job, len(found))
	for i := range found {
		byID[found[i].JobID] = &found[i]
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	l.of.looking = false
	for _, w := range l.watchers {
		if _, watches := l.of.watchers[w]; !watches {
			continue
		}
		job := byID[w.id]
		w.tell(job, err)
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

	// rings has something in it when told has something new.
	rings chan struct{}
	mu    sync.Mutex
	// told is the job as it was found last, one for all who watch it: who reads slowly
	// misses what was between.
	told   *store.Job
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
	w := &Watch{scope: scope, id: job.JobID, rings: make(chan struct{}, 1)}
	w.tell(job, nil)
	if !job.State.Ended() {
		s.watches.join(ctx, w)
	}
	return w, nil
}

// tell has Next know what the job is now, or that this can't be found out any more.
func (w *Watch) tell(job *store.Job, failed error) {
	w.mu.Lock()
	w.told, w.failed = job, failed
	w.mu.Unlock()
	select {
	case w.rings <- struct{}{}:
	default: // It has not heard the last ring yet.
	}
}

// Next waits for the job to be another than it was, and returns it: at first at once,
// nil after its end, and where the caller does not see it any more.
func (w *Watch) Next(ctx context.Context) (*store.Job, error) {
	for w.last == nil || !w.last.State.Ended() {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.rings:
		}
		w.mu.Lock()
		job, err := w.told, w.failed
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

// shown is what a watch looks at: where it differs, the job is sent again.
func shown(job *store.Job) string {
	total := int64(-1)
	if job.Total != nil {
		total = *job.Total
	}
	return fmt.Sprint(job.State, job.Counts, total, job.FileBytes, job.ResultBytes, job.ResultKept, job.Erased)
}
