package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

// wantRefused fails unless the token is refused like every other one, and
// nothing of it is told.
func wantRefused(t testing.TB, s signer, token string) {
	t.Helper()
	id, err := s.verify(token)
	if err == nil {
		t.Fatalf("%s: the token is accepted as %+v", s.alg, id)
	}
	if id.BusinessID != 0 || id.User != "" || id.Role != "" || id.Permissions != 0 || id.LocationIDs != nil {
		t.Errorf("%s: the refusal comes with an identity: %+v", s.alg, id)
	}
	if !errors.Is(err, auth.ErrUnauthenticated) || !client.HasCode(err, "UNAUTHENTICATED") {
		t.Errorf("%s: error %v has not the code UNAUTHENTICATED", s.alg, err)
	}
	const text = "UNAUTHENTICATED: send a valid access token: Authorization: Bearer TOKEN"
	if err.Error() != text {
		t.Errorf("%s: error text %q, want %q as always", s.alg, err, text)
	}
	reason := auth.Reason(err)
	if !slices.Contains(reasons(), reason) {
		t.Errorf("%s: reason %q is none of the fixed ones", s.alg, reason)
	}
	told := fmt.Sprintf("%v %+v %#v", reason, err, err)
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		told += inner.Error()
	}
	for _, canary := range []string{"canary", "Canary", "424242"} {
		if strings.Contains(told, canary) {
			t.Errorf("%s: the error tells a part of the token: %s", s.alg, told)
		}
	}
}

// reasons are all that logs may say. They are spelled out, so that nothing of a
// token can slip into them unseen.
func reasons() []string {
	return []string{
		"token too long", "not a signed JWT", "malformed", "critical extensions", "key id is not a string",
		"algorithm is unknown", "algorithm is not the key's", "signature is wrong", "expired", "not valid yet",
		"issued in the future", "wrong issuer", "wrong audience", "iss, aud or exp is missing",
		"exp is not a date in seconds", "nbf is not a date in seconds", "iat is not a date in seconds",
		"iss is not a string", "aud is neither a string nor an array of strings", "sub is not a string",
		"sub is not a user name", "role is not a string", "unknown role", "businessId is not a positive integer",
		"staffId is not a positive integer", "clientAccountId is not a positive integer",
		"locationIds is not an array of 1 to 1000 positive integers", "permissions is not an array of strings",
	}
}

