package secret

import (
	"encoding/binary"
	"errors"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// bindingLabel is the prefix of the associated data of every ciphertext. It changes with
// the format of the rest, see binding.
const bindingLabel = "clientgraph/1/"

var (
	// ErrDoesNotOpen is the error of Open for a ciphertext that was changed, that was
	// encrypted for another place, or whose key is not in the keyset. Which one can't be
	// told.
	ErrDoesNotOpen = errors.New("ciphertext does not open: it was changed or moved, or its key is not in the keyset")
	// ErrUnbound is the error of Seal and Open for an incomplete place.
	ErrUnbound = errors.New("a ciphertext is bound to a business, a client and a field: all three must be given")
	errSeal    = errors.New("the plaintext could not be encrypted")
)

// Cipher encrypts single values with the primary key of a keyset, and decrypts them with
// any of its keys. To rotate a keyset, add a new primary key: values are encrypted with
// it when they are written. It is safe for concurrent use.
type Cipher struct {
	aead tink.AEAD
	keys int
}

// OpenCipher returns the Cipher of a tink AEAD keyset in clear text, as JSON or binary.
// Its errors never have the keyset.
func OpenCipher(keyset []byte) (*Cipher, error) {
	handle, err := readKeyset(keyset)
	if err != nil {
		return nil, err
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, errBadKeyset
	}
	return &Cipher{aead: primitive, keys: handle.Len()}, nil
}

// Seal encrypts plaintext for one place: a field of a client of a business. It never
// returns the same bytes twice. The ids must be positive and the field must be named,
// otherwise the error is ErrUnbound.
func (c *Cipher) Seal(plaintext string, businessID, clientID int64, field string) ([]byte, error) {
	place, err := binding(businessID, clientID, field)
	if err != nil {
		return nil, err
	}
	ciphertext, err := c.aead.Encrypt([]byte(plaintext), place)
	if err != nil {
		return nil, errSeal
	}
	return ciphertext, nil
}

// Open decrypts a result of Seal for the same place. Errors: ErrDoesNotOpen, ErrUnbound.
func (c *Cipher) Open(ciphertext []byte, businessID, clientID int64, field string) (string, error) {
	place, err := binding(businessID, clientID, field)
	if err != nil {
		return "", err
	}
	plaintext, err := c.aead.Decrypt(ciphertext, place)
	if err != nil {
		return "", ErrDoesNotOpen
	}
	return string(plaintext), nil
}

// binding returns the associated data of a place. The ids have a fixed width and the
// field comes last, so no two places have the same.
func binding(businessID, clientID int64, field string) ([]byte, error) {
	if businessID <= 0 || clientID <= 0 || field == "" {
		return nil, ErrUnbound
	}
	place := make([]byte, 0, len(bindingLabel)+8+8+len(field))
	place = append(place, bindingLabel...)
	place = binary.BigEndian.AppendUint64(place, uint64(businessID))
	place = binary.BigEndian.AppendUint64(place, uint64(clientID))
	return append(place, field...), nil
}
