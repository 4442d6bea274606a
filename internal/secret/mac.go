package secret

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// macName is the name of the MAC's key.
const macName = "idempotency"

// MAC makes HMAC-SHA256 digests of inputs. Its key is random, made once, and stored
// encrypted: someone who reads the database can't guess values by their digests. It is
// safe for concurrent use.
type MAC struct{ key *storedKey }

// NewMAC returns the MAC with the key in that store.
func NewMAC(cipher *Cipher, keys KeyStore) *MAC { return &MAC{newStoredKey(cipher, keys, macName)} }

// Sum returns the 32 bytes of the digest. The first call in a process loads the key, or
// makes it. The error wraps ErrDoesNotOpen if the stored key was encrypted with none of
// the keyset's keys.
func (m *MAC) Sum(ctx context.Context, message []byte) ([]byte, error) {
	key, err := m.key.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the key of digests: %w", err)
	}
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil), nil
}
