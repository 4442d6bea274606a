package writing

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
)

// Arguments that list entries to change.
const (
	argumentFieldIDs  = "schedulerPreferenceFieldDefnIds"
	argumentViewerIDs = "viewerClientIds"
)

// SetFields sets custom fields of a client; null clears. Each of fields has a
// schedulerPreferenceFieldDefnId and a value. Errors: FORBIDDEN, EMPTY_PATCH, TOO_MANY,
// NOT_FOUND, CLIENT_DELETED, VERSION_CONFLICT, INVALID_ID, UNKNOWN_FIELD_DEFINITION,
// DUPLICATE_FIELD, INVALID_FIELD_VALUE, FIELD_CONFLICT (two fields of one property), and
// those of a property that a field stands for.
func (s *Writes) SetFields(ctx context.Context, scope client.Scope, id client.ID, fields []client.Values, expectedVersion *int64) (Result, error) {
	entries := make([]any, len(fields))
	for i, field := range fields {
		entries[i] = map[string]any(field)
	}
	if err := mayChangeEntries(scope, false, id, client.InputFields, len(entries), client.MaxList); err != nil {
		return Result{}, err
	}
	w := s.draft(scope, "", client.Values{client.InputFields: entries})
	return s.apply(ctx, w, Target{ClientID: id, expectedVersion: expectedVersion}, history.OperationSetFields)
}

// RemoveFields clears custom fields of a client. Errors: FORBIDDEN, EMPTY_PATCH,
// TOO_MANY, INVALID_ID, NOT_FOUND, CLIENT_DELETED, VERSION_CONFLICT,
// UNKNOWN_FIELD_DEFINITION, DUPLICATE_FIELD, REQUIRED (the field stands for a
// property that can't be cleared).
func (s *Writes) RemoveFields(ctx context.Context, scope client.Scope, id client.ID, fields []client.ID, expectedVersion *int64) (Result, error) {
	if err := mayChangeEntries(scope, false, id, argumentFieldIDs, len(fields), client.MaxList); err != nil {
		return Result{}, err
	}
	w := s.draft(scope, "", nil, func(in *client.Input) {
		seen := map[int64]bool{}
		for i, field := range fields {
			at := client.Path{argumentFieldIDs, strconv.Itoa(i)}
			if definition := in.Named(field, seen, at); definition != nil {
				in.DecodeField(definition, nil, at)
			}
		}
	})
	return s.apply(ctx, w, Target{ClientID: id, expectedVersion: expectedVersion}, history.OperationRemoveFields)
}

// AddTags adds tags to a client; those that it has, whatever their case, are ignored.
// Errors: FORBIDDEN, EMPTY_PATCH, TOO_MANY (also when the client would have over 250),
// INVALID_TAG, INVALID_CHARACTERS, TOO_LONG, INVALID_ID, NOT_FOUND, CLIENT_DELETED,
// VERSION_CONFLICT.
func (s *Writes) AddTags(ctx context.Context, scope client.Scope, id client.ID, tags []string, expectedVersion *int64) (Result, error) {
	return s.changeTags(ctx, scope, id, tags, expectedVersion, history.OperationAddTags, func(has, tags []string) []string {
		return client.UniqueTags(slices.Concat(has, tags))
	})
}

// RemoveTags removes tags from a client, whatever their case; those that it does not have
// are ignored. Errors: those of AddTags.
func (s *Writes) RemoveTags(ctx context.Context, scope client.Scope, id client.ID, tags []string, expectedVersion *int64) (Result, error) {
	return s.changeTags(ctx, scope, id, tags, expectedVersion, history.OperationRemoveTags, func(has, tags []string) []string {
		gone := make(map[string]bool, len(tags))
		for _, tag := range tags {
			gone[client.TagKey(tag)] = true
		}
		return slices.DeleteFunc(slices.Clone(has), func(tag string) bool { return gone[client.TagKey(tag)] })
	})
}

func (s *Writes) changeTags(ctx context.Context, scope client.Scope, id client.ID, tags []string, expectedVersion *int64, operation history.Operation, edit func(has, tags []string) []string) (Result, error) {
	// After a merge, a client may have more tags than one write may name.
	if err := mayChangeEntries(scope, false, id, client.NameTags, len(tags), client.MaxList); err != nil {
		return Result{}, err
	}
	w := s.draft(scope, "", nil)
	property := *client.PropertyByName(client.NameTags)
	property.Max = client.MaxList
	return s.change(ctx, scope, Target{ClientID: id, expectedVersion: expectedVersion}, w, operation, history.KindUpserted, func(context.Context) error {
		decoded, errs := client.DecodeTexts(&property, tags, w.After.Tags, client.Path{client.NameTags})
		if errs != nil {
			return errs
		}
		next := edit(w.After.Tags, decoded.([]string))
		if len(next) > client.MaxTags && len(next) > len(w.After.Tags) {
			return client.Path{client.NameTags}.At(&client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("a client has at most %d tags; remove some first", client.MaxTags)})
		}
		w.After.Tags = next
		return nil
	})
}

