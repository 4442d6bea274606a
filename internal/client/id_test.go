package client

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/testsize"
)

func TestPropertyIDReadsBack(t *testing.T) {
	testsize.Check(t, testsize.Of(200, 1000, 20_000), func(rt *rapid.T) {
		id := ID{Number: rapid.Int64().Draw(rt, "number"), Type: rapid.StringMatching(`|[A-Za-z]{1,12}`).Draw(rt, "type")}
		got, err := ParseID(id.String())
		if err != nil || got != id {
			rt.Fatalf("%#v as %q reads as %#v, %v", id, id.String(), got, err)
		}
		other := rapid.StringMatching(`[A-Z][a-z]{1,5}`).Draw(rt, "another type")
		if want := id.Type == "" || id.Type == other; (id.As(other) == id.Number) != (want || id.Number == 0) {
			rt.Fatalf("%#v as a %s is %d", id, other, id.As(other))
		}
	})
}

// An id has one plain and one global spelling, the padding of the latter aside.
func TestIDHasOneSpelling(t *testing.T) {
	global := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, text := range []string{
		"", " ", "+1", "01", "-0", "00", "1 ", " 1", "1\n", "1.0", "1e3", "0x1", "1_000", "٣", "１",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999",
		global("Client"), global(":1"), global("Client:"), global("Client:01"), global("Client:+1"), global("Client: 1"),
		global("Client:1:2"), global("Cli ent:1"), global("Client1:1"), global("Client:9223372036854775808"),
		"Client:1", "=", global("Client:1") + "A", global("Client:12") + "\n", "\n" + global("Client:12"),
		// The last character holds bits that no byte has.
		"Q2xpZW50OjF=A", "Q2xpZW50OjEyMz", "Q2xpZW50OjEyNB",
		base64.StdEncoding.EncodeToString([]byte("Client:1\xff\xfe")),
	} {
		if id, err := ParseID(text); err == nil {
			t.Errorf("%q reads as %#v", text, id)
		} else if !HasCode(err, CodeInvalidID) {
			t.Errorf("%q is refused with %v", text, err)
		}
	}
	for text, want := range map[string]ID{
		"9223372036854775807":                {Number: math.MaxInt64},
		"-9223372036854775808":               {Number: math.MinInt64},
		"0":                                  {},
		"Q2xpZW50OjQ5MjIxNDY":                {Type: "Client", Number: 4922146},
		"Q2xpZW50OjQ5MjIxNDY=":               {Type: "Client", Number: 4922146},
		global("Client:9223372036854775807"): {Type: "Client", Number: math.MaxInt64},
		global("FieldDefinition:322516"):     {Type: "FieldDefinition", Number: 322516},
	} {
		if got, err := ParseID(text); err != nil || got != want {
			t.Errorf("%q reads as %#v, %v; want %#v", text, got, err, want)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"4922146", "-1", "Q2xpZW50OjQ5MjIxNDY", "Q2xpZW50OjQ5MjIxNDY=", "", "Client:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseID(text)
		if err == nil && id.String() != strings.TrimRight(text, "=") {
			t.Errorf("%q reads as %#v, which is %q", text, id, id)
		}
		if err != nil && !HasCode(err, CodeInvalidID) {
			t.Errorf("%q is refused with %v", text, err)
		}
	})
}
