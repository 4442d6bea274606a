package auth_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"clientgraph/internal/client"
)

// FuzzVerify: no text makes a verifier panic, and none is accepted whose
// signature the standard library does not find under the verifier's own key.
func FuzzVerify(f *testing.F) {
	all := signers(f, "us")
	for _, s := range all {
		good := s.edited(nil)
		f.Add(good)
		f.Add(good[:len(good)/2])
		f.Add(s.token(`{"alg":"none"}`, s.payload(nil)))
		f.Add(s.token(`{"alg":"HS256","kid":"a","jwk":{}}`, s.payload(edits{"permissions": "[]"})))
	}
	f.Add("")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		for _, s := range all {
			if _, err := s.verify(token); err != nil {
				wantRefused(t, s, token)
				continue
			}
			dot := strings.LastIndexByte(token, '.')
			signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
			if err != nil || !s.check(token[:dot], signature) {
				t.Errorf("%s accepts a token that its key did not sign: %q", s.alg, token)
			}
		}
	})
}

// FuzzClaims: whatever an issuer signs, the answer is a refusal or an identity
// that the rest of the program can rely on.
func FuzzClaims(f *testing.F) {
	all := signers(f, "us")
	s := all[len(all)-1]
	f.Add(s.payload(nil))
	f.Add(s.payload(edits{"role": `"STAFF"`, "staffId": `"9007199254740993"`, "permissions": `["write","x"]`}))
	f.Add(s.payload(edits{"role": `"CLIENT"`, "clientAccountId": "8", "nbf": "1", "iat": "1.5"}))
	f.Add(s.payload(edits{"role": `"LOCATION_SUPER_USER"`, "locationIds": `[1,"2"]`, "aud": `["a","clientgraph"]`}))
	f.Fuzz(func(t *testing.T, payload string) {
		id, err := s.verify(s.token(s.header(), payload))
		if err != nil {
			return
		}
		if id.BusinessID <= 0 || strings.TrimSpace(id.User) == "" || !id.Role.Permissions().Has(id.Permissions) {
			t.Errorf("accepted as %+v", id)
		}
		complete := false
		switch id.Role {
		case client.RoleOwner, client.RoleAdmin:
			complete = id.StaffID == 0 && id.ClientAccountID == 0 && id.LocationIDs == nil
		case client.RoleStaff:
			complete = id.StaffID > 0 && id.ClientAccountID == 0 && id.LocationIDs == nil
		case client.RoleClient:
			complete = id.ClientAccountID > 0 && id.StaffID == 0 && id.LocationIDs == nil
		case client.RoleLocationSuperUser:
			complete = len(id.LocationIDs) > 0 && id.StaffID == 0 && id.ClientAccountID == 0
			for _, location := range id.LocationIDs {
				complete = complete && location > 0
			}
		}
		if !complete {
			t.Errorf("accepted as %+v", id)
		}
	})
}
