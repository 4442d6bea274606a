package secret

import (
	"context"
	"crypto/cipher"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// cursorsName is the name of the key of cursors.
const cursorsName = "cursors"

// Cursors seals cursors, which callers hand back and are not to read. Its key is
// kept like that of MAC, so that any process opens what another sealed. It is
// safe for concurrent use.
type Cursors struct{ key *storedKey }

// NewCursors returns the Cursors whose key is in that store.
func NewCursors(cipher *Cipher, keys KeyStore) *Cursors {
	return &Cursors{newStoredKey(cipher, keys, cursorsName)}
}

// AEAD returns XChaCha20-Poly1305: its nonces may be drawn at random for as many
// cursors as there will ever be. Errors are those of MAC.Sum.
func (c *Cursors) AEAD(ctx context.Context) (cipher.AEAD, error) {
	key, err := c.key.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the key of cursors: %w", err)
	}
	return chacha20poly1305.NewX(key)
}
