package mongostore

import (
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"clientgraph/internal/client"
)

// Codes of the server's failures that mean something here.
const (
	codeNamespaceExists          = 48
	codeTransactionTooLarge      = 257
	codeTransactionCacheTooSmall = 360
)

func serverCode(err error) (int, bool) {
	failure, ok := errors.AsType[mongo.CommandError](err)
	return int(failure.Code), ok
}

// asTooLarge marks a failure as one of a transaction that holds too much.
func asTooLarge(err error) error {
	// Of a bulk write the failure is one of its parts.
	failure, ok := errors.AsType[mongo.ServerError](err)
	if ok && (failure.HasErrorCode(codeTransactionTooLarge) || failure.HasErrorCode(codeTransactionCacheTooSmall)) {
		return fmt.Errorf("%w: %w", client.ErrTooLarge, err)
	}
	return err
}

// retryLabel makes the driver run the whole transaction again.
const retryLabel = "TransientTransactionError"

// closedTransaction is what the embedded engine says, without a label, of a
// transaction that it ended by itself; MongoDB says NoSuchTransaction, with the
// label. Nothing of it was done.
const closedTransaction = "transaction already closed"

// asClosed marks a failure of a transaction that the database ended as a conflict.
func asClosed(err error) error {
	failure, ok := errors.AsType[mongo.ServerError](err)
	if ok && failure.HasErrorMessage(closedTransaction) {
		return asConflict(err)
	}
	return err
}

// Unavailable says whether a failure is of a database that could not be
// reached, or did not come to an end with a transaction: it passes, and the same
// may succeed a moment later. What failed was not done, or, when the connection
// was lost in a commit, perhaps it was.
func Unavailable(err error) bool {
	if _, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		return true
	}
	if _, ok := errors.AsType[topology.WaitQueueTimeoutError](err); ok {
		return true
	}
	// Of a connection that was waited for when another one broke.
	if pool, ok := errors.AsType[interface {
		error
		driver.RetryablePoolError
	}](err); ok {
		return pool.Retryable()
	}
	if failure, ok := errors.AsType[mongo.ServerError](err); ok && failure.HasErrorMessage(closedTransaction) {
		return true
	}
	labelled, ok := errors.AsType[mongo.LabeledError](err)
	if !ok {
		return false
	}
	for _, label := range []string{"NetworkError", "RetryableWriteError", "UnknownTransactionCommitResult", retryLabel} {
		if labelled.HasErrorLabel(label) {
			return true
		}
	}
	return false
}

// asConflict marks a failure as one that running the transaction again mends.
func asConflict(err error) error {
	return mongo.CommandError{Message: err.Error(), Labels: []string{retryLabel}, Wrapped: err}
}
