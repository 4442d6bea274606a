// Package loader reads the relations of clients for one request, a level at a
// time: the first client of a level that is asked for its relation reads it for
// the whole level with one database command, whatever the level's width.
//
// A level needs no timer to find its end: the clients of a level come from one
// read, so who its siblings are is known before any of them is asked.
package loader

import (
	"context"
	"errors"
	"sync"

	"clientgraph/internal/client"
)

// Loaders belong to one request: what they read is seen by its caller alone.
type Loaders struct {
	service *client.Service
	scope   client.Scope

	definitions once[client.Definitions]
	business    once[*client.Business]
}

// New returns the loaders of a request.
func New(service *client.Service, scope client.Scope) *Loaders {
	return &Loaders{service: service, scope: scope}
}

// Definitions are the custom fields of the caller's business, read once.
func (l *Loaders) Definitions(ctx context.Context) (client.Definitions, error) {
	return l.definitions.get(func() (client.Definitions, error) { return l.service.Definitions(ctx, l.scope) })
}

// Business is the caller's business, read once.
func (l *Loaders) Business(ctx context.Context) (*client.Business, error) {
	return l.business.get(func() (*client.Business, error) { return l.service.Business(ctx, l.scope) })
}

// Client is a client with its level.
type Client struct {
	*client.Client
	// RequestedClientID is the id that was asked for, when that one was merged into
	// this client; nil otherwise.
	RequestedClientID *int64

	level *level
}

// Wrap makes one level of the clients of one read. An absent client stays
// absent.
func (l *Loaders) Wrap(clients []*client.Client) []*Client {
	wrapped := make([]*Client, len(clients))
	level := &level{loaders: l}
	for i, c := range clients {
		if c != nil {
			wrapped[i] = &Client{Client: c, level: level}
			level.clients = append(level.clients, c)
		}
	}
	return wrapped
}

// WrapOne makes a level of one client; nil of none.
func (l *Loaders) WrapOne(c *client.Client) *Client { return l.Wrap([]*client.Client{c})[0] }

// level holds the clients of one read and what was read for all of them.
type level struct {
	loaders *Loaders
	clients []*client.Client

	mu        sync.Mutex
	relations map[relationKey]*once[map[int64][]*Client]
	forms     once[map[int64][]client.Form]
	histories map[client.HistoryArgs]*once[map[int64]*client.HistoryPage]
}

// relationKey tells reads of a level apart. Two selections of a relation that
// need different parts of its clients are two reads.
type relationKey struct {
	viewers bool
	need    client.Selection
}

// Subjects are the live clients that c may see, by id, the first of them. Its
// SubjectIDs must be loaded, and those of all its level. Error: OUT_OF_RANGE.
func (c *Client) Subjects(ctx context.Context, first int64, need client.Selection) ([]*Client, error) {
	return some(first, func() ([]*Client, error) { return c.AllSubjects(ctx, need) })
}

// AllSubjects are Subjects without a bound.
func (c *Client) AllSubjects(ctx context.Context, need client.Selection) ([]*Client, error) {
	return c.relation(relationKey{need: need}, func(l *level) (map[int64][]*Client, error) {
		found, err := l.loaders.service.Subjects(ctx, l.loaders.scope, l.clients, need)
		if err != nil {
			return nil, err
		}
		byID := make(map[int64]*Client, len(found))
		for _, subject := range l.loaders.Wrap(found) {
			byID[subject.ClientID] = subject
		}
		related := make(map[int64][]*Client, len(l.clients))
		for _, viewer := range l.clients {
			if _, done := related[viewer.ClientID]; done {
				continue
			}
			subjects := []*Client{}
			for _, id := range viewer.SubjectIDs {
				if subject := byID[id]; subject != nil {
					subjects = append(subjects, subject)
				}
			}
			related[viewer.ClientID] = subjects
		}
		return related, nil
	})
}

