package auth_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clientgraph/internal/auth"
)

// watch is a clock that a test moves.
type watch struct{ past atomic.Int64 }

func (w *watch) now() time.Time            { return now.Add(time.Duration(w.past.Load())) }
func (w *watch) advance(d time.Duration)   { w.past.Add(int64(d)) }
func b64(raw []byte) string                { return base64.RawURLEncoding.EncodeToString(raw) }
func keysOf(keys ...map[string]any) string { return jsonOf(map[string]any{"keys": keys}) }

func jsonOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// jwk is the signer's public key as a JSON Web Key.
func (s signer) jwk(t testing.TB, kid string) map[string]any {
	t.Helper()
	block, _ := pem.Decode(s.public)
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key := map[string]any{"kid": kid, "use": "sig", "alg": s.alg}
	switch public := public.(type) {
	case *rsa.PublicKey:
		key["kty"], key["n"], key["e"] = "RSA", b64(public.N.Bytes()), b64(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		key["kty"], key["crv"], key["x"], key["y"] = "EC", "P-256", b64(point[1:33]), b64(point[33:])
	case ed25519.PublicKey:
		key["kty"], key["crv"], key["x"] = "OKP", "Ed25519", b64(public)
	}
	return key
}

// by is an honest token that names the key kid; none when that is empty.
func (s signer) by(kid string, at time.Time) string {
	header := map[string]any{"alg": s.alg}
	if kid != "" {
		header["kid"] = kid
	}
	return s.token(jsonOf(header), s.payload(edits{"exp": fmt.Sprint(at.Add(time.Hour).Unix())}))
}

// issuerOf is an issuer's server of a key set.
type issuerOf struct {
	*httptest.Server
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  int
}

func newIssuer(t testing.TB, set string) *issuerOf {
	t.Helper()
	i := &issuerOf{}
	i.serve(set)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.asked++
		answer := i.answer
		i.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuerOf) serve(set string) {
	i.with(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(set)) })
}

