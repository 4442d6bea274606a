package personaldata

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// eraseBatch bounds the neighbours that one transaction of a purge changes.
const eraseBatch = 100

// EraseArgs select the client to erase. Confirm must be the same id again;
// ExpectedVersion is the client's expected version.
type EraseArgs struct {
	ID, Confirm     client.ID
	ExpectedVersion int64
}

// EraseResult is the result of an erasure: the ids that no longer exist. With the error
// VERSION_CONFLICT it has the Result of that error.
type EraseResult struct {
	writing.Result
	ErasedClientIDs []int64
}

// Erase removes a client and all clients merged into it for good. After its transaction
// all reads treat their ids as unknown, and they are never given again. The rest is
// purged at once as far as ctx allows, otherwise by ResumeErasures. Errors: FORBIDDEN,
// INVALID_ID, NOT_FOUND, CONFIRMATION_MISMATCH, VERSION_CONFLICT.
func (s *Keeper) Erase(ctx context.Context, scope client.Scope, args EraseArgs) (EraseResult, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return EraseResult{}, err
	}
	wrong := args.Confirm.Wrong(client.Path{"confirmClientId"})
	if wrong == nil && !args.ID.Malformed && args.Confirm.As(client.TypeClient) != args.ID.As(client.TypeClient) {
		return EraseResult{}, client.Path{"confirmClientId"}.At(&client.Error{Code: client.CodeConfirmationMismatch, Message: "to erase a client give its id in both places: this can't be undone"})
	}
	var result EraseResult
	entry := history.Entry{At: s.Instant(), User: scope.User, Role: scope.Role, RequestID: scope.RequestID}
	err := s.Write(ctx, scope, writing.Plain(&result.ErasedClientIDs), func(ctx context.Context, tx store.Tx) error {
		result = EraseResult{}
		c, err := writing.Find(ctx, tx, scope, writing.Target{ClientID: args.ID, DeletedToo: true})
		if errs := client.AsErrors(err); wrong != nil && (err == nil || errs != nil) {
			return append(errs, wrong...)
		}
		if err != nil {
			return err
		}
		if args.ExpectedVersion != c.Version {
			return s.AnswerConflict(ctx, tx, scope, c, args.ExpectedVersion, &result.Result)
		}
		family, err := withMerged(ctx, tx, c)
		if err != nil {
			return err
		}
		for _, member := range family {
			result.ErasedClientIDs = append(result.ErasedClientIDs, member.ClientID)
		}
		tx.Erase(family, entry)
		return nil
	})
	if err != nil {
		if !client.HasCode(err, client.CodeVersionConflict) {
			result = EraseResult{}
		}
		return result, err
	}
	// An earlier run may have set this on a conflict. It must have no personal data.
	result.Result = writing.Result{}
	for _, id := range result.ErasedClientIDs {
		erasure := store.Erasure{BusinessID: scope.BusinessID, ClientID: id, At: entry.At, User: entry.User, Role: entry.Role, RequestID: entry.RequestID}
		if s.purge(ctx, erasure) != nil {
			// The clients are erased. ResumeErasures does the rest, which their
			// tombstones record.
			break
		}
	}
	return result, nil
}

// withMerged returns the client, followed by those merged into it.
func withMerged(ctx context.Context, tx store.Tx, c *client.Client) ([]*client.Client, error) {
	family := []*client.Client{c}
	if len(c.Merged) == 0 {
		return family, nil
	}
	ids := make([]int64, len(c.Merged))
	for i, merged := range c.Merged {
		ids[i] = merged.ClientID
	}
	folded, err := tx.FoldedClients(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("find who was merged into whom to erase: %w", err)
	}
	for _, id := range ids {
		if member := folded[id]; member != nil {
			family = append(family, member)
		}
	}
	return family, nil
}

// resumeBatch bounds the erasures that are read at once.
const resumeBatch = 100

