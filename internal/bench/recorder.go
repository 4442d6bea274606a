// Package bench tells what reads cost a database: it records the commands that
// a connection sends, and asks the database to explain them.
package bench

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
)

// Recorder keeps the commands that a connection sends. The zero value is ready;
// it is safe for concurrent use.
type Recorder struct {
	mu     sync.Mutex
	taken  Recording
	failed error
}

// Recording is what was sent in a while.
type Recording struct {
	// Commands is how many commands were sent, those aside that keep a
	// connection or a session alive.
	Commands int
	// Reads are those of them that look for documents, as they can be explained.
	Reads []bson.D
	// Returned is how many documents came back.
	Returned int
}

// Monitor is what a connection tells its commands to.
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
			continue // It is no cursor's answer, or the other batch.
		}
		values, err := documents.Array().Values()
		r.mu.Lock()
		r.taken.Returned += len(values)
		r.failed = errors.Join(r.failed, err)
		r.mu.Unlock()
	}
}

// ofSession says whether a part of a command belongs to the session or the
// connection, and not to the read.
func ofSession(e bson.E) bool {
	switch e.Key {
	case "lsid", "$db", "$clusterTime", "$readPreference", "readConcern", "txnNumber", "startTransaction", "autocommit", "maxTimeMS":
		return true
	}
	return false
}

// Take returns what was sent since it was last called.
func (r *Recorder) Take() (Recording, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken, err := r.taken, r.failed
	r.taken, r.failed = Recording{}, nil
	return taken, err
}
