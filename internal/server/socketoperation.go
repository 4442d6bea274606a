package server

import (
	"context"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// socketOperation is an operation that a socket's client asked for.
type socketOperation struct {
	socket *socket
	id     string
	cancel context.CancelFunc
	// streams is set for subscriptions, under the socket's lock.
	streams bool

	// mu is held while a message is sent: after quiet none is.
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
		// The connection is about to close, which tells the client to go elsewhere.
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

// complete ends an operation that the client no longer listens to. One that is
// not known has ended meanwhile.
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

// quiet ends the operation; when it returns nothing more is sent of it.
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
			// Who does not read what is there is not sent more.
			_ = o.socket.tcp.Close()
			return
		}
		o.next(response)
		release()
	}
	if ctx.Err() == nil {
		o.last(outgoing{Type: messageComplete})
	}
}

// begin begins the operation. Who may no longer be here has the connection closed;
// who has no turn is told so in an error message, and may ask again.
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

// stream makes the operation one that ends when the server stops; false when it
// has done so already.
func (o *socketOperation) stream() bool {
	o.socket.mu.Lock()
	defer o.socket.mu.Unlock()
	o.streams = true
	return !o.socket.draining
}

// last frees the id, which the client may use again as soon as it reads the
// message.
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

// next sends a response of the operation.
func (o *socketOperation) next(response *graphql.Response) {
	data, err := encodeNext(o.id, response)
	if err != nil {
		o.socket.fail(err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.silent {
		o.socket.write(data)
	}
}

// errorList is what an error message carries.
func errorList(code, message string) gqlerror.List {
	return gqlerror.List{{Message: message, Extensions: map[string]any{"code": code}}}
}
