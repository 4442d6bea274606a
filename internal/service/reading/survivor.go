package reading

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// SurvivorsOf finds the survivors of those ids that were merged, which are not among found.
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

// LoadSurvivors finds clients by id, and for ids that were merged the survivors, each
// under the id asked for.
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

// Found is what an id means: a client, or one that was merged.
type Found struct {
	// Client is nil when the id means nobody whom the caller sees.
	Client *client.Client
	// Merged is what Client keeps of the id, when it was merged into it; nil when
	// the id is Client's own.
	Merged *client.MergedClient
}

// LookUp finds clients by id, deleted or not, and for ids that were merged the
// survivors: one for each id in the order of ids. An id of nobody takes as many
// commands as that of a client whom the caller does not see.
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
			// What an id is comes before what it was.
			byID[c.ClientID] = Found{Client: c}
		}
	}
	answer := make([]Found, len(ids))
	for i, id := range ids {
		answer[i] = byID[id]
	}
	return answer, nil
}

// notFound are the ids, but for 0, that were not found.
func notFound(ids []int64, byID map[int64]Found) []int64 {
	var missing []int64
	for _, id := range ids {
		if byID[id].Client == nil && id != 0 {
			missing = append(missing, id)
		}
	}
	return missing
}
