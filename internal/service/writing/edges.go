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

// edgeChanges are the changes that an input's edge lists make: the neighbours to write,
// and changes of the client's viewers, which are stored with the viewers.
type edgeChanges struct {
	own        []history.Change
	neighbours map[int64]*neighbour
	// kept are the other ends of edges that stay: those that a list names, and those that
	// the list does not show, because they are deleted, have no account or are hidden
	// from the caller.
	kept []int64
}

// maxKept is how many of them the transaction relies on (store.Tx.RelyOn), lowest ids
// first. If there are more, one of the others that is deleted, restored or becomes visible
// to the caller at the same moment may be treated as it was just before.
const maxKept = 1000

// neighbour is the other end of an edge that changed.
type neighbour struct {
	before, after *client.Client
	changes       []history.Change
}

func (e *edgeChanges) neighbour(c *client.Client) *neighbour {
	n := e.neighbours[c.ClientID]
	if n == nil {
		n = &neighbour{before: c, after: c.Clone()}
		e.neighbours[c.ClientID] = n
	}
	return n
}

// applyEdges replaces the edges of each given list that the caller sees. Edges to clients
// that are hidden, deleted or, for accounts, without an account stay as they are.
func (w *Draft) applyEdges(ctx context.Context) (client.Errors, error) {
	var errs client.Errors
	if w.in.Subjects != nil {
		more, err := w.applySubjects(ctx)
		if err != nil {
			return nil, err
		}
		errs = append(errs, more...)
	}
	if w.in.Accounts != nil {
		more, err := w.applyViewers(ctx)
		if err != nil {
			return nil, err
		}
		errs = append(errs, more...)
	}
	return errs, nil
}

// applySubjects replaces the client's subjects, or adds to them.
func (w *Draft) applySubjects(ctx context.Context) (client.Errors, error) {
	where := w.in.Where.With(client.InputSubjects)
	current, wanted := w.After.SubjectIDs, w.in.Subjects.IDs
	about := slices.Concat(current, wanted)
	if w.addsSubjects {
		about = wanted
	}
	visible, err := w.Tx.Clients(ctx, about)
	if err != nil {
		return nil, fmt.Errorf("find subjects: %w", err)
	}
	shown := func(id int64) bool { return visible[id] != nil && visible[id].Active() }
	survivors, err := reading.SurvivorsOf(ctx, w.Tx, wanted, visible)
	if err != nil {
		return nil, err
	}

	var errs client.Errors
	for i, id := range wanted {
		at := where.With(strconv.Itoa(i))
		switch {
		case w.in.Subjects.Malformed[i]:
			// Its error exists already.
		case id != 0 && id == w.After.ClientID:
			errs = append(errs, at.At(selfView()))
		case survivors[id] != 0:
			errs = append(errs, at.At(reading.ClientMerged(survivors[id])))
		case !shown(id):
			errs = append(errs, at.At(NoSuchClient()))
		case w.wrong == nil && w.Scope.Role == client.RoleClient && !slices.Contains(current, id):
			errs = append(errs, at.At(&client.Error{Code: client.CodeFieldNotWritable, Message: "you can remove clients from this list, but not add any"}))
		}
	}
	next := slices.DeleteFunc(slices.Clone(current), func(id int64) bool { return !w.addsSubjects && shown(id) && !slices.Contains(wanted, id) })
	next = client.SortedSet(append(next, wanted...))
	if len(next) > max(client.MaxSubjects, len(current)) {
		errs = append(errs, where.At(client.TooManySubjects()))
	}
	if errs != nil || len(w.in.Subjects.Malformed) > 0 {
		return errs, nil
	}
	w.After.SubjectIDs = next
	if err := w.keepSubjects(ctx, current, visible); err != nil {
		return nil, err
	}
	for _, change := range history.IDChanges(history.PathViewer, current, next) {
		n := w.edges.neighbour(visible[changedID(change)])
		n.changes = append(n.changes, towards(change, history.PathViewer, w.After.ClientID))
	}
	return nil, nil
}

