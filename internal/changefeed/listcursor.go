package changefeed

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"clientgraph/internal/client"
)

// ListCursor is a caller's place in a live list: a place in the change feed, and the list
// at that place.
type ListCursor struct {
	// Sequence is the last row of the feed whose changes are in the list.
	Sequence int64
	// List is the Digest of the list.
	List Digest
}

// digestSize is in bytes. It makes it practically impossible that two lists have the same
// digest.
const digestSize = 16

// Digest identifies a list together with its clients and their order.
type Digest [digestSize]byte

// DigestOf returns the digest of the list that identity names, with these clients in this
// order.
func DigestOf(identity []byte, ids []int64) Digest {
	text := fmt.Appendf(nil, "%d ", len(identity))
	text = append(text, identity...)
	for _, id := range ids {
		text = binary.BigEndian.AppendUint64(text, uint64(id)) //nolint:gosec // Digests are only compared.
	}
	sum := sha256.Sum256(text)
	return Digest(sum[:digestSize])
}

const listCursorSize = 1 + rowsSize + 8 + digestSize

// listBound is the additional data that a cursor of a list is authenticated with. It
// differs from that of the feed's cursors, so that neither opens as the other.
func (s Seal) listBound() []byte { return fmt.Appendf(nil, "list %d", s.scope.BusinessID) }

// SealList returns the encrypted cursor of a list.
func (s Seal) SealList(at ListCursor) string {
	plain := make([]byte, 0, listCursorSize)
	plain = append(plain, cursorVersion)
	plain = append(plain, rowsIdentity(s.scope)...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(at.Sequence)) //nolint:gosec // It is never negative.
	plain = append(plain, at.List[:]...)
	return s.seal(plain, s.listBound())
}

// OpenList decrypts a cursor of a list of the business. It returns false when the cursor
// was given to a caller who sees other clients, so that it can't be used. Error:
// INVALID_CURSOR.
func (s Seal) OpenList(argument, text string) (ListCursor, bool, *client.Error) {
	plain, ok := s.open(text, listCursorSize, s.listBound())
	if !ok {
		return ListCursor{}, false, client.Path{argument}.At(&client.Error{Code: client.CodeInvalidCursor, Message: "want a cursor of clientListChanged, unchanged"})
	}
	rows, plain := plain[1:1+rowsSize], plain[1+rowsSize:]
	return ListCursor{
		Sequence: int64(binary.BigEndian.Uint64(plain)), //nolint:gosec // SealList converted it.
		List:     Digest(plain[8:]),
	}, slices.Equal(rows, rowsIdentity(s.scope)), nil
}