func TestVerifyRefusesClaimsThatAreMissingOrWrong(t *testing.T) {
	cases := map[string]edits{
		"expired":                         {"exp": seconds(-auth.DefaultLeeway)},
		"expired long ago":                {"exp": "0"},
		"exp missing":                     {"exp": ""},
		"exp null":                        {"exp": "null"},
		"exp a string":                    {"exp": `"` + seconds(time.Hour) + `"`},
		"exp negative":                    {"exp": "-1"},
		"exp in milliseconds":             {"exp": seconds(time.Hour) + "000"},
		"exp beyond all clocks":           {"exp": "1e300"},
		"exp beyond floats":               {"exp": "1e999"},
		"not valid yet":                   {"nbf": seconds(auth.DefaultLeeway + time.Second)},
		"nbf a string":                    {"nbf": `"canary"`},
		"nbf null":                        {"nbf": "null"},
		"issued in the future":            {"iat": seconds(auth.DefaultLeeway + time.Second)},
		"iat an object":                   {"iat": `{"canary":1}`},
		"issuer wrong":                    {"iss": `"https://canary.example"`},
		"issuer in another case":          {"iss": `"` + strings.ToUpper(issuer) + `"`},
		"issuer with a slash more":        {"iss": `"` + issuer + `/"`},
		"issuer missing":                  {"iss": ""},
		"issuer empty":                    {"iss": `""`},
		"issuer an array":                 {"iss": `["` + issuer + `"]`},
		"audience wrong":                  {"aud": `"canary"`},
		"audience list without ours":      {"aud": `["canary", "clientgraph2"]`},
		"audience list empty":             {"aud": "[]"},
		"audience list with a number":     {"aud": `["clientgraph", 424242]`},
		"audience missing":                {"aud": ""},
		"audience null":                   {"aud": "null"},
		"audience an object":              {"aud": `{"clientgraph": "canary"}`},
		"sub missing":                     {"sub": ""},
		"sub empty":                       {"sub": `""`},
		"sub blank":                       {"sub": `" \u2003 "`},
		"sub null":                        {"sub": "null"},
		"sub a number":                    {"sub": "424242"},
		"sub too long":                    {"sub": `"` + strings.Repeat("é", 256) + `"`},
		"sub with a line break":           {"sub": `"canary\nuser"`},
		"sub with a zero":                 {"sub": `"canary\u0000"`},
		"sub with a C1 control":           {"sub": `"canary\u0085"`},
		"sub with half a surrogate":       {"sub": `"canary\ud800"`},
		"sub not UTF-8":                   {"sub": "\"canary\xff\""},
		"role missing":                    {"role": ""},
		"role unknown":                    {"role": `"CANARY"`},
		"role in lower case":              {"role": `"owner"`},
		"role null":                       {"role": "null"},
		"role a list":                     {"role": `["OWNER"]`},
		"role under another case's name":  {"role": "", "ROLE": `"OWNER"`},
		"business missing":                {"businessId": ""},
		"business 0":                      {"businessId": "0"},
		"business negative":               {"businessId": "-43111"},
		"business a fraction":             {"businessId": "43111.5"},
		"business a whole fraction":       {"businessId": "43111.0"},
		"business with an exponent":       {"businessId": "4e4"},
		"business too large":              {"businessId": "9223372036854775808"},
		"business much too large":         {"businessId": "424242424242424242424242"},
		"business null":                   {"businessId": "null"},
		"business true":                   {"businessId": "true"},
		"business a list":                 {"businessId": "[43111]"},
		"business an empty string":        {"businessId": `""`},
		"business string 0":               {"businessId": `"0"`},
		"business string negative":        {"businessId": `"-43111"`},
		"business string with plus":       {"businessId": `"+43111"`},
		"business string with zeros":      {"businessId": `"0043111"`},
		"business string with a space":    {"businessId": `" 43111"`},
		"business string with underscore": {"businessId": `"43_111"`},
		"business string hexadecimal":     {"businessId": `"0xa867"`},
		"business string too large":       {"businessId": `"9223372036854775808"`},
		"business string a fraction":      {"businessId": `"43111.0"`},
		"business string of words":        {"businessId": `"canary"`},
		"business in other digits":        {"businessId": `"４３"`},
		"STAFF without staffId":           {"role": `"STAFF"`},
		"STAFF with staffId 0":            {"role": `"STAFF"`, "staffId": "0"},
		"STAFF with staffId null":         {"role": `"STAFF"`, "staffId": "null"},
		"STAFF with an account":           {"role": `"STAFF"`, "clientAccountId": "7"},
		"CLIENT without an account":       {"role": `"CLIENT"`},
		"CLIENT with a negative account":  {"role": `"CLIENT"`, "clientAccountId": "-7"},
		"CLIENT with a staffId":           {"role": `"CLIENT"`, "staffId": "7"},
		"LOCATION without locations":      {"role": `"LOCATION_SUPER_USER"`},
		"LOCATION with no locations":      {"role": `"LOCATION_SUPER_USER"`, "locationIds": "[]"},
		"LOCATION with null":              {"role": `"LOCATION_SUPER_USER"`, "locationIds": "null"},
		"LOCATION with a bare number":     {"role": `"LOCATION_SUPER_USER"`, "locationIds": "7"},
		"LOCATION with one bad location":  {"role": `"LOCATION_SUPER_USER"`, "locationIds": "[7, 0, 8]"},
		"LOCATION with a null location":   {"role": `"LOCATION_SUPER_USER"`, "locationIds": "[7, null]"},
		"LOCATION with 1001 locations":    {"role": `"LOCATION_SUPER_USER"`, "locationIds": "[" + strings.Repeat("7,", 1000) + "7]"},
		"permissions a string":            {"permissions": `"write"`},
		"permissions null":                {"permissions": "null"},
		"permissions an object":           {"permissions": `{"write": true}`},
		"permissions with a number":       {"permissions": `["write", 424242]`},
	}
	for _, s := range signers(t, "us") {
		if _, err := s.verify(s.edited(nil)); err != nil {
			t.Fatalf("%s: the token without edits is refused: %v", s.alg, auth.Reason(err))
		}
		for name, changes := range cases {
			t.Run(s.alg+"/"+name, func(t *testing.T) { wantRefused(t, s, s.edited(changes)) })
		}
	}
}

