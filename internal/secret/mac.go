package secret

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// macName is the name of the key of digests.
const macName = "idempotency"

// MAC makes HMAC-SHA256 digests of what callers sent. Its key is made once, at
// random, and is in the store as a cipher sealed it: who reads the database can't
// try values until one fits a digest. It is safe for concurrent use.
type MAC struct{ key *storedKey }

// NewMAC returns the MAC whose key is in that store.
func NewMAC(cipher *Cipher, keys KeyStore) *MAC { return &MAC{newStoredKey(cipher, keys, macName)} }

// Sum returns the 32 bytes of the digest. The first call in a process fetches
// the key, or makes it. The error wraps ErrDoesNotOpen when the stored key was
// sealed with none of the keyset's keys.
func (m *MAC) Sum(ctx context.Context, message []byte) ([]byte, error) {
	key, err := m.key.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the key of digests: %w", err)
	}
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil), nil
}
