package secret

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "canary correct horse battery staple"

func TestHashIsAPHCStringWithASaltOfItsOwn(t *testing.T) {
	h := NewHasher(1)
	first, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	// 16 bytes of salt are 22 characters, 32 of hash are 43.
	shape := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
	if !shape.MatchString(first) {
		t.Errorf("%q has not the shape of an argon2id PHC string at 19 MiB, t=2, p=1", first)
	}
	if first == second {
		t.Error("two hashes of one password are equal")
	}
}

func TestMatchesOnlyThatPassword(t *testing.T) {
	h := NewHasher(1)
	hash, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	for candidate, want := range map[string]bool{
		password: true, password + " ": false, strings.ToUpper(password): false, "": false,
	} {
		got, err := h.Matches(t.Context(), candidate, hash)
		if err != nil || got != want {
			t.Errorf("Matches(%q) = %v, %v, want %v", candidate, got, err, want)
		}
	}
}

// The hash is a test vector of argon2's reference implementation: 64 MiB, another
// cost than ours.
func TestMatchesReadsTheCostFromTheHash(t *testing.T) {
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	got, err := NewHasher(1).Matches(t.Context(), "password", hash)
	if err != nil || !got {
		t.Errorf("Matches = %v, %v, want true", got, err)
	}
}

func TestMatchesRefusesMalformedHashes(t *testing.T) {
	const salt, sum = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	const good = "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum
	h := NewHasher(1)
	h.derive = func(_, _ []byte, _, _ uint32, _ uint8, length uint32) []byte { return make([]byte, length) }
	if _, err := h.Matches(t.Context(), password, good); err != nil {
		t.Fatalf("the well-formed hash is refused: %v", err)
	}
	for name, hash := range map[string]string{
		"empty":             "",
		"plain text":        password,
		"other algorithm":   strings.Replace(good, "argon2id", "argon2i", 1),
		"other version":     strings.Replace(good, "v=19", "v=16", 1),
		"too much memory":   strings.Replace(good, "m=19456", "m=4294967295", 1),
		"no memory":         strings.Replace(good, "m=19456", "m=0", 1),
		"too many passes":   strings.Replace(good, "t=2", "t=4294967295", 1),
		"no passes":         strings.Replace(good, "t=2", "t=0", 1),
		"threads overflow":  strings.Replace(good, "p=1", "p=257", 1),
		"negative":          strings.Replace(good, "t=2", "t=-2", 1),
		"parameter missing": strings.Replace(good, ",p=1", "", 1),
		"order changed":     strings.Replace(good, "t=2,p=1", "p=1,t=2", 1),
		"salt too short":    strings.Replace(good, salt, "c28", 1),
		"salt not base64":   strings.Replace(good, salt, "!!!!!!!!!!!", 1),
		"hash missing":      strings.TrimSuffix(good, "$"+sum),
		"hash empty":        strings.TrimSuffix(good, sum),
		"hash too long":     good + strings.Repeat("A", 64),
		"one part more":     good + "$AAAA",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.Matches(t.Context(), password, hash)
			if got || !errors.Is(err, ErrMalformedHash) {
				t.Fatalf("Matches = %v, %v, want ErrMalformedHash", got, err)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Error("the error holds the password")
			}
		})
	}
}

// slowHasher stands at each derivation until the test lets one go on.
type slowHasher struct {
	*Hasher
	running, begun atomic.Int32
	letOneFinish   chan struct{}
}

// newSlowHasher belongs inside a synctest bubble, where the test can tell that
// nobody moves any more.
func newSlowHasher(concurrent int) *slowHasher {
	s := &slowHasher{Hasher: NewHasher(concurrent), letOneFinish: make(chan struct{})}
	s.derive = func(_, _ []byte, _, _ uint32, _ uint8, length uint32) []byte {
		s.running.Add(1)
		s.begun.Add(1)
		<-s.letOneFinish
		s.running.Add(-1)
		return make([]byte, length)
	}
	return s
}

func TestHasherRunsNoMoreThanItsBoundAtOnce(t *testing.T) {
	for _, test := range []struct{ given, bound int }{{3, 3}, {1, 1}, {0, 1}, {-2, 1}} {
		synctest.Test(t, func(t *testing.T) {
			const callers = 8
			s := newSlowHasher(test.given)
			results := make(chan error, callers)
			for i := range callers {
				go func() {
					var err error
					if i%2 == 0 {
						_, err = s.Hash(t.Context(), password)
					} else {
						_, err = s.Matches(t.Context(), password, "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$c29tZXNhbHQ")
					}
					results <- err
				}()
			}
			for left := callers; left > 0; left-- {
				synctest.Wait() // everybody who can run has come to a stop
				if got, want := int(s.running.Load()), min(test.bound, left); got != want {
					t.Errorf("NewHasher(%d): %d run at once with %d left, want %d", test.given, got, left, want)
				}
				s.letOneFinish <- struct{}{}
			}
			for range callers {
				if err := <-results; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestHashGivesUpWaitingWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlowHasher(1)
		first, second := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := s.Hash(t.Context(), password)
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, err := s.Hash(ctx, password)
			second <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-second; !errors.Is(err, context.Canceled) {
			t.Errorf("error of the one who waited = %v, want context.Canceled", err)
		}
		s.letOneFinish <- struct{}{}
		if err := <-first; err != nil {
			t.Errorf("error of the one who ran = %v", err)
		}
		if begun := s.begun.Load(); begun != 1 {
			t.Errorf("%d hashes were begun, want 1", begun)
		}
		// The slot is free again.
		go func() { s.letOneFinish <- struct{}{} }()
		if _, err := s.Hash(t.Context(), password); err != nil {
			t.Error(err)
		}
	})
}

func TestHashBeginsNothingOnAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := NewHasher(1)
	h.derive = func(_, _ []byte, _, _ uint32, _ uint8, _ uint32) []byte {
		t.Error("a hash was begun")
		return nil
	}
	// Many times, since a select between a free slot and an ended context tosses.
	for range 50 {
		if _, err := h.Hash(ctx, password); !errors.Is(err, context.Canceled) {
			t.Fatalf("error = %v, want context.Canceled", err)
		}
	}
}
