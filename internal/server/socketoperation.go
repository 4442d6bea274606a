package server

import (
	"context"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// socketOperation is an operation of a socket.
type socketOperation struct {
	socket *socket
	id     string
	cancel context.CancelFunc
	// streams is set for subscriptions. The socket's lock guards it.
	streams bool

	// mu is locked while a message is sent; none is sent after quiet.
	mu     sync.Mutex
	silent bool
}

// subscribe begins an operation.
func (s *socket) subscribe(ctx context.Context, m message) *violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.acknowledged:
		return &violation{closeUnauthorized, "Unauthorized"}
	case s.draining:
		// The connection is about to close, and its client will connect elsewhere.
		return nil
	case s.operations[m.id] != nil:
		return subscriberExists(m.id)
	case len(s.operations) >= s.limits.Operations:
		s.running.Go(func() {
			s.send(outgoing{ID: m.id, Type: messageError, Payload: errorList(codeTooManyOperations,
				"a connection has at most "+strconv.Itoa(s.limits.Operations)+" operations under way; complete one first")})
		})
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	operation := &socketOperation{socket: s, id: m.id, cancel: cancel}
	s.operations[m.id] = operation
	s.numbered++
	ctx = withOwnRequestID(ctx, requestID(ctx)+"."+strconv.Itoa(s.numbered))
	m.asked.Headers, m.asked.streams = s.header, true
	s.running.Go(func() {
		defer cancel()
		operation.run(ctx, m.asked, s.authorization)
	})
	return nil
}

// complete ends an operation that the client has completed. An unknown id belongs to one
// that has ended meanwhile.
func (s *socket) complete(id string) {
	s.mu.Lock()
	operation := s.operations[id]
	s.mu.Unlock()
	if operation != nil {
		s.forget(operation)
		operation.quiet()
	}
}

// forget frees an operation's id.
func (s *socket) forget(operation *socketOperation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.operations[operation.id] != operation {
		return
	}
	delete(s.operations, operation.id)
	if s.draining && len(s.operations) == 0 {
		close(s.idle)
	}
}

// quiet ends the operation. After it returns, nothing more is sent for it.
func (o *socketOperation) quiet() {
	o.cancel()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.silent = true
}

// run executes the operation and sends its results.
func (o *socketOperation) run(ctx context.Context, asked *request, authorization string) {
	defer o.socket.forget(o)
	defer func() {
		if panicked := recover(); panicked != nil {
			o.socket.fail(panicked)
		}
	}()
	begun, failed := o.begin(ctx, asked, authorization)
	if begun == nil {
		if failed != nil {
			o.last(outgoing{Type: messageError, Payload: failed.response.Errors})
		}
		return
	}
	defer begun.end()
	if begun.streams() && !o.stream() {
		return
	}
	for {
		response := begun.next()
		if begun.shutOut() {
			o.socket.close(forbidden())
			return
		}
		if response == nil {
			break
		}
		release, ok := o.socket.handler.sending(begun, response)
		if !ok {
			// The caller does not read, so the connection ends.
			_ = o.socket.tcp.Close()
			return
		}
		sent := o.next(ctx, response)
		release()
		if !sent {
			return
		}
	}
	if ctx.Err() == nil {
		o.last(outgoing{Type: messageComplete})
	}
}

// begin begins the operation. If the caller is no longer authenticated, the connection is
// closed. If it gets no turn, it gets an error message and may try again.
func (o *socketOperation) begin(ctx context.Context, asked *request, authorization string) (*begun, *rejection) {
	h := o.socket.handler
	who, err := h.admit(ctx, authorization)
	var begun *begun
	var failed *rejection
	if err != nil {
		failed = h.notLetIn(ctx, err)
	} else {
		begun, failed = h.begin(ctx, who.scope, asked)
	}
	if failed == nil || failed.err == nil || turnedAway(failed.err) != 0 {
		return begun, failed
	}
	if ctx.Err() == nil {
		o.socket.close(o.socket.violationOf(failed.err))
	}
	return nil, nil
}

// stream marks the operation as one that ends when the server stops; false if the server
// is stopping already.
func (o *socketOperation) stream() bool {
	o.socket.mu.Lock()
	defer o.socket.mu.Unlock()
	o.streams = true
	return !o.socket.draining
}

// last sends the last message of the operation, and frees the id before: the client may
// use it again as soon as it reads the message.
func (o *socketOperation) last(m outgoing) {
	o.socket.forget(o)
	o.send(m)
}

func (o *socketOperation) send(m outgoing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.silent {
		return
	}
	m.ID = o.id
	o.socket.send(m)
}

// next sends a response. One that can't be written ends the operation with an error, and
// next returns false.
func (o *socketOperation) next(ctx context.Context, response *graphql.Response) bool {
	data, err := encodeNext(o.id, response)
	if err != nil {
		o.last(outgoing{Type: messageError, Payload: o.socket.handler.unwritable(ctx, err).response.Errors})
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.silent {
		o.socket.write(data)
	}
	return true
}

// errorList is the payload of an error message.
func errorList(code, message string) gqlerror.List {
	return gqlerror.List{{Message: message, Extensions: map[string]any{"code": code}}}
}
