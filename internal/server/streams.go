package server

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// StreamLimits bound sockets and event streams. A zero field means its default.
type StreamLimits struct {
	// InitTimeout is how long a client may take to send connection_init; 10 s.
	InitTimeout time.Duration
	// MessageTimeout is how long a message may take from its first byte to its
	// last; 10 s.
	MessageTimeout time.Duration
	// WriteTimeout is how long the other side may take to read 64 KiB of an answer or a
	// message; 10 s. If it takes longer, it is disconnected.
	WriteTimeout time.Duration
	// LeastRate is how many bytes of an answer the other side must read in a second,
	// after a WriteTimeout; 16 KiB.
	LeastRate int
	// KeepAlive is how often keep-alive comments and pings are sent; 15 s. A socket
	// without any frame between two pings is closed.
	KeepAlive time.Duration
	// Recheck is how often the callers of streams are authenticated again: whether their
	// tokens are still valid and their accounts may be used; 15 s.
	Recheck time.Duration
	// Operations is how many operations a socket may have at once; 100.
	Operations int
	// Streams is how many sockets and event streams may be open: 10,000 in all, 1,000 of
	// an address and 100 of a principal. Subscriptions is how many subscriptions they may
	// have: 10,000, 1,000 and 100. Less than 0 is no bound.
	Streams, StreamsPerAddress, StreamsPerCaller                   int
	Subscriptions, SubscriptionsPerAddress, SubscriptionsPerCaller int
	// MessageBeforeInit and Message bound a message, in bytes, before and after
	// the connection is acknowledged; 64 KiB and 1 MiB.
	MessageBeforeInit, Message int64
}

func (l StreamLimits) withDefaults() StreamLimits {
	setDefault(&l.InitTimeout, 10*time.Second)
	setDefault(&l.MessageTimeout, 10*time.Second)
	setDefault(&l.WriteTimeout, 10*time.Second)
	setDefault(&l.LeastRate, 16<<10)
	setDefault(&l.KeepAlive, 15*time.Second)
	setDefault(&l.Recheck, 15*time.Second)
	setDefault(&l.Operations, 100)
	setDefault(&l.Streams, 10_000)
	setDefault(&l.StreamsPerAddress, 1_000)
	setDefault(&l.StreamsPerCaller, 100)
	setDefault(&l.Subscriptions, 10_000)
	setDefault(&l.SubscriptionsPerAddress, 1_000)
	setDefault(&l.SubscriptionsPerCaller, 100)
	setDefault(&l.MessageBeforeInit, 64<<10)
	setDefault(&l.Message, 1<<20)
	return l
}

// timeToRead is how long the other side may take to read that many bytes.
func (l StreamLimits) timeToRead(bytes int) time.Duration {
	return l.WriteTimeout + time.Duration(bytes)*time.Second/time.Duration(l.LeastRate)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// streams are the open sockets and event streams, so that a server that stops can end
// them.
type streams struct {
	limits StreamLimits
	// open counts the open streams.
	open *crowds
	// stopping is closed when no more streams may begin.
	stopping chan struct{}
	// cut is cancelled to end the streams that have not ended by themselves.
	cut    context.Context
	cutNow context.CancelFunc

	mu      sync.Mutex
	stopped bool
	all     sync.WaitGroup
}

func newStreams(limits StreamLimits, exempt func(netip.Addr) bool) *streams {
	limits = limits.withDefaults()
	s := &streams{limits: limits, open: newCrowds(limits.streams(), exempt), stopping: make(chan struct{})}
	s.cut, s.cutNow = context.WithCancel(context.Background())
	return s
}

// enter counts a stream of a principal, unless there are too many or the server stops; a
// socket's principal is counted later. The stream's context ends with the request, with
// leave, and when streams are cut.
func (s *streams) enter(ctx context.Context, principal string) (streamCtx context.Context, leave func(), refused *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, nil, tooManyOfAll()
	}
	counted, refused := s.open.enter(principal, remoteOf(ctx))
	if refused != nil {
		return nil, nil, refused
	}
	s.all.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(s.cut, cancel)
	return ctx, func() {
		unhook()
		cancel()
		counted()
		s.all.Done()
	}, nil
}

// stop asks all streams to end, and cuts those that are still open when ctx ends.
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
