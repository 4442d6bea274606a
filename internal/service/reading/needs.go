package reading

import (
	"context"
	"crypto/cipher"
)

// Sealer seals what callers hand back and are not to read or to make up. Its key
// is the same in all processes on one database.
type Sealer interface {
	// AEAD returns what seals, with nonces that may be drawn at random.
	AEAD(ctx context.Context) (cipher.AEAD, error)
}

// Cipher seals a text so that it opens only for the client and field that it
// was sealed for.
type Cipher interface {
	Seal(plaintext string, businessID, clientID int64, field string) ([]byte, error)
	Open(ciphertext []byte, businessID, clientID int64, field string) (string, error)
}
