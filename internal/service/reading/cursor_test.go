package reading

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/testsize"
)

// A cursor is valid only for the list that it was made for, and has the key that it was
// made of.
func TestPropertyCursorIsOfOneList(t *testing.T) {
	testsize.Check(t, testsize.Of(200, 1000, 20_000), func(rt *rapid.T) {
		key := rapid.StringN(1, 60, 200).Draw(rt, "key")
		identity, foreign := []byte(rapid.String().Draw(rt, "list")), []byte(rapid.String().Draw(rt, "another list"))
		cursor := EncodeCursor(identity, key)
		if got, err := DecodeCursor(identity, "after", cursor); err != nil || got != key {
			rt.Fatalf("the cursor of %q is %q, %v", key, got, err)
		}
		if string(foreign) != string(identity) {
			if _, err := DecodeCursor(foreign, "after", cursor); err == nil {
				rt.Fatal("a cursor of another list was taken")
			}
		}
		at := rapid.IntRange(0, len(cursor)).Draw(rt, "inserted at")
		inserted := cursor[:at] + string(rapid.SampledFrom([]rune("\n\r =A-_!\x00")).Draw(rt, "inserted")) + cursor[at:]
		if _, err := DecodeCursor(identity, "after", inserted); err == nil {
			rt.Fatalf("%q was taken for %q", inserted, cursor)
		}
	})
}

// A cursor with any one of its bytes changed is refused.
func TestEditedCursorsAreRefused(t *testing.T) {
	identity := []byte("list")
	for _, key := range []string{"k", "ke", "key", "Name!00000000004b1b42"} {
		cursor := EncodeCursor(identity, key)
		for at := range cursor {
			for b := range 256 {
				edited := []byte(cursor)
				if edited[at] = byte(b); string(edited) == cursor {
					continue
				}
				_, err := DecodeCursor(identity, "before", string(edited))
				if err == nil {
					t.Fatalf("%q was taken for %q", edited, cursor)
				}
				if err.Code != client.CodeInvalidCursor || len(err.Field) != 1 || err.Field[0] != "before" {
					t.Fatalf("refused with %v", err)
				}
			}
		}
	}
}

func FuzzCursor(f *testing.F) {
	identity := []byte("list")
	f.Add("")
	f.Add(EncodeCursor(identity, "key!0000000000000001"))
	f.Add("AAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, cursor string) {
		key, err := DecodeCursor(identity, "after", cursor)
		if err == nil && EncodeCursor(identity, key) != cursor {
			t.Errorf("%q was taken for the cursor of %q", cursor, key)
		}
	})
}

// The cursors of a part of a list are the same as those made one by one.
func TestCursorsOfAListAreThoseOfItsKeys(t *testing.T) {
	identity := []byte("a list")
	keys := []string{"", "a", "ab", "abc", "ann!0000000000000001", strings.Repeat("é", 100)}
	for i, cursor := range encodeCursors(identity, keys) {
		if want := EncodeCursor(identity, keys[i]); cursor != want {
			t.Errorf("the cursor behind %q is %s, and %s by itself", keys[i], cursor, want)
		}
	}
}
