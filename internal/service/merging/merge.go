package merging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Bounds of a merge.
const (
	// MaxMerge bounds the clients that one merge folds.
	MaxMerge = 50
	// mergeTimeout bounds a merge, which writes more than other mutations.
	mergeTimeout = 60 * time.Second
)

// MergeArgs are the arguments of a merge or its preview.
type MergeArgs struct {
	// ClientID survives; ClientIDs are merged into it. If the survivor lacks a value that
	// several of them have, the first one's is taken.
	ClientID  client.ID
	ClientIDs []client.ID
	Choices   []merge.Choice
	// ExpectedVersions are the expected versions of any of the clients.
	ExpectedVersions []ExpectedVersion
}

// ExpectedVersion is the version of a client that the caller has seen; a merge fails if
// the client has another one.
type ExpectedVersion struct {
	ClientID client.ID
	Version  int64
}

// MergeResult is the result of a merge. With the error VERSION_CONFLICT, Conflicts say
// what changed in which client, and the rest is empty.
type MergeResult struct {
	Client  *client.Client
	MergeID int64
	Report  *merge.Report
	// Conflicts are for clients with another version than the caller expected.
	Conflicts []ConflictOf
}

// ConflictOf says what changed in a client since the version that the caller expected.
type ConflictOf struct {
	ClientID int64
	writing.Conflict
}

// PreviewMerge returns the report that Merge with the same arguments would return, and
// writes nothing. Errors: those of Merge, except VERSION_CONFLICT.
func (s *Merges) PreviewMerge(ctx context.Context, scope client.Scope, args MergeArgs) (*merge.Report, error) {
	args.ExpectedVersions = nil
	result, err := s.merge(ctx, scope, args, true)
	if err != nil {
		return nil, err
	}
	return result.Report, nil
}

// Merge folds clients into one, all or none of them. Errors: FORBIDDEN, REQUIRED (no
// client to fold), TOO_MANY, INVALID_ID, SELF_MERGE, DUPLICATE_ID, NOT_FOUND,
// CLIENT_DELETED, CLIENT_MERGED, INVALID_CHOICE, VERSION_CONFLICT, TOO_MANY_SUBJECTS,
// MERGE_TOO_LARGE.
func (s *Merges) Merge(ctx context.Context, scope client.Scope, args MergeArgs) (MergeResult, error) {
	result, err := s.merge(ctx, scope, args, false)
	if err != nil {
		return MergeResult{Conflicts: result.Conflicts}, asTooLarge(err)
	}
	return result, nil
}

// asTooLarge returns MERGE_TOO_LARGE if the database refused a transaction because of its
// size.
func asTooLarge(err error) error {
	if errors.Is(err, store.ErrTooLarge) {
		return merge.TooLarge("the database can't change so much at once")
	}
	return err
}

func (s *Merges) merge(ctx context.Context, scope client.Scope, args MergeArgs, dryRun bool) (MergeResult, error) {
	if err := reading.Permit(scope, client.Merge, false); err != nil {
		return MergeResult{}, err
	}
	wrong := args.check()
	count := len(args.ClientIDs)
	if wrong != nil && (!client.HasCode(wrong, client.CodeInvalidID) || count == 0 || count > MaxMerge) {
		return MergeResult{}, wrong
	}
	ctx, cancel := context.WithTimeout(ctx, mergeTimeout)
	defer cancel()
	w, err := s.Prepare(ctx, scope, "", nil)
	if err != nil {
		return MergeResult{}, err
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return MergeResult{}, err
	}
	m := &merging{Draft: w, args: args, definitions: definitions, refused: wrong}
	var result MergeResult
	err = s.Write(ctx, scope, mergeAnswer{&result}, func(ctx context.Context, tx store.Tx) error {
		m.begin(tx)
		if err := m.plan(ctx); err != nil {
			return err
		}
		result = MergeResult{Client: m.fold.After, Report: m.fold.Report}
		if dryRun {
			return writing.ErrDryRun
		}
		if err := m.save(ctx); err != nil {
			return err
		}
		result.MergeID = m.id
		return nil
	})
	if err != nil && !(dryRun && errors.Is(err, writing.ErrDryRun)) {
		return MergeResult{Conflicts: m.conflicts}, err
	}
	reading.ShowReport(definitions, result.Report)
	return result, nil
}

