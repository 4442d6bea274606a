package server

import "github.com/99designs/gqlgen/graphql"

// SocketProtocol is the subprotocol of sockets.
const SocketProtocol = socketProtocol

// NewOf is New over another schema.
func NewOf(o Options, schema graphql.ExecutableSchema) *Server { return newServer(o, schema) }

// ParseMessage says with which code a message would end a connection; 0 for none.
func ParseMessage(data []byte) (kind, id string, code int) {
	m, broken := parseMessage(data)
	if broken != nil {
		return "", "", int(broken.code)
	}
	return m.kind, m.id, 0
}
