package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// minRSABits is the least size of RSA keys that RFC 7518 allows for RS256.
const minRSABits = 2048

// keySource has the keys that verify tokens.
type keySource interface {
	// find returns the key for a token with the key id kid, which is empty if the token
	// has none; false if there is no such key.
	find(kid string) (*verificationKey, bool)
}

// verificationKey is a key with its only algorithm. The algorithm in a token is never
// used, because then the text of a public key could be used as an HMAC secret.
type verificationKey struct {
	method jwt.SigningMethod
	// material returns the key, in the type for the method. It is a function because the
	// fmt package follows pointers and would print a secret.
	material func() any
}

func newKey(method jwt.SigningMethod, material any) *verificationKey {
	return &verificationKey{method: method, material: func() any { return material }}
}

// same says whether both are the same key for the same algorithm. A key set that was read
// again has other values.
func (k *verificationKey) same(other *verificationKey) bool {
	if k == other {
		return true
	}
	public, isPublic := k.material().(interface {
		Equal(other crypto.PublicKey) bool
	})
	return isPublic && k.method.Alg() == other.method.Alg() && public.Equal(other.material())
}

// staticKey is a keySource with one key. Key ids are ignored.
type staticKey struct {
	key *verificationKey
}

func (s staticKey) find(string) (*verificationKey, bool) { return s.key, true }

// readPublicKey reads a PEM file with one public key.
func readPublicKey(path string) (*verificationKey, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the public key: %w", err)
	}
	block, rest := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("public key file %s holds no PEM block", path)
	}
	if more, _ := pem.Decode(rest); more != nil {
		return nil, fmt.Errorf("public key file %s holds several PEM blocks: leave one public key in it", path)
	}
	key, err := parsePublicKey(block)
	if err != nil {
		return nil, fmt.Errorf("public key file %s: %w", path, err)
	}
	return key, nil
}

func parsePublicKey(block *pem.Block) (*verificationKey, error) {
	var key any
	var err error
	switch {
	case block.Type == "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case block.Type == "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return nil, errors.New("it is a private key: give the public one (openssl pkey -pubout) and keep the private one where tokens are made")
	default:
		return nil, errors.New(`its PEM block is of another type than "PUBLIC KEY" or "RSA PUBLIC KEY"`)
	}
	if err != nil {
		return nil, fmt.Errorf("parse the key: %w", err)
	}
	return newVerificationKey(key)
}

// newVerificationKey sets the algorithm by the key's type.
func newVerificationKey(key any) (*verificationKey, error) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSABits {
			return nil, fmt.Errorf("an RSA key must have %d bits or more", minRSABits)
		}
		return newKey(jwt.SigningMethodRS256, key), nil
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return nil, errors.New("an elliptic key must be on the curve P-256")
		}
		return newKey(jwt.SigningMethodES256, key), nil
	case ed25519.PublicKey:
		return newKey(jwt.SigningMethodEdDSA, key), nil
	}
	return nil, errors.New("the key must be RSA, ECDSA P-256 or Ed25519")
}