// ResumeErasures purges the rest of erased clients in all businesses, and returns how
// many erasures it completed.
func (s *Keeper) ResumeErasures(ctx context.Context) (int, error) {
	for ended := 0; ; {
		left, err := s.Store.Erasures(ctx, resumeBatch)
		if err != nil || len(left) == 0 {
			return ended, err
		}
		var failed []error
		for _, erasure := range left {
			// A failure does not stop the others.
			if err := s.purge(ctx, erasure); err != nil {
				failed = append(failed, err)
				continue
			}
			ended++
		}
		if failed != nil {
			return ended, errors.Join(failed...)
		}
	}
}

// purge removes the rest of an erased client: first personal data, then the edges of
// other clients. Any part may be done already.
func (s *Keeper) purge(ctx context.Context, erasure store.Erasure) error {
	if err := s.Store.Purge(ctx, erasure); err != nil {
		return fmt.Errorf("purge an erased client: %w", err)
	}
	for {
		dropped, err := s.dropEdges(ctx, erasure)
		if err != nil {
			return fmt.Errorf("drop the edges of an erased client: %w", err)
		}
		if dropped == 0 {
			break
		}
	}
	return s.Store.EndErasure(ctx, erasure)
}

// dropEdges ends the erased client's edges to some clients, which changes these like any
// write, and returns their number. It begins with the viewers. The edges to subjects were
// deleted with the viewer, and the tombstone has the subjects that must still be changed.
// A client that is both is changed once.
func (s *Keeper) dropEdges(ctx context.Context, erasure store.Erasure) (int, error) {
	w, err := s.purging(ctx, erasure)
	if err != nil {
		return 0, err
	}
	dropped, erased := 0, erasure.ClientID
	err = s.Store.Write(ctx, w.Scope, func(ctx context.Context, tx store.Tx) error {
		pendingSubjects, err := tx.PendingSubjects(ctx, erased)
		if err != nil {
			return err
		}
		neighbours, err := tx.AllViewers(ctx, erased, eraseBatch)
		if err != nil {
			return err
		}
		batch := idsOf(neighbours)
		if len(neighbours) == 0 {
			batch = pendingSubjects[:min(len(pendingSubjects), eraseBatch)]
			if neighbours, err = findAll(ctx, tx, batch); err != nil {
				return err
			}
		}
		if dropped = len(batch); dropped == 0 {
			return nil
		}
		for _, before := range neighbours {
			w.Begin(tx, before.Clone())
			w.After.SubjectIDs = slices.DeleteFunc(w.After.SubjectIDs, func(id int64) bool { return id == erased })
			w.Stamp(w.After)
			changes := history.Diff(before, w.After)
			if slices.Contains(pendingSubjects, before.ClientID) {
				changes = append(changes, history.Change{Path: client.EdgePath(history.PathViewer, erased), Before: erased})
			}
			if err := tx.Save(ctx, before, w.After, w.Entry(w.After, history.OperationErase, changes), history.KindUpserted); err != nil {
				return err
			}
		}
		if left := slices.DeleteFunc(slices.Clone(pendingSubjects), func(id int64) bool { return slices.Contains(batch, id) }); len(left) < len(pendingSubjects) {
			tx.PutPendingSubjects(erased, left)
		}
		return nil
	})
	return dropped, err
}

// purging returns a draft that writes in the name of the user who erased the client.
func (s *Keeper) purging(ctx context.Context, erasure store.Erasure) (*writing.Draft, error) {
	return s.Prepare(ctx, client.Scope{
		BusinessID: erasure.BusinessID, User: erasure.User, Role: erasure.Role, RequestID: erasure.RequestID, Rows: client.Rows{All: true},
	}, "", nil)
}

// findAll finds the clients with those ids, also deleted and merged ones, ordered by id.
func findAll(ctx context.Context, tx store.Tx, ids []int64) ([]*client.Client, error) {
	found, err := tx.Clients(ctx, ids)
	if err != nil {
		return nil, err
	}
	folded, err := tx.FoldedClients(ctx, ids)
	if err != nil {
		return nil, err
	}
	maps.Copy(found, folded)
	return merging.SortedByID(slices.Collect(maps.Values(found))), nil
}
