// Package observe is how the layers tell what an operation does, without knowing
// who counts it: the context of an operation carries its record, and each layer adds
// to it. Where nobody counts there is no record, and telling costs a look into the
// context.
//
// A record holds names and sizes, never a value of a request or of a row.
package observe

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// mostCommands bounds the commands that a record tells one by one: the longest.
const mostCommands = 8

// Command is a database command that was done.
type Command struct {
	// Name is the command's, such as find; Collection what it was sent to, empty
	// where that is unknown.
	Name, Collection string
	Took             time.Duration
	// Bytes is the size of the reply.
	Bytes  int
	Failed bool
}

// Record is what an operation, or a job, has done so far. It is safe for concurrent
// use; a nil *Record takes everything and keeps nothing.
type Record struct {
	requestID string

	mu      sync.Mutex
	summary Summary
}

// Summary is what a record holds.
type Summary struct {
	// Commands is how many database commands there were, of which Failed failed, and
	// CommandTime how long they took together.
	Commands, Failed int
	CommandTime      time.Duration
	// Longest are the longest commands, the longest first.
	Longest []Command
	// Batches are the sizes of the batches that dataloaders read.
	Batches []int
	// Planned is how many fields of the operation were answered by plans.
	Planned int
	// PlansKnown and PlansMade are how often a plan was there, and had to be made.
	PlansKnown, PlansMade int
	// Retries is how often a transaction was begun again.
	Retries int
	// UserErrors are the codes of failures that were answered as data.
	UserErrors []string
}

type recordKey struct{}

// With returns a context with a new record, of a request of that id; a job has
// none.
func With(ctx context.Context, requestID string) (context.Context, *Record) {
	r := &Record{requestID: requestID}
	return context.WithValue(ctx, recordKey{}, r), r
}

// Of is the record of a context; nil where nobody counts.
func Of(ctx context.Context) *Record {
	r, _ := ctx.Value(recordKey{}).(*Record)
	return r
}

// RequestID is the id of the request; empty for a job.
func (r *Record) RequestID() string {
	if r == nil {
		return ""
	}
	return r.requestID
}

// Command adds a database command that is over.
func (r *Record) Command(c Command) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.summary
	s.Commands++
	s.CommandTime += c.Took
	if c.Failed {
		s.Failed++
	}
	at := len(s.Longest)
	for at > 0 && s.Longest[at-1].Took < c.Took {
		at--
	}
	if at >= mostCommands {
		return
	}
	if len(s.Longest) < mostCommands {
		s.Longest = append(s.Longest, Command{})
	}
	copy(s.Longest[at+1:], s.Longest[at:])
	s.Longest[at] = c
}

// Batch adds a batch of a dataloader, which reads for that many keys.
func (r *Record) Batch(size int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Batches = append(r.summary.Batches, size)
}

// AnsweredByPlan adds a field of the operation that a plan answered.
func (r *Record) AnsweredByPlan() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Planned++
}

// PlanAsked adds that a plan was asked for, and whether it was there.
func (r *Record) PlanAsked(known bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known {
		r.summary.PlansKnown++
	} else {
		r.summary.PlansMade++
	}
}

// Retried adds that a transaction met another one and is begun again.
func (r *Record) Retried() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Retries++
}

// UserError adds the code of a failure that is answered as data.
func (r *Record) UserError(code string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.UserErrors = append(r.summary.UserErrors, code)
}

// Summary is what there is so far; the record goes on from nothing.
func (r *Record) Summary() Summary {
	if r == nil {
		return Summary{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.summary
	r.summary = Summary{}
	return s
}

// Step begins a part of an operation, such as a level of relations, of a size where
// it has one. It is a span where the operation is traced, and nothing elsewhere.
// The name is of the program's or the schema's; end is to be called with what the
// part failed with.
func Step(ctx context.Context, name string, size int) (stepCtx context.Context, end func(error)) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, nothing
	}
	var o []trace.SpanStartOption
	if size > 0 {
		o = append(o, trace.WithAttributes(attribute.Int("clientgraph.size", size)))
	}
	ctx, span := parent.TracerProvider().Tracer(Tracer).Start(ctx, name, o...)
	return ctx, func(err error) {
		if err != nil {
			// Not what it says: that may repeat a value.
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Tracer is the name by which spans say who made them.
const Tracer = "clientgraph"

func nothing(error) {}

// Panic is what a panic is told as: with the text of what is known to hold no value
// of a request, and where it happened.
func Panic(panicked any) error {
	if err, isError := panicked.(error); isError {
		return fmt.Errorf("panic: %w\n%s", err, debug.Stack())
	}
	if text, isText := panicked.(string); isText {
		return fmt.Errorf("panic: %s\n%s", text, debug.Stack())
	}
	return fmt.Errorf("panic: (%T)\n%s", panicked, debug.Stack())
}
