// Package mongorules checks the commands that a program sends to MongoDB against
// documented rules that tests with one server would not meet: those of sharded
// collections, of transactions, of sizes, of arrays in indexes, and of the Stable API. It
// is for tests: the embedded engine accepts more than MongoDB does.
package mongorules

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/mongostore/schema"
)

// Watch returns a monitor for a connection to a database. At the end of the test it fails
// for each command that broke a rule. next, if not nil, gets every command too.
func Watch(t testing.TB, database string, next *event.CommandMonitor) *event.CommandMonitor {
	t.Helper()
	checker := New(database, time.Now)
	t.Cleanup(func() {
		for _, problem := range checker.Problems() {
			t.Errorf("a command that MongoDB's rules forbid: %s", problem)
		}
	})
	return checker.Monitor(next)
}

// Checker checks commands. It is safe for concurrent use.
type Checker struct {
	database    string
	collections map[string]schema.Collection
	now         func() time.Time

	mu       sync.Mutex
	problems map[string]bool
	// begun is when each running transaction began, by its session and number.
	begun map[string]time.Time
}

// New returns a checker for the commands to a database.
func New(database string, now func() time.Time) *Checker {
	c := &Checker{
		database: database, collections: map[string]schema.Collection{}, now: now,
		problems: map[string]bool{}, begun: map[string]time.Time{},
	}
	for _, collection := range schema.Collections() {
		c.collections[collection.Name] = collection
	}
	return c
}

// Monitor returns the monitor for a connection.
func (c *Checker) Monitor(next *event.CommandMonitor) *event.CommandMonitor {
	m := &event.CommandMonitor{}
	if next != nil {
		*m = *next
	}
	m.Started = func(ctx context.Context, e *event.CommandStartedEvent) {
		c.Check(e.DatabaseName, e.CommandName, e.Command)
		if next != nil && next.Started != nil {
			next.Started(ctx, e)
		}
	}
	return m
}

// Problems returns the broken rules, each with its command.
func (c *Checker) Problems() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.problems))
}

// Check checks a command.
func (c *Checker) Check(database, name string, command bson.Raw) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(command) == 0 {
		return // return // The driver does not show it, for example a login.
	}
	s := &sent{checker: c, name: name, command: command}
	s.checkAPI()
	s.checkTransaction()
	if name == "bulkWrite" {
		s.checkTogether()
		return
	}
	if database != c.database {
		return
	}
	s.checkConcerns()
	s.collection, _ = command.Lookup(name).StringValueOK()
	switch name {
	case "insert", "update", "delete", "findAndModify", "find", "count":
		s.checkSizes()
	case "aggregate":
		s.checkSizes()
	default:
		return
	}
	shape, known := c.collections[s.collection]
	if !known {
		s.problem("the collection %s is none of mongostore.Collections", s.collection)
		return
	}
	s.shape = shape
	s.checkDocuments()
}

// sent is a command that is checked.
type sent struct {
	checker    *Checker
	name       string
	command    bson.Raw
	collection string
	shape      schema.Collection
}

func (s *sent) problem(format string, args ...any) {
	s.checker.problems[strings.TrimSpace(s.name+" "+s.collection)+": "+fmt.Sprintf(format, args...)] = true
}

// checkDocuments checks a command's filters and writes against the rules of a sharded
// collection.
func (s *sent) checkDocuments() {
	switch s.name {
	case "insert":
		for _, document := range documents(s.command.Lookup("documents")) {
			s.checkInsert(document)
		}
	case "update":
		for _, update := range documents(s.command.Lookup("updates")) {
			s.checkUpdate(document(update.Lookup("q")), update.Lookup("u"))
		}
	case "delete":
		for _, deletion := range documents(s.command.Lookup("deletes")) {
			s.checkTarget(document(deletion.Lookup("q")))
		}
	case "findAndModify":
		s.checkUpdate(document(s.command.Lookup("query")), s.command.Lookup("update"))
	case "find":
		s.checkRead(document(s.command.Lookup("filter")))
	case "count":
		s.checkRead(document(s.command.Lookup("query")))
	case "aggregate":
		s.checkPipeline(documents(s.command.Lookup("pipeline")))
	}
}

// document returns a value as a document; an empty one if it is not a document.
func document(value bson.RawValue) bson.Raw {
	found, _ := value.DocumentOK()
	return found
}

// documents returns the documents in an array.
func documents(value bson.RawValue) []bson.Raw {
	array, ok := value.ArrayOK()
	if !ok {
		return nil
	}
	values, err := array.Values()
	if err != nil {
		return nil
	}
	list := make([]bson.Raw, len(values))
	for i, value := range values {
		list[i] = document(value)
	}
	return list
}

// elements returns the elements of a document.
func elements(document bson.Raw) []bson.RawElement {
	if len(document) == 0 {
		return nil
	}
	parts, err := document.Elements()
	if err != nil {
		return nil
	}
	return parts
}
