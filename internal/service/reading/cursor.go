package reading

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
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