func TestVerifyRefusesPayloadsThatAreNotOneObject(t *testing.T) {
	for _, s := range signers(t, "us") {
		good := s.payload(nil)
		for name, payload := range map[string]string{
			"empty":              "",
			"null":               "null",
			"an array":           "[" + good + "]",
			"a string":           `"canary"`,
			"cut":                good[:len(good)-1],
			"text behind":        good + "canary",
			"another behind":     good + good,
			"role twice":         strings.Replace(good, "{", `{"role": "STAFF", `, 1),
			"role twice escaped": strings.Replace(good, "{", `{"\u0072ole": "STAFF", `, 1),
			"single quotes":      strings.ReplaceAll(good, `"`, "'"),
			"a comma too many":   strings.Replace(good, "}", ",}", 1),
			"deep nesting":       strings.Replace(good, "}", `,"a":`+strings.Repeat("[", 4000), 1),
			"not UTF-8":          strings.Replace(good, "}", ", \"a\": \"\xff\"}", 1),
			"byte order mark":    "\ufeff" + good,
		} {
			t.Run(s.alg+"/"+name, func(t *testing.T) { wantRefused(t, s, s.token(s.header(), payload)) })
		}
	}
}

func TestVerifyRefusesHeadersThatAreNotTheKeys(t *testing.T) {
	for _, s := range signers(t, "us") {
		cases := map[string]string{
			"empty":             "",
			"null":              "null",
			"no JSON":           "canary",
			"an array":          "[" + s.header() + "]",
			"no alg":            `{"typ":"JWT"}`,
			"alg null":          `{"alg":null}`,
			"alg a number":      `{"alg":424242}`,
			"alg unknown":       `{"alg":"canary"}`,
			"alg none":          `{"alg":"none"}`,
			"alg lower case":    `{"alg":"` + strings.ToLower(s.alg) + `"}`,
			"kid a number":      `{"alg":"` + s.alg + `","kid":424242}`,
			"kid null":          `{"alg":"` + s.alg + `","kid":null}`,
			"kid a list":        `{"alg":"` + s.alg + `","kid":["canary"]}`,
			"critical":          `{"alg":"` + s.alg + `","crit":["canary"],"canary":1}`,
			"critical, b64":     `{"alg":"` + s.alg + `","crit":["b64"],"b64":false}`,
			"critical but null": `{"alg":"` + s.alg + `","crit":null}`,
		}
		for _, other := range []string{"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"} {
			if other != s.alg {
				cases["alg "+other] = `{"alg":"` + other + `"}`
			}
		}
		for name, header := range cases {
			t.Run(s.alg+"/"+name, func(t *testing.T) { wantRefused(t, s, s.token(header, s.payload(nil))) })
		}
	}
}

// The right key and a signature that fits the header, but not the algorithm that
// belongs to the key.
func TestVerifyRefusesOtherAlgorithmsUnderTheRightKey(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	hmacKey := make([]byte, 32)
	development, err := auth.NewDevelopment(hmacKey, clock)
	if err != nil {
		t.Fatal(err)
	}
	rs := signer{alg: "RS256", verify: newVerifier(t, auth.Config{
		Issuer: issuer, Audience: audience, PublicKeyFile: file(t, publicPEM(t, &rsaKey.PublicKey)),
	}).Verify}
	hs := signer{alg: "HS256", verify: development.Verify}
	for _, test := range []struct {
		signer signer
		method jwt.SigningMethod
		key    any
		good   bool
	}{
		{rs, jwt.SigningMethodRS256, rsaKey, true},
		{rs, jwt.SigningMethodRS384, rsaKey, false},
		{rs, jwt.SigningMethodRS512, rsaKey, false},
		{rs, jwt.SigningMethodPS256, rsaKey, false},
		{hs, jwt.SigningMethodHS256, hmacKey, true},
		{hs, jwt.SigningMethodHS384, hmacKey, false},
		{hs, jwt.SigningMethodHS512, hmacKey, false},
	} {
		text := encoded(`{"alg":"`+test.method.Alg()+`"}`) + "." + encoded(test.signer.payload(nil))
		signature, err := test.method.Sign(text, test.key)
		if err != nil {
			t.Fatal(err)
		}
		token := text + "." + encoded(string(signature))
		if !test.good {
			wantRefused(t, test.signer, token)
		} else if _, err := test.signer.verify(token); err != nil {
			t.Errorf("%s is refused: %s", test.method.Alg(), auth.Reason(err))
		}
	}
}

func TestVerifyRefusesTokensWithoutASignature(t *testing.T) {
	for _, s := range signers(t, "us") {
		for _, alg := range []string{"none", "None", "NONE", "nOnE", s.alg} {
			text := encoded(`{"alg":"`+alg+`"}`) + "." + encoded(s.payload(nil))
			wantRefused(t, s, text+".")
			wantRefused(t, s, text)
			wantRefused(t, s, text+"."+encoded("canary"))
		}
	}
}

