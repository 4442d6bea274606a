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

// Cursor is a caller's place in the change feed. Callers get it encrypted, because its
// numbers would show how much else happens in the business.
type Cursor struct {
	// Sequence is the last row of which the caller has read all notices. Part is the last
	// notice that it has read of the row after that.
	Sequence int64
	Part     int
	// Listing says that the caller still reads the list of all clients as of Sequence,
	// ordered by id. After is the last client of the list that it has read; 0 for none.
	Listing bool
	After   int64
}

// The sizes of an unencrypted cursor and of its parts, in bytes. All cursors have the same
// size, so that it shows nothing either.
const (
	cursorVersion = 1
	rowsSize      = 8
	cursorSize    = 1 + rowsSize + 8 + 4 + 1 + 8
)

// rowsIdentity returns a hash of the rows that a caller sees. A cursor is valid only for
// callers with the same hash, because other callers have read other rows. For role CLIENT
// it is the hash of its own id, because changes of its subjects are in the feed.
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

// Seal encrypts and decrypts the cursors of one caller.
type Seal struct {
	aead  cipher.AEAD
	scope client.Scope
}

// NewCursorSeal returns the Seal for the caller with that scope.
func NewCursorSeal(aead cipher.AEAD, scope client.Scope) Seal { return Seal{aead, scope} }

// bound is the additional data that a cursor of the feed is authenticated with, so that a
// cursor of another business can't be opened.
func (s Seal) bound() []byte { return fmt.Appendf(nil, "changes %d", s.scope.BusinessID) }

// Seal returns the encrypted cursor of a place. Every call returns another text, because
// an unchanged cursor would show that nothing happened.
func (s Seal) Seal(at Cursor) string {
	plain := make([]byte, 0, cursorSize)
	plain = append(plain, cursorVersion)
	plain = append(plain, rowsIdentity(s.scope)...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(at.Sequence)) //nolint:gosec // It is never negative.
	plain = binary.BigEndian.AppendUint32(plain, uint32(at.Part))     //nolint:gosec // It is never negative, and small.
	listing := byte(0)
	if at.Listing {
		listing = 1
	}
	plain = append(plain, listing)
	plain = binary.BigEndian.AppendUint64(plain, uint64(at.After)) //nolint:gosec // Open converts it back.
	return s.seal(plain, s.bound())
}

// seal encrypts a cursor with a random nonce, and authenticates the additional data bound.
func (s Seal) seal(plain, bound []byte) string {
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce) // It never fails.
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, bound))
}

// open decrypts a cursor of that size with the additional data bound. It returns false for
// any other text.
func (s Seal) open(text string, size int, bound []byte) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	nonce := s.aead.NonceSize()
	// The decoder ignores line breaks, so they are refused here.
	if err != nil || len(raw) != nonce+size+s.aead.Overhead() || strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	plain, err := s.aead.Open(nil, raw[:nonce], raw[nonce:], bound)
	return plain, err == nil && plain[0] == cursorVersion
}

// Open decrypts a cursor of the business's feed. Errors: INVALID_CURSOR, and
// RESYNC_REQUIRED for a cursor of a caller who sees other clients.
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
		Sequence: int64(binary.BigEndian.Uint64(plain)), //nolint:gosec // Seal converted it.
		Part:     int(binary.BigEndian.Uint32(plain[8:])),
		Listing:  plain[12] == 1,
		After:    int64(binary.BigEndian.Uint64(plain[13:])), //nolint:gosec // Seal converted it.
	}, nil
}

func invalidCursor(argument string) *client.Error {
	return client.Path{argument}.At(&client.Error{Code: client.CodeInvalidCursor, Message: "want a cursor of clientChanges or clientChanged, unchanged"})
}

// ResyncRequired is the error for a cursor that reading can't continue from.
func ResyncRequired(argument string) *client.Error {
	return client.Path{argument}.At(&client.Error{
		Code:    client.CodeResyncRequired,
		Message: "the cursor is too old, or you see other clients now than when you got it; delete your copy and begin again without a cursor",
	})
}
