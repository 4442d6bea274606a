package reading

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// outdated says whether the business has clients with keys of an earlier RulesVersion. It
// is called only for values whose keys differ between versions: such clients are found by
// keys of both versions until all have been rekeyed.
func (s *Records) outdated(ctx context.Context, scope client.Scope) (bool, error) {
	state, err := s.Store.RekeyState(ctx, scope)
	if err != nil {
		return false, fmt.Errorf("read the rekey state: %w", err)
	}
	return state.Version < search.RulesVersion, nil
}

// EmailKeys returns the keys that find the clients with an address.
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
