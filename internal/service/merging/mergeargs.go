package merging

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
)

// check returns the errors of the arguments that can be found without reading clients.
func (a *MergeArgs) check() client.Errors {
	where, errs := client.Path{"clientIds"}, a.ClientID.Wrong(client.Path{writing.ArgumentClientID})
	switch {
	case len(a.ClientIDs) == 0:
		return append(errs, where.At(&client.Error{Code: client.CodeRequired, Message: "name at least one client to fold into this one"}))
	case len(a.ClientIDs) > MaxMerge:
		return append(errs, where.At(client.TooMany(MaxMerge)))
	}
	if len(a.Choices) > client.MaxList {
		errs = append(errs, client.Path{"choices"}.At(client.TooMany(client.MaxList)))
	}
	if len(a.ExpectedVersions) > 1+MaxMerge {
		errs = append(errs, client.Path{"expectedVersions"}.At(client.TooMany(1+MaxMerge)))
	}
	seen := map[int64]bool{}
	for i, id := range a.ClientIDs {
		number := id.As(client.TypeClient)
		switch {
		case id.Malformed:
			errs = append(errs, where.With(strconv.Itoa(i)).At(client.InvalidID()))
		case number == 0:
			// An id of another type; it is not found later.
		case number == a.ClientID.As(client.TypeClient):
			errs = append(errs, where.With(strconv.Itoa(i)).At(&client.Error{Code: client.CodeSelfMerge, Message: "a client can't be merged with itself; leave it out"}))
		case seen[number]:
			errs = append(errs, where.With(strconv.Itoa(i)).At(&client.Error{Code: client.CodeDuplicateID, Message: "name each client once"}))
		}
		seen[number] = true
	}
	for i, choice := range a.Choices[:min(len(a.Choices), client.MaxList)] {
		errs = append(errs, choice.FromClientID.Wrong(client.Path{"choices", strconv.Itoa(i), "fromClientId"})...)
	}
	for i, expected := range a.ExpectedVersions[:min(len(a.ExpectedVersions), 1+MaxMerge)] {
		errs = append(errs, expected.ClientID.Wrong(client.Path{"expectedVersions", strconv.Itoa(i), writing.ArgumentClientID})...)
	}
	return errs
}

// load loads the clients. All of them must be live.
func (m *merging) load(ctx context.Context) error {
	named := append([]client.ID{m.args.ClientID}, m.args.ClientIDs...)
	ids := make([]int64, len(named))
	for i, id := range named {
		ids[i] = id.As(client.TypeClient)
	}
	found, err := m.Tx.Clients(ctx, ids)
	if err != nil {
		return fmt.Errorf("find the clients to merge: %w", err)
	}
	survivors, err := reading.SurvivorsOf(ctx, m.Tx, ids, found)
	if err != nil {
		return err
	}
	var errs client.Errors
	for i, id := range ids {
		where := client.Path{"clientId"}
		if i > 0 {
			where = client.Path{"clientIds", strconv.Itoa(i - 1)}
		}
		switch c := found[id]; {
		case named[i].Malformed:
			// Its error exists already.
		case survivors[id] != 0:
			errs = append(errs, where.At(reading.ClientMerged(survivors[id])))
		case c == nil:
			errs = append(errs, where.At(writing.NoSuchClient()))
		case c.Deleted():
			errs = append(errs, where.At(&client.Error{Code: client.CodeClientDeleted, Message: "this client is deleted; restore it first, or leave it out"}))
		case i == 0:
			m.fold.Survivor = c
		default:
			m.fold.Folded = append(m.fold.Folded, c)
		}
	}
	return errs.ErrOrNil()
}

// checkVersions compares the clients' versions with the expected ones.
func (m *merging) checkVersions(ctx context.Context) error {
	var errs client.Errors
	for i, expected := range m.args.ExpectedVersions {
		where, id := client.Path{"expectedVersions", strconv.Itoa(i)}, expected.ClientID.As(client.TypeClient)
		all := m.fold.All()
		at := slices.IndexFunc(all, func(c *client.Client) bool { return c.ClientID == id })
		switch {
		case at < 0:
			errs = append(errs, where.With("clientId").At(&client.Error{Code: client.CodeNotFound, Message: "this client is not part of the merge"}))
		case all[at].Version != expected.Version:
			var result writing.Result
			err := m.Service.AnswerConflict(ctx, m.Tx, m.Scope, all[at], expected.Version, &result)
			conflict, ok := err.(*client.Error) //nolint:errorlint // It is made there, and is internal otherwise.
			if !ok {
				return err
			}
			errs = append(errs, where.With("version").At(conflict))
			m.conflicts = append(m.conflicts, ConflictOf{ClientID: id, Conflict: *result.Conflict})
		}
	}
	return errs.ErrOrNil()
}

// readChoices checks the choices against the clients.
func (m *merging) readChoices() client.Errors {
	var errs client.Errors
	for i, given := range m.args.Choices {
		where, from := client.Path{"choices", strconv.Itoa(i)}, given.FromClientID.As(client.TypeClient)
		_, twice := m.fold.Choices[given.Field]
		switch {
		case given.FromClientID.Malformed && m.choosable(given.Field) && !twice:
			// Its error exists already.
			m.fold.Choices[given.Field] = merge.Decision{Where: where}
		case !m.choosable(given.Field):
			errs = append(errs, where.With("field").At(&client.Error{
				Code:    client.CodeInvalidChoice,
				Message: "want a property of one value, or fields.ID of a custom field with values of its own; notes and lists are united, and for consent the strictest value wins",
			}))
		case twice:
			errs = append(errs, where.With("field").At(&client.Error{Code: client.CodeInvalidChoice, Message: "choose each field once"}))
		case !m.fold.Among(from):
			errs = append(errs, where.With("fromClientId").At(&client.Error{Code: client.CodeInvalidChoice, Message: "want one of the clients that are merged"}))
		default:
			m.fold.Choices[given.Field] = merge.Decision{FromClientID: from, Where: where}
		}
	}
	return errs
}
