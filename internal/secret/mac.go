package secret

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
)

const (
	// keyLabel begins the associated data of a sealed key; no place of a value
	// begins like it, see bindingLabel.
	keyLabel = "clientgraph/key/"
	macName  = "idempotency"
	macSize  = 32
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

// MAC makes HMAC-SHA256 digests of what callers sent. Its key is made once, at
// random, and is in the store as a cipher sealed it: who reads the database can't
// try values until one fits a digest. It is safe for concurrent use.
type MAC struct {
	cipher *Cipher
	keys   KeyStore

	mu  sync.Mutex
	key []byte
}

// NewMAC returns the MAC whose key is in that store.
func NewMAC(cipher *Cipher, keys KeyStore) *MAC { return &MAC{cipher: cipher, keys: keys} }

// Sum returns the 32 bytes of the digest. The first call in a process fetches
// the key, or makes it. The error wraps ErrDoesNotOpen when the stored key was
// sealed with none of the keyset's keys.
func (m *MAC) Sum(ctx context.Context, message []byte) ([]byte, error) {
	key, err := m.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the key of digests: %w", err)
	}
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil), nil
}

func (m *MAC) load(ctx context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.key != nil {
		return m.key, nil
	}
	sealed, err := m.keys.SealedKey(ctx, macName)
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		if sealed, err = m.add(ctx); err != nil {
			return nil, err
		}
	}
	key, err := m.cipher.openKey(sealed, macName)
	if err != nil {
		return nil, err
	}
	if err := m.reseal(ctx, sealed, key); err != nil {
		return nil, err
	}
	m.key = key
	return key, nil
}

// add makes a key, and returns the one that is stored then: another process may
// have been first.
func (m *MAC) add(ctx context.Context) ([]byte, error) {
	key := make([]byte, macSize)
	// It never fails.
	_, _ = rand.Read(key)
	sealed, err := m.cipher.sealKey(key, macName)
	if err != nil {
		return nil, err
	}
	if err := m.keys.AddSealedKey(ctx, macName, sealed); err != nil {
		return nil, err
	}
	return m.keys.SealedKey(ctx, macName)
}

// reseal moves the key to the keyset's primary key, so that older ones can be
// taken out of the keyset in time. A ciphertext begins with a byte and the four
// of its key's id.
func (m *MAC) reseal(ctx context.Context, was, key []byte) error {
	const prefix = 5
	sealed, err := m.cipher.sealKey(key, macName)
	if err != nil || bytes.Equal(sealed[:prefix], was[:prefix]) {
		return err
	}
	return m.keys.ReplaceSealedKey(ctx, macName, was, sealed)
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
