package app_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keysetFile is a key ring for social security numbers, as the program makes one.
func keysetFile(t *testing.T) string {
	t.Helper()
	return written(t, "keyset", []byte(mustRun(t, "keyset")))
}

func written(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// issuer makes tokens and has the file of its keys.
type issuer struct {
	key  ed25519.PrivateKey
	file string
}

func newIssuer(t *testing.T) issuer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(map[string]any{"keys": []map[string]string{{
		"kid": "a", "kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(public),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return issuer{private, written(t, "keys.json", set)}
}

func (i issuer) owner(t *testing.T) string {
	t.Helper()
	return i.ownerCalled(t, "ann")
}

// ownerCalled is the token of an owner of that user name.
func (i issuer) ownerCalled(t *testing.T, user string) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": "https://issuer.example", "aud": "clientgraph", "sub": user, "role": "OWNER", "businessId": 43111,
		"exp": time.Now().Add(time.Hour).Unix(),
	})
	token.Header["kid"] = "a"
	text, err := token.SignedString(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// certificateFiles are a certificate for 127.0.0.1 and its key, and who trusts it.
func certificateFiles(t *testing.T) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AddCert(made)
	return written(t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		written(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})), trust
}

// TestOutsideDevelopmentEverythingIsClosedUnlessAFlagOpensIt runs the program as
// it stands on the internet: an issuer's keys, https, and nothing to look around with.
func TestOutsideDevelopmentEverythingIsClosedUnlessAFlagOpensIt(t *testing.T) {
	t.Parallel()
	ours := newIssuer(t)
	cert, key, trust := certificateFiles(t)
	closed := []string{
		"--jwks-file", ours.file, "--jwt-issuer", "https://issuer.example", "--jwt-audience", "clientgraph",
		"--ssn-keyset-file", keysetFile(t), "--tls-cert", cert, "--tls-key", key,
	}
	open := append([]string{"--introspection", "--playground", "--cors-origin", "https://app.example.com"}, closed...)
	for name, test := range map[string]struct {
		flags              []string
		playground, schema bool
		origin             string
	}{
		"closed": {closed, false, false, ""},
		"open":   {open, true, true, "https://app.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, dataDir(t), test.flags...)
			if !strings.HasPrefix(s.base, "https://") {
				t.Fatalf("it serves %s", s.base)
			}
			browser := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trust}}}
			send := func(method, path, token, query string) (status int, header http.Header, text string) {
				t.Helper()
				body, err := json.Marshal(map[string]string{"query": query})
				if err != nil {
					t.Fatal(err)
				}
				request, err := http.NewRequestWithContext(t.Context(), method, s.base+path, bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Origin", "https://app.example.com")
				answer, err := browser.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close()
				content, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Fatal(err)
				}
				return answer.StatusCode, answer.Header, string(content)
			}
			status, header, text := send(http.MethodPost, "/graphql", ours.owner(t), "{ clientCount }")
			if status != http.StatusOK || text != `{"data":{"clientCount":0}}`+"\n" {
				t.Errorf("the issuer's token is answered %d %s", status, text)
			}
			if header.Get("Strict-Transport-Security") == "" || header.Get("Access-Control-Allow-Origin") != test.origin {
				t.Errorf("headers %v", header)
			}
			development := s.owner(t)
			if status, _, text := send(http.MethodPost, "/graphql", development, "{ clientCount }"); status != http.StatusUnauthorized {
				t.Errorf("a development token is answered %d %s", status, text)
			}
			if _, _, text := send(http.MethodPost, "/graphql", ours.owner(t), "{ __schema { queryType { name } } }"); strings.Contains(text, `"Query"`) != test.schema {
				t.Errorf("the schema is readable: %s", text)
			}
			if _, _, text := send(http.MethodPost, "/graphql", ours.owner(t), "{ clientCoun }"); strings.Contains(text, "Did you mean") != test.schema {
				t.Errorf("names are suggested: %s", text)
			}
			status, _, text = send(http.MethodGet, "/", "", "")
			if (status == http.StatusOK) != test.playground || strings.Contains(text, "eyJ") {
				t.Errorf("the playground is answered %d %s", status, text)
			}
		})
	}
}
