package reading

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strings"
	"unicode/utf8"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// CursorSeal seals and opens cursors of the feed for one caller.
func (s *Records) CursorSeal(ctx context.Context, scope client.Scope) (changefeed.Seal, error) {
	aead, err := s.cursors.AEAD(ctx)
	return changefeed.NewCursorSeal(aead, scope), err
}

// A cursor is base64url of a checksum and then a key of the order. The checksum
// also covers which list the cursor is of, so that a cursor of another list, or
// one edited by hand, is told apart. It is no secret: whoever computes a valid
// one for another place gets that place of a list that they may read anyway.
const checksumSize = 9

// listIdentity is what two requests must have in common for a cursor of one to
// mean something in the other.
func listIdentity(scope client.Scope, filter Filter, order store.Order) []byte {
	identity, err := json.Marshal(struct {
		BusinessID int64
		Filter     Filter
		Order      store.Order
	}{scope.BusinessID, filter, order})
	if err != nil {
		// Numbers, booleans and strings always have a JSON form.
		panic(err)
	}
	return identity
}

func checksum(identity []byte, key string) []byte {
	sum := sha256.Sum256(slices.Concat(identity, []byte{0}, []byte(key)))
	return sum[:checksumSize]
}

// EncodeCursor makes the cursor behind a key in the list of that identity: a cursor
// of another list is refused.
func EncodeCursor(identity []byte, key string) string {
	return base64.RawURLEncoding.EncodeToString(append(checksum(identity, key), key...))
}

// cursors makes the cursors of one list, as EncodeCursor does, in memory that they share.
type cursors struct {
	// digest computes checksums. begun is its state after the list's identity, which is
	// longer than most keys: it is hashed once for all cursors.
	digest hash.Hash
	begun  []byte
	sum    []byte
	// raw is the cursor that is being made, before it is encoded.
	raw  []byte
	text []byte
	ends []int
}

// newCursors has memory for the cursors behind that many keys.
func newCursors(identity []byte, keys int) *cursors {
	const aKey, aCursor = 64, 80
	digest := sha256.New()
	_, _ = digest.Write(append(slices.Clip(identity), 0)) // A hash doesn't fail.
	// A SHA-256 can always be stored, and restored from what was stored.
	begun, _ := digest.(encoding.BinaryMarshaler).MarshalBinary()
	return &cursors{
		digest: digest, begun: begun, sum: make([]byte, 0, sha256.Size),
		raw: make([]byte, checksumSize, checksumSize+aKey), text: make([]byte, 0, aCursor*keys), ends: make([]int, 0, keys),
	}
}

// add makes the cursor behind a key.
func (c *cursors) add(key string) {
	c.raw = append(c.raw[:checksumSize], key...)
	_ = c.digest.(encoding.BinaryUnmarshaler).UnmarshalBinary(c.begun)
	_, _ = c.digest.Write(c.raw[checksumSize:])
	copy(c.raw[:checksumSize], c.digest.Sum(c.sum))
	c.text = base64.RawURLEncoding.AppendEncode(c.text, c.raw)
	c.ends = append(c.ends, len(c.text))
}

// all are the cursors that were made.
func (c *cursors) all() []string {
	text, begin := string(c.text), 0
	all := make([]string, len(c.ends))
	for i, end := range c.ends {
		all[i], begin = text[begin:end], end
	}
	return all
}

// DecodeCursor reads the key out of a cursor. Error: INVALID_CURSOR, at the argument,
// for one that was not made for the list of that identity, or whose key is no text: a
// database compares texts alone.
func DecodeCursor(identity []byte, argument, cursor string) (string, *client.Error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	// The decoder skips line breaks.
	if err == nil && len(raw) > checksumSize && !strings.ContainsAny(cursor, "\r\n") {
		key := string(raw[checksumSize:])
		if bytes.Equal(raw[:checksumSize], checksum(identity, key)) && utf8.ValidString(key) {
			return key, nil
		}
	}
	return "", invalidCursor(argument)
}

func invalidCursor(argument string) *client.Error {
	return client.Path{argument}.At(&client.Error{
		Code:    client.CodeInvalidCursor,
		Message: fmt.Sprintf("want a cursor that this connection answered with the same filter and orderBy in %s, unchanged", argument),
	})
}
