package merging

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// UnmergeArgs are the arguments of an unmerge.
type UnmergeArgs struct {
	MergeID client.ID
	Choices []UnmergeChoice
	// ExpectedVersion is the survivor's expected version.
	ExpectedVersion *int64
}

// UnmergeChoice settles a conflict.
type UnmergeChoice struct {
	Field string
	Value merge.UnmergeValue
}

// UnmergeResult is the result of an unmerge: the survivor and the clients that are back.
// With the error UNMERGE_CONFLICT, Conflicts say what must be chosen; with
// VERSION_CONFLICT, Client and Conflict are as in Result; the rest is empty.
type UnmergeResult struct {
	writing.Result
	Clients   []*client.Client
	Conflicts []merge.UnmergeConflict
}

// Unmerge undoes the latest merge of a survivor. Errors: FORBIDDEN, INVALID_ID, NOT_FOUND,
// ALREADY_UNMERGED, CLIENT_DELETED, MERGE_NOT_LATEST, VERSION_CONFLICT,
// INVALID_CHOICE, UNMERGE_CONFLICT, TOO_MANY_SUBJECTS, MERGE_TOO_LARGE.
func (s *Merges) Unmerge(ctx context.Context, scope client.Scope, args UnmergeArgs) (UnmergeResult, error) {
	if err := reading.Permit(scope, client.Merge, false); err != nil {
		return UnmergeResult{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, mergeTimeout)
	defer cancel()
	w, err := s.Prepare(ctx, scope, "", nil)
	if err != nil {
		return UnmergeResult{}, err
	}
	u := &unmerging{Draft: w, args: args}
	wrong := args.MergeID.Wrong(client.Path{"mergeId"})
	if u.choices, err = readUnmergeChoices(args.Choices); err != nil || wrong != nil {
		return UnmergeResult{}, append(wrong, client.AsErrors(err)...)
	}
	err = s.Write(ctx, scope, unmergeAnswer{&u.result}, func(ctx context.Context, tx store.Tx) error {
		u.Begin(tx, nil)
		u.result, u.unfold = UnmergeResult{}, nil
		if err := u.load(ctx); err != nil {
			return err
		}
		return u.save(ctx)
	})
	switch {
	case err == nil:
		return u.result, nil
	case client.HasCode(err, client.CodeVersionConflict), client.HasCode(err, client.CodeUnmergeConflict):
		if showErr := s.showConflicts(ctx, scope, u.result.Conflicts); showErr != nil {
			return UnmergeResult{}, showErr
		}
		return u.result, err
	}
	return UnmergeResult{}, asTooLarge(err)
}

// showConflicts replaces stored values of custom fields by those that are shown.
func (s *Merges) showConflicts(ctx context.Context, scope client.Scope, conflicts []merge.UnmergeConflict) error {
	if len(conflicts) == 0 {
		return nil
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return err
	}
	for i := range conflicts {
		c := &conflicts[i]
		c.Before, c.Merged, c.Current = definitions.Shown(c.Field, c.Before), definitions.Shown(c.Field, c.Merged), definitions.Shown(c.Field, c.Current)
	}
	return nil
}

// unmergeAnswer stores the answer of an unmerge for its idempotency key.
type unmergeAnswer struct{ result *UnmergeResult }

func (a unmergeAnswer) Keep() (store.KeptAnswer, error) {
	var kept store.KeptAnswer
	for _, c := range append([]*client.Client{a.result.Client}, a.result.Clients...) {
		kept.Clients = append(kept.Clients, store.RecordVersion{ClientID: c.ClientID, Version: c.Version})
	}
	return kept, nil
}

func (a unmergeAnswer) Recall(ctx context.Context, tx store.Tx, kept *store.KeptAnswer) error {
	*a.result = UnmergeResult{}
	for i, version := range kept.Clients {
		c, err := writing.RecordAt(ctx, tx, version)
		switch {
		case err != nil:
			return err
		case i == 0:
			a.result.Client = c
		case c != nil:
			a.result.Clients = append(a.result.Clients, c)
		}
	}
	return nil
}

// unmerging is an unmerge that is being made.
type unmerging struct {
	*writing.Draft
	args    UnmergeArgs
	choices map[string]merge.UnmergeValue

	// The following fields belong to one run of the transaction.
	result UnmergeResult
	unfold *merge.Unfold
	sight  map[int64]merge.Viewer
}

func readUnmergeChoices(given []UnmergeChoice) (map[string]merge.UnmergeValue, error) {
	where := client.Path{"choices"}
	if len(given) > client.MaxList {
		return nil, where.At(client.TooMany(client.MaxList))
	}
	choices := map[string]merge.UnmergeValue{}
	for i, choice := range given {
		if choices[choice.Field] != "" {
			return nil, where.With(strconv.Itoa(i), "field").At(&client.Error{Code: client.CodeInvalidChoice, Message: "choose each field once"})
		}
		choices[choice.Field] = choice.Value
	}
	return choices, nil
}

// load loads the journal, the clients of the merge, and the records that refer to them.
func (u *unmerging) load(ctx context.Context) error {
	journal, err := u.Tx.Journal(ctx, u.args.MergeID.As(client.TypeAny))
	if err != nil {
		return fmt.Errorf("find the journal: %w", err)
	}
	where := client.Path{"mergeId"}
	switch {
	case journal == nil:
		return where.At(&client.Error{Code: client.CodeNotFound, Message: "no merge with this id"})
	case journal.Undone:
		return where.At(&client.Error{Code: client.CodeAlreadyUnmerged, Message: "this merge was undone already; there is nothing left to undo"})
	}
	survivor, err := u.loadSurvivor(ctx, journal)
	if err != nil {
		return err
	}
	u.unfold = &merge.Unfold{Survivor: survivor, Journal: journal, Choices: u.choices}
	folded, err := u.Tx.FoldedClients(ctx, journal.ClientIDs)
	if err != nil {
		return fmt.Errorf("find the folded clients: %w", err)
	}
	for _, id := range journal.ClientIDs {
		if folded[id] == nil {
			return fmt.Errorf("the merged client %d is gone", id)
		}
		u.unfold.Folded = append(u.unfold.Folded, folded[id])
	}
	if err := u.sameSSN(); err != nil {
		return err
	}
	if err := u.loadEdgesSince(ctx); err != nil {
		return err
	}
	return u.loadAround(ctx)
}

// sameSSN replaces sealed social security numbers in the journal by the survivor's if
// they seal the same number: sealing a number again gives other bytes.
func (u *unmerging) sameSSN() error {
	survivor, j := u.unfold.Survivor, u.unfold.Journal
	if !slices.Contains(j.Changed, client.InputSSN) || len(survivor.SealedSSN) == 0 {
		return nil
	}
	said := map[*client.Client]string{}
	for _, c := range []*client.Client{survivor, j.Before, j.After} {
		if len(c.SealedSSN) == 0 {
			continue
		}
		var err error
		if said[c], err = u.Service.Cipher.Open(c.SealedSSN, survivor.BusinessID, survivor.ClientID, client.InputSSN); err != nil {
			return fmt.Errorf("open ssn: %w", err)
		}
		if said[c] == said[survivor] {
			c.SealedSSN = survivor.SealedSSN
		}
	}
	return nil
}

func (u *unmerging) loadSurvivor(ctx context.Context, journal *merge.Journal) (*client.Client, error) {
	where := client.Path{"mergeId"}
	ids := []int64{journal.ClientID}
	found, err := u.Tx.Clients(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("find the survivor: %w", err)
	}
	survivors, err := reading.SurvivorsOf(ctx, u.Tx, ids, found)
	if err != nil {
		return nil, err
	}
	survivor := found[journal.ClientID]
	switch {
	case survivors[journal.ClientID] != 0:
		return nil, mergedSince(survivors[journal.ClientID])
	case survivor == nil:
		return nil, where.At(&client.Error{Code: client.CodeNotFound, Message: "no merge with this id"})
	case survivor.Deleted():
		return nil, where.At(&client.Error{Code: client.CodeClientDeleted, Message: "the client that survived is deleted; restore it first"})
	case len(survivor.Merged) == 0 || survivor.Merged[len(survivor.Merged)-1].MergeID != journal.MergeID:
		return nil, mergedSince(survivor.ClientID)
	}
	if expected := u.args.ExpectedVersion; expected != nil && *expected != survivor.Version {
		return nil, u.Service.AnswerConflict(ctx, u.Tx, u.Scope, survivor, *expected, &u.result.Result)
	}
	return survivor, nil
}

// mergedSince is the error of undoing a merge before a later one.
func mergedSince(survivorID int64) *client.Error {
	return client.Path{"mergeId"}.At(&client.Error{
		Code:    client.CodeMergeNotLatest,
		Message: "a later merge into mergedIntoClientId changed these clients or their viewer edges; undo that merge first",
		Details: map[string]any{client.NameMergedInto: strconv.FormatInt(survivorID, 10)},
	})
}

// loadAround loads the clients' subjects and viewers as they are now, and their
// appointments.
func (u *unmerging) loadAround(ctx context.Context) error {
	f, j := u.unfold, u.unfold.Journal
	var viewers []int64
	for _, viewer := range j.Viewers {
		viewers = append(viewers, viewer.ClientID)
	}
	if err := u.checkNeighbours(ctx, viewers); err != nil {
		return err
	}
	var err error
	if u.sight, err = u.Tx.SightOf(ctx, viewers, []int64{f.Survivor.ClientID}); err != nil {
		return fmt.Errorf("find what viewers see: %w", err)
	}
	var appointments []int64
	for _, a := range f.Survivor.Appointments {
		appointments = append(appointments, a.AppointmentID)
	}
	f.Known = map[int64]client.KnownAppointment{}
	if len(appointments) == 0 {
		return nil
	}
	if f.Known, err = u.Tx.KnownAppointments(ctx, appointments); err != nil {
		return fmt.Errorf("find known appointments: %w", err)
	}
	return nil
}

// checkNeighbours refuses to undo the merge if a neighbour took part in a later merge, as
// the survivor or a folded client. That merge's journal has the edges as this merge left
// them. If the two were undone in another order, edges could come back that were never
// added, or be lost.
func (u *unmerging) checkNeighbours(ctx context.Context, viewers []int64) error {
	f := u.unfold
	ids := slices.Concat(viewers, f.Journal.Before.SubjectIDs)
	for _, c := range f.Folded {
		ids = append(ids, c.SubjectIDs...)
	}
	ids = client.SortedSet(ids)
	survivors, err := u.Tx.Survivors(ctx, ids)
	if err != nil {
		return fmt.Errorf("find survivors: %w", err)
	}
	for _, id := range slices.Sorted(maps.Values(survivors)) {
		if id != f.Survivor.ClientID {
			return mergedSince(id)
		}
	}
	mergers, err := u.Tx.Mergers(ctx, ids, f.Journal.At)
	if err != nil {
		return fmt.Errorf("find later merges: %w", err)
	}
	for _, id := range slices.Sorted(maps.Keys(mergers)) {
		if slices.ContainsFunc(mergers[id], f.Journal.Precedes) {
			return mergedSince(id)
		}
	}
	return nil
}

// save undoes the merge and writes the result, or returns the conflicts.
func (u *unmerging) save(ctx context.Context) error {
	f := u.unfold
	f.Run()
	if len(f.Conflicts) > 0 {
		u.result.Conflicts = f.Conflicts
		return client.Path{"choices"}.At(&client.Error{Code: client.CodeUnmergeConflict, Message: "properties that the merge changed were changed again since; choose a value for each field of conflicts"})
	}
	var errs client.Errors
	for i, choice := range u.args.Choices {
		if !f.Changed(choice.Field) {
			errs = append(errs, client.Path{"choices", strconv.Itoa(i), "field"}.At(&client.Error{
				Code: client.CodeInvalidChoice, Message: "want a property of one value, or fields.ID, that the merge changed; leave this one out",
			}))
		}
	}
	changes := f.Repointings(u.sight)
	if err := u.tooManySubjects(changes); err != nil {
		errs = append(errs, err)
	}
	if errs != nil {
		return errs
	}
	u.Stamp(f.After)
	was, is := f.Seen(changes)
	for i, c := range f.Back {
		u.Stamp(c)
		changed := append(history.Diff(f.Folded[i].WithoutSubjects(), c), was.Changes(c.ClientID, is)...)
		if err := u.Tx.Fold(f.Folded[i], c, f.Survivor, u.MergeEntry(c, history.OperationUnmerge, f.Journal.MergeID, changed), history.KindUnmerged); err != nil {
			return err
		}
	}
	changed := append(history.Diff(f.Survivor, f.After), was.Changes(f.After.ClientID, is)...)
	if err := u.Tx.Save(ctx, f.Survivor, f.After, u.MergeEntry(f.After, history.OperationUnmerge, f.Journal.MergeID, changed), history.KindUpserted); err != nil {
		return err
	}
	u.result.Client, u.result.Clients = f.After, f.Back
	u.Tx.CloseJournal(f.Journal.MergeID)
	if err := u.Tx.Repoint(ctx, changes); err != nil {
		return err
	}
	return u.Tx.AnnounceMoved(ctx, u.Now, f.Moved(changes))
}

// tooManySubjects returns an error with the viewers who would get too many subjects:
// edges that were added since the merge stay, besides those that come back. There can be
// as many as a client has viewers; callers who may merge see all of them.
func (u *unmerging) tooManySubjects(changes []merge.Repointing) *client.Error {
	var ids []int64
	if len(u.unfold.After.SubjectIDs) > client.MaxSubjects {
		ids = append(ids, u.unfold.After.ClientID)
	}
	for _, change := range changes {
		for _, id := range change.ViewerIDs {
			if u.sight[id].Sees-len(change.Drop)+len(change.Add) > client.MaxSubjects {
				ids = append(ids, id)
			}
		}
	}
	if ids == nil {
		return nil
	}
	slices.Sort(ids)
	named := strings.ReplaceAll(merge.JoinIDs(ids[:min(len(ids), maxNamedViewers)]), ",", ", ")
	if more := len(ids) - maxNamedViewers; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	return client.Path{"mergeId"}.At(&client.Error{
		Code:    client.CodeTooManySubjects,
		Message: fmt.Sprintf("clients that would get over %d subjects: %d; remove some subjects of each first: %s", client.MaxSubjects, len(ids), named),
	})
}

// maxNamedViewers is the most clients that one error names.
const maxNamedViewers = 20