// AddViewers adds viewers to a client. It ignores clients that are viewers already.
// Errors: FORBIDDEN, EMPTY_PATCH, TOO_MANY, INVALID_ID, NOT_FOUND (the client, or a
// viewer, also a deleted one), SELF_VIEW, TOO_MANY_SUBJECTS, CLIENT_DELETED,
// CLIENT_MERGED, VERSION_CONFLICT.
func (s *Writes) AddViewers(ctx context.Context, scope client.Scope, id client.ID, viewers []client.ID, expectedVersion *int64) (Result, error) {
	return s.editViewers(ctx, scope, id, viewers, expectedVersion, history.OperationAddViewers)
}

// RemoveViewers removes viewers from a client; clients who are not viewers are ignored.
// Errors: those of AddViewers, except TOO_MANY_SUBJECTS.
func (s *Writes) RemoveViewers(ctx context.Context, scope client.Scope, id client.ID, viewers []client.ID, expectedVersion *int64) (Result, error) {
	return s.editViewers(ctx, scope, id, viewers, expectedVersion, history.OperationRemoveViewers)
}

func (s *Writes) editViewers(ctx context.Context, scope client.Scope, id client.ID, viewers []client.ID, expectedVersion *int64, operation history.Operation) (Result, error) {
	if err := mayChangeEntries(scope, true, id, argumentViewerIDs, len(viewers), reading.MaxIDs); err != nil {
		return Result{}, err
	}
	w := s.draft(scope, "", nil)
	return s.change(ctx, scope, Target{ClientID: id, expectedVersion: expectedVersion}, w, operation, history.KindUpserted, func(ctx context.Context) error {
		return w.applyViewerIDs(ctx, viewers, operation == history.OperationAddViewers)
	})
}

// applyViewerIDs adds or removes viewers of the client.
func (w *Draft) applyViewerIDs(ctx context.Context, viewers []client.ID, add bool) error {
	ids := make([]int64, len(viewers))
	for i, viewer := range viewers {
		ids[i] = viewer.As(client.TypeClient)
	}
	visible, err := w.Tx.Clients(ctx, client.SortedSet(slices.Clone(ids)))
	if err != nil {
		return fmt.Errorf("find viewers: %w", err)
	}
	survivors, err := reading.SurvivorsOf(ctx, w.Tx, ids, visible)
	if err != nil {
		return err
	}
	var errs client.Errors
	var changes []history.Change
	seen := map[int64]bool{}
	for i, id := range ids {
		at := client.Path{argumentViewerIDs, strconv.Itoa(i)}
		viewer := visible[id]
		switch {
		case viewers[i].Malformed:
			errs = append(errs, at.At(client.InvalidID()))
			continue
		case id != 0 && id == w.After.ClientID:
			errs = append(errs, at.At(selfView()))
			continue
		case survivors[id] != 0:
			errs = append(errs, at.At(reading.ClientMerged(survivors[id])))
			continue
		case viewer == nil || !viewer.Active():
			errs = append(errs, at.At(NoSuchClient()))
			continue
		}
		_, sees := slices.BinarySearch(viewer.SubjectIDs, w.After.ClientID)
		switch {
		case seen[id] || sees == add:
			w.edges.kept = append(w.edges.kept, id)
		case !add:
			changes = append(changes, history.Change{Path: client.EdgePath(history.PathViewer, id), Before: id})
		case len(viewer.SubjectIDs) >= client.MaxSubjects:
			errs = append(errs, at.At(client.TooManySubjects()))
		default:
			changes = append(changes, history.Change{Path: client.EdgePath(history.PathViewer, id), After: id})
		}
		seen[id] = true
	}
	if errs != nil {
		return errs
	}
	w.changeViewers(visible, changes)
	return nil
}

// mayChangeEntries checks, before any look-up, whether the caller may change that many
// entries of a list of the client.
func mayChangeEntries(scope client.Scope, clientMay bool, id client.ID, argument string, count, most int) error {
	if err := reading.Permit(scope, client.Write, clientMay); err != nil {
		return err
	}
	switch {
	case count == 0:
		empty := client.Path{argument}.At(&client.Error{Code: client.CodeEmptyPatch, Message: "name at least one entry to change"})
		return append(id.Wrong(client.Path{ArgumentClientID}), empty)
	case count > most:
		return append(id.Wrong(client.Path{ArgumentClientID}), client.Path{argument}.At(client.TooMany(most)))
	}
	return nil
}
