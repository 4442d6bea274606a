package auth

import (
	"crypto/sha256"
	"sync"
	"time"

	"clientgraph/internal/client"
)

const (
	// rememberedBytes bounds the memory of one generation of tokens in bytes, and
	// rememberedCost is that of one token without its user and locations.
	rememberedBytes = 4 << 20
	rememberedCost  = 256
	// idBytes is the memory of an id.
	idBytes = 8
)

// digest is a token's SHA-256. The token itself is not stored, so that it is not in
// memory longer than its request.
type digest [sha256.Size]byte

// remembered is what a verified token says, and what can end its validity: its key, and
// time.
type remembered struct {
	identity client.Identity
	// kid is the token's key id, key the key that verified it.
	kid string
	key *verificationKey
	// from and until are the token's validity, including the leeway.
	from, until time.Time
}

// memory stores verified tokens by their digest, in two generations: when the newer one
// is full, it replaces the older one, which is dropped. It is safe for concurrent use.
type memory struct {
	mu           sync.RWMutex
	newer, older map[digest]*remembered
	bytes        int
}

func newMemory() *memory {
	return &memory{newer: map[digest]*remembered{}, older: map[digest]*remembered{}}
}

func (m *memory) get(of digest) *remembered {
	m.mu.RLock()
	known, older := m.newer[of], m.older[of]
	m.mu.RUnlock()
	if known == nil && older != nil {
		// A token that is used moves to the newer generation.
		m.add(of, older)
		return older
	}
	return known
}

func (m *memory) add(of digest, what *remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.newer[of] == nil {
		if m.bytes >= rememberedBytes {
			m.older, m.newer, m.bytes = m.newer, map[digest]*remembered{}, 0
		}
		m.bytes += rememberedCost + len(what.identity.User) + len(what.kid) + idBytes*len(what.identity.LocationIDs)
	}
	m.newer[of] = what
}

// drop removes a token. Its bytes count until its generation is dropped.
func (m *memory) drop(of digest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.newer, of)
	delete(m.older, of)
}

// Recall returns what Verify returned for a token that is still valid: the key that
// verified it still has that id, and the token has not expired. ok is false for any other
// token, which Verify must check. The caller must not change the identity. It costs a
// digest, so that a caller is known before a request costs more.
func (v *Verifier) Recall(token string) (identity client.Identity, ok bool) {
	if len(token) > maxTokenBytes {
		return client.Identity{}, false
	}
	// Most tokens are shorter, and are not copied to the heap.
	const usual = 1 << 10
	of := digest(sha256.Sum256(append(make([]byte, 0, usual), token...)))
	known := v.memory.get(of)
	if known == nil {
		return client.Identity{}, false
	}
	key, found := v.keys.find(known.kid)
	now := v.now()
	if !found || !key.same(known.key) || now.Before(known.from) || !now.Before(known.until) {
		v.memory.drop(of)
		return client.Identity{}, false
	}
	return known.identity, true
}