// The public key is no secret: whoever has it could otherwise sign with its text.
func TestVerifyRefusesAPublicKeyUsedAsAnHMACSecret(t *testing.T) {
	for _, s := range signers(t, "us") {
		if s.public == nil {
			continue
		}
		for _, secret := range [][]byte{s.public, []byte(strings.TrimSpace(string(s.public))), {}} {
			forger := newHMAC(secret)
			for _, alg := range []string{"HS256", s.alg} {
				wantRefused(t, s, forger.token(`{"alg":"`+alg+`"}`, s.payload(nil)))
			}
		}
	}
}

func TestVerifyRefusesForeignKeys(t *testing.T) {
	ours, theirs := signers(t, "us"), signers(t, "them")
	for i, s := range ours {
		for _, other := range slices.Concat(theirs, ours) {
			if !sameKey(s, other) {
				wantRefused(t, s, other.token(other.header(), s.payload(nil)))
				wantRefused(t, s, other.token(s.header(), s.payload(nil)))
			}
		}
		// The forger brings the key along, in every way that headers know.
		forger := theirs[i]
		for _, with := range []string{
			`"jwk":{"kty":"OKP","crv":"Ed25519","x":"canary"}`, `"jku":"https://canary.example/keys"`,
			`"x5u":"https://canary.example/key"`, `"x5c":["canary"]`, `"kid":"../../../../dev/null"`,
			`"kid":"' OR 1=1 --"`, `"kid":""`,
		} {
			wantRefused(t, s, forger.token(`{"alg":"`+s.alg+`",`+with+`}`, s.payload(nil)))
		}
	}
}

func sameKey(a, b signer) bool {
	return a.alg == b.alg && b.check("text", a.sign("text"))
}

func TestVerifyRefusesBrokenTexts(t *testing.T) {
	for _, s := range signers(t, "us") {
		good := s.edited(nil)
		parts := strings.Split(good, ".")
		cases := map[string]string{
			"empty":                 "",
			"a word":                "canary",
			"dots":                  "..",
			"header alone":          parts[0],
			"no signature part":     parts[0] + "." + parts[1],
			"empty signature":       parts[0] + "." + parts[1] + ".",
			"empty payload":         parts[0] + ".." + parts[2],
			"empty header":          "." + parts[1] + "." + parts[2],
			"segment twice":         parts[0] + "." + parts[1] + "." + parts[1] + "." + parts[2],
			"two tokens":            good + "." + good,
			"five parts, as a JWE":  encoded(`{"alg":"dir","enc":"A256GCM"}`) + "..canary.canary.canary",
			"parts swapped":         parts[1] + "." + parts[0] + "." + parts[2],
			"space before":          " " + good,
			"space behind":          good + " ",
			"line break behind":     good + "\n",
			"line break within":     good[:len(good)-9] + "\r\n" + good[len(good)-9:],
			"zero behind":           good + "\x00",
			"padding behind":        good + "=",
			"dot behind":            good + ".",
			"scheme before":         "Bearer " + good,
			"quotes":                `"` + good + `"`,
			"standard base64":       parts[0] + "." + parts[1] + "." + base64.StdEncoding.EncodeToString([]byte("\xff\xfe\xfd")),
			"signature repeated":    good + parts[2],
			"JSON serialisation":    `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
			"not text":              "\xff\xfe." + parts[1] + "." + parts[2],
			"longer than 8 KiB":     s.edited(edits{"padding": `"` + strings.Repeat("a", 6200) + `"`}),
			"much longer than that": strings.Repeat("canary", 1<<20),
		}
		for name, token := range cases {
			t.Run(s.alg+"/"+name, func(t *testing.T) { wantRefused(t, s, token) })
		}
		for length := range len(good) {
			wantRefused(t, s, good[:length])
		}
	}
}

func TestVerifyRefusesEveryFlippedBit(t *testing.T) {
	for _, s := range signers(t, "us") {
		good := s.edited(nil)
		for part, text := range strings.Split(good, ".") {
			raw, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			for i := range raw {
				parts := strings.Split(good, ".")
				changed := []byte(string(raw))
				changed[i] ^= 1 << (i % 8)
				parts[part] = encoded(string(changed))
				wantRefused(t, s, strings.Join(parts, "."))
			}
		}
		// The last character of a part can have bits that decode to nothing.
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		for _, last := range alphabet {
			if changed := good[:len(good)-1] + string(last); changed != good {
				wantRefused(t, s, changed)
			}
		}
	}
}
