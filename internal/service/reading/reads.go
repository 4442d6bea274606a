// Package reading holds the reads: clients by id, lists, reports, connections, look-ups,
// relations, history, and the scope of a caller. Each makes a query from the scope and
// the arguments, which the store executes.
package reading

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// Reads has all reads of clients and what belongs to them. It is safe for concurrent use.
type Reads struct {
	*Records
	*Lists
	*Lookups
	*Histories
}

// Records reads clients by id and what belongs to them, and what other reads need: the
// caller's scope, the business, the time.
type Records struct {
	Store  store.Store
	Cipher Cipher
	// cursors encrypts the feed's cursors.
	cursors  Sealer
	clock    func() time.Time
	indexers search.Indexers
}

// Lists reads the clients that a filter selects: reports, connections, counts.
type Lists struct{ *Records }

// Lookups reads clients by one of their values: a tag, an address, a name.
type Lookups struct {
	*Records
	tags Snapshots[store.TagCount]
}

// Histories reads the changes of clients.
type Histories struct{ *Records }

// New returns the reads of a store. The cipher decrypts SSNs, cursors encrypts the feed's
// cursors; each may be nil if it is not needed.
func New(store store.Store, cipher Cipher, cursors Sealer, clock func() time.Time) *Reads {
	records := &Records{Store: store, Cipher: cipher, cursors: cursors, clock: clock}
	return &Reads{Records: records, Lists: &Lists{records}, Lookups: &Lookups{Records: records}, Histories: &Histories{records}}
}

// Scope returns the scope of an identity. Error: UNAUTHENTICATED, for a client account
// that is unknown, deleted or blocked.
func (s *Records) Scope(ctx context.Context, id client.Identity) (client.Scope, error) {
	scope := client.Scope{BusinessID: id.BusinessID, User: id.User, Role: id.Role, Permissions: id.Permissions}
	switch id.Role {
	case client.RoleOwner, client.RoleAdmin:
		scope.Rows.All = true
	case client.RoleLocationSuperUser:
		for _, location := range id.LocationIDs {
			scope.Rows.VisibilityKeys = append(scope.Rows.VisibilityKeys, client.LocationVisibilityKey(location))
		}
		scope.Rows.VisibilityKeys = append(scope.Rows.VisibilityKeys, client.UserVisibilityKey(id.User))
	case client.RoleStaff:
		scope.Rows.VisibilityKeys = []string{client.StaffVisibilityKey(id.StaffID), client.UserVisibilityKey(id.User)}
	case client.RoleClient:
		own, err := s.Store.Account(ctx, client.Scope{BusinessID: id.BusinessID, Rows: client.Rows{All: true}}, id.ClientAccountID)
		if err != nil {
			return client.Scope{}, err
		}
		if own == nil || !own.Active() || own.Blocked {
			return client.Scope{}, AccountUnusable()
		}
		scope.ClientID = own.ClientID
		scope.Rows.ClientIDs = append([]int64{own.ClientID}, own.SubjectIDs...)
	}
	return scope, nil
}

// AccountUnusable is the error for a caller whose client account is unknown, deleted or
// blocked.
func AccountUnusable() *client.Error {
	return &client.Error{Code: client.CodeUnauthenticated, Message: "this client account can't be used"}
}

// Indexer returns the indexer that makes the keys of a business's clients.
func (s *Records) Indexer(business *client.Business) *search.Indexer {
	return s.indexers.Of(search.SettingsOf(business))
}

// Instant returns the time as documents store it: UTC, in whole milliseconds.
func (s *Records) Instant() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Now returns the time for answers.
func (s *Records) Now() time.Time { return s.clock() }
