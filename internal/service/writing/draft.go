package writing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// Draft is one mutation under way: its checked input and, within the
// transaction, the client that it is about and the neighbours that its edges
// touch. A transaction that is run again begins it anew.
type Draft struct {
	Service *Writes
	Scope   client.Scope
	Indexer *search.Indexer
	// argument, values and more are what Prepare was given.
	argument string
	values   client.Values
	more     []func(*client.Input)
	in       *client.Input
	// decode checks the input anew for the client that it is for, which nobody knows
	// before the transaction: what the client holds is taken as it is.
	decode       func(held *client.Client) *client.Input
	passwordHash *string
	// addsSubjects says that the input's subjects are added to those whom the client may
	// see, and do not replace them.
	addsSubjects bool

	Tx            store.Tx
	Now           time.Time
	before, After *client.Client
	edges         edgeChanges
	// wrong is what is wrong with the arguments that name the client: the input is
	// checked, and never brought into anybody.
	wrong client.Errors
}

// Prepare reads what checking an input takes, and checks it. Each of more checks
// goes on with what was read.
func (s *Writes) Prepare(ctx context.Context, scope client.Scope, argument string, values client.Values, more ...func(*client.Input)) (*Draft, error) {
	w := s.draft(scope, argument, values, more...)
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	w.in = w.decode(nil)
	return w, nil
}

// draft is what Prepare makes, before anything was read: a change of a client reads it
// once the client is found.
func (s *Writes) draft(scope client.Scope, argument string, values client.Values, more ...func(*client.Input)) *Draft {
	return &Draft{Service: s, Scope: scope, argument: argument, values: values, more: more}
}

// prepare reads what checking the input takes. A transaction that runs again goes on with
// what its first run read: keys that are of other settings by then are made anew where
// they are stored.
func (w *Draft) prepare(ctx context.Context) error {
	if w.Indexer != nil {
		return nil
	}
	business, err := w.Service.Business(ctx, w.Scope)
	if err != nil {
		return err
	}
	by := client.Checks{Argument: w.argument, Role: w.Scope.Role, Today: client.DateOf(w.Service.Now().In(business.Zone()))}
	if _, named := w.values[client.InputFields]; named || w.more != nil {
		if by.Definitions, err = w.Service.Definitions(ctx, w.Scope); err != nil {
			return err
		}
	}
	w.decode = func(held *client.Client) *client.Input {
		by := by
		by.Held = held
		in := client.DecodeInput(w.values, by)
		for _, check := range w.more {
			check(in)
		}
		return in
	}
	w.Indexer = w.Service.Indexer(business)
	return nil
}

// hash spends the time that a password hash takes, before the transaction holds
// anything. What is wrong with an input may be what its client holds; so it is
// hashed for one that may be refused, too.
func (w *Draft) hash(ctx context.Context) error {
	if _, named := w.values[client.InputPassword]; !named {
		return nil
	}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	if w.in == nil {
		w.in = w.decode(nil)
	}
	if w.in.Password == nil {
		return nil
	}
	hash, err := w.Service.hasher.Hash(ctx, *w.in.Password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	w.passwordHash = &hash
	return nil
}

// Begin starts on a run of the transaction.
func (w *Draft) Begin(tx store.Tx, after *client.Client) {
	w.Tx, w.After, w.before, w.wrong = tx, after, nil, nil
	// One moment for all that the mutation writes: history tells when a record
	// was modified.
	w.Now = w.Service.Instant()
	w.edges = edgeChanges{neighbours: map[int64]*neighbour{}}
}

// Apply brings the input into the client and its neighbours, or returns all
// that is wrong with it.
func (w *Draft) Apply(ctx context.Context) error {
	if w.before != nil || w.in == nil {
		w.in = w.decode(w.before)
	}
	errs := slices.Clone(w.in.Errors)
	if w.before == nil && w.wrong == nil {
		errs = append(errs, w.in.Missing...)
	}
	edgeErrs, err := w.applyEdges(ctx)
	if err != nil {
		return err
	}
	if errs = append(errs, edgeErrs...); len(errs) > 0 || w.wrong != nil {
		return errs.ErrOrNil()
	}
	w.in.Apply(w.After)
	return w.applySecrets(ctx)
}

func (w *Draft) applySecrets(ctx context.Context) error {
	if w.passwordHash != nil {
		w.After.PasswordHash = w.passwordHash
		if w.After.ClientAccountID == nil {
			id, err := w.Service.Store.NextAccountID(ctx)
			if err != nil {
				return fmt.Errorf("take an account id: %w", err)
			}
			w.After.ClientAccountID = &id
		}
	}
	if w.in.ClearSSN {
		w.After.SealedSSN = nil
	}
	if w.in.SSN == nil {
		return nil
	}
	c, cipher := w.After, w.Service.Cipher
	if len(c.SealedSSN) > 0 {
		// Sealing the same number again gives other bytes: compare what they say,
		// so that a write that changes nothing stays one.
		if known, err := cipher.Open(c.SealedSSN, c.BusinessID, c.ClientID, client.InputSSN); err == nil && known == *w.in.SSN {
			return nil
		}
	}
	sealed, err := cipher.Seal(*w.in.SSN, c.BusinessID, c.ClientID, client.InputSSN)
	if err != nil {
		return fmt.Errorf("seal the ssn: %w", err)
	}
	c.SealedSSN = sealed
	return nil
}

// Stamp makes after the next version of its client.
func (w *Draft) Stamp(after *client.Client) {
	after.Version++
	after.ModifiedDate, after.ModifiedUser = new(w.Now), new(w.Scope.User)
	w.Indexer.Prepare(after)
}

// Entry is the history entry of the change.
func (w *Draft) Entry(after *client.Client, operation history.Operation, changes []history.Change) history.Entry {
	return history.Entry{
		ClientID:  after.ClientID,
		Version:   after.Version,
		At:        w.Now,
		User:      w.Scope.User,
		Role:      w.Scope.Role,
		Operation: operation,
		RequestID: w.Scope.RequestID,
		Changes:   changes,
	}
}

// MergeEntry is the entry of a client that is part of a merge, or was.
func (w *Draft) MergeEntry(after *client.Client, operation history.Operation, mergeID int64, changes []history.Change) history.Entry {
	entry := w.Entry(after, operation, changes)
	entry.MergeID = mergeID
	return entry
}

// saveNeighbours writes the other ends of the edges that changed: an edge change
// is a change of both its clients. Those of edges that stay are not to change meanwhile.
func (w *Draft) saveNeighbours(ctx context.Context, operation history.Operation) error {
	kept := slices.DeleteFunc(client.SortedSet(w.edges.kept), func(id int64) bool { return w.edges.neighbours[id] != nil })
	if len(kept) > 0 {
		w.Tx.RelyOn(kept[:min(len(kept), maxKept)])
	}
	ids := make([]int64, 0, len(w.edges.neighbours))
	for id := range w.edges.neighbours {
		ids = append(ids, id)
	}
	// In one order everywhere, so that two writers wait for each other instead
	// of refusing each other.
	slices.Sort(ids)
	for _, id := range ids {
		n := w.edges.neighbours[id]
		w.Stamp(n.after)
		changes := append(history.Diff(n.before, n.after), n.changes...)
		if err := w.Tx.Save(ctx, n.before, n.after, w.Entry(n.after, operation, changes), history.KindUpserted); err != nil {
			return err
		}
	}
	return nil
}