// keepSubjects adds to kept the subjects that stay. That includes hidden ones: if the
// caller saw them, the list would remove them. Of a list that only adds, it takes those
// that the list names.
func (w *Draft) keepSubjects(ctx context.Context, current []int64, visible map[int64]*client.Client) error {
	var hidden []int64
	for _, id := range current {
		if _, stays := slices.BinarySearch(w.After.SubjectIDs, id); !stays {
			continue
		}
		if visible[id] != nil {
			w.edges.kept = append(w.edges.kept, id)
		} else if len(hidden) < maxKept && !w.addsSubjects {
			hidden = append(hidden, id)
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	known, err := w.Tx.Known(ctx, hidden)
	if err != nil {
		return fmt.Errorf("find hidden subjects: %w", err)
	}
	w.edges.kept = append(w.edges.kept, known...)
	return nil
}

// applyViewers replaces the accounts that may view the client.
func (w *Draft) applyViewers(ctx context.Context) (client.Errors, error) {
	where := w.in.Where.With(client.InputAccounts)
	visible, err := w.Tx.ByAccount(ctx, w.in.Accounts.IDs)
	if err != nil {
		return nil, fmt.Errorf("find viewers by account: %w", err)
	}
	shown, err := w.Tx.Viewers(ctx, w.After.ClientID)
	if err != nil {
		return nil, fmt.Errorf("find viewers: %w", err)
	}
	clients := map[int64]*client.Client{}
	var current, wanted []int64
	for _, viewer := range shown {
		clients[viewer.ClientID] = viewer
		current = append(current, viewer.ClientID)
	}
	var errs client.Errors
	for i, account := range w.in.Accounts.IDs {
		at := where.With(strconv.Itoa(i))
		viewer := visible[account]
		switch {
		case w.in.Accounts.Malformed[i]:
			continue // continue // Its error exists already.
		case viewer == nil:
			errs = append(errs, at.At(NoSuchClient()))
			continue
		case viewer.ClientID == w.After.ClientID:
			errs = append(errs, at.At(selfView()))
		case !slices.Contains(viewer.SubjectIDs, w.After.ClientID) && len(viewer.SubjectIDs) >= client.MaxSubjects:
			errs = append(errs, at.At(client.TooManySubjects()))
		}
		clients[viewer.ClientID] = viewer
		wanted = append(wanted, viewer.ClientID)
		if slices.Contains(current, viewer.ClientID) {
			w.edges.kept = append(w.edges.kept, viewer.ClientID)
		}
	}
	if errs != nil || len(w.in.Accounts.Malformed) > 0 {
		return errs, nil
	}
	w.changeViewers(clients, history.IDChanges(history.PathViewer, current, client.SortedSet(wanted)))
	return nil, w.keepHiddenViewers(ctx, current)
}

// keepHiddenViewers adds to kept the viewers that a list of accounts does not show: if it
// showed them, it would remove them. A new client has none.
func (w *Draft) keepHiddenViewers(ctx context.Context, shown []int64) error {
	if w.before == nil {
		return nil
	}
	all, err := w.Tx.KnownViewers(ctx, w.After.ClientID, int64(len(shown)+maxKept))
	if err != nil {
		return fmt.Errorf("find hidden viewers: %w", err)
	}
	for _, id := range all {
		if !slices.Contains(shown, id) {
			w.edges.kept = append(w.edges.kept, id)
		}
	}
	return nil
}

// changeViewers adds the client to the subjects of viewers, or removes it.
func (w *Draft) changeViewers(clients map[int64]*client.Client, changes []history.Change) {
	for _, change := range changes {
		w.edges.own = append(w.edges.own, change)
		n := w.edges.neighbour(clients[changedID(change)])
		if change.After == nil {
			n.after.SubjectIDs = slices.DeleteFunc(n.after.SubjectIDs, func(id int64) bool { return id == w.After.ClientID })
		} else {
			n.after.SubjectIDs = client.SortedSet(append(n.after.SubjectIDs, w.After.ClientID))
		}
	}
}

// changedID is the id of the edge that a change adds or removes.
func changedID(change history.Change) int64 {
	if change.After == nil {
		return change.Before.(int64)
	}
	return change.After.(int64)
}

// towards returns the same change for the client at the other end of the edge.
func towards(change history.Change, prefix string, id int64) history.Change {
	mirrored := history.Change{Path: client.EdgePath(prefix, id)}
	if change.Before != nil {
		mirrored.Before = id
	}
	if change.After != nil {
		mirrored.After = id
	}
	return mirrored
}

// NoSuchClient is the error for an id that is unknown, or hidden from the caller.
func NoSuchClient() *client.Error {
	return &client.Error{Code: client.CodeNotFound, Message: "no such client"}
}

func selfView() *client.Error {
	return &client.Error{Code: client.CodeSelfView, Message: "a client can't be its own viewer; leave it out"}
}
