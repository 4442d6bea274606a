package secret

import (
	"bytes"
	"context"
	"crypto/rand"
	"sync"
)

const (
	// keyLabel is the prefix of the associated data of a stored key. It differs from that
	// of values, see bindingLabel.
	keyLabel = "clientgraph/key/"
	// keySize is the size of stored keys in bytes.
	keySize = 32
)

// KeyStore stores encrypted keys by name for all processes.
type KeyStore interface {
	// SealedKey returns the key with that name; nil if there is none.
	SealedKey(ctx context.Context, name string) ([]byte, error)
	// AddSealedKey stores a key unless there is one with that name.
	AddSealedKey(ctx context.Context, name string, sealed []byte) error
	// ReplaceSealedKey replaces a key if it is still the same as was.
	ReplaceSealedKey(ctx context.Context, name string, was, sealed []byte) error
}

// storedKey is a random key that is made once, and stored encrypted for all processes. It
// is safe for concurrent use.
type storedKey struct {
	cipher *Cipher
	keys   KeyStore
	name   string

	mu  sync.Mutex
	key []byte
}

func newStoredKey(cipher *Cipher, keys KeyStore, name string) *storedKey {
	return &storedKey{cipher: cipher, keys: keys, name: name}
}

// load returns the key. The first call in a process loads it, or makes it. The error
// wraps ErrDoesNotOpen if the stored key was encrypted with none of the keyset's keys.
func (k *storedKey) load(ctx context.Context) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key != nil {
		return k.key, nil
	}
	sealed, err := k.keys.SealedKey(ctx, k.name)
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		if sealed, err = k.add(ctx); err != nil {
			return nil, err
		}
	}
	key, err := k.cipher.openKey(sealed, k.name)
	if err != nil {
		return nil, err
	}
	if err := k.reseal(ctx, sealed, key); err != nil {
		return nil, err
	}
	k.key = key
	return key, nil
}

// add makes and stores a key. It returns the stored one, because another process may have
// been first.
func (k *storedKey) add(ctx context.Context) ([]byte, error) {
	key := make([]byte, keySize)
	// It never fails.
	_, _ = rand.Read(key)
	sealed, err := k.cipher.sealKey(key, k.name)
	if err != nil {
		return nil, err
	}
	if err := k.keys.AddSealedKey(ctx, k.name, sealed); err != nil {
		return nil, err
	}
	return k.keys.SealedKey(ctx, k.name)
}

// reseal encrypts the key with the keyset's primary key, so that older ones can be
// removed from the keyset later. A ciphertext begins with a byte and the four bytes of
// its key's id.
func (k *storedKey) reseal(ctx context.Context, was, key []byte) error {
	const prefix = 5
	sealed, err := k.cipher.sealKey(key, k.name)
	if err != nil || bytes.Equal(sealed[:prefix], was[:prefix]) {
		return err
	}
	return k.keys.ReplaceSealedKey(ctx, k.name, was, sealed)
}

func (c *Cipher) sealKey(key []byte, name string) ([]byte, error) {
	sealed, err := c.aead.Encrypt(key, []byte(keyLabel+name))
	if err != nil {
		return nil, errSeal
	}
	return sealed, nil
}

func (c *Cipher) openKey(sealed []byte, name string) ([]byte, error) {
	key, err := c.aead.Decrypt(sealed, []byte(keyLabel+name))
	if err != nil {
		return nil, ErrDoesNotOpen
	}
	return key, nil
}
