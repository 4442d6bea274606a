package mongostore_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore"
	"clientgraph/internal/testdb"
)

// OP_MSG of MongoDB's wire protocol: a header of four numbers, flags, and a
// section of kind 0 that is the command, or the reply.
const (
	opMessage  = 2013
	headerSize = 16
	bodyAt     = headerSize + 4 + 1
)

// A wire stands between a store and its database, and answers commands in the
// database's place.
type wire struct {
	database string
	listener net.Listener

	mu sync.Mutex
	// answer is asked about every command: with a reply, with nil for the database to
	// answer, or with silence.
	answer func(name string, command bson.Raw) bson.D
	asked  map[string]int
	open   []net.Conn
	// breaks is asked about every command where its connection breaks.
	breaks func(name string) breakage
}

// breakage is where the connection of a command breaks.
type breakage int

const (
	breaksNowhere breakage = iota
	// breaksBefore is before the command comes to the database, and breaksWithin in the
	// middle of the reply.
	breaksBefore
	breaksWithin
)

// breaksAt says where connections break from now on.
func (w *wire) breaksAt(breaks func(name string) breakage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.breaks, w.asked = breaks, map[string]int{}
}

func (w *wire) breakage(message []byte) breakage {
	name := commandOf(message)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.breaks == nil {
		return breaksNowhere
	}
	return w.breaks(name)
}

// silence is the answer that never comes.
func silence() bson.D { return bson.D{} }

// newWire begins to stand before a database, and returns a store that goes
// through it.
func newWire(t *testing.T, db testdb.DB) (*wire, *mongostore.Store) {
	t.Helper()
	settings := options.Client().ApplyURI(db.URI)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{database: settings.Hosts[0], listener: listener, asked: map[string]int{}}
	var serving sync.WaitGroup
	serving.Go(func() { w.serve(&serving) })
	connection, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + listener.Addr().String() + "/?directConnection=true&heartbeatFrequencyMS=500&serverMonitoringMode=poll"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = connection.Disconnect(ctx)
		listener.Close()
		w.mu.Lock()
		for _, conn := range w.open {
			conn.Close()
		}
		w.mu.Unlock()
		serving.Wait()
	})
	store := mongostore.New(connection, db.Name)
	if err := store.EnsureIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A business's first write opens its feed, and runs twice.
	if _, err := writeOne(t.Context(), store, 999); err != nil {
		t.Fatal(err)
	}
	return w, store
}

// answers says how commands are answered from now on.
func (w *wire) answers(answer func(command string) bson.D) {
	if answer == nil {
		w.answersCommands(nil)
		return
	}
	w.answersCommands(func(name string, _ bson.Raw) bson.D { return answer(name) })
}

// answersCommands is answers by more than the command's name.
func (w *wire) answersCommands(answer func(name string, command bson.Raw) bson.D) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer, w.asked = answer, map[string]int{}
}

// times is how often a command was sent since.
func (w *wire) times(command string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[command]
}

func (w *wire) serve(serving *sync.WaitGroup) {
	for {
		caller, err := w.listener.Accept()
		if err != nil {
			return
		}
		database, err := net.Dial("tcp", w.database)
		if err != nil {
			caller.Close()
			continue
		}
		w.mu.Lock()
		w.open = append(w.open, caller, database)
		w.mu.Unlock()
		var writing sync.Mutex
		var breaking atomic.Bool
		serving.Go(func() {
			defer caller.Close()
			for {
				message, err := readMessage(database)
				if err != nil {
					return
				}
				if breaking.Load() {
					_, _ = caller.Write(message[:len(message)/2])
					return
				}
				writing.Lock()
				_, err = caller.Write(message)
				writing.Unlock()
				if err != nil {
					return
				}
			}
		})
		serving.Go(func() {
			defer database.Close()
			for {
				message, err := readMessage(caller)
				if err != nil {
					return
				}
				reply, broken := w.ask(message), w.breakage(message)
				if broken == breaksBefore {
					caller.Close()
					return
				}
				breaking.Store(broken == breaksWithin)
				switch {
				case reply == nil:
					_, err = database.Write(message)
				case len(reply) > 0:
					writing.Lock()
					_, err = caller.Write(replyTo(message, reply))
					writing.Unlock()
				}
				if err != nil {
					return
				}
			}
		})
	}
}

// commandOf is the name of the command that a message is; empty for another one.
func commandOf(message []byte) string {
	if binary.LittleEndian.Uint32(message[12:]) != opMessage {
		return ""
	}
	elements, err := bson.Raw(message[bodyAt:]).Elements()
	if err != nil || len(elements) == 0 {
		return ""
	}
	return elements[0].Key()
}

func (w *wire) ask(message []byte) bson.D {
	name := commandOf(message)
	if name == "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[name]++
	if w.answer == nil {
		return nil
	}
	return w.answer(name, message[bodyAt:])
}

func readMessage(from io.Reader) ([]byte, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	message := make([]byte, binary.LittleEndian.Uint32(header))
	copy(message, header)
	_, err := io.ReadFull(from, message[headerSize:])
	return message, err
}

func replyTo(message []byte, reply bson.D) []byte {
	body, err := bson.Marshal(reply)
	if err != nil {
		panic(err)
	}
	answer := make([]byte, bodyAt, bodyAt+len(body))
	binary.LittleEndian.PutUint32(answer, uint32(bodyAt+len(body)))
	copy(answer[8:12], message[4:8]) // To which request it is the answer.
	binary.LittleEndian.PutUint32(answer[12:], opMessage)
	return append(answer, body...)
}

// failure is the reply of a command that failed.
func failure(code int, name, message string, labels ...string) bson.D {
	reply := bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: code}, {Key: "codeName", Value: name}, {Key: "errmsg", Value: message}}
	if len(labels) > 0 {
		reply = append(reply, bson.E{Key: "errorLabels", Value: labels})
	}
	return reply
}
