package store

import (
	"context"

	"clientgraph/internal/client"
)

// DuplicateReason is why two clients look like one person.
type DuplicateReason string

// The reasons.
const (
	SameExternalUserName DuplicateReason = "SAME_EXTERNAL_USER_NAME"
	SameNameAndBirthDate DuplicateReason = "SAME_NAME_AND_BIRTH_DATE"
	SameEmail            DuplicateReason = "SAME_EMAIL"
	SamePhone            DuplicateReason = "SAME_PHONE"
	SameName             DuplicateReason = "SAME_NAME"
)

// SharedKey is an identity key with the clients who share it, ascending.
type SharedKey struct {
	Key       string
	ClientIDs []int64
}

// IDPair is two clients by id, the lower one first.
type IDPair [2]int64

// Dismissal says that two clients are two people. It holds while the digests of
// both clients' identities are what they were.
type Dismissal struct {
	Pair       IDPair
	Identities [2][]byte
}

// DuplicateStore is what a Store does about duplicates.
type DuplicateStore interface {
	// SharedKeys finds the identity keys that two live clients share, or more up
	// to that many, in no order.
	SharedKeys(ctx context.Context, scope client.Scope, most int) ([]SharedKey, error)
	// Dismissals finds the wanted ones of the pairs that were dismissed in the scope's
	// business, in no order. It holds no others: there may be any number.
	Dismissals(ctx context.Context, scope client.Scope, wanted func(IDPair) bool) ([]Dismissal, error)
}

// DuplicateTx is the part of Tx by which pairs are dismissed and shown again.
type DuplicateTx interface {
	// Dismiss stores dismissals, each in place of the one of its pair. An erasure of
	// one of the clients at the same time makes one of both transactions run again.
	Dismiss(ctx context.Context, dismissals []Dismissal) error
	// TakeBackDismissals removes the dismissals of all pairs that those clients make, and
	// answers how many there were.
	TakeBackDismissals(ctx context.Context, clientIDs []int64) (int64, error)
}
