package client

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// UnmergeArgs are what unmerging is asked with.
type UnmergeArgs struct {
	MergeID ID
	Choices []UnmergeChoice
	// ExpectedVersion is the survivor's.
	ExpectedVersion *int64
}

// UnmergeChoice settles a conflict.
type UnmergeChoice struct {
	Field string
	Value UnmergeValue
}

// UnmergeResult is what unmerging answers: the client that survived and those
// that are back. With the error UNMERGE_CONFLICT Conflicts say what is to be
// chosen, with VERSION_CONFLICT Client and Conflict are as in Result; the rest
// is empty.
type UnmergeResult struct {
	Result
	Clients   []*Client
	Conflicts []UnmergeConflict
}

// Unmerge undoes the latest merge of a survivor. Errors: FORBIDDEN, INVALID_ID, NOT_FOUND,
// ALREADY_UNMERGED, CLIENT_DELETED, MERGE_NOT_LATEST, VERSION_CONFLICT,
// INVALID_CHOICE, UNMERGE_CONFLICT, TOO_MANY_SUBJECTS, MERGE_TOO_LARGE.
func (s *Service) Unmerge(ctx context.Context, scope Scope, args UnmergeArgs) (UnmergeResult, error) {
	if err := permit(scope, Merge, false); err != nil {
		return UnmergeResult{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, mergeTimeout)
	defer cancel()
	w, err := s.prepare(ctx, scope, "", nil)
	if err != nil {
		return UnmergeResult{}, err
	}
	u := &unmerging{writing: w, args: args}
	wrong := args.MergeID.wrong(path{"mergeId"})
	if u.choices, err = readUnmergeChoices(args.Choices); err != nil || wrong != nil {
		return UnmergeResult{}, append(wrong, AsErrors(err)...)
	}
	err = s.write(ctx, scope, unmergeAnswer{&u.result}, func(ctx context.Context, tx Tx) error {
		u.begin(tx, nil)
		u.result, u.unfold = UnmergeResult{}, nil
		if err := u.load(ctx); err != nil {
			return err
		}
		return u.save(ctx)
	})
	switch {
	case err == nil:
		return u.result, nil
	case HasCode(err, CodeVersionConflict), HasCode(err, CodeUnmergeConflict):
		if showErr := s.showConflicts(ctx, scope, u.result.Conflicts); showErr != nil {
			return UnmergeResult{}, showErr
		}
		return u.result, err
	}
	return UnmergeResult{}, asTooLarge(err)
}

// showConflicts makes the values of custom fields those that are shown.
func (s *Service) showConflicts(ctx context.Context, scope Scope, conflicts []UnmergeConflict) error {
	if len(conflicts) == 0 {
		return nil
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return err
	}
	for i := range conflicts {
		c := &conflicts[i]
		c.Before, c.Merged, c.Current = definitions.shown(c.Field, c.Before), definitions.shown(c.Field, c.Merged), definitions.shown(c.Field, c.Current)
	}
	return nil
}

// unmergeAnswer is what unmerging answers, as far as it takes to answer it again.
type unmergeAnswer struct{ result *UnmergeResult }

func (a unmergeAnswer) keep() (KeptAnswer, error) {
	var kept KeptAnswer
	for _, c := range append([]*Client{a.result.Client}, a.result.Clients...) {
		kept.Clients = append(kept.Clients, RecordVersion{ClientID: c.ClientID, Version: c.Version})
	}
	return kept, nil
}

func (a unmergeAnswer) recall(ctx context.Context, tx Tx, kept *KeptAnswer) error {
	*a.result = UnmergeResult{}
	for i, version := range kept.Clients {
		c, err := recordAt(ctx, tx, version)
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

// unmerging is an unmerge under way.
type unmerging struct {
	*writing
	args    UnmergeArgs
	choices map[string]UnmergeValue

	// What follows is of one run of the transaction.
	result UnmergeResult
	unfold *unfolding
	sight  map[int64]Viewer
}

func readUnmergeChoices(given []UnmergeChoice) (map[string]UnmergeValue, error) {
	where := path{"choices"}
	if len(given) > maxList {
		return nil, where.at(tooMany(maxList))
	}
	choices := map[string]UnmergeValue{}
	for i, choice := range given {
		if choices[choice.Field] != "" {
			return nil, where.with(strconv.Itoa(i), "field").at(&Error{Code: CodeInvalidChoice, Message: "choose each field once"})
		}
		choices[choice.Field] = choice.Value
	}
	return choices, nil
}

// load finds the journal and the clients of the merge, and what refers to them.
func (u *unmerging) load(ctx context.Context) error {
	journal, err := u.tx.Journal(ctx, u.args.MergeID.As(TypeAny))
	if err != nil {
		return fmt.Errorf("find the journal: %w", err)
	}
	where := path{"mergeId"}
	switch {
	case journal == nil:
		return where.at(&Error{Code: CodeNotFound, Message: "no merge of that id"})
	case journal.Undone:
		return where.at(&Error{Code: CodeAlreadyUnmerged, Message: "this merge was undone already; there is nothing left to undo"})
	}
	survivor, err := u.loadSurvivor(ctx, journal)
	if err != nil {
		return err
	}
	u.unfold = &unfolding{survivor: survivor, journal: journal, choices: u.choices}
	folded, err := u.tx.FoldedClients(ctx, journal.ClientIDs)
	if err != nil {
		return fmt.Errorf("find the folded clients: %w", err)
	}
	for _, id := range journal.ClientIDs {
		if folded[id] == nil {
			return fmt.Errorf("the merged client %d is gone", id)
		}
		u.unfold.folded = append(u.unfold.folded, folded[id])
	}
	if err := u.sameSSN(); err != nil {
		return err
	}
	if err := u.loadMade(ctx); err != nil {
		return err
	}
	return u.loadAround(ctx)
}

// sameSSN makes the journal's sealed social security numbers the survivor's where
// they say the same: sealing a number again gives other bytes.
func (u *unmerging) sameSSN() error {
	survivor, j := u.unfold.survivor, u.unfold.journal
	if !slices.Contains(j.Changed, inputSSN) || len(survivor.SealedSSN) == 0 {
		return nil
	}
	said := map[*Client]string{}
	for _, c := range []*Client{survivor, j.Before, j.After} {
		if len(c.SealedSSN) == 0 {
			continue
		}
		var err error
		if said[c], err = u.service.cipher.Open(c.SealedSSN, survivor.BusinessID, survivor.ClientID, inputSSN); err != nil {
			return fmt.Errorf("open ssn: %w", err)
		}
		if said[c] == said[survivor] {
			c.SealedSSN = survivor.SealedSSN
		}
	}
	return nil
}

func (u *unmerging) loadSurvivor(ctx context.Context, journal *Journal) (*Client, error) {
	where := path{"mergeId"}
	ids := []int64{journal.ClientID}
	found, err := u.tx.Clients(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("find the survivor: %w", err)
	}
	survivors, err := survivorsOf(ctx, u.tx, ids, found)
	if err != nil {
		return nil, err
	}
	survivor := found[journal.ClientID]
	switch {
	case survivors[journal.ClientID] != 0:
		return nil, mergedSince(survivors[journal.ClientID])
	case survivor == nil:
		return nil, where.at(&Error{Code: CodeNotFound, Message: "no merge of that id"})
	case survivor.Deleted():
		return nil, where.at(&Error{Code: CodeClientDeleted, Message: "the client that survived is deleted; restore it first"})
	case len(survivor.Merged) == 0 || survivor.Merged[len(survivor.Merged)-1].MergeID != journal.MergeID:
		return nil, mergedSince(survivor.ClientID)
	}
	if expected := u.args.ExpectedVersion; expected != nil && *expected != survivor.Version {
		return nil, u.service.conflict(ctx, u.tx, u.scope, survivor, *expected, &u.result.Result)
	}
	return survivor, nil
}

// mergedSince is the failure of undoing a merge before a later one.
func mergedSince(survivorID int64) *Error {
	return path{"mergeId"}.at(&Error{
		Code:    CodeMergeNotLatest,
		Message: "a later merge into mergedIntoClientId changed these clients, or whom they see or are seen by; undo that one first",
		Details: map[string]any{nameMergedInto: strconv.FormatInt(survivorID, 10)},
	})
}

// loadAround reads what became of whom the clients saw, of who saw them, and of
// their appointments.
func (u *unmerging) loadAround(ctx context.Context) error {
	f, j := u.unfold, u.unfold.journal
	var viewers []int64
	for _, viewer := range j.Viewers {
		viewers = append(viewers, viewer.ClientID)
	}
	if err := u.checkNeighbours(ctx, viewers); err != nil {
		return err
	}
	var err error
	if u.sight, err = u.tx.SightOf(ctx, viewers, []int64{f.survivor.ClientID}); err != nil {
		return fmt.Errorf("find what viewers see: %w", err)
	}
	var appointments []int64
	for _, a := range f.survivor.Appointments {
		appointments = append(appointments, a.AppointmentID)
	}
	f.known = map[int64]KnownAppointment{}
	if len(appointments) == 0 {
		return nil
	}
	if f.known, err = u.tx.KnownAppointments(ctx, appointments); err != nil {
		return fmt.Errorf("find known appointments: %w", err)
	}
	return nil
}

// checkNeighbours refuses to undo the merge before a later one of its neighbours,
// whether they were merged or others into them: what that one knows of the edges
// between them is of after this one, and undone in another order the two would
// leave edges that nobody ever gave, or lose some that somebody did.
func (u *unmerging) checkNeighbours(ctx context.Context, viewers []int64) error {
	f := u.unfold
	ids := slices.Concat(viewers, f.journal.Before.SubjectIDs)
	for _, c := range f.folded {
		ids = append(ids, c.SubjectIDs...)
	}
	ids = sortedSet(ids)
	survivors, err := u.tx.Survivors(ctx, ids)
	if err != nil {
		return fmt.Errorf("find survivors: %w", err)
	}
	for _, id := range slices.Sorted(maps.Values(survivors)) {
		if id != f.survivor.ClientID {
			return mergedSince(id)
		}
	}
	mergers, err := u.tx.Mergers(ctx, ids, f.journal.At)
	if err != nil {
		return fmt.Errorf("find later merges: %w", err)
	}
	for _, id := range slices.Sorted(maps.Keys(mergers)) {
		if slices.ContainsFunc(mergers[id], f.journal.before) {
			return mergedSince(id)
		}
	}
	return nil
}

// before says whether the merge was before the one that took a client in.
func (j *Journal) before(m MergedClient) bool {
	return j.At.Before(m.MergedDate) || (j.At.Equal(m.MergedDate) && j.MergeID < m.MergeID)
}

// save undoes the merge and writes what that gives, or tells what conflicts.
func (u *unmerging) save(ctx context.Context) error {
	f := u.unfold
	f.unfold()
	if len(f.conflicts) > 0 {
		u.result.Conflicts = f.conflicts
		return path{"choices"}.at(&Error{Code: CodeUnmergeConflict, Message: "properties that the merge changed were changed again since; choose a value for each field of conflicts"})
	}
	var errs Errors
	for i, choice := range u.args.Choices {
		if !f.changed(choice.Field) {
			errs = append(errs, path{"choices", strconv.Itoa(i), "field"}.at(&Error{
				Code: CodeInvalidChoice, Message: "want a property of one value, or fields.ID, that the merge changed; leave this one out",
			}))
		}
	}
	changes := f.repointings(u.sight)
	if err := u.tooManySubjects(changes); err != nil {
		errs = append(errs, err)
	}
	if errs != nil {
		return errs
	}
	u.stamp(f.after)
	was, is := f.seen(changes)
	for i, c := range f.back {
		u.stamp(c)
		told := append(diff(f.folded[i].withoutSubjects(), c), was.changes(c.ClientID, is)...)
		if err := u.tx.Fold(f.folded[i], c, f.survivor, u.mergeEntry(c, OperationUnmerge, f.journal.MergeID, told), KindUnmerged); err != nil {
			return err
		}
	}
	told := append(diff(f.survivor, f.after), was.changes(f.after.ClientID, is)...)
	if err := u.tx.Save(ctx, f.survivor, f.after, u.mergeEntry(f.after, OperationUnmerge, f.journal.MergeID, told), KindUpserted); err != nil {
		return err
	}
	u.result.Client, u.result.Clients = f.after, f.back
	u.tx.CloseJournal(f.journal.MergeID)
	if err := u.tx.Repoint(ctx, changes); err != nil {
		return err
	}
	return u.tx.AnnounceMoved(ctx, u.now, f.moved(changes))
}

// tooManySubjects tells of those who would see more clients than one may: edges
// that were added since the merge stay beside those that come back. They can be
// as many as a client has viewers; who may merge sees each.
func (u *unmerging) tooManySubjects(changes []Repointing) *Error {
	var ids []int64
	if len(u.unfold.after.SubjectIDs) > MaxSubjects {
		ids = append(ids, u.unfold.after.ClientID)
	}
	for _, change := range changes {
		for _, id := range change.ViewerIDs {
			if u.sight[id].Sees-len(change.Drop)+len(change.Add) > MaxSubjects {
				ids = append(ids, id)
			}
		}
	}
	if ids == nil {
		return nil
	}
	slices.Sort(ids)
	named := strings.ReplaceAll(joinIDs(ids[:min(len(ids), maxNamedViewers)]), ",", ", ")
	if more := len(ids) - maxNamedViewers; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	return path{"mergeId"}.at(&Error{
		Code:    CodeTooManySubjects,
		Message: fmt.Sprintf("clients that would see over %d others once more: %d; take some of those from each first: %s", MaxSubjects, len(ids), named),
	})
}

// maxNamedViewers is how many clients one error names.
const maxNamedViewers = 20

// changed says whether the merge changed the one value of a field.
func (u *unfolding) changed(field string) bool {
	if id, custom := customFieldID(field); custom {
		return !equalValues(u.journal.Before.fieldValue(id), u.journal.After.fieldValue(id))
	}
	return ofOneValue(field) && slices.Contains(u.journal.Changed, field)
}

// joinIDs is a text that is equal for equal lists only.
func joinIDs(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ",")
}
