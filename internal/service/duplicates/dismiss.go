package duplicates

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// DismissDuplicates records that those clients are different people: no pair of them is a
// duplicate until one of the two changes its identity, which is its name, date of birth,
// e-mail addresses, phone numbers and external user names, those of merged clients
// included. It returns how many pairs were dismissed by this call. Errors: FORBIDDEN,
// TOO_MANY, OUT_OF_RANGE (fewer than two different clients), INVALID_ID, NOT_FOUND,
// CLIENT_DELETED, CLIENT_MERGED.
func (s *Finder) DismissDuplicates(ctx context.Context, scope client.Scope, ids []client.ID) (int64, error) {
	return s.writePairs(ctx, scope, ids, func(ctx context.Context, tx store.Tx, clients map[int64]*client.Client, distinct []int64) (int64, error) {
		dismissals := pairsOf(clients, distinct)
		return int64(len(dismissals)), tx.Dismiss(ctx, dismissals)
	})
}

// UndismissDuplicates undoes DismissDuplicates for all pairs of those clients, so that
// they are found again if they look alike. It returns how many dismissed pairs were
// removed. Errors: those of DismissDuplicates.
func (s *Finder) UndismissDuplicates(ctx context.Context, scope client.Scope, ids []client.ID) (int64, error) {
	return s.writePairs(ctx, scope, ids, func(ctx context.Context, tx store.Tx, _ map[int64]*client.Client, distinct []int64) (int64, error) {
		return tx.TakeBackDismissals(ctx, distinct)
	})
}

// writePairs writes a decision about all pairs of some clients, and returns how many
// pairs it changed. It refuses fewer than two clients, and clients that are not live or
// not visible.
func (s *Finder) writePairs(ctx context.Context, scope client.Scope, ids []client.ID, write func(ctx context.Context, tx store.Tx, clients map[int64]*client.Client, distinct []int64) (int64, error)) (int64, error) {
	if err := reading.Permit(scope, client.Merge, false); err != nil {
		return 0, err
	}
	where := client.Path{"clientIds"}
	if len(ids) > MaxDuplicates {
		return 0, where.At(client.TooMany(MaxDuplicates))
	}
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		numbers[i] = id.As(client.TypeClient)
	}
	distinct := client.SortedSet(slices.Clone(numbers))
	malformed := slices.ContainsFunc(ids, func(id client.ID) bool { return id.Malformed })
	if len(distinct) < 2 && !malformed {
		return 0, where.At(&client.Error{Code: client.CodeOutOfRange, Message: "want at least two different clients"})
	}
	var pairs int64
	err := s.Write(ctx, scope, writing.Plain(&pairs), func(ctx context.Context, tx store.Tx) error {
		clients, err := tx.Clients(ctx, distinct)
		if err != nil {
			return fmt.Errorf("find clients who may be duplicates: %w", err)
		}
		survivors, err := reading.SurvivorsOf(ctx, tx, distinct, clients)
		if err != nil {
			return err
		}
		if errs := checkClients(clients, survivors, ids); errs != nil {
			return errs
		}
		pairs, err = write(ctx, tx, clients, distinct)
		return err
	})
	if err != nil {
		return 0, err
	}
	return pairs, nil
}

// checkClients returns the errors of the list of clients; survivors has the survivors of
// those that were merged.
func checkClients(clients map[int64]*client.Client, survivors map[int64]int64, ids []client.ID) client.Errors {
	var errs client.Errors
	for i, id := range ids {
		at, number := client.Path{"clientIds", strconv.Itoa(i)}, id.As(client.TypeClient)
		switch c := clients[number]; {
		case id.Malformed:
			errs = append(errs, at.At(client.InvalidID()))
		case survivors[number] != 0:
			errs = append(errs, at.At(reading.ClientMerged(survivors[number])))
		case c == nil:
			errs = append(errs, at.At(writing.NoSuchClient()))
		case c.Deleted():
			errs = append(errs, at.At(&client.Error{Code: client.CodeClientDeleted, Message: "this client is deleted and can't be a duplicate; leave it out"}))
		}
	}
	return errs
}

// pairsOf returns all pairs of those clients with their current identities: when a
// client's identity changes, its pairs are found again.
func pairsOf(clients map[int64]*client.Client, ids []int64) []store.Dismissal {
	var dismissals []store.Dismissal
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			dismissals = append(dismissals, store.Dismissal{
				Pair:       store.IDPair{a, b},
				Identities: [2][]byte{search.Digest(clients[a]), search.Digest(clients[b])},
			})
		}
	}
	return dismissals
}

// RateLimited is the error of a caller who asked too often; wait is when it may ask
// again.
func RateLimited(wait time.Duration) *client.Error {
	return &client.Error{
		Code:    client.CodeRateLimited,
		Message: "you asked this too often; wait for the seconds in retryAfter",
		// Rounded up, so that the caller does not come too early.
		Details: map[string]any{"retryAfter": int64((wait + time.Second - 1) / time.Second)},
	}
}

// EmailInUse says whether a live client of the business has that e-mail address, also one
// that the caller does not see. Outer spaces and case are ignored. Calls are limited for
// each caller, because the answer reveals hidden clients. Errors: FORBIDDEN,
// INVALID_EMAIL, RATE_LIMITED.
func (s *Finder) EmailInUse(ctx context.Context, scope client.Scope, address string) (bool, error) {
	if err := reading.Permit(scope, client.Write, false); err != nil {
		return false, err
	}
	where := client.Path{"emailAddress"}
	if _, err := client.EmailRule(address); err != nil || client.CheckText(address, client.MaxEmail) != nil {
		return false, where.At(&client.Error{Code: client.CodeInvalidEmail, Message: "want one e-mail address such as name@example.com"})
	}
	principal := strconv.FormatInt(scope.BusinessID, 10) + ":" + scope.User
	if wait, ok := s.limiter.Take(principal); !ok {
		return false, RateLimited(wait)
	}
	everybody := scope
	everybody.Rows = client.Rows{All: true}
	keys, err := s.EmailKeys(ctx, everybody, address)
	if err != nil {
		return false, err
	}
	found, err := s.Store.Clients(ctx, everybody, store.Query{
		Conditions: store.Conditions{EmailsLower: keys},
		Limit:      1,
	})
	if err != nil {
		return false, fmt.Errorf("look for an e-mail address: %w", err)
	}
	return len(found) > 0, nil
}
