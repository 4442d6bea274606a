package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	issuer   = "https://issuer.example"
	audience = "clientgraph"
	// tokenTime is how long the tokens of a run are valid: longer than the run takes.
	tokenTime = 12 * time.Hour
	// BusinessID is the business of all tokens, which the command seed fills.
	BusinessID = 43111
)

// keys signs the tokens of a run.
type keys struct {
	private *ecdsa.PrivateKey
	// public is the PEM file of the public key.
	public string
}

func newKeys(dir string) (*keys, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("write a key: %w", err)
	}
	k := &keys{private: private, public: filepath.Join(dir, "tokens.pem")}
	return k, os.WriteFile(k.public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600)
}

// token returns an owner's token; each number is another user.
func (k *keys) token(user int) (string, error) {
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": issuer, "aud": audience, "sub": fmt.Sprintf("owner-%d", user), "iat": now.Unix(), "exp": now.Add(tokenTime).Unix(),
		"businessId": BusinessID, "role": "OWNER",
	})
	signed, err := token.SignedString(k.private)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}
