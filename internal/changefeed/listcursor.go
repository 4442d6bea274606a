package changefeed

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"clientgraph/internal/client"
)

// ListCursor is a place in the change feed with the list that a caller had there.
type ListCursor struct {
	// Sequence is the last row whose changes are in the list.
	Sequence int64
	// List is the Digest of the list.
	List Digest
}

// digestSize makes it as good as impossible that two lists have one digest.
const digestSize = 16

// Digest stands for a list: which list it is, which clients it holds, and in which order.
type Digest [digestSize]byte

// DigestOf is the digest of the list that is named by identity, when it holds those
// clients.
func DigestOf(identity []byte, ids []int64) Digest {
	text := fmt.Appendf(nil, "%d ", len(identity))
	text = append(text, identity...)
	for _, id := range ids {
		text = binary.BigEndian.AppendUint64(text, uint64(id)) //nolint:gosec // Only equality counts.
	}
	sum := sha256.Sum256(text)
	return Digest(sum[:digestSize])
}

const listCursorSize = 1 + rowsSize + 8 + digestSize

// listBound keeps cursors of lists and those of the feed apart.
func (s Seal) listBound() []byte { return fmt.Appendf(nil, "list %d", s.scope.BusinessID) }

// SealList returns the cursor of a list.
func (s Seal) SealList(at ListCursor) string {
	plain := make([]byte, 0, listCursorSize)
	plain = append(plain, cursorVersion)
	plain = append(plain, rowsIdentity(s.scope)...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(at.Sequence)) //nolint:gosec // It is never negative.
	plain = append(plain, at.List[:]...)
	return s.seal(plain, s.listBound())
}

// OpenList reads a cursor of a list of the business; false when it is of a caller who
// sees other clients, to whom it says nothing. Error: INVALID_CURSOR.
func (s Seal) OpenList(argument, text string) (ListCursor, bool, *client.Error) {
	plain, ok := s.open(text, listCursorSize, s.listBound())
	if !ok {
		return ListCursor{}, false, client.Path{argument}.At(&client.Error{Code: client.CodeInvalidCursor, Message: "want a cursor that clientListChanged answered, unchanged"})
	}
	rows, plain := plain[1:1+rowsSize], plain[1+rowsSize:]
	return ListCursor{
		Sequence: int64(binary.BigEndian.Uint64(plain)), //nolint:gosec // As it was sealed.
		List:     Digest(plain[8:]),
	}, slices.Equal(rows, rowsIdentity(s.scope)), nil
}
