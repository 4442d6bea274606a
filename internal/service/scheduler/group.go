package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// MaxGroups bounds the location groups of a business.
const MaxGroups = 1_000

// GroupResult is the result of a write to a group.
type GroupResult struct {
	// Group is the group after the write; nil if it is deleted.
	Group *store.LocationGroup
	// Changed says that the entry was newer than the stored one.
	Changed bool
}

// PutLocationGroup stores a group that the scheduler made or changed, as a whole. Errors:
// FORBIDDEN, REQUIRED, INVALID_ID, INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, TOO_MANY.
func (s *Scheduler) PutLocationGroup(ctx context.Context, scope client.Scope, input client.Values, dryRun bool) (GroupResult, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return GroupResult{}, err
	}
	r := &writing.EntryReader{Values: input, Where: client.Path{"input"}}
	group := store.KnownGroup{LocationGroup: store.LocationGroup{
		LocationGroupID: r.ID("locationGroupId", client.TypeAny, true),
		LocationIDs:     r.Locations("locationIds"),
		ModifiedDate:    r.Modified(),
	}}
	if name := r.Text("name", true); name != nil {
		group.Name = client.Trimmed(*name)
	}
	if r.Errors != nil {
		return GroupResult{}, r.Errors
	}
	return s.feedGroup(ctx, scope, group, dryRun)
}

// DeleteLocationGroup deletes a group that the scheduler no longer has. The deletion of
// an unknown group is stored too. Errors: FORBIDDEN, INVALID_ID.
func (s *Scheduler) DeleteLocationGroup(ctx context.Context, scope client.Scope, id client.ID, modified time.Time) (GroupResult, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return GroupResult{}, err
	}
	number := id.As(client.TypeAny)
	if id.Malformed || id.Type != client.TypeAny || number == 0 {
		return GroupResult{}, client.Path{"locationGroupId"}.At(client.InvalidID())
	}
	group := store.KnownGroup{
		LocationGroup: store.LocationGroup{LocationGroupID: number, ModifiedDate: modified.UTC().Truncate(time.Millisecond)},
		Removed:       true,
	}
	return s.feedGroup(ctx, scope, group, false)
}

func (s *Scheduler) feedGroup(ctx context.Context, scope client.Scope, group store.KnownGroup, dryRun bool) (GroupResult, error) {
	var result GroupResult
	err := s.Write(ctx, scope, writing.Plain(&result), func(ctx context.Context, tx store.Tx) error {
		known, err := tx.LocationGroup(ctx, group.LocationGroupID)
		if err != nil {
			return fmt.Errorf("find a location group: %w", err)
		}
		if known != nil && !group.ModifiedDate.After(known.ModifiedDate) {
			result = GroupResult{Group: known.Group()}
			return nil
		}
		if !group.Removed && (known == nil || known.Removed) {
			count, err := tx.CountLocationGroups(ctx)
			if err != nil {
				return err
			}
			if count >= MaxGroups {
				return client.Path{"input"}.At(&client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("a business has at most %d location groups", MaxGroups)})
			}
		}
		result = GroupResult{Group: group.Group(), Changed: true}
		if dryRun {
			return writing.ErrDryRun
		}
		return tx.PutLocationGroup(ctx, group)
	})
	if err != nil && !(dryRun && errors.Is(err, writing.ErrDryRun)) {
		return GroupResult{}, err
	}
	return result, nil
}
