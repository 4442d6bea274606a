package server

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// Types of messages of graphql-transport-ws, to both sides and to one.
const (
	messagePing     = "ping"
	messagePong     = "pong"
	messageComplete = "complete"

	messageInit      = "connection_init"
	messageSubscribe = "subscribe"

	messageAck   = "connection_ack"
	messageNext  = "next"
	messageError = "error"
)

// The close codes that graphql-transport-ws names, and graphql-ws's own for a
// failure of the server's.
const (
	closeBadRequest       websocket.StatusCode = 4400
	closeUnauthorized     websocket.StatusCode = 4401
	closeForbidden        websocket.StatusCode = 4403
	closeSubprotocol      websocket.StatusCode = 4406
	closeTimeout          websocket.StatusCode = 4408
	closeSubscriberExists websocket.StatusCode = 4409
	closeTooManyInits     websocket.StatusCode = 4429
	closeInternal         websocket.StatusCode = 4500
)

const (
	// maxMessageID bounds the ids of operations, in bytes: each is kept as long as
	// its operation, and sent with each of its results.
	maxMessageID = 128
	// maxCloseReason is how many bytes a close frame has for its reason.
	maxCloseReason = 123
)

// violation is why a connection ends.
type violation struct {
	code   websocket.StatusCode
	reason string
}

func badMessage(reason string) *violation { return &violation{closeBadRequest, reason} }

// subscriberExists is worded by the protocol, the id included.
func subscriberExists(id string) *violation {
	reason := "Subscriber for " + id + " already exists"
	if len(reason) > maxCloseReason {
		reason = "Subscriber for this id already exists"
	}
	return &violation{closeSubscriberExists, reason}
}

// message is one of the client's that the protocol has.
type message struct {
	kind string
	// id is set for subscribe and complete.
	id string
	// payload is that of connection_init, ping and pong: an object, or nil.
	payload map[string]any
	// asked is the operation of a subscribe.
	asked *request
}

// outgoing is a message of the server's.
type outgoing struct {
	ID      string `json:"id,omitempty"`
	Type    string `json:"type"`
	Payload any    `json:"payload,omitempty"`
}

// parseMessage reads a message. It takes what the protocol describes: fields of
// other names are let be, as the protocol may come to have more.
func parseMessage(data []byte) (message, *violation) {
	if !utf8.Valid(data) {
		// RFC 6455 has a code of its own for it.
		return message{}, &violation{websocket.StatusInvalidFramePayloadData, "a text message is UTF-8"}
	}
	fields, err := readObject(data)
	switch {
	case errors.Is(err, errTooManyValues):
		return message{}, badMessage("a message has at most " + strconv.Itoa(maxJSONValues) + " values")
	case err != nil:
		return message{}, badMessage("a message is one JSON object, whose names are distinct")
	}
	m := message{}
	isText := false
	if m.kind, isText = fields["type"].(string); !isText {
		return message{}, badMessage("a message has a type, which is a string")
	}
	switch m.kind {
	case messageInit, messagePing, messagePong:
		isObject := false
		if m.payload, isObject = fields["payload"].(map[string]any); !isObject && fields["payload"] != nil {
			return message{}, badMessage("the payload is an object, or left out")
		}
		return m, nil
	case messageSubscribe, messageComplete:
		if m.id, _ = fields["id"].(string); m.id == "" || len(m.id) > maxMessageID {
			return message{}, badMessage("the id is a string of 1 to 128 bytes")
		}
		if m.kind == messageComplete {
			return m, nil
		}
	default:
		return message{}, badMessage("a client sends connection_init, ping, pong, subscribe or complete")
	}
	payload, isObject := fields["payload"].(map[string]any)
	if isObject {
		m.asked, err = readOperation(payload)
	}
	if !isObject || err != nil || !m.asked.named {
		return message{}, badMessage("the payload has a query, which is a string, and where needed operationName, variables and extensions")
	}
	return m, nil
}

// initToken is the token that a connection_init brings: Authorization, its name
// in any case, among the parameters or among the headers in them. It is not
// found where there is none. Several that differ are none that is good: nobody
// is to be let in as another than was meant.
func initToken(payload map[string]any) (authorization string, found bool) {
	for range 2 {
		for name, value := range payload {
			token, isText := value.(string)
			if !isText || !strings.EqualFold(name, "Authorization") {
				continue
			}
			if found && token != authorization {
				return "", true
			}
			authorization, found = token, true
		}
		payload, _ = payload["headers"].(map[string]any)
	}
	return authorization, found
}
