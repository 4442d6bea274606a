package hand

import (
	"crypto"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Tokens says how tokens are verified.
type Tokens struct {
	Key              crypto.PublicKey
	Issuer, Audience string
}

// caller has what a valid token says.
type caller struct {
	businessID int64
	expires    time.Time
}

// gate verifies the tokens of requests, and does nothing else. It caches verified tokens
// as long as they are valid.
type gate struct {
	tokens Tokens
	parser *jwt.Parser

	mu   sync.RWMutex
	seen map[string]caller
}

// maxSeen bounds the cached tokens.
const maxSeen = 10_000

func newGate(tokens Tokens) *gate {
	return &gate{tokens: tokens, seen: map[string]caller{}, parser: jwt.NewParser(
		jwt.WithIssuer(tokens.Issuer), jwt.WithAudience(tokens.Audience), jwt.WithExpirationRequired(), jwt.WithValidMethods([]string{"ES256"}))}
}

type claims struct {
	jwt.RegisteredClaims
	BusinessID int64  `json:"businessId"`
	Role       string `json:"role"`
}

var errNotAnOwner = errors.New("the handlers are for owners")

// enter returns the business of the request's token.
func (g *gate) enter(r *http.Request) (businessID int64, ok bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return 0, false
	}
	g.mu.RLock()
	known, ok := g.seen[token]
	g.mu.RUnlock()
	if ok && time.Now().Before(known.expires) {
		return known.businessID, true
	}
	verified, err := g.verify(token)
	if err != nil {
		return 0, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) >= maxSeen {
		clear(g.seen)
	}
	g.seen[strings.Clone(token)] = verified
	return verified.businessID, true
}

func (g *gate) verify(token string) (caller, error) {
	said := claims{}
	if _, err := g.parser.ParseWithClaims(token, &said, func(*jwt.Token) (any, error) { return g.tokens.Key, nil }); err != nil {
		return caller{}, err
	}
	if said.Role != "OWNER" {
		return caller{}, errNotAnOwner
	}
	return caller{businessID: said.BusinessID, expires: said.ExpiresAt.Time}, nil
}
