package settings

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// markOutdated marks the businesses whose clients have keys of an earlier version than
// this program's, so that all are rekeyed. Businesses that a later version has rekeyed,
// or is rekeying, are left out.
func (s *Settings) markOutdated(ctx context.Context) error {
	ids, err := s.Store.OutdatedBusinesses(ctx, search.RulesVersion)
	if err != nil {
		return fmt.Errorf("find the businesses with old keys: %w", err)
	}
	for _, id := range ids {
		scope := client.Scope{BusinessID: id, Rows: client.Rows{All: true}}
		err := s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
			state, err := tx.RekeyState(ctx)
			if err != nil || state.Version >= search.RulesVersion || state.Target >= search.RulesVersion {
				return err
			}
			business, err := tx.Business(ctx)
			if err != nil {
				return err
			}
			business.RekeyedTo = new(int64(0))
			if err := tx.PutRekeyState(ctx, search.RekeyState{Version: state.Version, Target: search.RulesVersion}); err != nil {
				return err
			}
			return tx.SaveBusiness(ctx, business)
		})
		if err != nil {
			return fmt.Errorf("mark business %d: %w", id, err)
		}
	}
	return nil
}

// keepDismissed keeps pairs dismissed if their identities change only because of new
// keys.
func (s *Settings) keepDismissed(ctx context.Context, scope client.Scope, tx store.Tx, before, after []*client.Client) error {
	places := make(map[int64]int, len(before))
	for i, c := range before {
		places[c.ClientID] = i
	}
	dismissals, err := s.Store.Dismissals(ctx, scope, func(pair store.IDPair) bool {
		_, first := places[pair[0]]
		_, second := places[pair[1]]
		return first || second
	})
	if err != nil {
		return fmt.Errorf("find dismissals: %w", err)
	}
	var kept []store.Dismissal
	for _, d := range dismissals {
		changed := false
		for side, id := range d.Pair {
			i, here := places[id]
			if !here {
				continue
			}
			then, now := string(d.Identities[side]), search.Digest(after[i])
			if then != string(now) && (then == string(search.Digest(before[i])) || then == string(search.DigestBefore(before[i]))) {
				d.Identities[side], changed = now, true
			}
		}
		if changed {
			kept = append(kept, d)
		}
	}
	if kept == nil {
		return nil
	}
	return tx.Dismiss(ctx, kept)
}
