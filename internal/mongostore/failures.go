package mongostore

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Codes of the server's failures that mean something here.
const codeNamespaceExists = 48

func serverCode(err error) (int, bool) {
	failure, ok := errors.AsType[mongo.CommandError](err)
	return int(failure.Code), ok
}

// retryLabel makes the driver run the whole transaction again.
const retryLabel = "TransientTransactionError"

// asConflict marks a failure as one that running the transaction again mends.
func asConflict(err error) error {
	return mongo.CommandError{Message: err.Error(), Labels: []string{retryLabel}, Wrapped: err}
}
