// Package bench tells what reads cost a database: it records the commands that
// a connection sends, and asks the database to explain them.
package bench

import (
	"context"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
)

// Recorder keeps the commands that a connection sends. The zero value is ready;
// it is safe for concurrent use.
type Recorder struct {
	mu       sync.Mutex
	commands int
	reads    []bson.D
	failed   error
}

// Recording is what was sent in a while.
type Recording struct {
	// Commands is how many commands were sent, those aside that keep a
	// connection or a session alive.
	Commands int
	// Reads are those of them that look for documents, as they can be explained.
	Reads []bson.D
}

// Monitor is what a connection tells its commands to.
func (r *Recorder) Monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
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
			r.reads = append(r.reads, slices.DeleteFunc(command, ofSession))
		}
		r.commands++
	}}
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
	taken, err := Recording{Commands: r.commands, Reads: r.reads}, r.failed
	r.commands, r.reads, r.failed = 0, nil, nil
	return taken, err
}
