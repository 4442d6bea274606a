package devdb

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// replicaMember plays what a mongod answers about its replica set: enough of
// MongoDB's wire protocol for the three commands of initiate. It stands in for
// the answers only, where no mongod is at hand.
type replicaMember struct {
	address string

	mu sync.Mutex
	// host is the member's address in the set's configuration; "" before the
	// set is made.
	host     string
	commands []string
}

func (m *replicaMember) answer(command bson.Raw) bson.D {
	m.mu.Lock()
	defer m.mu.Unlock()
	first, err := command.IndexErr(0)
	if err != nil {
		return bson.D{{Key: "ok", Value: 0}}
	}
	name := first.Key()
	if name != "hello" && name != "isMaster" && name != "endSessions" {
		m.commands = append(m.commands, name)
	}
	switch name {
	case "replSetInitiate":
		if m.host != "" {
			return bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: codeAlreadyInitialized}, {Key: "errmsg", Value: "already initialized"}}
		}
		m.host = command.Lookup("replSetInitiate", "members", "0", "host").StringValue()
	case "replSetGetConfig":
		members := bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: m.host}}}
		return bson.D{{Key: "ok", Value: 1}, {Key: "config", Value: bson.D{{Key: "version", Value: 4}, {Key: "members", Value: members}}}}
	case "replSetReconfig":
		if !command.Lookup("force").Boolean() || command.Lookup("replSetReconfig", "version").AsInt64() != 5 {
			return bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: 103}, {Key: "errmsg", Value: "not the next version"}}
		}
		m.host = command.Lookup("replSetReconfig", "members", "0", "host").StringValue()
	}
	return bson.D{
		{Key: "ok", Value: 1},
		{Key: "maxWireVersion", Value: 21},
		{Key: "setName", Value: replicaSet},
		{Key: "isWritablePrimary", Value: m.host == m.address},
	}
}

// serve listens until the test is over.
func (m *replicaMember) serve(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.address = listener.Addr().String()
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				for m.exchange(connection) == nil {
				}
			}()
		}
	}()
}

const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

// exchange reads one message, of the old form or the new one, and answers it
// in the same form.
func (m *replicaMember) exchange(connection net.Conn) error {
	var header [16]byte
	if _, err := io.ReadFull(connection, header[:]); err != nil {
		return err
	}
	body := make([]byte, binary.LittleEndian.Uint32(header[:])-16)
	if _, err := io.ReadFull(connection, body); err != nil {
		return err
	}
	var reply []byte
	var form uint32
	var at int
	switch binary.LittleEndian.Uint32(header[12:]) {
	case opMsg:
		form, at, reply = opMsg, 5, make([]byte, 5)
	case opQuery:
		form, at, reply = opReply, 4+slices.Index(body[4:], 0)+1+8, make([]byte, 20)
		reply[16] = 1
	default:
		return errors.ErrUnsupported
	}
	document, err := bson.Marshal(m.answer(body[at : at+int(binary.LittleEndian.Uint32(body[at:]))]))
	if err != nil {
		return err
	}
	message := binary.LittleEndian.AppendUint32(nil, uint32(16+len(reply)+len(document)))
	message = append(message, 1, 0, 0, 0)
	message = append(message, header[4:8]...)
	message = binary.LittleEndian.AppendUint32(message, form)
	_, err = connection.Write(slices.Concat(message, reply, document))
	return err
}

func TestMongodIsMadeTheOnlyMemberOfItsSet(t *testing.T) {
	for name, one := range map[string]struct {
		before func(m *replicaMember) string
		want   []string
	}{
		"new":            {func(*replicaMember) string { return "" }, []string{"replSetInitiate"}},
		"at its address": {func(m *replicaMember) string { return m.address }, []string{"replSetInitiate", "replSetGetConfig"}},
		"at another":     {func(*replicaMember) string { return "127.0.0.1:1" }, []string{"replSetInitiate", "replSetGetConfig", "replSetReconfig"}},
	} {
		t.Run(name, func(t *testing.T) {
			member := &replicaMember{}
			member.serve(t)
			member.host = one.before(member)
			client, err := connectDirect(member.address)
			if err != nil {
				t.Fatal(err)
			}
			defer disconnect(t.Context(), client)
			if err := initiate(t.Context(), client, member.address); err != nil {
				t.Fatal(err)
			}
			if err := untilWritable(t.Context(), client, nil); err != nil {
				t.Fatal(err)
			}
			member.mu.Lock()
			defer member.mu.Unlock()
			if !slices.Equal(member.commands, one.want) {
				t.Errorf("want %v, got %v", one.want, member.commands)
			}
		})
	}
}

func TestFailedInitiationIsNotHidden(t *testing.T) {
	running := open(t, t.TempDir())
	if running.Kind != KindSecantus {
		t.Skip("needs an engine that does not know the command")
	}
	err := initiate(t.Context(), connect(t, running.URI), running.Address)
	if failed, ok := errors.AsType[mongo.CommandError](err); !ok || failed.Code == codeAlreadyInitialized {
		t.Fatalf("got %v", err)
	}
}
