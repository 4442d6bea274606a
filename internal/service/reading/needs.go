package reading

import (
	"context"
	"crypto/cipher"
)

// Sealer encrypts what callers send back and can't read or forge. Its key is the same in
// all processes of a database.
type Sealer interface {
	// AEAD returns a cipher for which random nonces are safe.
	AEAD(ctx context.Context) (cipher.AEAD, error)
}

// Cipher encrypts a text so that it can be decrypted only for the same client and field.
type Cipher interface {
	Seal(plaintext string, businessID, clientID int64, field string) ([]byte, error)
	Open(ciphertext []byte, businessID, clientID int64, field string) (string, error)
}
