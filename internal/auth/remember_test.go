package auth_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

func wantRecalled(t *testing.T, v *auth.Verifier, token string, want bool, what string) {
	t.Helper()
	id, known := v.Recall(token)
	if known != want {
		t.Errorf("%s: recalled is %t, want %t", what, known, want)
	}
	if !known && (id.BusinessID != 0 || id.User != "" || id.Role != "" || id.Permissions != 0) {
		t.Errorf("%s: what is not recalled comes with an identity: %+v", what, id)
	}
}

func TestRecallSaysWhatVerifySaid(t *testing.T) {
	for _, s := range signers(t, "us")[:3] {
		v := byURL(t, newIssuer(t, keysOf(s.jwk(t, "a"))).URL, &watch{}, nil)
		token := s.by("a", now)
		wantRecalled(t, v, token, false, s.alg+" before it was verified")
		want, err := v.Verify(token)
		if err != nil {
			t.Fatal(err)
		}
		got, known := v.Recall(token)
		if !known || fmt.Sprint(got) != fmt.Sprint(want) || !got.Expires.Equal(want.Expires) {
			t.Errorf("%s: recalled is %t, %+v; verified was %+v", s.alg, known, got, want)
		}
		for i := range token {
			changed := []byte(token)
			changed[i] ^= 1
			if _, known := v.Recall(string(changed)); known {
				t.Fatalf("%s: a token that differs in byte %d is recalled", s.alg, i)
			}
		}
	}
}

func TestRefusedTokenIsNotRemembered(t *testing.T) {
	us, others := newEd25519(t, bytes.Repeat([]byte{1}, 32)), newEd25519(t, bytes.Repeat([]byte{2}, 32))
	v := byURL(t, newIssuer(t, keysOf(us.jwk(t, "a"))).URL, &watch{}, nil)
	for what, token := range map[string]string{
		"no token": "", "a forged one": others.by("a", now), "one that has expired": us.by("a", now.Add(-2*time.Hour)),
		"one that says too little": us.token(jsonOf(map[string]any{"alg": us.alg, "kid": "a"}), us.payload(edits{"role": `"ROOT"`})),
	} {
		wantBad(t, v, token, what)
		wantRecalled(t, v, token, false, what)
	}
}

func TestRememberedTokenEndsWithItsTime(t *testing.T) {
	us, w := newEd25519(t, bytes.Repeat([]byte{1}, 32)), &watch{}
	v := byURL(t, newIssuer(t, keysOf(us.jwk(t, "a"))).URL, w, nil)
	token := us.by("a", now) // It is good for an hour.
	wantGood(t, v, token, "a good token")
	w.advance(time.Hour + auth.DefaultLeeway - time.Second)
	wantRecalled(t, v, token, true, "within the leeway")
	w.advance(time.Second)
	wantRecalled(t, v, token, false, "when its time is over")
	wantBad(t, v, token, "when its time is over")
	w.advance(-time.Hour)
	wantRecalled(t, v, token, false, "once it was refused")
}

func TestRememberedTokenIsNotGoodBeforeItsTime(t *testing.T) {
	us := newEd25519(t, bytes.Repeat([]byte{1}, 32))
	for _, claim := range []string{"nbf", "iat"} {
		w := &watch{}
		v := byURL(t, newIssuer(t, keysOf(us.jwk(t, "a"))).URL, w, nil)
		token := us.token(jsonOf(map[string]any{"alg": us.alg, "kid": "a"}), us.payload(edits{claim: fmt.Sprint(now.Unix())}))
		wantGood(t, v, token, claim)
		wantRecalled(t, v, token, true, claim)
		// Clocks are set back at times.
		w.advance(-auth.DefaultLeeway - time.Second)
		wantBad(t, v, token, claim+", before that")
		wantRecalled(t, v, token, false, claim+", before that")
	}
}

func TestRememberedTokenEndsWithItsKey(t *testing.T) {
	first, second := newEd25519(t, bytes.Repeat([]byte{1}, 32)), newEd25519(t, bytes.Repeat([]byte{2}, 32))
	both := keysOf(first.jwk(t, "a"), second.jwk(t, "b"))
	for _, test := range []struct {
		what, kid, before, after string
		good                     bool
	}{
		{"the key is still there", "a", both, keysOf(first.jwk(t, "a")), true},
		{"the key left", "a", both, keysOf(second.jwk(t, "b")), false},
		{"another key has its id", "a", both, keysOf(second.jwk(t, "a")), false},
		{"the key has another id", "a", both, keysOf(first.jwk(t, "b")), false},
		{"the only key, not named, is still there", "", keysOf(first.jwk(t, "a")), keysOf(first.jwk(t, "c")), true},
		{"the only key, not named, is another", "", keysOf(first.jwk(t, "a")), keysOf(second.jwk(t, "a")), false},
		{"of several none is named", "", keysOf(first.jwk(t, "a")), both, false},
	} {
		w, path := &watch{}, filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, []byte(test.before), 0o600); err != nil {
			t.Fatal(err)
		}
		v, err := auth.NewVerifier(auth.Config{Issuer: issuer, Audience: audience, KeySetFile: path}, w.now)
		if err != nil {
			t.Fatal(err)
		}
		token := first.by(test.kid, now)
		wantGood(t, v, token, test.what)
		wantRecalled(t, v, token, true, test.what+", before")
		if err := os.WriteFile(path, []byte(test.after), 0o600); err != nil {
			t.Fatal(err)
		}
		w.advance(time.Second + time.Millisecond)
		wantRecalled(t, v, token, test.good, test.what)
		if _, err := v.Verify(token); (err == nil) != test.good {
			t.Errorf("%s: verified as %v", test.what, err)
		}
	}
}

// Whoever has many tokens pushes out those that nobody sends, and ours stays bounded.
func TestRememberedTokensAreBounded(t *testing.T) {
	development, err := auth.NewDevelopment(bytes.Repeat([]byte{7}, 32), nil)
	if err != nil {
		t.Fatal(err)
	}
	used := developmentToken(t, development, "used")
	unused := developmentToken(t, development, "unused")
	for _, token := range []string{used, unused} {
		wantGood(t, development.Verifier, token, "a token")
	}
	// Each takes some 500 bytes of 4 MiB a generation, of which there are two.
	name := strings.Repeat("n", 240)
	for n := range 25_000 {
		if n%1_000 == 0 {
			wantRecalled(t, development.Verifier, used, true, "a token that is in use")
		}
		if _, err := development.Verify(developmentToken(t, development, fmt.Sprint(name, n))); err != nil {
			t.Fatal(err)
		}
	}
	wantRecalled(t, development.Verifier, unused, false, "a token that nobody sent")
	if bytes := development.Remembered(); bytes > 4<<20+1<<10 {
		t.Errorf("a generation holds %d bytes", bytes)
	}
}

func developmentToken(t *testing.T, d *auth.Development, user string) string {
	t.Helper()
	token, err := d.Token(client.Identity{BusinessID: 7, User: user, Role: client.RoleOwner, Permissions: client.RoleOwner.Permissions()}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokensAreRememberedAndRecalledAtOnce(t *testing.T) {
	us := newEd25519(t, bytes.Repeat([]byte{1}, 32))
	v := byURL(t, newIssuer(t, keysOf(us.jwk(t, "a"))).URL, &watch{}, nil)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for m := range 50 {
				token := us.by("a", now.Add(time.Duration((n+m)%20)*time.Second))
				if _, known := v.Recall(token); !known {
					wantGood(t, v, token, "a token")
				}
			}
		})
	}
	all.Wait()
}
