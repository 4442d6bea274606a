package mongostore_test

import (
	"context"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// TestTransactionThatTheEngineClosedRunsAgain, though the engine's failure has no
// label that says so; a commit that meets it has perhaps been done.
func TestTransactionThatTheEngineClosedRunsAgain(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	closed := mongo.CommandError{Code: 1, Name: "InternalError", Message: `Internal("transaction already closed")`}
	runs := 0
	err := p.store.Write(t.Context(), ownerScope(), func(context.Context, store.Tx) error {
		if runs++; runs == 1 {
			return fmt.Errorf("write clients: %w", closed)
		}
		return nil
	})
	if err != nil || runs != 2 {
		t.Errorf("after %d runs: %v", runs, err)
	}
	if !transact.Unavailable(fmt.Errorf("commit: %w", closed)) {
		t.Error("it is told as a failure of ours")
	}
}
