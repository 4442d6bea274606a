package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

// withoutExpiry compares identities of tokens that were made at different times.
func withoutExpiry() cmp.Option { return cmpopts.IgnoreFields(client.Identity{}, "Expires") }

func TestVerifyAccepts(t *testing.T) {
	owner := client.Identity{BusinessID: 43111, User: "canary-user", Role: client.RoleOwner, Permissions: client.AllPermissions}
	as := func(change func(*client.Identity)) client.Identity {
		id := owner
		change(&id)
		return id
	}
	business := func(id int64) client.Identity { return as(func(i *client.Identity) { i.BusinessID = id }) }
	user := func(name string) client.Identity { return as(func(i *client.Identity) { i.User = name }) }
	role := func(role client.Role) client.Identity {
		return as(func(i *client.Identity) { i.Role, i.Permissions = role, role.Permissions() })
	}
	staff, account, locations := role(client.RoleStaff), role(client.RoleClient), role(client.RoleLocationSuperUser)
	staff.StaffID, account.ClientAccountID, locations.LocationIDs = 7, 8, []int64{9, 10}
	many := role(client.RoleLocationSuperUser)
	for range 1000 {
		many.LocationIDs = append(many.LocationIDs, 7)
	}
	tests := map[string]struct {
		changes edits
		want    client.Identity
	}{
		"OWNER":                      {nil, owner},
		"ADMIN":                      {edits{"role": `"ADMIN"`}, role(client.RoleAdmin)},
		"STAFF":                      {edits{"role": `"STAFF"`, "staffId": "7"}, staff},
		"STAFF by string":            {edits{"role": `"STAFF"`, "staffId": `"7"`}, staff},
		"CLIENT":                     {edits{"role": `"CLIENT"`, "clientAccountId": "8"}, account},
		"LOCATION_SUPER_USER":        {edits{"role": `"LOCATION_SUPER_USER"`, "locationIds": `[9, "10"]`}, locations},
		"1000 locations":             {edits{"role": `"LOCATION_SUPER_USER"`, "locationIds": "[" + strings.Repeat("7,", 999) + "7]"}, many},
		"claims of other roles":      {edits{"staffId": `"canary"`, "locationIds": "0", "clientAccountId": "null"}, owner},
		"claims of other roles, 2":   {edits{"role": `"STAFF"`, "staffId": "7", "clientAccountId": "8", "locationIds": "[9]"}, staff},
		"unknown claims":             {edits{"ROLE": `"CLIENT"`, "azp": "[[{}]]", "jti": "null"}, owner},
		"business by string":         {edits{"businessId": `"43111"`}, owner},
		"business 2^53+1":            {edits{"businessId": "9007199254740993"}, business(9007199254740993)},
		"business 2^53+1 by string":  {edits{"businessId": `"9007199254740993"`}, business(9007199254740993)},
		"the last business":          {edits{"businessId": "9223372036854775807"}, business(9223372036854775807)},
		"audience list":              {edits{"aud": `["other", "clientgraph"]`}, owner},
		"expired within the leeway":  {edits{"exp": seconds(time.Second - auth.DefaultLeeway)}, owner},
		"exp with a fraction":        {edits{"exp": seconds(time.Hour) + ".5"}, owner},
		"not before, within leeway":  {edits{"nbf": seconds(auth.DefaultLeeway)}, owner},
		"issued at, within leeway":   {edits{"iat": seconds(auth.DefaultLeeway)}, owner},
		"user of 255 characters":     {edits{"sub": `"` + strings.Repeat("é", 255) + `"`}, user(strings.Repeat("é", 255))},
		"user with spaces":           {edits{"sub": `" a b "`}, user(" a b ")},
		"user by escapes":            {edits{"sub": `"\ud83d\ude00"`}, user("😀")},
		"permissions narrowed":       {edits{"permissions": `["pii", "write"]`}, as(func(i *client.Identity) { i.Permissions = client.Write | client.PII })},
		"permissions none":           {edits{"permissions": "[]"}, as(func(i *client.Identity) { i.Permissions = 0 })},
		"permissions unknown":        {edits{"permissions": `["write", "root", "PII", ""]`}, as(func(i *client.Identity) { i.Permissions = client.Write })},
		"permissions beyond role":    {edits{"role": `"STAFF"`, "staffId": "7", "permissions": `["write", "admin", "pii"]`}, staff},
		"permissions only beyond it": {edits{"role": `"STAFF"`, "staffId": "7", "permissions": `["admin"]`}, as(func(i *client.Identity) { i.Role, i.StaffID, i.Permissions = client.RoleStaff, 7, 0 })},
	}
	for _, s := range signers(t, "us") {
		for name, test := range tests {
			t.Run(s.alg+"/"+name, func(t *testing.T) {
				got, err := s.verify(s.edited(test.changes))
				if err != nil {
					t.Fatalf("refused: %s", auth.Reason(err))
				}
				if diff := cmp.Diff(test.want, got, withoutExpiry()); diff != "" {
					t.Errorf("identity (-want +got):\n%s", diff)
				}
			})
		}
		for _, header := range []string{
			`{"alg":"` + s.alg + `","kid":"any"}`, `{"alg":"` + s.alg + `","typ":"at+jwt"}`,
			`{"alg":"` + s.alg + `","jwk":{"kty":"oct","k":"canary"},"jku":"https://canary.example"}`,
		} {
			if _, err := s.verify(s.token(header, s.payload(nil))); err != nil {
				t.Errorf("%s: header %s is refused: %s", s.alg, header, auth.Reason(err))
			}
		}
	}
}

