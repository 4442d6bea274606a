package store

import (
	"context"

	"clientgraph/internal/client"
)

// DuplicateReason is a reason why two clients look like one person.
type DuplicateReason string

// The reasons.
const (
	SameExternalUserName DuplicateReason = "SAME_EXTERNAL_USER_NAME"
	SameNameAndBirthDate DuplicateReason = "SAME_NAME_AND_BIRTH_DATE"
	SameEmail            DuplicateReason = "SAME_EMAIL"
	SamePhone            DuplicateReason = "SAME_PHONE"
	SameName             DuplicateReason = "SAME_NAME"
)

// SharedKey is an identity key and the ids of the clients that share it, ascending.
type SharedKey struct {
	Key       string
	ClientIDs []int64
}

// IDPair is the ids of two clients, the lower one first.
type IDPair [2]int64

// Dismissal says that two clients are different people. It is valid as long as the
// digests of both clients' identities do not change.
type Dismissal struct {
	Pair       IDPair
	Identities [2][]byte
}

// DuplicateStore is the part of Store that reads duplicates.
type DuplicateStore interface {
	// SharedKeys finds the identity keys that several live clients share, but no more than most
	// of them, in no particular order.
	SharedKeys(ctx context.Context, scope client.Scope, most int) ([]SharedKey, error)
	// Dismissals finds the dismissals in the scope's business whose pairs are wanted, in no
	// particular order. It keeps only these in memory, because there may be any number.
	Dismissals(ctx context.Context, scope client.Scope, wanted func(IDPair) bool) ([]Dismissal, error)
}

// DuplicateTx is the part of Tx that writes dismissals.
type DuplicateTx interface {
	// Dismiss inserts or replaces the dismissals of these pairs. If one of the clients is
	// erased at the same time, one of both transactions runs again.
	Dismiss(ctx context.Context, dismissals []Dismissal) error
	// TakeBackDismissals removes the dismissals of all pairs of these clients and returns
	// their number.
	TakeBackDismissals(ctx context.Context, clientIDs []int64) (int64, error)
}
