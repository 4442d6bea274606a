package standin

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Operation codes of MongoDB's wire protocol. Drivers send hello as an old query, and
// everything else as a message.
const (
	opReply   = 1
	opQuery   = 2004
	opMessage = 2013
)

const (
	headerSize = 16
	// maxMessage is the size of the largest message that MongoDB accepts, in bytes.
	maxMessage = 48_000_000
	// awaitCapable is the only flag of a reply to the old query.
	awaitCapable = 8
)

// Flags of a message.
const (
	flagChecksum   = 1 << 0
	flagMoreToCome = 1 << 1
)

var errMalformed = errors.New("malformed message")

// message is a message as received. Its parts point into raw.
type message struct {
	raw          []byte
	requestID    uint32
	code         uint32
	flags        uint32
	body         bson.Raw
	sequences    []byte
	database     string
	wantsNothing bool
}

// readMessage reads one message into buffer, which grows as needed.
func readMessage(r io.Reader, buffer []byte) (message, error) {
	if cap(buffer) < headerSize {
		buffer = make([]byte, headerSize)
	}
	buffer = buffer[:headerSize]
	if _, err := io.ReadFull(r, buffer); err != nil {
		return message{}, err
	}
	size := int(binary.LittleEndian.Uint32(buffer))
	if size < headerSize || size > maxMessage {
		return message{}, fmt.Errorf("a message of %d bytes: %w", size, errMalformed)
	}
	if cap(buffer) < size {
		buffer = append(make([]byte, 0, size), buffer...)
	}
	buffer = buffer[:size]
	if _, err := io.ReadFull(r, buffer[headerSize:]); err != nil {
		return message{}, err
	}
	return parse(buffer)
}

func parse(raw []byte) (message, error) {
	m := message{raw: raw, requestID: binary.LittleEndian.Uint32(raw[4:]), code: binary.LittleEndian.Uint32(raw[12:])}
	rest := raw[headerSize:]
	var err error
	switch m.code {
	case opMessage:
		err = m.parseSections(rest)
	case opQuery:
		err = m.parseQuery(rest)
	default:
		err = fmt.Errorf("operation code %d: %w", m.code, errMalformed)
	}
	return m, err
}

// parseSections parses the flags, the body and the other sections of a message.
func (m *message) parseSections(rest []byte) error {
	if len(rest) < 5 || rest[4] != 0 {
		return errMalformed
	}
	m.flags = binary.LittleEndian.Uint32(rest)
	m.wantsNothing = m.flags&flagMoreToCome != 0
	rest = rest[5:]
	if m.flags&flagChecksum != 0 {
		if len(rest) < 4 {
			return errMalformed
		}
		rest = rest[:len(rest)-4]
	}
	body, err := leadingDocument(rest)
	if err != nil {
		return err
	}
	m.body, m.sequences = body, rest[len(body):]
	m.database, _ = body.Lookup("$db").StringValueOK()
	return nil
}

// parseQuery parses a command that was sent as a query of the collection $cmd.
func (m *message) parseQuery(rest []byte) error {
	const flags, skipAndLimit = 4, 8
	if len(rest) < flags {
		return errMalformed
	}
	rest = rest[flags:]
	for i, b := range rest {
		if b == 0 {
			if len(rest) < i+1+skipAndLimit {
				return errMalformed
			}
			body, err := leadingDocument(rest[i+1+skipAndLimit:])
			m.body = body
			return err
		}
	}
	return errMalformed
}

func leadingDocument(data []byte) (bson.Raw, error) {
	if len(data) < 5 {
		return nil, errMalformed
	}
	size := int(binary.LittleEndian.Uint32(data))
	if size < 5 || size > len(data) {
		return nil, errMalformed
	}
	return bson.Raw(data[:size]), nil
}

// appendReply appends a document as the reply to m, in the form of m.
func (m *message) appendReply(to []byte, document []byte) []byte {
	start := len(to)
	to = append(to, make([]byte, headerSize)...)
	code := uint32(opMessage)
	if m.code == opQuery {
		code = opReply
		to = binary.LittleEndian.AppendUint32(to, awaitCapable)
		to = append(to, make([]byte, 12)...) // No cursor, from the start.
		to = binary.LittleEndian.AppendUint32(to, 1)
	} else {
		to = append(to, 0, 0, 0, 0, 0) // No flags; the body follows.
	}
	to = append(to, document...)
	binary.LittleEndian.PutUint32(to[start:], uint32(len(to)-start)) //nolint:gosec // A message is shorter than maxMessage.
	binary.LittleEndian.PutUint32(to[start+4:], m.requestID+1)
	binary.LittleEndian.PutUint32(to[start+8:], m.requestID)
	binary.LittleEndian.PutUint32(to[start+12:], code)
	return to
}
