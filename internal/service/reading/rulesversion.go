package reading

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// outdated says whether the business has clients whose keys are of an earlier RulesVersion.
// It is called only for values whose keys differ between versions, so that clients are
// found by both until all have their new keys.
func (s *Records) outdated(ctx context.Context, scope client.Scope) (bool, error) {
	state, err := s.Store.RekeyState(ctx, scope)
	if err != nil {
		return false, fmt.Errorf("find out what clients are keyed by: %w", err)
	}
	return state.Version < search.RulesVersion, nil
}

// EmailKeys are the keys by which clients of an address are found.
func (s *Records) EmailKeys(ctx context.Context, scope client.Scope, address string) ([]string, error) {
	keys := []string{search.FoldEmail(address)}
	if before := search.FoldEmailBefore(address); before != keys[0] {
		outdated, err := s.outdated(ctx, scope)
		if err != nil {
			return nil, err
		}
		if outdated {
			keys = append(keys, before)
		}
	}
	return keys, nil
}