// mergeAnswer stores the answer of a merge for its idempotency key: the id of the merge,
// by which the report is read from the journal, and the survivor's version.
type mergeAnswer struct{ result *MergeResult }

func (a mergeAnswer) Keep() (store.KeptAnswer, error) {
	rest, err := json.Marshal(a.result.MergeID)
	c := a.result.Client
	return store.KeptAnswer{Clients: []store.RecordVersion{{ClientID: c.ClientID, Version: c.Version}}, Rest: rest}, err
}

func (a mergeAnswer) Recall(ctx context.Context, tx store.Tx, kept *store.KeptAnswer) error {
	*a.result = MergeResult{}
	if err := json.Unmarshal(kept.Rest, &a.result.MergeID); err != nil {
		return fmt.Errorf("recall a merge: %w", err)
	}
	var err error
	if a.result.Client, err = writing.RecordAt(ctx, tx, kept.Clients[0]); err != nil {
		return err
	}
	journal, err := tx.Journal(ctx, a.result.MergeID)
	if err != nil || journal == nil {
		// The journal was erased with the client.
		return err
	}
	if err := json.Unmarshal(journal.Report, &a.result.Report); err != nil {
		return fmt.Errorf("recall a report: %w", err)
	}
	return nil
}

// merging is a merge that is being made.
type merging struct {
	*writing.Draft
	args        MergeArgs
	definitions client.Definitions
	// refused are errors that were found in the arguments before any client was read.
	refused client.Errors
	// id is taken when there is something to write.
	id int64

	// The following fields belong to one run of the transaction.
	fold      *merge.Fold
	conflicts []ConflictOf
}

func (m *merging) begin(tx store.Tx) {
	m.Draft.Begin(tx, nil)
	m.conflicts = nil
	m.fold = &merge.Fold{Indexer: m.Indexer, Choices: map[string]merge.Decision{}, SSNs: map[int64]string{}}
}

// plan reads the clients of the merge and folds them, or returns all errors.
func (m *merging) plan(ctx context.Context) error {
	err := m.load(ctx)
	if m.refused != nil {
		return m.allWrong(err)
	}
	if err != nil {
		return err
	}
	f := m.fold
	if err := m.checkVersions(ctx); err != nil {
		return err
	}
	if errs := m.readChoices(); errs != nil {
		return errs
	}
	if err := m.loadAround(ctx); err != nil {
		return err
	}
	f.Run()
	return f.Errors.ErrOrNil()
}

// allWrong returns the errors of the arguments, together with those of the clients that
// were found or, if all were found, with those of the choices.
func (m *merging) allWrong(found error) error {
	more := client.AsErrors(found)
	if found != nil && more == nil {
		return found
	}
	if more == nil && m.fold.Survivor != nil && len(m.args.Choices) <= client.MaxList {
		more = m.readChoices()
	}
	return append(slices.Clone(m.refused), more...)
}

