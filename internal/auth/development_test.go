package auth_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

func newDevelopment(t testing.TB, now func() time.Time) (*auth.Development, []byte) {
	t.Helper()
	key := make([]byte, 32)
	rand.Read(key)
	d, err := auth.NewDevelopment(key, now)
	if err != nil {
		t.Fatal(err)
	}
	return d, key
}

func TestDevelopmentTokenSaysWhatItWasMadeFor(t *testing.T) {
	d, _ := newDevelopment(t, clock)
	ids := rapid.Int64Min(1)
	rapid.Check(t, func(t *rapid.T) {
		want := client.Identity{
			BusinessID: ids.Draw(t, "business"),
			User:       rapid.StringMatching(`[\pL\pN ._@"\\<-]{0,253}[\pL]`).Draw(t, "user"),
			Role: rapid.SampledFrom([]client.Role{
				client.RoleOwner, client.RoleAdmin, client.RoleLocationSuperUser, client.RoleStaff, client.RoleClient,
			}).Draw(t, "role"),
		}
		want.Permissions = want.Role.Permissions() & client.Permissions(rapid.Byte().Draw(t, "permissions"))
		switch want.Role {
		case client.RoleLocationSuperUser:
			want.LocationIDs = rapid.SliceOfN(ids, 1, 100).Draw(t, "locations")
		case client.RoleStaff:
			want.StaffID = ids.Draw(t, "staff")
		case client.RoleClient:
			want.ClientAccountID = ids.Draw(t, "account")
		}
		token, err := d.Token(want, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Verify(token)
		if err != nil {
			t.Fatalf("refused: %s", auth.Reason(err))
		}
		if diff := cmp.Diff(want, got, withoutExpiry()); diff != "" {
			t.Errorf("identity (-want +got):\n%s", diff)
		}
	})
}

func TestDevelopmentTokenExpires(t *testing.T) {
	moment := now
	d, _ := newDevelopment(t, func() time.Time { return moment })
	token, err := d.Token(client.Identity{BusinessID: 1, User: "u", Role: client.RoleOwner}, 9500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	// Rounded up to whole seconds.
	moment = now.Add(10*time.Second + auth.DefaultLeeway - time.Nanosecond)
	id, err := d.Verify(token)
	if err != nil {
		t.Errorf("before its end: %s", auth.Reason(err))
	}
	moment = moment.Add(time.Nanosecond)
	if !id.Expires.Equal(moment) {
		t.Errorf("it says that it expires at %v, not at %v", id.Expires, moment)
	}
	if _, err := d.Verify(token); err == nil {
		t.Error("after its end: accepted")
	}
}

func TestDevelopmentRefusesToMakeTokensThatVerifyWouldRefuse(t *testing.T) {
	d, _ := newDevelopment(t, clock)
	good := client.Identity{BusinessID: 1, User: "u", Role: client.RoleOwner}
	tests := map[string]func(*client.Identity){
		"no role":               func(id *client.Identity) { id.Role = "" },
		"unknown role":          func(id *client.Identity) { id.Role = "ROOT" },
		"no business":           func(id *client.Identity) { id.BusinessID = 0 },
		"negative business":     func(id *client.Identity) { id.BusinessID = -1 },
		"no user":               func(id *client.Identity) { id.User = "" },
		"blank user":            func(id *client.Identity) { id.User = "  " },
		"long user":             func(id *client.Identity) { id.User = strings.Repeat("é", 256) },
		"control character":     func(id *client.Identity) { id.User = "a\nb" },
		"broken UTF-8":          func(id *client.Identity) { id.User = "a\xff" },
		"staff without id":      func(id *client.Identity) { id.Role = client.RoleStaff },
		"client without id":     func(id *client.Identity) { id.Role = client.RoleClient },
		"no locations":          func(id *client.Identity) { id.Role = client.RoleLocationSuperUser },
		"location 0":            func(id *client.Identity) { id.Role, id.LocationIDs = client.RoleLocationSuperUser, []int64{1, 0} },
		"1001 locations":        func(id *client.Identity) { id.Role, id.LocationIDs = client.RoleLocationSuperUser, make([]int64, 1001) },
		"permissions of others": func(id *client.Identity) { id.Role, id.StaffID, id.Permissions = client.RoleStaff, 1, client.Admin },
		"too long for a header": func(id *client.Identity) {
			id.Role = client.RoleLocationSuperUser
			for i := range int64(1000) {
				id.LocationIDs = append(id.LocationIDs, 1<<60+i)
			}
		},
	}
	for name, change := range tests {
		id := good
		change(&id)
		if token, err := d.Token(id, time.Hour); err == nil || token != "" {
			t.Errorf("%s: a token was made", name)
		}
	}
	for _, ttl := range []time.Duration{0, -time.Hour} {
		if _, err := d.Token(good, ttl); err == nil {
			t.Errorf("a token good for %v was made", ttl)
		}
	}
	if _, err := d.Token(good, time.Nanosecond); err != nil {
		t.Error(err)
	}
}

func TestDevelopmentKeyStays(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	first, err := auth.DevelopmentKey(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := auth.DevelopmentKey(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != 32 || !bytes.Equal(first, second) {
		t.Errorf("keys of %d and %d bytes, want the same 32", len(first), len(second))
	}
	if other, err := auth.DevelopmentKey(t.TempDir()); err != nil || bytes.Equal(first, other) {
		t.Errorf("another folder has the same key, or none: %v", err)
	}
	path := filepath.Join(folder, "development.key")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %04o, want 0600", info.Mode().Perm())
	}
	if err := os.WriteFile(path, []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := auth.DevelopmentKey(folder); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a key of 6 bytes: error = %v, want one that does not quote it", err)
	}
}

func TestNewDevelopmentDemandsAWholeKey(t *testing.T) {
	for _, length := range []int{0, 1, 31, 33} {
		if _, err := auth.NewDevelopment(make([]byte, length), nil); err == nil {
			t.Errorf("a key of %d bytes is accepted", length)
		}
	}
}

func TestPrintingDevelopmentShowsNoKey(t *testing.T) {
	d, key := newDevelopment(t, nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		text := fmt.Sprintf(verb, d)
		for _, form := range []string{string(key), fmt.Sprint(key), fmt.Sprintf("%x", key), fmt.Sprintf("%#v", key)} {
			if strings.Contains(text, strings.Trim(form, "[]")) {
				t.Errorf("%s shows the key", verb)
			}
		}
	}
}
