package transact

import (
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"clientgraph/internal/store"
)

// AsTooLarge marks an error as that of a too large transaction.
func AsTooLarge(err error) error {
	if meaningOf(err) == MeansTooLarge {
		return fmt.Errorf("%w: %w", store.ErrTooLarge, err)
	}
	return err
}

// retryLabel says that nothing of a transaction was written, and that it may be run
// again.
const retryLabel = "TransientTransactionError"

// isConflict says whether a transaction failed before its commit because of others, or
// because the database ended it, so that it can be run again. MongoDB says so by a label,
// the embedded engine by a code or a text. A command whose connection was closed because
// another one broke has neither.
func isConflict(err error) bool {
	return isLabelled(err) || meaningOf(err) == MeansConflict || isUnsent(err)
}

// isUnsent says whether a command was not sent because its connection pool was cleared
// after another connection broke.
func isUnsent(err error) bool {
	pool, ok := errors.AsType[interface {
		error
		driver.RetryablePoolError
	}](err)
	return ok && pool.Retryable()
}

// isLabelled says whether the error has retryLabel.
func isLabelled(err error) bool {
	labelled, ok := errors.AsType[mongo.LabeledError](err)
	return ok && labelled.HasErrorLabel(retryLabel)
}

// isUnknownCommit says whether it is unknown if a commit was done.
func isUnknownCommit(err error) bool {
	labelled, ok := errors.AsType[mongo.LabeledError](err)
	return ok && labelled.HasErrorLabel("UnknownTransactionCommitResult")
}

// Unavailable says whether a failure is temporary: the database could not be reached, or
// did not finish a transaction. The same operation may succeed later. Nothing was
// written, unless the connection was lost during a commit.
func Unavailable(err error) bool {
	if _, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		return true
	}
	if _, ok := errors.AsType[topology.WaitQueueTimeoutError](err); ok {
		return true
	}
	if isUnsent(err) {
		return true
	}
	if means := meaningOf(err); means == MeansUnavailable || means == MeansConflict {
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

// AsConflict marks an error as a conflict, after which the transaction is run again.
func AsConflict(err error) error {
	return mongo.CommandError{Message: err.Error(), Labels: []string{retryLabel}, Wrapped: err}
}
