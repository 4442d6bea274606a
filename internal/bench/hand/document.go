package hand

import (
	"bytes"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// element is an element of a document. Its parts share the document's memory.
type element struct {
	kind       bson.Type
	key, value []byte
}

// text returns the value of a string.
func (e element) text() []byte { return e.value[4 : len(e.value)-1] }

// number returns the value of an integer, or of a date in milliseconds.
func (e element) number() int64 {
	switch e.kind {
	case bson.TypeInt32:
		return int64(int32(binary.LittleEndian.Uint32(e.value))) //nolint:gosec // The bits are those of a signed number.
	case bson.TypeInt64, bson.TypeDateTime:
		return int64(binary.LittleEndian.Uint64(e.value)) //nolint:gosec // Likewise.
	}
	return 0
}

// scanner reads the elements of a well-formed document of a database. It ends at a
// truncated element or an unknown type.
type scanner struct {
	element
	rest []byte
}

func scan(document []byte) scanner {
	const size, end = 4, 1
	if len(document) < size+end {
		return scanner{}
	}
	return scanner{rest: document[size : len(document)-end]}
}

// next advances to the next element; false if there is none.
func (s *scanner) next() bool {
	if len(s.rest) == 0 {
		return false
	}
	end := bytes.IndexByte(s.rest, 0)
	if end < 1 {
		return false
	}
	s.kind, s.key, s.rest = bson.Type(s.rest[0]), s.rest[1:end], s.rest[end+1:]
	size := sizeOf(s.kind, s.rest)
	if size < 0 || size > len(s.rest) {
		return false
	}
	s.value, s.rest = s.rest[:size], s.rest[size:]
	return true
}

// sizeOf returns the size in bytes of the value at the beginning of data; -1 for types
// that our documents do not have.
func sizeOf(kind bson.Type, data []byte) int {
	switch kind {
	case bson.TypeNull:
		return 0
	case bson.TypeBoolean:
		return 1
	case bson.TypeInt32:
		return 4
	case bson.TypeInt64, bson.TypeDouble, bson.TypeDateTime, bson.TypeTimestamp:
		return 8
	case bson.TypeObjectID:
		return 12
	}
	if len(data) < 4 {
		return -1
	}
	length := int(int32(binary.LittleEndian.Uint32(data))) //nolint:gosec // The bits are those of a signed number.
	switch kind {
	case bson.TypeString:
		return 4 + length
	case bson.TypeBinary:
		return 5 + length
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		return length
	}
	return -1
}

// batch returns the array of documents in the reply to a find; nil if there is none.
func batch(reply []byte) []byte {
	for e := scan(reply); e.next(); {
		if string(e.key) != "cursor" {
			continue
		}
		for part := scan(e.value); part.next(); {
			if string(part.key) == "firstBatch" {
				return part.value
			}
		}
	}
	return nil
}

// row has what the handlers answer about a client. Texts are nil if they are missing, and
// share the reply's memory.
type row struct {
	id, version, created                          int64
	hasCreated, live                              bool
	firstName, lastName, fullName                 []byte
	email, cellPhone, city, status, tags, nameKey []byte
	subjects                                      []byte
}

// read decodes a document into a row.
func (r *row) read(document []byte) {
	*r = row{}
	for e := scan(document); e.next(); {
		switch string(e.key) {
		case "_id":
			r.id = e.number()
		case "version":
			r.version = e.number()
		case "createdDate":
			r.created, r.hasCreated = e.number(), true
		case "lifecycle":
			r.live = string(e.text()) == "live"
		case "firstName":
			r.firstName = e.text()
		case "lastName":
			r.lastName = e.text()
		case "fullName":
			r.fullName = e.text()
		case "emailAddress":
			r.email = e.text()
		case "cellPhone":
			r.cellPhone = e.text()
		case "city":
			r.city = e.text()
		case "status":
			r.status = e.text()
		case "tags":
			r.tags = e.value
		case "nameKey":
			r.nameKey = e.text()
		case "viewSubjectIds":
			r.subjects = e.value
		}
	}
}

// appendFullName appends the full name: the given one, else the first and the last name.
func (r *row) appendFullName(to []byte) []byte {
	switch {
	case len(r.fullName) > 0:
		return appendText(to, r.fullName)
	case len(r.firstName) == 0:
		return appendTextOrNull(to, r.lastName)
	case len(r.lastName) == 0:
		return appendText(to, r.firstName)
	}
	to = appendText(to, r.firstName)
	to[len(to)-1] = ' '
	second := len(to)
	to = appendText(to, r.lastName)
	// The second text begins with a quote that the joined text does not have.
	copy(to[second:], to[second+1:])
	return to[:len(to)-1]
}
