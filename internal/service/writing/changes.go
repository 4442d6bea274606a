package writing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Result is the result of a write to one client: the record after it. With the error
// VERSION_CONFLICT, Client is the current record and Conflict says what changed in it;
// with other errors both are nil.
type Result struct {
	Client   *client.Client
	Conflict *Conflict
	// Created says that an upsert created the client.
	Created bool
}

// Conflict says what changed in a client since the version that the caller expected.
type Conflict struct {
	CurrentVersion int64
	// ChangedPaths are the names of the properties that changed since the expected
	// version and that the caller may read.
	ChangedPaths []string
}

// Create creates a client and the viewer edges that the input names. Errors: FORBIDDEN,
// and those of an input: REQUIRED, INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, TOO_MANY,
// OUT_OF_RANGE, INVALID_ID, INVALID_DATE, INVALID_EMAIL, INVALID_LOCALE,
// INVALID_TIME_ZONE, INVALID_URL, INVALID_STATUS, INVALID_TAG, INVALID_PASSWORD,
// INVALID_SSN, UNKNOWN_FIELD_DEFINITION, DUPLICATE_FIELD, INVALID_FIELD_VALUE,
// FIELD_CONFLICT, NOT_FOUND (a viewer or subject), TOO_MANY_SUBJECTS.
func (s *Writes) Create(ctx context.Context, scope client.Scope, values client.Values) (Result, error) {
	if err := reading.Permit(scope, client.Write, false); err != nil {
		return Result{}, err
	}
	w, err := s.Prepare(ctx, scope, "input", values)
	if err != nil {
		return Result{}, err
	}
	w.in.Missing = w.in.Lacking()
	if len(w.in.Errors) == 0 {
		if err := w.hash(ctx); err != nil {
			return Result{}, err
		}
	}
	result, err := s.create(ctx, w)
	if errors.Is(err, store.ErrIDTaken) {
		result, err = s.create(ctx, w)
	}
	return result, err
}

