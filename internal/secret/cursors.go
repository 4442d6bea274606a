package secret

import (
	"context"
	"crypto/cipher"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// cursorsName is the name of the cursors' key.
const cursorsName = "cursors"

// Cursors encrypts cursors, which callers send back and can't read. Its key is stored
// like that of MAC, so that any process decrypts another one's. It is safe for concurrent
// use.
type Cursors struct{ key *storedKey }

// NewCursors returns the Cursors with the key in that store.
func NewCursors(cipher *Cipher, keys KeyStore) *Cursors {
	return &Cursors{newStoredKey(cipher, keys, cursorsName)}
}

// AEAD returns XChaCha20-Poly1305: its random nonces are safe for any number of cursors.
// Errors are those of MAC.Sum.
func (c *Cursors) AEAD(ctx context.Context) (cipher.AEAD, error) {
	key, err := c.key.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the key of cursors: %w", err)
	}
	return chacha20poly1305.NewX(key)
}