func TestPermissionsClaimNarrowsAndNeverWidens(t *testing.T) {
	all := signers(t, "us")
	s := all[len(all)-1]
	rapid.Check(t, func(t *rapid.T) {
		role := rapid.SampledFrom([]client.Role{
			client.RoleOwner, client.RoleAdmin, client.RoleLocationSuperUser, client.RoleStaff, client.RoleClient,
		}).Draw(t, "role")
		names := rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom(client.AllPermissions.Names()),
			rapid.SampledFrom([]string{"Write", "root", "*", "all", "write,admin", " write", ""}),
		)).Draw(t, "names")
		claim := `[]`
		if len(names) > 0 {
			claim = `["` + strings.Join(names, `","`) + `"]`
		}
		id, err := s.verify(s.edited(edits{
			"role": `"` + string(role) + `"`, "staffId": "7", "clientAccountId": "8", "locationIds": "[9]", "permissions": claim,
		}))
		if err != nil {
			t.Fatalf("refused: %s", auth.Reason(err))
		}
		for _, one := range client.AllPermissions.Names() {
			bit, err := client.ParsePermissions([]string{one})
			if err != nil {
				t.Fatal(err)
			}
			named := false
			for _, name := range names {
				named = named || name == one
			}
			if got, want := id.Permissions.Has(bit), named && role.Permissions().Has(bit); got != want {
				t.Errorf("%s with %v has %s: %v, want %v", role, names, one, got, want)
			}
		}
	})
}

func TestLeewayIsTheConfigured(t *testing.T) {
	s := newEd25519(t, make([]byte, 32))
	v := newVerifier(t, auth.Config{Issuer: issuer, Audience: audience, PublicKeyFile: file(t, s.public), Leeway: 2 * time.Second})
	if _, err := v.Verify(s.edited(edits{"exp": seconds(-time.Second)})); err != nil {
		t.Errorf("a second late: %s", auth.Reason(err))
	}
	if _, err := v.Verify(s.edited(edits{"exp": seconds(-2 * time.Second)})); err == nil {
		t.Error("two seconds late: accepted")
	}
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer a.b.c":    "a.b.c",
		"bearer a.b.c":    "a.b.c",
		"BEARER a.b.c":    "a.b.c",
		"Bearer   a.b.c ": "a.b.c",
		"":                "",
		"Bearer":          "",
		"Bearer ":         "",
		"Bearera.b.c":     "",
		"Basic YTpi":      "",
		" Bearer a.b.c":   "",
		"Bearer a b":      "",
		"Bearer a\tb":     "",
		"Bearer\ta.b.c":   "",
		"Bearer a\nb":     "",
		"Bearer é":        "",
		"a.b.c":           "",
	} {
		got, ok := auth.Bearer(header)
		if got != want || ok != (want != "") {
			t.Errorf("Bearer(%q) = %q, %v, want %q", header, got, ok, want)
		}
	}
}
