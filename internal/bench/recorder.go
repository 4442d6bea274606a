// Package bench measures what reads cost a database: it records the commands on a
// connection, and lets the database explain them.
package bench

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
)

// Recorder records the commands on a connection. The zero value is ready to use, and it
// is safe for concurrent use.
type Recorder struct {
	mu     sync.Mutex
	taken  Recording
	failed error
}

// Recording is what was sent in a period.
type Recording struct {
	// Commands is the number of commands, except those that keep a connection or a
	// session alive.
	Commands int
	// Reads are the commands that read documents, in a form that can be explained.
	Reads []bson.D
	// Returned is the number of documents returned.
	Returned int
}

// Monitor returns the monitor for the connection.
func (r *Recorder) Monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: r.started, Succeeded: r.succeeded}
}

func (r *Recorder) started(_ context.Context, e *event.CommandStartedEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.CommandName {
	case "hello", "isMaster", "ping", "endSessions":
		return
	case "find", "aggregate", "count", "distinct":
		var command bson.D
		if err := bson.Unmarshal(e.Command, &command); err != nil {
			r.failed = err
			return
		}
		r.taken.Reads = append(r.taken.Reads, slices.DeleteFunc(command, ofSession))
	}
	r.taken.Commands++
}

func (r *Recorder) succeeded(_ context.Context, e *event.CommandSucceededEvent) {
	for _, batch := range []string{"firstBatch", "nextBatch"} {
		documents, err := e.Reply.LookupErr("cursor", batch)
		if err != nil {
			continue // continue // It is not a cursor's reply, or it has the other batch.
		}
		values, err := documents.Array().Values()
		r.mu.Lock()
		r.taken.Returned += len(values)
		r.failed = errors.Join(r.failed, err)
		r.mu.Unlock()
	}
}

// ofSession says whether a field of a command belongs to the session or the connection,
// and not to the read.
func ofSession(e bson.E) bool {
	switch e.Key {
	case "lsid", "$db", "$clusterTime", "$readPreference", "readConcern", "txnNumber", "startTransaction", "autocommit", "maxTimeMS":
		return true
	}
	return false
}

// Take returns what was sent since the last call.
func (r *Recorder) Take() (Recording, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken, err := r.taken, r.failed
	r.taken, r.failed = Recording{}, nil
	return taken, err
}
