package auth_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"
)

// The age of the keys counts from when they were read last, and not from when that was
// tried.
func TestKeysAreAsOldAsTheirLastReading(t *testing.T) {
	ours := newEd25519(t, bytes.Repeat([]byte{1}, 32))
	w := &watch{}
	i := newIssuer(t, keysOf(ours.jwk(t, "a")))
	v := byURL(t, i.URL, w, nil)
	want := func(want time.Duration, when string) {
		t.Helper()
		if age, ok := v.KeysAge(); !ok || age != want {
			t.Errorf("%s the keys are %s old, %v; want %s", when, age, ok, want)
		}
	}
	want(0, "at the start")
	w.advance(4 * time.Minute)
	wantGood(t, v, ours.by("a", w.now()), "after four minutes")
	want(4*time.Minute, "while they are young enough")
	w.advance(2 * time.Minute)
	wantGood(t, v, ours.by("a", w.now()), "after six minutes")
	want(0, "when they were read again")
	i.with(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	w.advance(time.Hour)
	wantGood(t, v, ours.by("a", w.now()), "while the issuer is down")
	want(time.Hour, "while the issuer is down")
}
