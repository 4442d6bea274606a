package auth_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/auth"
)

func TestNewVerifierDemandsACompleteConfiguration(t *testing.T) {
	good := auth.Config{Issuer: issuer, Audience: audience, PublicKeyFile: file(t, newEd25519(t, make([]byte, 32)).public)}
	if _, err := auth.NewVerifier(good, nil); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*auth.Config){
		"no issuer":       func(c *auth.Config) { c.Issuer = "" },
		"blank issuer":    func(c *auth.Config) { c.Issuer = " " },
		"no audience":     func(c *auth.Config) { c.Audience = "" },
		"no key":          func(c *auth.Config) { c.PublicKeyFile = "" },
		"missing file":    func(c *auth.Config) { c.PublicKeyFile += ".missing" },
		"negative leeway": func(c *auth.Config) { c.Leeway = -time.Second },
	} {
		cfg := good
		change(&cfg)
		if _, err := auth.NewVerifier(cfg, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestNewVerifierTakesBothFormsOfRSAKeys(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	content := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)})
	newVerifier(t, auth.Config{Issuer: issuer, Audience: audience, PublicKeyFile: file(t, content)})
	newVerifier(t, auth.Config{Issuer: issuer, Audience: audience, PublicKeyFile: file(t, publicPEM(t, &key.PublicKey))})
}

func TestNewVerifierRefusesKeysThatItMustNotUse(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(p384)
	if err != nil {
		t.Fatal(err)
	}
	good := newEd25519(t, make([]byte, 32)).public
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":         {nil, "no PEM block"},
		"text":          {[]byte("canary"), "no PEM block"},
		"small RSA":     {newRSA(t, 1024).public, "2048 bits"},
		"P-384":         {publicPEM(t, &p384.PublicKey), "P-256"},
		"X25519":        {publicPEM(t, exchange.PublicKey()), "RSA, ECDSA P-256 or Ed25519"},
		"a private key": {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), "private key"},
		"a certificate": {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("canary")}), "another type"},
		"broken":        {pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("canary")}), "parse the key"},
		"two keys":      {append(append([]byte{}, good...), good...), "several PEM blocks"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := auth.NewVerifier(auth.Config{Issuer: issuer, Audience: audience, PublicKeyFile: file(t, test.content)}, nil)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error %q does not say %q", err, test.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Error("the error quotes the file")
			}
		})
	}
}
