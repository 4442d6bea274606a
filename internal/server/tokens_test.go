package server_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/auth"
	"clientgraph/internal/server"
)

// keys are an issuer's private keys, each under its algorithm's name as the key id.
type keys struct {
	rsa     *rsa.PrivateKey
	ecdsa   *ecdsa.PrivateKey
	ed25519 ed25519.PrivateKey
}

func newKeys(t *testing.T) keys {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return keys{rsaKey, ecdsaKey, edKey}
}

func (k keys) set(t *testing.T) []byte {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString
	point, err := k.ecdsa.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	edPublic, ok := k.ed25519.Public().(ed25519.PublicKey)
	if !ok {
		t.Fatal("no Ed25519 key")
	}
	set, err := json.Marshal(map[string]any{"keys": []map[string]string{
		{"kid": "RS256", "kty": "RSA", "n": text(k.rsa.N.Bytes()), "e": text(big.NewInt(int64(k.rsa.E)).Bytes())},
		{"kid": "ES256", "kty": "EC", "crv": "P-256", "x": text(point[1:33]), "y": text(point[33:])},
		{"kid": "EdDSA", "kty": "OKP", "crv": "Ed25519", "x": text(edPublic)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// publicPEM is the text of the RSA public key, which everybody may have.
func (k keys) publicPEM(t *testing.T) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&k.rsa.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// said are an owner's claims with changes; nil takes a claim out.
func said(changes jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{
		"iss": "https://issuer.example", "aud": "clientgraph", "sub": "ann", "role": "OWNER", "businessId": business,
		"exp": time.Now().Add(time.Hour).Unix(),
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

func signed(t *testing.T, method jwt.SigningMethod, key any, header map[string]any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// forged are tokens, by what is wrong with them, that a server which trusts k must
// refuse.
func forged(t *testing.T, k keys) map[string]string {
	t.Helper()
	other := newKeys(t)
	ed := func(changes jwt.MapClaims) string {
		return signed(t, jwt.SigningMethodEdDSA, k.ed25519, map[string]any{"kid": "EdDSA"}, said(changes))
	}
	headed := func(header map[string]any) string {
		return signed(t, jwt.SigningMethodEdDSA, k.ed25519, header, said(nil))
	}
	good := ed(nil)
	parts := strings.Split(good, ".")
	unsigned := signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"kid": "EdDSA"}, said(nil))
	development, err := auth.NewDevelopment(make([]byte, 32), nil)
	if err != nil {
		t.Fatal(err)
	}
	dev, err := development.Token(apitest.Owner(business), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	return map[string]string{
		"empty":                       "",
		"a word":                      "canary",
		"no signature":                parts[0] + "." + parts[1] + ".",
		"two parts":                   parts[0] + "." + parts[1],
		"another's signature":         parts[0] + "." + parts[1] + "." + strings.Split(ed(jwt.MapClaims{"sub": "bob"}), ".")[2],
		"another's claims":            parts[0] + "." + strings.Split(ed(jwt.MapClaims{"businessId": 8}), ".")[1] + "." + parts[2],
		"cut":                         good[:len(good)-1],
		"longer than 8 KiB":           ed(jwt.MapClaims{"pad": strings.Repeat("a", 7000)}),
		"alg none":                    unsigned,
		"alg none, signed":            unsigned + parts[2],
		"key id unknown":              headed(map[string]any{"kid": "nobody"}),
		"key id missing":              headed(nil),
		"key id empty":                headed(map[string]any{"kid": ""}),
		"key id a number":             headed(map[string]any{"kid": 1}),
		"key id a path":               headed(map[string]any{"kid": "../../dev/null"}),
		"key id of another algorithm": headed(map[string]any{"kid": "RS256"}),
		"critical extension":          headed(map[string]any{"kid": "EdDSA", "crit": []string{"exp"}}),
		"foreign EdDSA key":           signed(t, jwt.SigningMethodEdDSA, other.ed25519, map[string]any{"kid": "EdDSA"}, said(nil)),
		"foreign RSA key":             signed(t, jwt.SigningMethodRS256, other.rsa, map[string]any{"kid": "RS256"}, said(nil)),
		"foreign ECDSA key":           signed(t, jwt.SigningMethodES256, other.ecdsa, map[string]any{"kid": "ES256"}, said(nil)),
		"key brought along": signed(t, jwt.SigningMethodEdDSA, other.ed25519, map[string]any{
			"kid": "EdDSA", "jku": "https://evil.example/keys", "jwk": map[string]string{"kty": "OKP"},
		}, said(nil)),
		"RS512 under the RSA key":       signed(t, jwt.SigningMethodRS512, k.rsa, map[string]any{"kid": "RS256"}, said(nil)),
		"PS256 under the RSA key":       signed(t, jwt.SigningMethodPS256, k.rsa, map[string]any{"kid": "RS256"}, said(nil)),
		"HS256 with the public key":     signed(t, jwt.SigningMethodHS256, k.publicPEM(t), map[string]any{"kid": "RS256"}, said(nil)),
		"HS256 with the modulus":        signed(t, jwt.SigningMethodHS256, k.rsa.N.Bytes(), map[string]any{"kid": "RS256"}, said(nil)),
		"HS256 with the Ed25519 key":    signed(t, jwt.SigningMethodHS256, []byte(k.ed25519[32:]), map[string]any{"kid": "EdDSA"}, said(nil)),
		"HS256 with nothing":            signed(t, jwt.SigningMethodHS256, []byte{}, map[string]any{"kid": "EdDSA"}, said(nil)),
		"of a development key":          dev,
		"expired":                       ed(jwt.MapClaims{"exp": in(-time.Minute)}),
		"without an end":                ed(jwt.MapClaims{"exp": nil}),
		"end a text":                    ed(jwt.MapClaims{"exp": fmt.Sprint(in(time.Hour))}),
		"not valid yet":                 ed(jwt.MapClaims{"nbf": in(2 * time.Minute)}),
		"issued in the future":          ed(jwt.MapClaims{"iat": in(2 * time.Minute)}),
		"another issuer":                ed(jwt.MapClaims{"iss": "https://issuer.example.evil.example"}),
		"no issuer":                     ed(jwt.MapClaims{"iss": nil}),
		"another audience":              ed(jwt.MapClaims{"aud": "other"}),
		"no audience":                   ed(jwt.MapClaims{"aud": nil}),
		"no business":                   ed(jwt.MapClaims{"businessId": nil}),
		"business 0":                    ed(jwt.MapClaims{"businessId": 0}),
		"business a list":               ed(jwt.MapClaims{"businessId": []int{business, 8}}),
		"no role":                       ed(jwt.MapClaims{"role": nil}),
		"a role of its own":             ed(jwt.MapClaims{"role": "ROOT"}),
		"no user":                       ed(jwt.MapClaims{"sub": nil}),
		"STAFF without its number":      ed(jwt.MapClaims{"role": "STAFF"}),
		"CLIENT without its account":    ed(jwt.MapClaims{"role": "CLIENT"}),
		"CLIENT of an unknown account":  ed(jwt.MapClaims{"role": "CLIENT", "clientAccountId": 404}),
		"super user without a location": ed(jwt.MapClaims{"role": "LOCATION_SUPER_USER", "locationIds": []int{}}),
		"permissions a text":            ed(jwt.MapClaims{"permissions": "admin"}),
	}
}

// TestForgedAndBrokenTokensAreAllRefusedAlike: whoever forges a token learns
// nothing from how it is refused.
func TestForgedAndBrokenTokensAreAllRefusedAlike(t *testing.T) {
	k := newKeys(t)
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, k.set(t), 0o600); err != nil {
		t.Fatal(err)
	}
	verifier, err := auth.NewVerifier(auth.Config{Issuer: "https://issuer.example", Audience: "clientgraph", KeySetFile: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(o *server.Options) { o.Verifier = verifier })
	for _, good := range []string{
		signed(t, jwt.SigningMethodRS256, k.rsa, map[string]any{"kid": "RS256"}, said(nil)),
		signed(t, jwt.SigningMethodES256, k.ecdsa, map[string]any{"kid": "ES256"}, said(nil)),
		signed(t, jwt.SigningMethodEdDSA, k.ed25519, map[string]any{"kid": "EdDSA"}, said(nil)),
	} {
		if a := s.do(t, good, "{ clientCount }"); a.status != 200 || len(a.Errors) > 0 {
			t.Fatalf("an honest token is answered %d: %s", a.status, a.body)
		}
	}
	// The answer to a request without a token is the measure of all others.
	want := s.send(t, "POST", "/graphql", `{"query":"{ clientCount }"}`, "Content-Type", "application/json")
	if want.status != 401 || len(want.Errors) != 1 || want.Errors[0].Code() != "UNAUTHENTICATED" {
		t.Fatalf("without a token: %d: %s", want.status, want.body)
	}
	tokens := forged(t, k)
	for name, token := range tokens {
		got := s.do(t, token, "{ clientCount }")
		for _, a := range []answer{want, got} {
			// These are of the request, not of its token.
			a.header.Del("X-Request-Id")
			a.header.Del("Date")
		}
		if got.status != want.status || got.body != want.body {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if diff := gocmp.Diff(want.header, got.header); diff != "" {
			t.Errorf("%s: headers (-want +got):\n%s", name, diff)
		}
	}
	t.Logf("%d forged or broken tokens, all refused alike", len(tokens))
	if len(tokens) < 30 {
		t.Errorf("the table has %d tokens only", len(tokens))
	}
}
