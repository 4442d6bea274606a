package client

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// changeCursor is a place in the change feed, as one caller reads it.
type changeCursor struct {
	// Rows tells apart callers of different rows: what the one has seen says
	// nothing of what the other has.
	Rows string `json:"r"`
	// Sequence is the last row that was told wholly, and Part how far the next
	// one was.
	Sequence int64 `json:"s"`
	Part     int   `json:"p,omitempty"`
	// Listing says that the clients that there were at Sequence are still being
	// listed, by id; After is the last one that was.
	Listing bool  `json:"l,omitempty"`
	After   int64 `json:"a,omitempty"`
}

// rowsIdentity is equal for callers who see the same rows. A CLIENT's follow its
// own record, whose changes are in the feed.
func rowsIdentity(scope Scope) string {
	identity := "all"
	switch {
	case scope.Rows.ByID():
		identity = fmt.Sprintf("client %d", scope.ClientID)
	case !scope.Rows.All:
		identity = fmt.Sprintf("%q", slices.Compact(slices.Sorted(slices.Values(scope.Rows.Keys))))
	}
	sum := sha256.Sum256([]byte(identity))
	return hex.EncodeToString(sum[:8])
}

func changeIdentity(scope Scope) []byte { return fmt.Appendf(nil, "changes %d", scope.BusinessID) }

func (c changeCursor) encode(scope Scope) string {
	c.Rows = rowsIdentity(scope)
	data, err := json.Marshal(c)
	if err != nil {
		// Numbers and strings always have a JSON form.
		panic(err)
	}
	return encodeCursor(changeIdentity(scope), string(data))
}

// decodeChangeCursor reads a cursor of the business's feed. Errors:
// INVALID_CURSOR, RESYNC_REQUIRED.
func decodeChangeCursor(scope Scope, argument, text string) (changeCursor, *Error) {
	var c changeCursor
	key, err := decodeCursor(changeIdentity(scope), argument, text)
	if err != nil {
		return c, err
	}
	if json.Unmarshal([]byte(key), &c) != nil || c.Sequence < 0 || c.Part < 0 {
		return c, path{argument}.at(&Error{Code: CodeInvalidCursor, Message: "want a cursor that clientChanges answered, unchanged"})
	}
	if c.Rows != rowsIdentity(scope) {
		return c, resyncRequired(argument)
	}
	return c, nil
}

func resyncRequired(argument string) *Error {
	return path{argument}.at(&Error{
		Code:    CodeResyncRequired,
		Message: "the cursor is too old, or you see other clients than when you got it; forget what you have and begin again without a cursor",
	})
}