// loadAround reads the clients' viewers, forms and social security numbers.
func (m *merging) loadAround(ctx context.Context) error {
	f := m.fold
	var folded, family, all []int64
	for _, c := range f.Folded {
		folded = append(folded, c.ClientID)
		family = append(family, c.Family()...)
	}
	all = append(append(all, folded...), f.Survivor.ClientID)
	found, err := m.Tx.ViewersOf(ctx, folded, all)
	if err != nil {
		return fmt.Errorf("find the viewers to repoint: %w", err)
	}
	f.Viewers = slices.DeleteFunc(found, func(viewer merge.Viewer) bool { return f.Among(viewer.ClientID) })
	forms, err := m.Tx.CountForms(ctx, family)
	if err != nil {
		return fmt.Errorf("count forms: %w", err)
	}
	f.Forms = map[int64]int64{}
	for _, c := range f.All() {
		if c != f.Survivor {
			for _, id := range c.Family() {
				f.Forms[c.ClientID] += forms[id]
			}
		}
		if len(c.SealedSSN) == 0 {
			continue
		}
		if f.SSNs[c.ClientID], err = m.Service.Cipher.Open(c.SealedSSN, c.BusinessID, c.ClientID, client.InputSSN); err != nil {
			return fmt.Errorf("open ssn: %w", err)
		}
	}
	return nil
}

// save writes the merge: the folded clients, the survivor, the viewers and the journal.
func (m *merging) save(ctx context.Context) error {
	f, now := m.fold, m.Now
	before, after := f.Survivor, f.After
	if m.id == 0 {
		var err error
		if m.id, err = m.Service.Store.NextMergeID(ctx); err != nil {
			return fmt.Errorf("take a merge id: %w", err)
		}
	}
	if f.SSNFrom != 0 {
		sealed, err := m.Service.Cipher.Seal(f.SSNs[f.SSNFrom], after.BusinessID, after.ClientID, client.InputSSN)
		if err != nil {
			return fmt.Errorf("seal the ssn: %w", err)
		}
		after.SealedSSN = sealed
	}
	for _, c := range f.Folded {
		after.Merged = append(append(after.Merged, c.Merged...), client.MergedClient{
			ClientID: c.ClientID, MergeID: m.id, MergedDate: now, AccountID: c.ClientAccountID, CreatedUser: c.CreatedUser,
		})
	}
	journal := &merge.Journal{
		MergeID: m.id, ClientID: before.ClientID, ClientIDs: f.Report.ClientIDs, At: now, User: m.Scope.User, Viewers: f.Viewers,
	}
	journal.Record(before, after)
	var err error
	if journal.Report, err = json.Marshal(f.Report); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	m.Stamp(after)
	was, is := f.Seen()
	for _, c := range SortedByID(f.Folded) {
		folded := c.Clone()
		// The survivor has its login now, and stores whose it was.
		folded.Lifecycle, folded.MergedInto, folded.ClientAccountID = client.Merged, &after.ClientID, nil
		m.Stamp(folded)
		changes := append(history.Diff(c, folded.WithoutSubjects()), was.Changes(c.ClientID, is)...)
		if err := m.Tx.Fold(c, folded, after, m.MergeEntry(folded, history.OperationMerge, m.id, changes), history.KindMerged); err != nil {
			return err
		}
	}
	changes := append(history.Diff(before, after), was.Changes(after.ClientID, is)...)
	if err := m.Tx.Save(ctx, before, after, m.MergeEntry(after, history.OperationMerge, m.id, changes), history.KindUpserted); err != nil {
		return err
	}
	if err := m.Tx.PutJournal(journal); err != nil {
		return err
	}
	repoint := merge.Repointing{Drop: f.Report.ClientIDs, Add: []int64{after.ClientID}}
	for _, viewer := range f.Viewers {
		repoint.ViewerIDs = append(repoint.ViewerIDs, viewer.ClientID)
	}
	if err := m.Tx.Repoint(ctx, []merge.Repointing{repoint}); err != nil {
		return err
	}
	return m.Tx.AnnounceMoved(ctx, now, f.Moved())
}

// SortedByID sorts clients by id. All writers write in this order, so that two of them
// wait for each other instead of both failing.
func SortedByID(clients []*client.Client) []*client.Client {
	return slices.SortedFunc(slices.Values(clients), func(a, b *client.Client) int { return int(min(max(a.ClientID-b.ClientID, -1), 1)) })
}
