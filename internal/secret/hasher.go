package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// argonCost is the cost of one hash.
type argonCost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// The minimum cost for argon2id in OWASP's Password Storage Cheat Sheet. A hash takes
// some 34 ms on one core.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	saltBytes   = 16
	hashBytes   = 32
)

// Bounds of a stored hash, so that a damaged or forged one can't make Matches use all
// memory or run for minutes.
const (
	maxHashMemory  = 64 * 1024 // KiB
	maxHashPasses  = 10
	maxHashThreads = 4
	minPartBytes   = 8
	maxPartBytes   = 64
)

// ErrMalformedHash is the error of Matches for a text that is not an argon2id hash in the
// PHC string format, or whose cost is out of bounds.
var ErrMalformedHash = errors.New("not an argon2id hash of version 19 within the accepted cost, in PHC string format")

// Hasher hashes passwords with argon2id, a bounded number at once: each takes 19 MiB and
// a core. It is safe for concurrent use.
type Hasher struct {
	slots chan struct{}
	// derive is argon2.IDKey; a test sets another one to count calls.
	derive func(password, salt []byte, passes, memory uint32, threads uint8, length uint32) []byte
}

// NewHasher returns a Hasher that computes up to concurrent hashes at once, at least one.
// Further callers wait.
func NewHasher(concurrent int) *Hasher {
	return &Hasher{slots: make(chan struct{}, max(concurrent, 1)), derive: argon2.IDKey}
}

// Hash returns the argon2id hash of password with a new random salt, as a PHC string:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH. The error is that of ctx if it ends before
// the hash is begun.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	cost := argonCost{memory: hashMemory, passes: hashPasses, threads: hashThreads}
	hash, err := h.run(ctx, password, salt, cost, hashBytes)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.memory, cost.passes, cost.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

// Matches says whether hash, a PHC string of Hash, is that of password. It compares in
// constant time. The error is ErrMalformedHash or that of ctx.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (bool, error) {
	cost, salt, want, err := parsePHC(hash)
	if err != nil {
		return false, err
	}
	got, err := h.run(ctx, password, salt, cost, uint32(len(want))) //nolint:gosec // A hash's length fits.
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// run waits for a slot and computes the hash. A begun hash is always finished, because
// argon2 can't be interrupted.
func (h *Hasher) run(ctx context.Context, password string, salt []byte, cost argonCost, length uint32) ([]byte, error) {
	// If a slot is free and the context has ended, select would choose either.
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("hash a password: %w", err)
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	return h.derive([]byte(password), salt, cost.passes, cost.memory, cost.threads, length), nil
}

// parsePHC parses an argon2id hash in the PHC string format.
func parsePHC(text string) (cost argonCost, salt, hash []byte, err error) {
	fields := strings.Split(text, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != "v="+strconv.Itoa(argon2.Version) {
		return argonCost{}, nil, nil, ErrMalformedHash
	}
	if cost, err = parseCost(fields[3]); err != nil {
		return argonCost{}, nil, nil, err
	}
	if salt, err = parsePart(fields[4]); err != nil {
		return argonCost{}, nil, nil, err
	}
	if hash, err = parsePart(fields[5]); err != nil {
		return argonCost{}, nil, nil, err
	}
	return cost, salt, hash, nil
}

// parseCost parses m=MEMORY,t=PASSES,p=THREADS, in that order.
func parseCost(text string) (argonCost, error) {
	parameters := strings.Split(text, ",")
	if len(parameters) != 3 {
		return argonCost{}, ErrMalformedHash
	}
	memory, err1 := parseParameter(parameters[0], "m=", maxHashMemory)
	passes, err2 := parseParameter(parameters[1], "t=", maxHashPasses)
	threads, err3 := parseParameter(parameters[2], "p=", maxHashThreads)
	if err1 != nil || err2 != nil || err3 != nil {
		return argonCost{}, ErrMalformedHash
	}
	return argonCost{memory: memory, passes: passes, threads: uint8(threads)}, nil //nolint:gosec // It was read with 8 bits.
}

// parseParameter parses a number from 1 to highest after prefix.
func parseParameter(text, prefix string, highest uint32) (uint32, error) {
	digits, found := strings.CutPrefix(text, prefix)
	number, err := strconv.ParseUint(digits, 10, 32)
	if !found || err != nil || number < 1 || number > uint64(highest) {
		return 0, ErrMalformedHash
	}
	return uint32(number), nil
}

func parsePart(text string) ([]byte, error) {
	part, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil || len(part) < minPartBytes || len(part) > maxPartBytes {
		return nil, ErrMalformedHash
	}
	return part, nil
}