func (s *Writes) create(ctx context.Context, w *Draft) (Result, error) {
	id, err := s.Store.NextClientID(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("take a client id: %w", err)
	}
	var result Result
	err = s.Write(ctx, w.Scope, record{&result}, func(ctx context.Context, tx store.Tx) error {
		var err error
		result.Client, err = w.insert(ctx, tx, id, history.OperationCreate)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// insert inserts the new client of the input in a transaction.
func (w *Draft) insert(ctx context.Context, tx store.Tx, id int64, operation history.Operation) (*client.Client, error) {
	now := w.Service.Instant()
	created := history.BlankClient(w.Scope.BusinessID, id)
	created.Version = 1
	created.CreatedDate, created.CreatedUser = &now, new(w.Scope.User)
	w.Begin(tx, created)
	if err := w.Apply(ctx); err != nil {
		return nil, err
	}
	w.Indexer.Prepare(created)
	changes := append(history.FirstChanges(created), w.edges.own...)
	if err := tx.Insert(ctx, created, w.Entry(created, operation, changes)); err != nil {
		return nil, err
	}
	return created, w.saveNeighbours(ctx, operation)
}

// Patch changes the properties that the patch names; a patch that changes no value writes
// nothing. Errors: those of Create, except REQUIRED for an absent property, and
// EMPTY_PATCH, NOT_FOUND, CLIENT_DELETED, VERSION_CONFLICT, FIELD_NOT_WRITABLE,
// SELF_VIEW.
func (s *Writes) Patch(ctx context.Context, scope client.Scope, id client.ID, values client.Values, expectedVersion *int64) (Result, error) {
	if err := reading.Permit(scope, client.Write, true); err != nil {
		return Result{}, err
	}
	if values.NamesNothing() {
		empty := client.Path{"patch"}.At(&client.Error{Code: client.CodeEmptyPatch, Message: "name at least one property to change"})
		return Result{}, append(id.Wrong(client.Path{ArgumentClientID}), empty)
	}
	w := s.draft(scope, "patch", values)
	if err := w.hash(ctx); err != nil {
		return Result{}, err
	}
	return s.apply(ctx, w, Target{ClientID: id, expectedVersion: expectedVersion}, history.OperationPatch)
}

// apply applies the input of w to the target.
func (s *Writes) apply(ctx context.Context, w *Draft, t Target, operation history.Operation) (Result, error) {
	result, err := s.change(ctx, w.Scope, t, w, operation, history.KindUpserted, w.Apply)
	if errors.Is(err, store.ErrIDTaken) {
		// The client may have got an account, because the input has a password.
		result, err = s.change(ctx, w.Scope, t, w, operation, history.KindUpserted, w.Apply)
	}
	return result, err
}

// Delete removes a client from all lists; it can still be found by its id. Deleting a
// deleted client succeeds and writes nothing. Errors: FORBIDDEN, INVALID_ID,
// NOT_FOUND, VERSION_CONFLICT.
func (s *Writes) Delete(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64) (Result, error) {
	return s.setLifecycle(ctx, scope, id, expectedVersion, client.Removed, history.OperationDelete, history.KindDeleted)
}

// Restore brings a deleted client back. Restoring a live client succeeds and
// writes nothing. Errors: FORBIDDEN, INVALID_ID, NOT_FOUND, VERSION_CONFLICT.
func (s *Writes) Restore(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64) (Result, error) {
	return s.setLifecycle(ctx, scope, id, expectedVersion, client.Live, history.OperationRestore, history.KindRestored)
}

func (s *Writes) setLifecycle(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64, to client.Lifecycle, operation history.Operation, kind history.Kind) (Result, error) {
	if err := reading.Permit(scope, client.Delete, false); err != nil {
		return Result{}, err
	}
	w := s.draft(scope, "", nil)
	return s.change(ctx, scope, Target{ClientID: id, expectedVersion: expectedVersion, DeletedToo: true}, w, operation, kind, func(context.Context) error {
		w.After.Lifecycle = to
		return nil
	})
}

// Target is the client that a mutation changes.
type Target struct {
	ClientID        client.ID
	expectedVersion *int64
	// DeletedToo lets a deleted client be changed.
	DeletedToo bool
}

// change runs edit on a copy of the target in a transaction and saves what it
// changed. w.before and w.after are the two states while edit runs.
func (s *Writes) change(ctx context.Context, scope client.Scope, t Target, w *Draft, operation history.Operation, kind history.Kind, edit func(context.Context) error) (Result, error) {
	var result Result
	err := s.Write(ctx, scope, record{&result}, func(ctx context.Context, tx store.Tx) error {
		result = Result{}
		if wrong := t.ClientID.Wrong(client.Path{ArgumentClientID}); wrong != nil {
			if err := w.prepare(ctx); err != nil {
				return err
			}
			return w.refuse(ctx, tx, wrong, edit)
		}
		before, err := Find(ctx, tx, scope, t)
		if err != nil {
			return err
		}
		if t.expectedVersion != nil && *t.expectedVersion != before.Version {
			return s.AnswerConflict(ctx, tx, scope, before, *t.expectedVersion, &result)
		}
		if err := w.prepare(ctx); err != nil {
			return err
		}
		result.Client, err = w.save(ctx, tx, before, operation, kind, edit)
		return err
	})
	if err != nil && !client.HasCode(err, client.CodeVersionConflict) {
		return Result{}, err
	}
	return result, err
}

// refuse returns the errors of the arguments that name the client, together with those that
// edit finds for a blank client. It writes nothing.
func (w *Draft) refuse(ctx context.Context, tx store.Tx, wrong client.Errors, edit func(context.Context) error) error {
	w.Begin(tx, history.BlankClient(w.Scope.BusinessID, 0))
	w.wrong = wrong
	err := edit(ctx)
	more := client.AsErrors(err)
	if err != nil && more == nil {
		return err
	}
	return append(slices.Clone(wrong), more...)
}

// ArgumentClientID is the argument that names the client to change.
const ArgumentClientID = "clientId"

// save runs edit on a copy of a client in a transaction, saves what it changed, and
// returns the client after it.
func (w *Draft) save(ctx context.Context, tx store.Tx, before *client.Client, operation history.Operation, kind history.Kind, edit func(context.Context) error) (*client.Client, error) {
	w.Begin(tx, before.Clone())
	w.before = before
	if err := edit(ctx); err != nil {
		return nil, err
	}
	changes := append(history.Diff(before, w.After), w.edges.own...)
	if len(changes) == 0 {
		return before, nil
	}
	w.Stamp(w.After)
	if err := tx.Save(ctx, before, w.After, w.Entry(w.After, operation, changes), kind); err != nil {
		return nil, err
	}
	return w.After, w.saveNeighbours(ctx, operation)
}

// Find loads the target. For role CLIENT any client except its own is as if it did not
// exist.
func Find(ctx context.Context, tx store.Tx, scope client.Scope, t Target) (*client.Client, error) {
	if wrong := t.ClientID.Wrong(client.Path{ArgumentClientID}); wrong != nil {
		return nil, wrong
	}
	notFound := client.Path{ArgumentClientID}.At(&client.Error{Code: client.CodeNotFound, Message: "no client with this id"})
	id := t.ClientID.As(client.TypeClient)
	found, err := tx.Clients(ctx, []int64{id})
	if err != nil {
		return nil, fmt.Errorf("find the client to change: %w", err)
	}
	survivors, err := reading.SurvivorsOf(ctx, tx, []int64{id}, found)
	if err != nil {
		return nil, err
	}
	c, survivor := found[id], survivors[id]
	switch {
	case scope.Role == client.RoleClient && id != scope.ClientID && survivor != scope.ClientID:
		return nil, notFound
	case survivor != 0:
		return nil, client.Path{ArgumentClientID}.At(reading.ClientMerged(survivor))
	case c == nil:
		return nil, notFound
	case c.Deleted() && !t.DeletedToo:
		return nil, client.Path{ArgumentClientID}.At(&client.Error{Code: client.CodeClientDeleted, Message: "this client is deleted; restore it first"})
	}
	return c, nil
}

// visibleChanges omits changes of edges to clients that the caller does not see: the
// names of the changed lists would reveal them.
func visibleChanges(ctx context.Context, tx store.Tx, scope client.Scope, changes []history.Change) ([]history.Change, error) {
	var neighbours []int64
	for _, change := range changes {
		if id := change.Neighbour(); id != 0 {
			neighbours = append(neighbours, id)
		}
	}
	if scope.MaySeeAll() || len(neighbours) == 0 {
		return changes, nil
	}
	seen, err := reading.LoadSurvivors(ctx, tx, client.SortedSet(neighbours))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(changes, func(change history.Change) bool {
		id := change.Neighbour()
		return id != 0 && seen[id] == nil
	}), nil
}

// AnswerConflict fills the result with the current client and what changed in it since the
// expected version. Error: VERSION_CONFLICT.
func (s *Writes) AnswerConflict(ctx context.Context, tx store.Tx, scope client.Scope, current *client.Client, expected int64, result *Result) error {
	changes, err := tx.ChangesSince(ctx, current.ClientID, expected)
	if err != nil {
		return fmt.Errorf("find what changed: %w", err)
	}
	if changes, err = visibleChanges(ctx, tx, scope, changes); err != nil {
		return err
	}
	result.Client = current
	result.Conflict = &Conflict{CurrentVersion: current.Version, ChangedPaths: history.ReadablePaths(scope.Role, changes)}
	return client.Path{"expectedVersion"}.At(&client.Error{
		Code:    client.CodeVersionConflict,
		Message: "the client has changed since that version; look at conflict, then try again with its currentVersion",
	})
}
