package server

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// Message types of graphql-transport-ws: for both directions, from the client, from the
// server.
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

// Close codes of graphql-transport-ws, and that of graphql-ws for an internal error.
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
	// maxMessageID bounds the ids of operations in bytes: each is kept as long as its
	// operation, and sent with each result.
	maxMessageID = 128
	// maxCloseReason is the most bytes of a reason in a close frame.
	maxCloseReason = 123
)

// violation is why the server closes a connection: a close code and a reason.
type violation struct {
	code   websocket.StatusCode
	reason string
}

func badMessage(reason string) *violation { return &violation{closeBadRequest, reason} }

// subscriberExists has the text that the protocol prescribes, with the id.
func subscriberExists(id string) *violation {
	reason := "Subscriber for " + id + " already exists"
	if len(reason) > maxCloseReason {
		reason = "Subscriber for this id already exists"
	}
	return &violation{closeSubscriberExists, reason}
}

// message is a client's message.
type message struct {
	kind string
	// id is set for subscribe and complete.
	id string
	// payload is the payload of connection_init, ping and pong: an object, or nil.
	payload map[string]any
	// asked is the operation of a subscribe message.
	asked *request
}

// outgoing is a server's message.
type outgoing struct {
	ID      string `json:"id,omitempty"`
	Type    string `json:"type"`
	Payload any    `json:"payload,omitempty"`
}

// parseMessage parses a message. Fields with unknown names are ignored, because later
// versions of the protocol may add some.
func parseMessage(data []byte) (message, *violation) {
	if !utf8.Valid(data) {
		// RFC 6455 has a close code for invalid UTF-8.
		return message{}, &violation{websocket.StatusInvalidFramePayloadData, "a text message is UTF-8"}
	}
	fields, err := readObject(data)
	switch {
	case errors.Is(err, errTooManyValues):
		return message{}, badMessage("a message has at most " + strconv.Itoa(maxJSONValues) + " values")
	case err != nil:
		return message{}, badMessage("a message is one JSON object, in which no name may occur twice")
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
		return message{}, badMessage("the payload has a query, which is a string, and optionally operationName, variables and extensions")
	}
	return m, nil
}

// initToken returns the token of a connection_init: Authorization, in any case, among the
// parameters or among their headers. found is false if there is none. Several different
// values are answered as an invalid token, so that the caller is not taken for another.
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
