package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"clientgraph/internal/client"
)

// LocationGroup is a named set of the scheduler's locations, by which reports
// are filtered.
type LocationGroup struct {
	LocationGroupID int64
	Name            string
	// LocationIDs are ascending, each once.
	LocationIDs  []int64
	ModifiedDate time.Time
}

// KnownGroup is what is remembered of a location group: also that it was
// deleted, so that an older entry does not bring it back.
type KnownGroup struct {
	LocationGroup
	Removed bool
}

// MaxGroups bounds the location groups of a business.
const MaxGroups = 1_000

// maxLocations bounds the locations of a location group.
const maxLocations = client.MaxList

// LocationGroups lists the location groups of the caller's business, by id.
func (s *Service) LocationGroups(ctx context.Context, scope client.Scope) ([]LocationGroup, error) {
	groups, err := s.store.ListLocationGroups(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("list location groups: %w", err)
	}
	return groups, nil
}

// GroupResult is what became of one group.
type GroupResult struct {
	// Group is the group as it is then; nil when it is deleted.
	Group *LocationGroup
	// Changed says that the entry was newer than what was known.
	Changed bool
}

// PutLocationGroup takes in a group that the scheduler made or changed, whole.
// Errors: FORBIDDEN,
// REQUIRED, INVALID_ID, INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, TOO_MANY.
func (s *Service) PutLocationGroup(ctx context.Context, scope client.Scope, input client.Values, dryRun bool) (GroupResult, error) {
	if err := permit(scope, client.Admin, false); err != nil {
		return GroupResult{}, err
	}
	r := &entryReader{values: input, where: client.Path{"input"}}
	group := KnownGroup{LocationGroup: LocationGroup{
		LocationGroupID: r.id("locationGroupId", client.TypeAny, true),
		LocationIDs:     r.locations("locationIds"),
		ModifiedDate:    r.modified(),
	}}
	if name := r.text("name", true); name != nil {
		group.Name = client.Trimmed(*name)
	}
	if r.errs != nil {
		return GroupResult{}, r.errs
	}
	return s.feedGroup(ctx, scope, group, dryRun)
}

// DeleteLocationGroup takes in that the scheduler has no such group any more; one
// that was never put is remembered likewise. Errors: FORBIDDEN, INVALID_ID.
func (s *Service) DeleteLocationGroup(ctx context.Context, scope client.Scope, id client.ID, modified time.Time) (GroupResult, error) {
	if err := permit(scope, client.Admin, false); err != nil {
		return GroupResult{}, err
	}
	number := id.As(client.TypeAny)
	if id.Malformed || id.Type != client.TypeAny || number == 0 {
		return GroupResult{}, client.Path{"locationGroupId"}.At(client.InvalidID())
	}
	group := KnownGroup{
		LocationGroup: LocationGroup{LocationGroupID: number, ModifiedDate: modified.UTC().Truncate(time.Millisecond)},
		Removed:       true,
	}
	return s.feedGroup(ctx, scope, group, false)
}

func (s *Service) feedGroup(ctx context.Context, scope client.Scope, group KnownGroup, dryRun bool) (GroupResult, error) {
	var result GroupResult
	err := s.write(ctx, scope, plain[GroupResult]{&result}, func(ctx context.Context, tx Tx) error {
		known, err := tx.LocationGroup(ctx, group.LocationGroupID)
		if err != nil {
			return fmt.Errorf("find a location group: %w", err)
		}
		if known != nil && !group.ModifiedDate.After(known.ModifiedDate) {
			result = GroupResult{Group: known.group()}
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
		result = GroupResult{Group: group.group(), Changed: true}
		if dryRun {
			return errDryRun
		}
		return tx.PutLocationGroup(ctx, group)
	})
	if err != nil && !(dryRun && errors.Is(err, errDryRun)) {
		return GroupResult{}, err
	}
	return result, nil
}

// group is the group, or nil when it was deleted.
func (g *KnownGroup) group() *LocationGroup {
	if g.Removed {
		return nil
	}
	return &g.LocationGroup
}

func (r *entryReader) locations(name string) []int64 {
	raw, ok := r.given(name, true)
	if !ok {
		return nil
	}
	entries := client.List(raw)
	if len(entries) > maxLocations {
		r.fail(name, client.TooMany(maxLocations))
		return nil
	}
	ids := make([]int64, 0, len(entries))
	for i, entry := range entries {
		id, err := client.DecodeID(entry)
		if err != nil || id.Type != client.TypeAny || id.Number == 0 {
			r.errs = append(r.errs, r.where.With(name, strconv.Itoa(i)).At(client.InvalidID()))
			continue
		}
		ids = append(ids, id.Number)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
