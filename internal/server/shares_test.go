package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/server"
)

// Nobody pushes out what others brought by bringing more than there is room for:
// what it brought itself goes.
func TestOneCallersDocumentsPushOutNoOthers(t *testing.T) {
	s := newSite(t, nil)
	flood := apitest.Owner(business)
	flood.User = "flood"
	flooding := s.token(t, flood)
	keep := func(token string, i int) (hash string) {
		t.Helper()
		query := fmt.Sprintf("{ me { user } } # %d %s", i, strings.Repeat("x", 60<<10))
		sum := sha256.Sum256([]byte(query))
		hash = hex.EncodeToString(sum[:])
		if a := s.persist(t, token, query, hash); len(a.Errors) > 0 {
			t.Fatal(a.body)
		}
		return hash
	}
	mine := keep(s.owner(t), 0)
	first := keep(flooding, 1)
	var last string
	for i := range 100 {
		last = keep(flooding, 2+i)
	}
	for hash, want := range map[string]string{mine: "", first: "PERSISTED_QUERY_NOT_FOUND", last: ""} {
		if a := s.persist(t, flooding, "", hash); a.code() != want {
			t.Errorf("got %q, want %q: %s", a.code(), want, a.body)
		}
	}
}

// persist sends a document with its hash, or the hash alone.
func (s *site) persist(t *testing.T, token, query, hash string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}})
	if err != nil {
		t.Fatal(err)
	}
	return s.send(t, http.MethodPost, "/graphql", string(body), "Content-Type", "application/json", "Authorization", "Bearer "+token)
}

// A cache in shares keeps to its bound, and forgets what nobody asked for first.
func TestSharesForgetWhatWasNotAskedFor(t *testing.T) {
	const most, owners = 160, 20
	cache := server.NewShares(most)
	for owner := range owners {
		cache.Add(fmt.Sprint(owner), fmt.Sprint(owner), owner, most/16)
		if _, known := cache.Get("0"); !known {
			t.Fatalf("what was just asked for is forgotten after %d", owner)
		}
	}
	for owner := range owners {
		// The first is asked for all the time, the last 15 are the latest.
		_, known := cache.Get(fmt.Sprint(owner))
		if want := owner == 0 || owner >= owners-15; known != want {
			t.Errorf("what owner %d brought is known: %t, want %t", owner, known, want)
		}
	}
	if bytes := cache.Bytes(); bytes > most {
		t.Errorf("%d bytes are kept, want at most %d", bytes, most)
	}
	cache.Add("0", "large", 1, most/16+1)
	if _, known := cache.Get("large"); known {
		t.Error("what is more than a share is kept")
	}
}
