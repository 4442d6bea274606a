package server

import (
	"context"
	"sync"
	"time"
)

// StreamLimits bound what outlives a request: sockets and event streams. A zero
// field means its default.
type StreamLimits struct {
	// InitTimeout is how long a socket may take to say connection_init; 10 s.
	InitTimeout time.Duration
	// MessageTimeout is how long a message may take from its first byte to its
	// last; 10 s.
	MessageTimeout time.Duration
	// WriteTimeout is how long the other side may take to make room for a
	// message; 10 s. Who takes longer is cut off.
	WriteTimeout time.Duration
	// KeepAlive is how often a stream shows that it lives, and a socket is asked
	// to; 15 s. A socket that shows nothing from one ping to the next is closed.
	KeepAlive time.Duration
	// Recheck is how often the callers of streams are looked at again: whether
	// their tokens still hold and their accounts may be used; 15 s.
	Recheck time.Duration
	// Operations is how many a socket may have under way at once; 100.
	Operations int
	// Streams is how many sockets and event streams there may be; 10,000.
	Streams int
	// MessageBeforeInit and Message bound a message, in bytes, before and after
	// the connection is acknowledged; 64 KiB and 1 MiB.
	MessageBeforeInit, Message int64
}

func (l StreamLimits) withDefaults() StreamLimits {
	setDefault(&l.InitTimeout, 10*time.Second)
	setDefault(&l.MessageTimeout, 10*time.Second)
	setDefault(&l.WriteTimeout, 10*time.Second)
	setDefault(&l.KeepAlive, 15*time.Second)
	setDefault(&l.Recheck, 15*time.Second)
	setDefault(&l.Operations, 100)
	setDefault(&l.Streams, 10_000)
	setDefault(&l.MessageBeforeInit, 64<<10)
	setDefault(&l.Message, 1<<20)
	return l
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// streams are the sockets and event streams that are open, so that a server
// that stops can end them.
type streams struct {
	limits StreamLimits
	// stopping is closed when no further stream may begin.
	stopping chan struct{}
	// cut ends what has not ended by itself.
	cut    context.Context
	cutNow context.CancelFunc

	mu      sync.Mutex
	stopped bool
	open    int
	all     sync.WaitGroup
}

func newStreams(limits StreamLimits) *streams {
	s := &streams{limits: limits.withDefaults(), stopping: make(chan struct{})}
	s.cut, s.cutNow = context.WithCancel(context.Background())
	return s
}

// enter counts a stream in, unless there are too many or the server stops. Its
// context ends with the request, with leave, and when streams are cut.
func (s *streams) enter(ctx context.Context) (streamCtx context.Context, leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped || s.open >= s.limits.Streams {
		return nil, nil, false
	}
	s.open++
	s.all.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(s.cut, cancel)
	return ctx, func() {
		unhook()
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
		s.all.Done()
	}, true
}

// stop asks all streams to end, and cuts those that have not by the end of ctx.
func (s *streams) stop(ctx context.Context) {
	s.mu.Lock()
	if !s.stopped {
		s.stopped = true
		close(s.stopping)
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.cutNow()
		<-ended
	}
	s.cutNow()
}
