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

// Draft is a mutation that is being made: its checked input and, within the transaction,
// its client and the neighbours whose edges change. A transaction that is run again
// begins a new draft.
type Draft struct {
	Service *Writes
	Scope   client.Scope
	Indexer *search.Indexer
	// argument, values and more are the arguments of Prepare.
	argument string
	values   client.Values
	more     []func(*client.Input)
	in       *client.Input
	// decode checks the input again once the transaction has found the client: values
	// that the client has already are accepted unchecked.
	decode       func(held *client.Client) *client.Input
	passwordHash *string
	// addsSubjects says that the input's subjects are added to the client's, instead of
	// replacing them.
	addsSubjects bool

	Tx            store.Tx
	Now           time.Time
	before, After *client.Client
	edges         edgeChanges
	// wrong are the errors of the arguments that name the client. If set, the input is
	// only checked.
	wrong client.Errors
}

// Prepare loads what checks need, and checks the input. Each of more checks it further.
func (s *Writes) Prepare(ctx context.Context, scope client.Scope, argument string, values client.Values, more ...func(*client.Input)) (*Draft, error) {
	w := s.draft(scope, argument, values, more...)
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	w.in = w.decode(nil)
	return w, nil
}

// draft is Prepare without reads, for changes of a client: they are made after the client
// was found.
func (s *Writes) draft(scope client.Scope, argument string, values client.Values, more ...func(*client.Input)) *Draft {
	return &Draft{Service: s, Scope: scope, argument: argument, values: values, more: more}
}

// prepare loads what checks need. A transaction that runs again uses what its first run
// loaded. If the settings changed meanwhile, the client's search and sort keys are
// computed again when it is stored.
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

// hash hashes the password before the transaction, because hashing takes long. The
// password is hashed even if the input may be refused: whether it is depends on the
// client's values, which are not known yet.
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

// Begin resets the draft for a run of the transaction.
func (w *Draft) Begin(tx store.Tx, after *client.Client) {
	w.Tx, w.After, w.before, w.wrong = tx, after, nil, nil
	// All that a mutation writes has one time, so that history and modifiedDate agree.
	w.Now = w.Service.Instant()
	w.edges = edgeChanges{neighbours: map[int64]*neighbour{}}
}

// Apply applies the input to the client and its neighbours, or returns all errors of the
// input.
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
		// Sealing the same number again gives other bytes. The numbers are compared, so
		// that a write without a change stays one.
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

// Stamp sets the next version and the modified date of after.
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

// MergeEntry is the history entry of a client that takes part in a merge or an unmerge.
func (w *Draft) MergeEntry(after *client.Client, operation history.Operation, mergeID int64, changes []history.Change) history.Entry {
	entry := w.Entry(after, operation, changes)
	entry.MergeID = mergeID
	return entry
}

// saveNeighbours writes the clients at the other ends of changed edges: an edge change is
// a change of both clients. It relies on the clients at the other ends of edges that stay.
func (w *Draft) saveNeighbours(ctx context.Context, operation history.Operation) error {
	kept := slices.DeleteFunc(client.SortedSet(w.edges.kept), func(id int64) bool { return w.edges.neighbours[id] != nil })
	if len(kept) > 0 {
		w.Tx.RelyOn(kept[:min(len(kept), maxKept)])
	}
	ids := make([]int64, 0, len(w.edges.neighbours))
	for id := range w.edges.neighbours {
		ids = append(ids, id)
	}
	// All writers write in one order, so that they wait for each other instead of
	// conflicting.
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
