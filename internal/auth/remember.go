package auth

import (
	"crypto/sha256"
	"sync"
	"time"

	"clientgraph/internal/client"
)

const (
	// rememberedBytes bounds what one generation of remembered tokens holds, and
	// rememberedCost is what one takes without its user and its locations.
	rememberedBytes = 4 << 20
	rememberedCost  = 256
	// idBytes is what an id takes.
	idBytes = 8
)

// digest is a token's SHA-256. The token itself is not kept: what it opens must not
// stand in our memory longer than its request.
type digest [sha256.Size]byte

// remembered is what a token said when it was verified, and all that can end its
// being good: the key, and time.
type remembered struct {
	identity client.Identity
	// kid is the key id that the token names, key the key that verified it.
	kid string
	key *verificationKey
	// from and until are when the token is good, the leeway included.
	from, until time.Time
}

// memory keeps verified tokens by their digest. It lives in two generations: when
// the newer one is full, it takes the place of the older one, which is forgotten.
// It is safe for concurrent use.
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
		// It is in use: it stays when its generation goes.
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

// drop forgets a token. Its bytes count until its generation goes.
func (m *memory) drop(of digest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.newer, of)
	delete(m.older, of)
}

// Recall returns what Verify said of a token that is as good as it was then: the key
// that verified it is still the one of that id, and the token is within its time.
// It is not ok for any other token, which Verify has to look at. What was there is
// not for the caller to change. It costs a digest, so that a caller is known before
// anything is spent on the request.
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