func (i *issuerOf) with(answer http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func (i *issuerOf) times() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

func byURL(t testing.TB, url string, w *watch, logger *slog.Logger) *auth.Verifier {
	t.Helper()
	v, err := auth.NewVerifier(auth.Config{Issuer: issuer, Audience: audience, KeySetURL: url, Logger: logger}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantGood(t *testing.T, v *auth.Verifier, token, what string) {
	t.Helper()
	if _, err := v.Verify(token); err != nil {
		t.Errorf("%s: refused: %s", what, auth.Reason(err))
	}
}

func wantBad(t *testing.T, v *auth.Verifier, token, what string) {
	t.Helper()
	if _, err := v.Verify(token); err == nil {
		t.Errorf("%s: accepted", what)
	}
}

func wantAsked(t *testing.T, i *issuerOf, want int, when string) {
	t.Helper()
	if got := i.times(); got != want {
		t.Errorf("%s: the issuer was asked %d times, want %d", when, got, want)
	}
}

func TestKeySetVerifiesEachAlgorithmUnderItsOwnKeyOnly(t *testing.T) {
	all := signers(t, "us")[:3]
	var keys []map[string]any
	for _, s := range all {
		keys = append(keys, s.jwk(t, s.alg))
	}
	v := byURL(t, newIssuer(t, keysOf(keys...)).URL, &watch{}, nil)
	for _, s := range all {
		for _, named := range append(all, signer{alg: ""}, signer{alg: "other"}) {
			if token := s.by(named.alg, now); named.alg == s.alg {
				wantGood(t, v, token, s.alg)
			} else {
				wantBad(t, v, token, s.alg+" under the key id of "+named.alg)
			}
		}
		// Its public key, in any form that is published, is no secret of an HMAC.
		for _, secret := range [][]byte{s.public, []byte(jsonOf(s.jwk(t, s.alg))), []byte(fmt.Sprint(s.jwk(t, "")["x"])), []byte(fmt.Sprint(s.jwk(t, "")["n"]))} {
			wantBad(t, v, newHMAC(secret).by(s.alg, now), s.alg+" as the secret of HS256")
		}
	}
}

func TestKeysRotateWithoutARestart(t *testing.T) {
	first, second := newEd25519(t, bytes.Repeat([]byte{1}, 32)), newEd25519(t, bytes.Repeat([]byte{2}, 32))
	w := &watch{}
	i := newIssuer(t, keysOf(first.jwk(t, "a")))
	v := byURL(t, i.URL, w, nil)
	wantGood(t, v, first.by("a", now), "the first key")
	wantGood(t, v, first.by("", now), "the only key, not named")
	wantAsked(t, i, 1, "for two tokens")

	i.serve(keysOf(first.jwk(t, "a"), second.jwk(t, "b")))
	w.advance(10 * time.Second)
	wantGood(t, v, second.by("b", now), "a new key, from its first token on")
	wantGood(t, v, first.by("a", now), "the old one beside it")
	wantAsked(t, i, 2, "for a new key")

	i.serve(keysOf(second.jwk(t, "b")))
	wantGood(t, v, first.by("a", now), "a key that was taken out just now")
	w.advance(5*time.Minute + time.Second)
	// Whoever finds the keys old reads them anew, and is held to the new ones.
	wantBad(t, v, first.by("a", now), "a key that was taken out five minutes ago")
	wantGood(t, v, second.by("b", now), "the new one alone")
	wantAsked(t, i, 3, "after five minutes")
}

func TestMadeUpKeyIDsDoNotMakeUsAskTheIssuer(t *testing.T) {
	ours := newEd25519(t, bytes.Repeat([]byte{1}, 32))
	w := &watch{}
	i := newIssuer(t, keysOf(ours.jwk(t, "a")))
	v := byURL(t, i.URL, w, nil)
	var many sync.WaitGroup
	for n := range 50 {
		many.Go(func() { wantBad(t, v, ours.by(fmt.Sprint("made up ", n), now), "a made up id") })
	}
	many.Wait()
	wantAsked(t, i, 1, "within ten seconds of the start")
	for range 3 {
		w.advance(10 * time.Second)
		for n := range 20 {
			wantBad(t, v, ours.by(fmt.Sprint(n), now), "a made up id")
		}
	}
	wantAsked(t, i, 4, "in thirty seconds")
	wantGood(t, v, ours.by("a", now), "an honest token beside them")
}

func TestKeysOutliveAnIssuerThatIsDownForADay(t *testing.T) {
	ours := newEd25519(t, bytes.Repeat([]byte{1}, 32))
	for name, broken := range map[string]http.HandlerFunc{
		"an error":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"no set":         func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("canary")) },
		"an empty set":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) },
		"without an end": func(w http.ResponseWriter, _ *http.Request) { endless(w, ours.jwk(t, "a")) },
		"a bomb":         func(w http.ResponseWriter, _ *http.Request) { bomb(t, w, ours.jwk(t, "a")) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://keys.example/", http.StatusFound)
		},
		"a circle": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"keys":[`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			w := &watch{}
			i := newIssuer(t, keysOf(ours.jwk(t, "a")))
			v := byURL(t, i.URL+"/?secret=canary", w, slog.New(slog.NewTextHandler(&log, nil)))
			i.with(broken)
			w.advance(23 * time.Hour)
			wantGood(t, v, ours.by("a", w.now()), "after 23 hours")
			if !strings.Contains(log.String(), "can't be read") || strings.Contains(log.String(), "canary") {
				t.Errorf("the log: %s", log.String())
			}
			w.advance(time.Hour + time.Second)
			wantBad(t, v, ours.by("a", w.now()), "after a day")
			i.serve(keysOf(ours.jwk(t, "a")))
			w.advance(10 * time.Second)
			wantGood(t, v, ours.by("a", w.now()), "when the issuer is back")
		})
	}
}

// endless is a key set that goes on for longer than anybody should read.
func endless(w http.ResponseWriter, key map[string]any) {
	_, _ = w.Write([]byte(`{"keys":[` + jsonOf(key)))
	for range 1 << 10 {
		if _, err := w.Write([]byte(strings.Repeat(" ", 1<<10))); err != nil {
			return
		}
	}
	_, _ = w.Write([]byte(`]}`))
}

func bomb(t *testing.T, w http.ResponseWriter, key map[string]any) {
	t.Helper()
	w.Header().Set("Content-Encoding", "gzip")
	packed := gzip.NewWriter(w)
	defer packed.Close()
	_, _ = packed.Write([]byte(`{"keys":[` + jsonOf(key) + strings.Repeat(" ", 64<<20) + `]}`))
}

func TestKeysOfAFileAreReadAgainWhenItChanges(t *testing.T) {
	first, second := newEd25519(t, bytes.Repeat([]byte{1}, 32)), newEd25519(t, bytes.Repeat([]byte{2}, 32))
	path := filepath.Join(t.TempDir(), "keys.json")
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	write(keysOf(first.jwk(t, "a")))
	w := &watch{}
	v, err := auth.NewVerifier(auth.Config{Issuer: issuer, Audience: audience, KeySetFile: path}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	wantGood(t, v, first.by("a", now), "the first key")
	write(keysOf(second.jwk(t, "b")))
	w.advance(time.Second + time.Millisecond)
	wantGood(t, v, second.by("b", now), "the second key")
	wantBad(t, v, first.by("a", now), "the first key, which was taken out")
	write("canary")
	w.advance(2 * time.Second)
	wantGood(t, v, second.by("b", now), "a file that was broken meanwhile")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	w.advance(2 * time.Second)
	wantGood(t, v, second.by("b", now), "a file that is gone")
}

func TestKeySetPassesOverWhatIsNotForOurSignatures(t *testing.T) {
	all := signers(t, "us")
	rs, es, ed := all[0], all[1], all[2]
	good := newEd25519(t, bytes.Repeat([]byte{9}, 32)).jwk(t, "good")
	with := func(s signer, changes map[string]any) map[string]any {
		key := s.jwk(t, "k")
		for name, value := range changes {
			key[name] = value
		}
		return key
	}
	for name, test := range map[string]struct {
		signer signer
		key    map[string]any
	}{
		"for encryption":        {rs, with(rs, map[string]any{"use": "enc"})},
		"not for verifying":     {rs, with(rs, map[string]any{"key_ops": []string{"encrypt"}})},
		"for no operation":      {rs, with(rs, map[string]any{"key_ops": []string{}})},
		"RS384":                 {rs, with(rs, map[string]any{"alg": "RS384"})},
		"PS256":                 {rs, with(rs, map[string]any{"alg": "PS256"})},
		"alg none":              {rs, with(rs, map[string]any{"alg": "none"})},
		"alg HS256":             {ed, with(ed, map[string]any{"alg": "HS256"})},
		"private":               {ed, with(ed, map[string]any{"d": b64(make([]byte, 32))})},
		"private, no text":      {ed, with(ed, map[string]any{"d": 1})},
		"RSA exponent 1":        {rs, with(rs, map[string]any{"e": "AQ"})},
		"RSA exponent even":     {rs, with(rs, map[string]any{"e": "AQAC"})},
		"RSA exponent huge":     {rs, with(rs, map[string]any{"e": b64(bytes.Repeat([]byte{255}, 9))})},
		"RSA without a modulus": {rs, with(rs, map[string]any{"n": nil})},
		"RSA padded":            {rs, with(rs, map[string]any{"n": fmt.Sprint(rs.jwk(t, "")["n"], "==")})},
		"RSA of a million bits": {rs, with(rs, map[string]any{"n": b64(bytes.Repeat([]byte{255}, 125_000))})},
		"EC off the curve":      {es, with(es, map[string]any{"x": b64(make([]byte, 32))})},
		"EC shifted":            {es, with(es, map[string]any{"x": "", "y": fmt.Sprint(es.jwk(t, "")["x"])})},
		"EC of another curve":   {es, with(es, map[string]any{"crv": "P-384"})},
		"OKP of another curve":  {ed, with(ed, map[string]any{"crv": "X25519"})},
		"OKP too short":         {ed, with(ed, map[string]any{"x": b64(make([]byte, 31))})},
		"kty of another case":   {ed, with(ed, map[string]any{"kty": "okp"})},
		"kty missing":           {ed, with(ed, map[string]any{"kty": nil})},
		"kid a number":          {ed, with(ed, map[string]any{"kid": 1})},
		"weak RSA":              {newRSA(t, 1024), newRSA(t, 1024).jwk(t, "k")},
		"symmetric":             {newHMAC([]byte("canary")), map[string]any{"kty": "oct", "kid": "k", "k": b64([]byte("canary"))}},
	} {
		t.Run(name, func(t *testing.T) {
			v := byURL(t, newIssuer(t, keysOf(test.key, good)).URL, &watch{}, nil)
			wantBad(t, v, test.signer.by("k", now), "a key that is passed over")
			wantGood(t, v, newEd25519(t, bytes.Repeat([]byte{9}, 32)).by("good", now), "the good key beside it")
			// Alone it leaves a set without a key.
			_, err := auth.NewVerifier(auth.Config{Issuer: issuer, Audience: audience, KeySetFile: file(t, []byte(keysOf(test.key)))}, clock)
			if err == nil || !strings.Contains(err.Error(), "no public key") {
				t.Errorf("alone: %v", err)
			}
		})
	}
}

func TestNewVerifierDemandsAKeySetThatIsThere(t *testing.T) {
	ours := newEd25519(t, bytes.Repeat([]byte{1}, 32))
	good := newIssuer(t, keysOf(ours.jwk(t, "a")))
	gone := newIssuer(t, "")
	gone.Close()
	var many []map[string]any
	for n := range 101 {
		many = append(many, ours.jwk(t, fmt.Sprint(n)))
	}
	for name, test := range map[string]struct {
		change func(*auth.Config)
		want   string
	}{
		"nobody there":     {func(c *auth.Config) { c.KeySetURL = gone.URL }, "read the key set"},
		"http to anybody":  {func(c *auth.Config) { c.KeySetURL = "http://issuer.example/keys" }, "must be https"},
		"loopback by name": {func(c *auth.Config) { c.KeySetURL = "http://127.0.0.1.issuer.example/keys" }, "must be https"},
		"another scheme":   {func(c *auth.Config) { c.KeySetURL = "file:///etc/keys" }, "must be https"},
		"no host":          {func(c *auth.Config) { c.KeySetURL = "https:///keys" }, "must be https"},
		"no URL":           {func(c *auth.Config) { c.KeySetURL = "https://user:canary@[::1" }, "must be https"},
		"two sources":      {func(c *auth.Config) { c.KeySetFile = "keys.json" }, "one of these"},
		"two others":       {func(c *auth.Config) { c.PublicKeyFile = "key.pem" }, "one of these"},
		"no file": {func(c *auth.Config) {
			c.KeySetURL, c.KeySetFile = "", filepath.Join(t.TempDir(), "missing")
		}, "read the key set"},
		"too many keys": {func(c *auth.Config) {
			c.KeySetURL, c.KeySetFile = "", file(t, []byte(keysOf(many...)))
		}, "over 100 keys"},
		"too long": {func(c *auth.Config) {
			c.KeySetURL, c.KeySetFile = "", file(t, bytes.Repeat([]byte(" "), 256<<10+1))
		}, "over 262144 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := auth.Config{Issuer: issuer, Audience: audience, KeySetURL: good.URL}
			test.change(&cfg)
			_, err := auth.NewVerifier(cfg, clock)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