// Viewers are the live clients who may see c, by id, the first of them. Error:
// OUT_OF_RANGE.
func (c *Client) Viewers(ctx context.Context, first int64, need client.Selection) ([]*Client, error) {
	return some(first, func() ([]*Client, error) { return c.AllViewers(ctx, need) })
}

// AllViewers are Viewers without a bound.
func (c *Client) AllViewers(ctx context.Context, need client.Selection) ([]*Client, error) {
	return c.relation(relationKey{viewers: true, need: need}, func(l *level) (map[int64][]*Client, error) {
		found, err := l.loaders.service.Viewers(ctx, l.loaders.scope, l.clients, need)
		if err != nil {
			return nil, err
		}
		related := make(map[int64][]*Client, len(l.clients))
		for _, subject := range l.clients {
			related[subject.ClientID] = []*Client{}
		}
		for _, viewer := range l.loaders.Wrap(found) {
			for _, id := range viewer.SubjectIDs {
				if viewers, wanted := related[id]; wanted {
					related[id] = append(viewers, viewer)
				}
			}
		}
		return related, nil
	})
}

// some are the first of all.
func some(first int64, all func() ([]*Client, error)) ([]*Client, error) {
	if err := client.CheckRelation(first); err != nil {
		return nil, err
	}
	clients, err := all()
	if err != nil {
		return nil, err
	}
	return clients[:min(int64(len(clients)), first)], nil
}

func (c *Client) relation(key relationKey, read func(*level) (map[int64][]*Client, error)) ([]*Client, error) {
	related, err := c.level.once(key).get(func() (map[int64][]*Client, error) { return read(c.level) })
	if err != nil {
		return nil, err
	}
	return related[c.ClientID], nil
}

func (l *level) once(key relationKey) *once[map[int64][]*Client] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.relations == nil {
		l.relations = map[relationKey]*once[map[int64][]*Client]{}
	}
	if l.relations[key] == nil {
		l.relations[key] = &once[map[int64][]*Client]{}
	}
	return l.relations[key]
}

// Forms are the forms that c signed, by form id.
func (c *Client) Forms(ctx context.Context) ([]client.Form, error) {
	forms, err := c.level.forms.get(func() (map[int64][]client.Form, error) {
		return c.level.loaders.service.Forms(ctx, c.level.loaders.scope, c.level.clients)
	})
	if err != nil {
		return nil, err
	}
	return forms[c.ClientID], nil
}

// History is a part of c's history; after is nil or a cursor of it. Errors:
// FORBIDDEN, OUT_OF_RANGE, INVALID_CURSOR.
func (c *Client) History(ctx context.Context, first int64, after *string) (*client.HistoryPage, error) {
	l := c.level
	args, err := l.loaders.service.HistoryArgs(l.loaders.scope, c.ClientID, first, after)
	if err != nil {
		return nil, err
	}
	pages, err := l.history(args).get(func() (map[int64]*client.HistoryPage, error) {
		return l.loaders.service.History(ctx, l.loaders.scope, l.clients, args)
	})
	if err != nil {
		return nil, err
	}
	return pages[c.ClientID], nil
}

func (l *level) history(args client.HistoryArgs) *once[map[int64]*client.HistoryPage] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.histories == nil {
		l.histories = map[client.HistoryArgs]*once[map[int64]*client.HistoryPage]{}
	}
	if l.histories[args] == nil {
		l.histories[args] = &once[map[int64]*client.HistoryPage]{}
	}
	return l.histories[args]
}

// once reads a value the first time that it is asked for; who asks meanwhile
// waits for that read.
type once[T any] struct {
	do    sync.Once
	value T
	err   error
}

func (o *once[T]) get(read func() (T, error)) (T, error) {
	o.do.Do(func() {
		// It stays when read panics: who waits must not take that for nothing.
		o.err = errPanicked
		o.value, o.err = read()
	})
	return o.value, o.err
}

var errPanicked = errors.New("the read panicked")
