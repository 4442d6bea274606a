package reading

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// SurvivorsOf returns the survivors of those ids that were merged and are not in found.
func SurvivorsOf(ctx context.Context, tx store.Tx, ids []int64, found map[int64]*client.Client) (map[int64]int64, error) {
	var missing []int64
	for _, id := range ids {
		if found[id] == nil && id != 0 {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	survivors, err := tx.Survivors(ctx, missing)
	if err != nil {
		return nil, fmt.Errorf("find survivors: %w", err)
	}
	return survivors, nil
}

// LoadSurvivors loads clients by id. For the id of a merged client it loads the survivor,
// under that id.
func LoadSurvivors(ctx context.Context, tx store.Tx, ids []int64) (map[int64]*client.Client, error) {
	found, err := tx.Clients(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("find clients: %w", err)
	}
	survivors, err := SurvivorsOf(ctx, tx, ids, found)
	if err != nil || len(survivors) == 0 {
		return found, err
	}
	further := make([]int64, 0, len(survivors))
	for _, survivor := range survivors {
		if found[survivor] == nil {
			further = append(further, survivor)
		}
	}
	more, err := tx.Clients(ctx, client.SortedSet(further))
	if err != nil {
		return nil, fmt.Errorf("find survivors: %w", err)
	}
	maps.Copy(more, found)
	for id, survivor := range survivors {
		found[id] = more[survivor]
	}
	return found, nil
}

// ClientMerged is the error of a write to a client that was merged into another one.
func ClientMerged(survivorID int64) *client.Error {
	return &client.Error{
		Code:    client.CodeClientMerged,
		Message: "this client was merged into another one; write to mergedIntoClientId instead",
		Details: map[string]any{client.NameMergedInto: strconv.FormatInt(survivorID, 10)},
	}
}

// Found is what an id identifies: a client, or a merged client.
type Found struct {
	// Client is nil if the caller sees no client with the id.
	Client *client.Client
	// Merged is the client's entry of the id, if that was merged into it; nil if the id
	// is Client's own.
	Merged *client.MergedClient
}

// LookUp finds clients by id, also deleted ones, and the survivors for ids that were
// merged, in the order of ids. An unknown id takes as many commands as that of a hidden
// client.
func (s *Records) LookUp(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]Found, error) {
	byID := make(map[int64]Found, len(ids))
	if possible := notFound(ids, byID); len(possible) > 0 {
		found, err := s.Store.LookUp(ctx, scope, possible, need)
		if err != nil {
			return nil, fmt.Errorf("find clients by id: %w", err)
		}
		for _, c := range found {
			for i := range c.Merged {
				byID[c.Merged[i].ClientID] = Found{Client: c, Merged: &c.Merged[i]}
			}
		}
		for _, c := range found {
			// A client's own id takes precedence over an id that it took over.
			byID[c.ClientID] = Found{Client: c}
		}
	}
	answer := make([]Found, len(ids))
	for i, id := range ids {
		answer[i] = byID[id]
	}
	return answer, nil
}

// notFound returns the ids, except 0, that were not found.
func notFound(ids []int64, byID map[int64]Found) []int64 {
	var missing []int64
	for _, id := range ids {
		if byID[id].Client == nil && id != 0 {
			missing = append(missing, id)
		}
	}
	return missing
}
