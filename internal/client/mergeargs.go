package client

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// check finds what is wrong with the arguments by themselves.
func (a *MergeArgs) check() Errors {
	where, errs := path{"clientIds"}, a.ClientID.wrong(path{argumentClientID})
	switch {
	case len(a.ClientIDs) == 0:
		return append(errs, where.at(&Error{Code: CodeRequired, Message: "name at least one client to fold into this one"}))
	case len(a.ClientIDs) > MaxMerge:
		return append(errs, where.at(tooMany(MaxMerge)))
	}
	if len(a.Choices) > maxList {
		errs = append(errs, path{"choices"}.at(tooMany(maxList)))
	}
	if len(a.ExpectedVersions) > 1+MaxMerge {
		errs = append(errs, path{"expectedVersions"}.at(tooMany(1+MaxMerge)))
	}
	seen := map[int64]bool{}
	for i, id := range a.ClientIDs {
		number := id.As(TypeClient)
		switch {
		case id.Malformed:
			errs = append(errs, where.with(strconv.Itoa(i)).at(invalidID()))
		case number == 0:
			// Nobody; it is not found.
		case number == a.ClientID.As(TypeClient):
			errs = append(errs, where.with(strconv.Itoa(i)).at(&Error{Code: CodeSelfMerge, Message: "a client can't be merged with itself; leave it out"}))
		case seen[number]:
			errs = append(errs, where.with(strconv.Itoa(i)).at(&Error{Code: CodeDuplicateID, Message: "name each client once"}))
		}
		seen[number] = true
	}
	for i, choice := range a.Choices[:min(len(a.Choices), maxList)] {
		errs = append(errs, choice.FromClientID.wrong(path{"choices", strconv.Itoa(i), "fromClientId"})...)
	}
	for i, expected := range a.ExpectedVersions[:min(len(a.ExpectedVersions), 1+MaxMerge)] {
		errs = append(errs, expected.ClientID.wrong(path{"expectedVersions", strconv.Itoa(i), argumentClientID})...)
	}
	return errs
}

// load finds the clients, all of them live.
func (m *merging) load(ctx context.Context) error {
	named := append([]ID{m.args.ClientID}, m.args.ClientIDs...)
	ids := make([]int64, len(named))
	for i, id := range named {
		ids[i] = id.As(TypeClient)
	}
	found, err := m.tx.Clients(ctx, ids)
	if err != nil {
		return fmt.Errorf("find the clients to merge: %w", err)
	}
	survivors, err := survivorsOf(ctx, m.tx, ids, found)
	if err != nil {
		return err
	}
	var errs Errors
	for i, id := range ids {
		where := path{"clientId"}
		if i > 0 {
			where = path{"clientIds", strconv.Itoa(i - 1)}
		}
		switch c := found[id]; {
		case named[i].Malformed:
			// Told already.
		case survivors[id] != 0:
			errs = append(errs, where.at(clientMerged(survivors[id])))
		case c == nil:
			errs = append(errs, where.at(noSuchClient()))
		case c.Deleted():
			errs = append(errs, where.at(&Error{Code: CodeClientDeleted, Message: "this client is deleted; restore it first, or leave it out"}))
		case i == 0:
			m.fold.survivor = c
		default:
			m.fold.folded = append(m.fold.folded, c)
		}
	}
	return errs.errOrNil()
}

// checkVersions compares the versions with those that were expected.
func (m *merging) checkVersions(ctx context.Context) error {
	var errs Errors
	for i, expected := range m.args.ExpectedVersions {
		where, id := path{"expectedVersions", strconv.Itoa(i)}, expected.ClientID.As(TypeClient)
		all := m.fold.all()
		at := slices.IndexFunc(all, func(c *Client) bool { return c.ClientID == id })
		switch {
		case at < 0:
			errs = append(errs, where.with("clientId").at(&Error{Code: CodeNotFound, Message: "this client is no part of the merge"}))
		case all[at].Version != expected.Version:
			var result Result
			err := m.service.conflict(ctx, m.tx, m.scope, all[at], expected.Version, &result)
			conflict, ok := err.(*Error) //nolint:errorlint // It is made there, and is internal otherwise.
			if !ok {
				return err
			}
			errs = append(errs, where.with("version").at(conflict))
			m.conflicts = append(m.conflicts, ConflictOf{ClientID: id, Conflict: *result.Conflict})
		}
	}
	return errs.errOrNil()
}

// readChoices checks the choices against the clients.
func (m *merging) readChoices() Errors {
	var errs Errors
	for i, given := range m.args.Choices {
		where, from := path{"choices", strconv.Itoa(i)}, given.FromClientID.As(TypeClient)
		_, twice := m.fold.choices[given.Field]
		switch {
		case given.FromClientID.Malformed && m.choosable(given.Field) && !twice:
			// Told already.
			m.fold.choices[given.Field] = choice{where: where}
		case !m.choosable(given.Field):
			errs = append(errs, where.with("field").at(&Error{
				Code:    CodeInvalidChoice,
				Message: "want a property of one value, or fields.ID of a custom field with values of its own; notes and lists unite, and of consent the strictest value wins",
			}))
		case twice:
			errs = append(errs, where.with("field").at(&Error{Code: CodeInvalidChoice, Message: "choose each field once"}))
		case !m.fold.among(from):
			errs = append(errs, where.with("fromClientId").at(&Error{Code: CodeInvalidChoice, Message: "want one of the clients that are merged"}))
		default:
			m.fold.choices[given.Field] = choice{fromClientID: from, where: where}
		}
	}
	return errs
}
