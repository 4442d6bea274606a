package standin

import (
	"bytes"
	"crypto/sha256"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// digest stands for a command: two commands have the same one when a database
// would answer them alike.
type digest [sha256.Size]byte

// digestOf is the digest of a command, whatever session, transaction and time it
// is sent in. It is false for what is no well-formed command.
func (m *message) digestOf(scratch []byte) (digest, []byte, bool) {
	scratch = scratch[:0]
	rest := m.body[4 : len(m.body)-1]
	for len(rest) > 0 {
		element, after, ok := bsoncore.ReadElement(rest)
		if !ok {
			return digest{}, scratch, false
		}
		if !isOfSession(keyOf(element)) {
			scratch = append(scratch, element...)
		}
		rest = after
	}
	scratch = append(scratch, m.sequences...)
	return sha256.Sum256(scratch), scratch, true
}

func keyOf(element []byte) []byte {
	return element[1 : 1+bytes.IndexByte(element[1:], 0)]
}

// isOfSession says whether a part of a command tells of the session, the
// transaction, the time or the connection, and not of what is asked.
func isOfSession(key []byte) bool {
	switch string(key) {
	case "lsid", "$clusterTime", "txnNumber", "startTransaction", "autocommit", "readConcern", "writeConcern",
		"maxTimeMS", "$readPreference", "apiVersion", "comment":
		return true
	}
	return false
}

// name is the command's name: its first key.
func (m *message) name() string {
	if len(m.body) < 7 {
		return ""
	}
	return string(keyOf(m.body[4:]))
}

// readsClients says whether a command reads clients, and does nothing else: one of a
// transaction may begin it.
func (m *message) readsClients() bool {
	if _, err := m.body.LookupErr("autocommit"); err == nil {
		return false
	}
	switch name := m.name(); name {
	case "find", "aggregate", "count":
		collection, _ := m.body.Lookup(name).StringValueOK()
		return collection == "clients"
	}
	return false
}
