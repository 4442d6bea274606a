package auth

import (
	"crypto/sha256"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"clientgraph/internal/client"
)

// DefaultLeeway is how far the clocks of token issuers may differ from ours.
const DefaultLeeway = 30 * time.Second

// maxTokenBytes bounds the tokens that are parsed: many servers and proxies accept no
// larger header. It is enough for some 850 locationIds of five digits.
const maxTokenBytes = 8 << 10

// segments is the number of parts of a signed token.
const segments = 3

// tokenAlphabet is base64url without padding, and the dot between the parts. Go's decoder
// would ignore line breaks.
const tokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// Config says how tokens are verified.
type Config struct {
	// Issuer and Audience are required, and must match exactly; one of a token's
	// audiences must be Audience.
	Issuer, Audience string
	// PublicKeyFile is a PEM file with one public key: RSA of 2048 bits or more, ECDSA on
	// P-256, or Ed25519. Exactly one of PublicKeyFile, KeySetURL and KeySetFile must be
	// set.
	PublicKeyFile string
	// KeySetURL is the URL of a JSON Web Key Set: https, or http on this machine. It is
	// read again every five minutes, and when a token has an unknown key id, at most
	// every ten seconds.
	KeySetURL string
	// KeySetFile is a file with a JSON Web Key Set, which is read again when it changes.
	KeySetFile string
	// Leeway is how far clocks may differ; 0 means DefaultLeeway.
	Leeway time.Duration
	// Logger logs when a key set can't be read; nil for none.
	Logger *slog.Logger
}

// Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	keys   keySource
	parser *jwt.Parser
	leeway time.Duration
	now    func() time.Time
	// memory has the verified tokens.
	memory *memory
}

// NewVerifier returns the Verifier of a configuration; now is the clock, time.Now if nil.
// Its error tells the operator what to change.
func NewVerifier(cfg Config, now func() time.Time) (*Verifier, error) {
	switch {
	case strings.TrimSpace(cfg.Issuer) == "":
		return nil, errors.New("the issuer of tokens must be given")
	case strings.TrimSpace(cfg.Audience) == "":
		return nil, errors.New("the audience of tokens must be given")
	case cfg.Leeway < 0:
		return nil, errors.New("the leeway for clocks must not be negative")
	}
	if now == nil {
		now = time.Now
	}
	keys, err := openKeys(cfg, now)
	if err != nil {
		return nil, err
	}
	return newVerifier(cfg, keys, now), nil
}

// openKeys returns the keys of a configuration. A set must be readable at the start.
func openKeys(cfg Config, now func() time.Time) (keySource, error) {
	logger := cfg.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	var ring *keyRing
	var err error
	switch {
	case cfg.PublicKeyFile != "" && cfg.KeySetURL == "" && cfg.KeySetFile == "":
		var key *verificationKey
		key, err = readPublicKey(cfg.PublicKeyFile)
		return staticKey{key}, err
	case cfg.KeySetURL != "" && cfg.PublicKeyFile == "" && cfg.KeySetFile == "":
		ring, err = newURLKeys(cfg.KeySetURL, now, logger)
	case cfg.KeySetFile != "" && cfg.PublicKeyFile == "" && cfg.KeySetURL == "":
		ring = newFileKeys(cfg.KeySetFile, now, logger)
	default:
		return nil, errors.New("one of these must be given: a public key, the URL of a key set, or the file of one")
	}
	if err == nil {
		err = ring.open()
	}
	return ring, err
}

func newVerifier(cfg Config, keys keySource, now func() time.Time) *Verifier {
	if cfg.Leeway == 0 {
		cfg.Leeway = DefaultLeeway
	}
	return &Verifier{keys: keys, leeway: cfg.Leeway, now: now, memory: newMemory(), parser: jwt.NewParser(
		jwt.WithIssuer(cfg.Issuer),
		jwt.WithAudience(cfg.Audience),
		jwt.WithLeeway(cfg.Leeway),
		jwt.WithTimeFunc(now),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(),
	)}
}

