package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

const (
	// maxKeySetBytes bounds a key set in bytes; usual ones have a few thousand.
	maxKeySetBytes = 256 << 10
	// maxKeySetKeys bounds the keys of a set.
	maxKeySetKeys = 100
	// maxRSABits bounds the cost of verifying a signature.
	maxRSABits = 8192
	// maxRSAExponentBits is the length of the largest exponent that Go's crypto/rsa
	// accepts.
	maxRSAExponentBits = 31
)

// keySet are verification keys by their key id, empty for one without.
type keySet map[string]*verificationKey

// find returns the key with that id. A token without a key id gets the only key of the
// set; if there are several, none.
func (s keySet) find(kid string) (*verificationKey, bool) {
	if kid == "" && len(s) == 1 {
		for _, key := range s {
			return key, true
		}
	}
	key, ok := s[kid]
	return key, ok
}

// jsonWebKey has the needed members of a key of RFC 7517.
type jsonWebKey struct {
	Type       string   `json:"kty"`
	ID         string   `json:"kid"`
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	Algorithm  string   `json:"alg"`
	Curve      string   `json:"crv"`
	N          string   `json:"n"`
	E          string   `json:"e"`
	X          string   `json:"x"`
	Y          string   `json:"y"`
	// D is the private key.
	D json.RawMessage `json:"d"`
}

// parseKeySet parses a JSON Web Key Set. It ignores keys that are not for our signature
// algorithms, broken or too weak, as RFC 7517 says, and private keys, because they are no
// longer secret. If two keys have the same id, the first one counts. A set without usable
// keys is an error.
func parseKeySet(content []byte) (keySet, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(content, &set); err != nil {
		return nil, errors.New("the key set is none: want a JSON object with keys")
	}
	if len(set.Keys) > maxKeySetKeys {
		return nil, fmt.Errorf("the key set has over %d keys", maxKeySetKeys)
	}
	found := keySet{}
	for _, text := range set.Keys {
		var jwk jsonWebKey
		if json.Unmarshal(text, &jwk) != nil {
			continue
		}
		key, ok := jwk.verificationKey()
		if _, twice := found[jwk.ID]; ok && !twice {
			found[jwk.ID] = key
		}
	}
	if len(found) == 0 {
		return nil, errors.New("the key set has no public key for RS256, ES256 or EdDSA signatures")
	}
	return found, nil
}

// verificationKey returns the key if it is for one of our signature algorithms.
func (k jsonWebKey) verificationKey() (*verificationKey, bool) {
	if k.D != nil || k.Use != "" && k.Use != "sig" || k.Operations != nil && !slices.Contains(k.Operations, "verify") {
		return nil, false
	}
	material, ok := k.material()
	if !ok {
		return nil, false
	}
	key, err := newVerificationKey(material)
	if err != nil || k.Algorithm != "" && k.Algorithm != key.method.Alg() {
		return nil, false
	}
	return key, true
}

// material returns the public key; ok is false if it is broken, or of another type or
// curve.
func (k jsonWebKey) material() (key any, ok bool) {
	switch {
	case k.Type == "RSA":
		n, e := number(k.N), number(k.E)
		if n.BitLen() > maxRSABits || e.BitLen() > maxRSAExponentBits || e.Int64() < 3 || e.Bit(0) == 0 {
			return nil, false
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}, true
	case k.Type == "EC" && k.Curve == "P-256":
		x, errX := base64.RawURLEncoding.DecodeString(k.X)
		y, errY := base64.RawURLEncoding.DecodeString(k.Y)
		// The uncompressed form of SEC 1: a four, and both coordinates.
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
		return key, errors.Join(errX, errY, err) == nil && len(x) == len(y)
	case k.Type == "OKP" && k.Curve == "Ed25519":
		x, err := base64.RawURLEncoding.DecodeString(k.X)
		return ed25519.PublicKey(x), err == nil && len(x) == ed25519.PublicKeySize
	}
	return nil, false
}

// number decodes a number in base64url; 0 if it is invalid.
func number(text string) *big.Int {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(raw)
}
