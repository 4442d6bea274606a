package secret

import (
	"bytes"
	"context"
	"crypto/rand"
	"sync"
)

const (
	// keyLabel begins the associated data of a sealed key; no place of a value
	// begins like it, see bindingLabel.
	keyLabel = "clientgraph/key/"
	// keySize is the size of stored keys in bytes.
	keySize = 32
)

// KeyStore keeps sealed keys by name, where all processes find them.
type KeyStore interface {
	// SealedKey returns the key of that name; nil when there is none.
	SealedKey(ctx context.Context, name string) ([]byte, error)
	// AddSealedKey stores a key unless there is one of that name.
	AddSealedKey(ctx context.Context, name string, sealed []byte) error
	// ReplaceSealedKey stores a key in place of that one, if it is there still.
	ReplaceSealedKey(ctx context.Context, name string, was, sealed []byte) error
}

// storedKey is a key that is made once, at random, and that all processes find in
// the store, sealed. It is safe for concurrent use.
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

// load returns the key. The first call in a process fetches it, or makes it. The
// error wraps ErrDoesNotOpen when the stored key was sealed with none of the
// keyset's keys.
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

// add makes a key, and returns the one that is stored then: another process may
// have been first.
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

// reseal moves the key to the keyset's primary key, so that older ones can be
// taken out of the keyset in time. A ciphertext begins with a byte and the four
// of its key's id.
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
