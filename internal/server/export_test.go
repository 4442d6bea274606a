package server

import (
	"net/http"
	"net/netip"
	"net/url"

	"github.com/99designs/gqlgen/graphql"
)

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

// CheckJSON says whether a text is JSON that is taken.
func CheckJSON(data []byte) error {
	_, err := readJSON(data, maxJSONValues)
	return err
}

// ReadBody reads a POST's body: its document, its variables, and the code that it
// is refused with.
func ReadBody(data []byte) (query string, variables map[string]any, code string) {
	return read(decodeBody(data))
}

// ReadParameters reads a GET's parameters.
func ReadParameters(parameters url.Values) (query string, variables map[string]any, code string) {
	return read(readQuery(parameters))
}

func read(asked *request, refused *refusal) (query string, variables map[string]any, code string) {
	if refused != nil {
		return "", nil, refused.code
	}
	return asked.Query, asked.Variables, ""
}

// Shares is a cache of numbers that is bounded in bytes and shared by owners.
type Shares struct{ of *shares[int] }

// NewShares returns one of at most that many bytes.
func NewShares(most int) Shares { return Shares{newShares[int](most)} }

// Get is the value of a key, if it is known.
func (s Shares) Get(key string) (int, bool) { return s.of.get(key) }

// Add keeps a value that an owner brought.
func (s Shares) Add(owner, key string, value, bytes int) { s.of.add(owner, key, value, bytes) }

// Bytes are how many it keeps.
func (s Shares) Bytes() int { return s.of.bytes }

// AddressOf is the address of the caller.
func AddressOf(r *http.Request, trusted []netip.Prefix) string { return addressOf(r, trusted) }
