package apitest

import (
	"context"
	"slices"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/mongostore/feed"
)

// commands are the database commands that a server sent.
type commands struct {
	mu   sync.Mutex
	sent []command
}

// command is a database command: its name and its collection.
type command struct{ name, collection string }

// ofCommand returns the command of an event, with its collection, or "" if it has none;
// for counters also with the counter's name.
func ofCommand(e *event.CommandStartedEvent) command {
	collection, _ := e.Command.Lookup(e.CommandName).StringValueOK()
	if e.CommandName == "bulkWrite" {
		collection = strings.Join(writtenTogether(e), "+")
	}
	if counter, ok := e.Command.Lookup("query", "_id").StringValueOK(); ok {
		collection += "." + counter
	}
	return command{e.CommandName, collection}
}

// writtenTogether returns the collections that a bulkWrite command writes to.
func writtenTogether(e *event.CommandStartedEvent) []string {
	list, _ := e.Command.Lookup("nsInfo").ArrayOK()
	values, _ := list.Values()
	names := make([]string, len(values))
	for i, value := range values {
		namespace, _ := value.Document().Lookup("ns").StringValueOK()
		_, names[i], _ = strings.Cut(namespace, ".")
	}
	return names
}

// idBlocks returns the counters that processes take ids from.
func idBlocks() []string {
	return []string{"counters.clientId", "counters.clientAccountId", "counters.mergeId"}
}

// numbering returns the commands that number rows of the change feed. Which process sends
// how many of them is chance: the first to commit may number for the others.
func numbering() []string {
	return []string{"find outbox", "insert changes", "findAndModify feeds", "delete outbox"}
}

func (c *commands) monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(ctx context.Context, e *event.CommandStartedEvent) {
		switch e.CommandName {
		case "hello", "isMaster", "ping", "endSessions":
			return
		}
		if feed.InBackground(ctx) {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sent = append(c.sent, ofCommand(e))
	}}
}

func (c *commands) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = nil
}

func (c *commands) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, sent := range c.sent {
		names = append(names, sent.name)
	}
	return names
}

func (c *commands) traffic() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var lines []string
	for _, sent := range c.sent {
		if line := sent.name + " " + sent.collection; !slices.Contains(idBlocks(), sent.collection) && !slices.Contains(numbering(), line) {
			lines = append(lines, line)
		}
	}
	return lines
}
