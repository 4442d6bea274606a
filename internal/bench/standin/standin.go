// Package standin replaces a database in a benchmark: it passes commands on to a real one
// once, stores the replies, and then answers the same commands from memory, so that only
// the server is measured. It implements the part of MongoDB's wire protocol that drivers
// need for reads.
package standin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// awaitLimit bounds how late a hello that waits for changes is answered: there are none,
// and a driver that gets an answer asks again at once.
const awaitLimit = 10 * time.Second

// StandIn is a database with one member. It is safe for concurrent use.
type StandIn struct {
	listener net.Listener
	stop     chan struct{}
	running  sync.WaitGroup
	// upstream is the address that commands are passed on to; nil if they are answered
	// from memory.
	upstream atomic.Pointer[string]

	mu      sync.RWMutex
	replies map[digest][]byte
	// documents are those of finds by ids, by the digest of everything except the ids.
	documents map[digest]found
	missed    map[string]int
	open      map[net.Conn]struct{}
	served    atomic.Int64
}

// Listen starts a stand-in on a free port of this machine. Without Record every read
// finds nothing.
func Listen(ctx context.Context) (*StandIn, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for drivers: %w", err)
	}
	s := &StandIn{
		listener: listener, stop: make(chan struct{}),
		replies: map[digest][]byte{}, documents: map[digest]found{}, missed: map[string]int{}, open: map[net.Conn]struct{}{},
	}
	s.running.Go(s.accept)
	return s, nil
}

// URI returns the URI for drivers. Node's driver would open a second connection to wait
// for changes, and close the first if none come.
func (s *StandIn) URI() string {
	return "mongodb://" + s.listener.Addr().String() + "/?replicaSet=" + setName + "&serverMonitoringMode=poll"
}

// Record passes commands on to the database at that address from now on, and stores its
// replies.
func (s *StandIn) Record(address string) { s.upstream.Store(&address) }

// Replay answers from memory from now on.
func (s *StandIn) Replay() { s.upstream.Store(nil) }

// Commands returns the number of commands answered so far, except those that keep a
// connection or a session alive.
func (s *StandIn) Commands() int64 { return s.served.Load() }

// Kept returns the number of stored replies.
func (s *StandIn) Kept() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.replies)
}

// Missed returns the commands that were not recorded, with their numbers, since the last
// call.
func (s *StandIn) Missed() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	missed := maps.Clone(s.missed)
	clear(s.missed)
	return missed
}

// Close ends all connections.
func (s *StandIn) Close() error {
	close(s.stop)
	err := s.listener.Close()
	s.mu.Lock()
	for connection := range s.open {
		_ = connection.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
	return err
}

func (s *StandIn) accept() {
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open[connection] = struct{}{}
		s.mu.Unlock()
		s.running.Go(func() {
			s.serve(connection)
			s.mu.Lock()
			delete(s.open, connection)
			s.mu.Unlock()
			_ = connection.Close()
		})
	}
}

// session is a driver's connection.
type session struct {
	*StandIn
	connection net.Conn
	reader     *bufio.Reader
	// upstream is its connection to the real database; nil until it is needed.
	upstream net.Conn
	in, out  []byte
	scratch  []byte
}

const bufferSize = 64 << 10

// serve answers a driver's commands until it disconnects.
func (s *StandIn) serve(connection net.Conn) {
	c := &session{StandIn: s, connection: connection, reader: bufio.NewReaderSize(connection, bufferSize)}
	defer func() {
		if c.upstream != nil {
			_ = c.upstream.Close()
		}
	}()
	for {
		asked, err := readMessage(c.reader, c.in)
		if err != nil {
			return
		}
		c.in = asked.raw
		c.out, err = c.answer(&asked, c.out[:0])
		if err != nil {
			return
		}
		if asked.wantsNothing {
			continue
		}
		if _, err := connection.Write(c.out); err != nil {
			return
		}
	}
}

// answer appends the reply to a command.
func (c *session) answer(asked *message, to []byte) ([]byte, error) {
	switch name := asked.name(); name {
	case "hello", "isMaster", "ismaster":
		if err := c.await(asked); err != nil {
			return nil, err
		}
		document, err := bson.Marshal(hello(c.listener.Addr().String()))
		return asked.appendReply(to, document), err
	case "ping", "endSessions", "killCursors":
		document, err := bson.Marshal(bson.D{{Key: "ok", Value: 1.0}})
		return asked.appendReply(to, document), err
	}
	c.served.Add(1)
	key, scratch, ok := asked.digestOf(c.scratch)
	c.scratch = scratch
	if !ok {
		return nil, errMalformed
	}
	if address := c.StandIn.upstream.Load(); address != nil {
		return c.record(asked, key, *address, to)
	}
	return c.replay(asked, key, to)
}

// await waits as long as a hello asks to wait for changes.
func (c *session) await(asked *message) error {
	most, ok := asked.body.Lookup("maxAwaitTimeMS").AsInt64OK()
	if !ok {
		return nil
	}
	select {
	case <-c.stop:
		return net.ErrClosed
	case <-time.After(min(time.Duration(most)*time.Millisecond, awaitLimit)):
		return nil
	}
}

// record passes a command on, and stores its reply. Clients do not change meanwhile, so a
// read of clients that another server has sent before is answered from memory.
func (c *session) record(asked *message, key digest, address string, to []byte) ([]byte, error) {
	if asked.readsClients() {
		c.mu.RLock()
		document, known := c.replies[key]
		c.mu.RUnlock()
		if known {
			return asked.appendReply(to, document), nil
		}
	}
	if c.upstream == nil {
		connection, err := net.Dial("tcp", address) //nolint:noctx // It ends with the driver's connection.
		if err != nil {
			return nil, fmt.Errorf("reach the database: %w", err)
		}
		c.upstream = connection
	}
	if _, err := c.upstream.Write(asked.raw); err != nil {
		return nil, fmt.Errorf("pass a command on: %w", err)
	}
	if asked.wantsNothing {
		return to, nil
	}
	reply, err := readMessage(c.upstream, nil)
	if err != nil {
		return nil, fmt.Errorf("read the database's reply: %w", err)
	}
	if reply.code != opMessage || len(reply.sequences) > 0 {
		return nil, fmt.Errorf("the database replied by operation code %d: %w", reply.code, errors.ErrUnsupported)
	}
	c.mu.Lock()
	c.replies[key] = slices.Clone(reply.body)
	c.keepDocuments(asked, reply.body)
	c.mu.Unlock()
	return asked.appendReply(to, reply.body), nil
}

// replay answers from memory: a command that was not recorded finds nothing.
func (c *session) replay(asked *message, key digest, to []byte) ([]byte, error) {
	c.mu.RLock()
	document, known := c.replies[key]
	c.mu.RUnlock()
	if known {
		return asked.appendReply(to, document), nil
	}
	if document = c.together(asked); document != nil {
		return asked.appendReply(to, document), nil
	}
	name := asked.name()
	collection, _ := asked.body.Lookup(name).StringValueOK()
	document, err := bson.Marshal(nothing(name, asked.database+"."+collection))
	if err != nil {
		return nil, err
	}
	switch name {
	case "commitTransaction", "abortTransaction":
	default:
		c.mu.Lock()
		c.missed[name+" "+collection]++
		c.mu.Unlock()
	}
	return asked.appendReply(to, document), nil
}

var _ io.Closer = (*StandIn)(nil)
