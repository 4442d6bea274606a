package standin

import (
	"bytes"
	"crypto/sha256"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// digest identifies a command: two commands have the same digest if a database would
// answer them alike.
type digest [sha256.Size]byte

// digestOf returns the digest of a command, without its session, transaction and time. It
// is false for a malformed command.
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

// isOfSession says whether a field of a command belongs to the session, the transaction,
// the time or the connection.
func isOfSession(key []byte) bool {
	switch string(key) {
	case "lsid", "$clusterTime", "txnNumber", "startTransaction", "autocommit", "readConcern", "writeConcern",
		"maxTimeMS", "$readPreference", "apiVersion", "comment":
		return true
	}
	return false
}

// name returns the command's name, its first key.
func (m *message) name() string {
	if len(m.body) < 7 {
		return ""
	}
	return string(keyOf(m.body[4:]))
}

// readsClients says whether a command only reads clients. It may begin a transaction.
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
