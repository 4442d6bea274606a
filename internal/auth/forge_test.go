package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

const (
	issuer   = "https://issuer.example"
	audience = "clientgraph"
)

// The clock of all tests stands still.
var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

func clock() time.Time { return now }

// signer makes signatures with the standard library alone, so that what is
// tested is not also what tests.
type signer struct {
	alg    string
	sign   func(text string) []byte
	check  func(text string, signature []byte) bool
	public []byte // PEM; nil for HS256
	verify func(token string) (client.Identity, error)
}

// signers returns one signer for each algorithm, with the verifier that accepts
// it. The keys are the owner's: except for RSA, whose keys cannot be made from a
// seed, they are the same in every process, so that a fuzzer's workers accept the
// tokens that it starts from.
func signers(t testing.TB, owner string) []signer {
	t.Helper()
	seed := sha256.Sum256([]byte(owner))
	made := []signer{newRSA(t, 2048), newECDSA(t, seed[:]), newEd25519(t, seed[:])}
	for i, s := range made {
		made[i].verify = newVerifier(t, auth.Config{Issuer: issuer, Audience: audience, PublicKeyFile: file(t, s.public)}).Verify
	}
	hs := newHMAC(seed[:])
	development, err := auth.NewDevelopment(seed[:], clock)
	if err != nil {
		t.Fatal(err)
	}
	hs.verify = development.Verify
	return append(made, hs)
}

func newVerifier(t testing.TB, cfg auth.Config) *auth.Verifier {
	t.Helper()
	v, err := auth.NewVerifier(cfg, clock)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newHMAC(key []byte) signer {
	sign := func(text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	return signer{alg: "HS256", sign: sign, check: func(text string, signature []byte) bool {
		return hmac.Equal(signature, sign(text))
	}}
}

func newRSA(t testing.TB, bits int) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return signer{alg: "RS256", public: publicPEM(t, &key.PublicKey), sign: func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Error(err)
		}
		return signature
	}, check: func(text string, signature []byte) bool {
		sum := sha256.Sum256([]byte(text))
		return rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature) == nil
	}}
}

func newECDSA(t testing.TB, seed []byte) signer {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed)
	if err != nil {
		t.Fatal(err)
	}
	return signer{alg: "ES256", public: publicPEM(t, &key.PublicKey), sign: func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			t.Error(err)
		}
		signature := make([]byte, 64)
		r.FillBytes(signature[:32])
		s.FillBytes(signature[32:])
		return signature
	}, check: func(text string, signature []byte) bool {
		sum := sha256.Sum256([]byte(text))
		return len(signature) == 64 && ecdsa.Verify(&key.PublicKey, sum[:],
			new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	}}
}

func newEd25519(t testing.TB, seed []byte) signer {
	t.Helper()
	key := ed25519.NewKeyFromSeed(seed)
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		t.Fatal("the public half of an Ed25519 key is of another type")
	}
	return signer{
		alg: "EdDSA", public: publicPEM(t, public),
		sign:  func(text string) []byte { return ed25519.Sign(key, []byte(text)) },
		check: func(text string, signature []byte) bool { return ed25519.Verify(public, []byte(text), signature) },
	}
}

func publicPEM(t testing.TB, key any) []byte {
	t.Helper()
	content, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: content})
}

func file(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// header is what an honest token of the signer begins with.
func (s signer) header() string { return fmt.Sprintf(`{"alg":%q,"typ":"JWT"}`, s.alg) }

// token signs what it is given, whatever it is.
func (s signer) token(header, payload string) string {
	text := encoded(header) + "." + encoded(payload)
	return text + "." + encoded(string(s.sign(text)))
}

// edits are claims by name, each the JSON of a value; empty removes a claim.
type edits map[string]string

// payload returns the claims of an OWNER's token with edits made to them.
func (s signer) payload(changes edits) string {
	claims := edits{
		"iss": fmt.Sprintf("%q", issuer), "aud": fmt.Sprintf("%q", audience), "sub": `"canary-user"`,
		"exp": seconds(time.Hour), "businessId": "43111", "role": `"OWNER"`,
	}
	if s.alg == "HS256" {
		claims["iss"] = fmt.Sprintf("%q", auth.DevelopmentIssuer)
	}
	maps.Copy(claims, changes)
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		if claims[name] != "" {
			parts = append(parts, fmt.Sprintf("%q: %s", name, claims[name]))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// edited returns an honestly signed token with edits made to its claims.
func (s signer) edited(changes edits) string { return s.token(s.header(), s.payload(changes)) }

// seconds is the JSON of the moment that long after now.
func seconds(after time.Duration) string { return fmt.Sprint(now.Add(after).Unix()) }
