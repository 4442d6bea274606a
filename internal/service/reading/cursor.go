package reading

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
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

// A cursor is base64url of what it is checked by and then a key of the order. It is checked
// by the first bytes of a digest of its list, and by a checksum of the key: a cursor of another
// list, or one edited by hand, is told apart. Neither is a secret: whoever computes a valid
// one for another place gets that place of a list that they may read anyway.
const (
	digestSize = 5
	checkSize  = digestSize + crc32.Size
)

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

// check is what cursors of one list are checked by.
type check struct {
	digest   [digestSize]byte
	checksum uint32
	table    *crc32.Table
}

func checkOf(identity []byte) check {
	sum := sha256.Sum256(identity)
	// Processors compute this polynomial themselves.
	table := crc32.MakeTable(crc32.Castagnoli)
	return check{[digestSize]byte(sum[:]), crc32.Checksum(sum[digestSize:], table), table}
}

// append appends the cursor behind a key, before it is encoded.
func (c *check) append(dst []byte, key string) []byte {
	from := len(dst)
	dst = append(append(append(dst, c.digest[:]...), make([]byte, crc32.Size)...), key...)
	raw := dst[from:]
	binary.BigEndian.PutUint32(raw[digestSize:], crc32.Update(c.checksum, c.table, raw[checkSize:]))
	return dst
}

// EncodeCursor makes the cursor behind a key in the list of that identity: a cursor
// of another list is refused.
func EncodeCursor(identity []byte, key string) string {
	list := checkOf(identity)
	return base64.RawURLEncoding.EncodeToString(list.append(nil, key))
}

// encodeCursors makes the cursors behind keys of one list, as EncodeCursor does, in memory
// that they share.
func encodeCursors(identity []byte, keys []string) []string {
	list, size := checkOf(identity), 0
	for _, key := range keys {
		size += base64.RawURLEncoding.EncodedLen(checkSize + len(key))
	}
	var raw []byte
	text, ends := make([]byte, 0, size), make([]int, len(keys))
	for i, key := range keys {
		raw = list.append(raw[:0], key)
		text = base64.RawURLEncoding.AppendEncode(text, raw)
		ends[i] = len(text)
	}
	all, begin := string(text), 0
	cursors := make([]string, len(keys))
	for i, end := range ends {
		cursors[i], begin = all[begin:end], end
	}
	return cursors
}

// DecodeCursor reads the key out of a cursor. Error: INVALID_CURSOR, at the argument,
// for one that was not made for the list of that identity, or whose key is no text: a
// database compares texts alone.
func DecodeCursor(identity []byte, argument, cursor string) (string, *client.Error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	// The decoder skips line breaks.
	if err == nil && len(raw) > checkSize && !strings.ContainsAny(cursor, "\r\n") {
		key := string(raw[checkSize:])
		list := checkOf(identity)
		if bytes.Equal(raw, list.append(nil, key)) && utf8.ValidString(key) {
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
