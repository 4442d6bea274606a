package merging

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"clientgraph/internal/history"
	"clientgraph/internal/merge"
)

// loadEdgesSince loads from history the survivor's edges that were added since the merge.
// Entries of later merges and unmerges are ignored: they only move edges.
func (u *unmerging) loadEdgesSince(ctx context.Context) error {
	j := u.unfold.Journal
	var report merge.Report
	if err := json.Unmarshal(j.Report, &report); err != nil {
		return fmt.Errorf("read the report of a merge: %w", err)
	}
	i := slices.IndexFunc(report.Versions, func(v merge.VersionOf) bool { return v.ClientID == j.ClientID })
	entries, err := u.Tx.History(ctx, []int64{j.ClientID}, report.Versions[i].Version+1, 0)
	if err != nil {
		return fmt.Errorf("find what changed since a merge: %w", err)
	}
	u.unfold.Made = map[string]bool{}
	for _, entry := range entries {
		if entry.Operation == history.OperationMerge || entry.Operation == history.OperationUnmerge {
			continue
		}
		for _, change := range entry.Changes {
			if change.Neighbour() != 0 && change.After != nil {
				u.unfold.Made[change.Path] = true
			}
		}
	}
	return nil
}