// KeysAge returns the time since the issuer's keys were last read successfully; ok is
// false for a key that is never read again. Keys are read when tokens need them: without
// tokens they get older.
func (v *Verifier) KeysAge() (age time.Duration, ok bool) {
	ring, ok := v.keys.(*keyRing)
	if !ok {
		return 0, false
	}
	return ring.age(), true
}

// Verify returns the identity of a token's bearer, and stores it for Recall. The only
// error is ErrUnauthenticated, with the same text for all reasons; Reason returns the
// reason for logs.
func (v *Verifier) Verify(token string) (client.Identity, error) {
	if len(token) > maxTokenBytes {
		return client.Identity{}, refuse("token too long")
	}
	if strings.Trim(token, tokenAlphabet) != "" || strings.Count(token, ".") != segments-1 {
		return client.Identity{}, refuse("not a signed JWT")
	}
	said, verified := claims{}, &remembered{}
	_, err := v.parser.ParseWithClaims(token, &said, func(token *jwt.Token) (any, error) {
		var err error
		if verified.kid, verified.key, err = v.keyFor(token); err != nil {
			return nil, err
		}
		return verified.key.material(), nil
	})
	if err != nil {
		return client.Identity{}, refuse(reasonOf(err))
	}
	if verified.identity, err = said.identity(); err != nil {
		return client.Identity{}, err
	}
	if verified.from, verified.until, err = v.times(&said); err != nil {
		return client.Identity{}, err
	}
	verified.identity.Expires = verified.until
	v.memory.add(sha256.Sum256([]byte(token)), verified)
	return verified.identity, nil
}

// times returns when a token becomes valid and when it expires.
func (v *Verifier) times(said *claims) (from, until time.Time, err error) {
	for _, date := range []func() (*jwt.NumericDate, error){said.GetNotBefore, said.GetIssuedAt} {
		begins, err := date()
		if err != nil {
			return from, until, err
		}
		if begins != nil && begins.Add(-v.leeway).After(from) {
			from = begins.Add(-v.leeway)
		}
	}
	// The parser requires an expiry.
	expires, err := said.GetExpirationTime()
	if err != nil {
		return from, until, err
	}
	return from, expires.Add(v.leeway), nil
}

// keyFor returns the key that must have signed the token, if its header agrees, and the
// key id in the header.
func (v *Verifier) keyFor(token *jwt.Token) (name string, key *verificationKey, err error) {
	if _, critical := token.Header["crit"]; critical {
		return "", nil, refuse("critical extensions")
	}
	kid, present := token.Header["kid"]
	name, isText := kid.(string)
	if present && !isText {
		return "", nil, refuse("key id is not a string")
	}
	key, ok := v.keys.find(name)
	if !ok {
		return "", nil, refuse("unknown key")
	}
	if token.Method.Alg() != key.method.Alg() {
		return "", nil, refuse("algorithm is not the key's")
	}
	return name, key, nil
}

// reasonOf replaces an error of the jwt package, whose text may have the token, by a text
// of ours.
func reasonOf(err error) string {
	if reason := Reason(err); reason != "" {
		return reason
	}
	for _, known := range [...]struct {
		err    error
		reason string
	}{
		{jwt.ErrTokenMalformed, "malformed"},
		{jwt.ErrTokenUnverifiable, "algorithm is unknown"},
		{jwt.ErrTokenSignatureInvalid, "signature is wrong"},
		{jwt.ErrTokenExpired, "expired"},
		{jwt.ErrTokenNotValidYet, "not valid yet"},
		{jwt.ErrTokenUsedBeforeIssued, "issued in the future"},
		{jwt.ErrTokenInvalidIssuer, "wrong issuer"},
		{jwt.ErrTokenInvalidAudience, "wrong audience"},
		{jwt.ErrTokenRequiredClaimMissing, "iss, aud or exp is missing"},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return "invalid"
}
