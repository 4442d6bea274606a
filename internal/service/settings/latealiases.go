package settings

import (
	"context"
	"fmt"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// upgrader is the user of changes that the program makes by itself.
const upgrader = "clientgraph"

// lateAliases adds to a survivor the aliases that merges of an earlier version left out,
// which kept no phone numbers as aliases. It says whether there are any.
func (s *Settings) lateAliases(ctx context.Context, tx store.Tx, indexer *search.Indexer, survivor *client.Client) (bool, error) {
	if len(survivor.Merged) == 0 || survivor.Lifecycle == client.Merged {
		return false, nil
	}
	var ids, merges []int64
	for _, m := range survivor.Merged {
		ids, merges = append(ids, m.ClientID), append(merges, m.MergeID)
	}
	folded, err := tx.FoldedClients(ctx, ids)
	if err != nil {
		return false, fmt.Errorf("find the clients of merges: %w", err)
	}
	aliases := len(survivor.Aliases)
	f := merge.Fold{After: survivor, Indexer: indexer, Report: &merge.Report{}}
	for _, id := range merges {
		journal, err := tx.Journal(ctx, id)
		if err != nil {
			return false, fmt.Errorf("find the journal of a merge: %w", err)
		}
		if journal != nil && journal.ClientID == survivor.ClientID && !journal.Undone {
			f.AliasPhones(journal.Before, survivor.ClientID)
		}
	}
	for _, id := range ids {
		if folded[id] != nil {
			f.AliasPhones(folded[id], id)
		}
	}
	return len(survivor.Aliases) > aliases, nil
}

// saveLateAliases writes a client with new aliases as an ordinary change, so that history
// can be replayed and copies see it.
func saveLateAliases(ctx context.Context, tx store.Tx, at time.Time, before, after *client.Client) error {
	after.Version++
	after.ModifiedDate, after.ModifiedUser = &at, new(upgrader)
	return tx.Save(ctx, before, after, history.Entry{
		ClientID: after.ClientID, Version: after.Version, At: at, User: upgrader, Role: client.RoleOwner,
		Operation: history.OperationUpgrade, Changes: history.Diff(before, after),
	}, history.KindUpserted)
}
