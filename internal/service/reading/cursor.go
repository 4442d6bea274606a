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

// CursorSeal returns what encrypts and decrypts a caller's cursors of the feed.
func (s *Records) CursorSeal(ctx context.Context, scope client.Scope) (changefeed.Seal, error) {
	aead, err := s.cursors.AEAD(ctx)
	return changefeed.NewCursorSeal(aead, scope), err
}

// A cursor is base64url of a check and a key of the order. The check is the first bytes
// of a digest of the list, and a checksum of the key. It refuses cursors of other lists
// and cursors that were edited by hand. It is not secret: a caller who computes a cursor
// for another place gets that place of a list that it may read anyway.
const (
	digestSize = 5
	checkSize  = digestSize + crc32.Size
)

// listIdentity is equal for two requests if a cursor of one is valid for the other.
func listIdentity(scope client.Scope, filter Filter, order store.Order) []byte {
	identity, err := json.Marshal(struct {
		BusinessID int64
		Filter     Filter
		Order      store.Order
	}{scope.BusinessID, filter, order})
	if err != nil {
		// Numbers, booleans and strings can always be encoded.
		panic(err)
	}
	return identity
}

// check is the check of the cursors of one list.
type check struct {
	digest   [digestSize]byte
	checksum uint32
	table    *crc32.Table
}

func checkOf(identity []byte) check {
	sum := sha256.Sum256(identity)
	// Processors compute this polynomial in hardware.
	table := crc32.MakeTable(crc32.Castagnoli)
	return check{[digestSize]byte(sum[:]), crc32.Checksum(sum[digestSize:], table), table}
}

// append appends the cursor after a key, before encoding.
func (c *check) append(dst []byte, key string) []byte {
	from := len(dst)
	dst = append(append(append(dst, c.digest[:]...), make([]byte, crc32.Size)...), key...)
	raw := dst[from:]
	binary.BigEndian.PutUint32(raw[digestSize:], crc32.Update(c.checksum, c.table, raw[checkSize:]))
	return dst
}

// EncodeCursor returns the cursor after a key in the list with that identity.
func EncodeCursor(identity []byte, key string) string {
	list := checkOf(identity)
	return base64.RawURLEncoding.EncodeToString(list.append(nil, key))
}

// encodeCursors returns the cursors after keys of one list, as EncodeCursor does, in
// shared memory.
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

// DecodeCursor returns the key of a cursor. Error: INVALID_CURSOR, at the argument, for a
// cursor of another list, or whose key is not valid text: a database compares only text.
func DecodeCursor(identity []byte, argument, cursor string) (string, *client.Error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	// The decoder ignores line breaks.
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
