package changefeed

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"clientgraph/internal/client"
)

// Cursor is a place in the change feed, as one caller reads it. Callers get
// it sealed: its numbers would tell how much else happens in the business.
type Cursor struct {
	// Sequence is the last row whose notices the caller has all read, and Part the last
	// notice that it has read of the next row.
	Sequence int64
	Part     int
	// Listing says that the caller still reads the list of all clients that there were at
	// Sequence, which is by id; After is the last client of it that was read.
	Listing bool
	After   int64
}

// Every cursor has one size, which tells nothing either.
const (
	cursorVersion = 1
	rowsSize      = 8
	cursorSize    = 1 + rowsSize + 8 + 4 + 1 + 8
)

// rowsIdentity is equal for callers who see the same rows: what others have seen
// says nothing of what they have. A CLIENT's follow its
// own record, whose changes are in the feed.
func rowsIdentity(scope client.Scope) []byte {
	identity := "all"
	switch {
	case scope.Rows.ByID():
		identity = fmt.Sprintf("client %d", scope.ClientID)
	case !scope.Rows.All:
		identity = fmt.Sprintf("%q", slices.Compact(slices.Sorted(slices.Values(scope.Rows.VisibilityKeys))))
	}
	sum := sha256.Sum256([]byte(identity))
	return sum[:rowsSize]
}

// Seal seals the feed's cursors for one caller.
type Seal struct {
	aead  cipher.AEAD
	scope client.Scope
}

// NewCursorSeal seals by a key for the caller of that scope.
func NewCursorSeal(aead cipher.AEAD, scope client.Scope) Seal { return Seal{aead, scope} }

// bound is what a cursor is of; another business's does not open.
func (s Seal) bound() []byte { return fmt.Appendf(nil, "changes %d", s.scope.BusinessID) }

// Seal returns the cursor of a place. No two are alike: one that stays the same
// would tell that nothing happened.
func (s Seal) Seal(at Cursor) string {
	plain := make([]byte, 0, cursorSize)
	plain = append(plain, cursorVersion)
	plain = append(plain, rowsIdentity(s.scope)...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(at.Sequence)) //nolint:gosec // It is never negative.
	plain = binary.BigEndian.AppendUint32(plain, uint32(at.Part))     //nolint:gosec // Nor is this, and it is small.
	listing := byte(0)
	if at.Listing {
		listing = 1
	}
	plain = append(plain, listing)
	plain = binary.BigEndian.AppendUint64(plain, uint64(at.After)) //nolint:gosec // It comes back as it was.
	return s.seal(plain, s.bound())
}

// seal seals a cursor that is bound to what it is of.
func (s Seal) seal(plain, bound []byte) string {
	nonce := make([]byte, s.aead.NonceSize())
	// It never fails.
	_, _ = rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, bound))
}

// open opens a sealed cursor of that size, bound to what it is of; false for any other
// text.
func (s Seal) open(text string, size int, bound []byte) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	nonce := s.aead.NonceSize()
	// The decoder skips line breaks.
	if err != nil || len(raw) != nonce+size+s.aead.Overhead() || strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	plain, err := s.aead.Open(nil, raw[:nonce], raw[nonce:], bound)
	return plain, err == nil && plain[0] == cursorVersion
}

// Open reads a cursor of the business's feed. Errors: INVALID_CURSOR,
// RESYNC_REQUIRED.
func (s Seal) Open(argument, text string) (Cursor, *client.Error) {
	plain, ok := s.open(text, cursorSize, s.bound())
	if !ok {
		return Cursor{}, invalidCursor(argument)
	}
	rows, plain := plain[1:1+rowsSize], plain[1+rowsSize:]
	if !slices.Equal(rows, rowsIdentity(s.scope)) {
		return Cursor{}, ResyncRequired(argument)
	}
	return Cursor{
		Sequence: int64(binary.BigEndian.Uint64(plain)), //nolint:gosec // As it was sealed.
		Part:     int(binary.BigEndian.Uint32(plain[8:])),
		Listing:  plain[12] == 1,
		After:    int64(binary.BigEndian.Uint64(plain[13:])), //nolint:gosec // As it was sealed.
	}, nil
}

func invalidCursor(argument string) *client.Error {
	return client.Path{argument}.At(&client.Error{Code: client.CodeInvalidCursor, Message: "want a cursor that clientChanges or clientChanged answered, unchanged"})
}

// ResyncRequired is the error of a cursor that can't be read on from.
func ResyncRequired(argument string) *client.Error {
	return client.Path{argument}.At(&client.Error{
		Code:    client.CodeResyncRequired,
		Message: "the cursor is too old, or you see other clients than when you got it; forget what you have and begin again without a cursor",
	})
}
