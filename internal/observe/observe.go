// Package observe records what an operation does, without depending on who counts it: the
// operation's context has a record, and each layer adds to it. Without a record that
// costs only a look-up in the context.
//
// A record has names and sizes, never a value of a request or a row.
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

// mostCommands is how many of the longest commands a record lists.
const mostCommands = 8

// Command is a completed database command.
type Command struct {
	// Name is the command's name, such as find; Collection is its collection, empty if
	// unknown.
	Name, Collection string
	Took             time.Duration
	// Bytes is the size of the reply.
	Bytes  int
	Failed bool
}

// Record is what an operation or a job has done so far. It is safe for concurrent use; a
// nil *Record ignores everything.
type Record struct {
	requestID string

	mu      sync.Mutex
	summary Summary
}

// Summary is the content of a record.
type Summary struct {
	// Commands is the number of database commands, Failed the number of those that
	// failed, CommandTime the sum of their times.
	Commands, Failed int
	CommandTime      time.Duration
	// Longest are the longest commands, longest first.
	Longest []Command
	// Batches are the sizes of the batches that dataloaders read.
	Batches []int
	// Planned is the number of the operation's fields that plans answered.
	Planned int
	// PlansKnown counts the plans found in the cache, PlansMade those that were compiled.
	PlansKnown, PlansMade int
	// Retries counts how often a transaction was repeated.
	Retries int
	// UserErrors are the codes of errors that were answered as data.
	UserErrors []string
}

type recordKey struct{}

// With returns a context with a new record for the request with that id; the id of a job
// is empty.
func With(ctx context.Context, requestID string) (context.Context, *Record) {
	r := &Record{requestID: requestID}
	return context.WithValue(ctx, recordKey{}, r), r
}

// Of returns the record of a context; nil if there is none.
func Of(ctx context.Context) *Record {
	r, _ := ctx.Value(recordKey{}).(*Record)
	return r
}

// RequestID returns the id of the request; empty for a job.
func (r *Record) RequestID() string {
	if r == nil {
		return ""
	}
	return r.requestID
}

// Command adds a completed database command.
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

// Batch adds a batch of a dataloader with that many keys.
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

// PlanAsked adds a request for a plan; known says whether it was in the cache.
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

// Retried adds that a transaction is repeated after a conflict.
func (r *Record) Retried() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Retries++
}

// UserError adds the code of an error that is answered as data.
func (r *Record) UserError(code string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.UserErrors = append(r.summary.UserErrors, code)
}

// Summary returns the content so far, and empties the record.
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

// Step begins a part of an operation, such as a level of relations; size is 0 if it has
// none. If the operation is traced, the part is a span. name must come from the program
// or the schema; call end with the error of the part.
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
			// The error's text may have a value, so it is left out.
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Tracer is the name of the tracer in spans.
const Tracer = "clientgraph"

func nothing(error) {}

// Panic returns an error for a panic, with its place, and its text if that is known to
// have no value of a request.
func Panic(panicked any) error {
	if err, isError := panicked.(error); isError {
		return fmt.Errorf("panic: %w\n%s", err, debug.Stack())
	}
	if text, isText := panicked.(string); isText {
		return fmt.Errorf("panic: %s\n%s", text, debug.Stack())
	}
	return fmt.Errorf("panic: (%T)\n%s", panicked, debug.Stack())
}
