// Package reading holds the reads: clients by id, lists, reports, connections,
// look-ups, relations, history, and the scope of a caller. Each says what it reads
// (scope and filter make a query) and lets the store read it.
package reading

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// Reads are the reads of clients and of what belongs to them. It is safe for
// concurrent use.
type Reads struct {
	*Records
	*Lists
	*Lookups
	*Histories
}

// Records reads clients by id, with what belongs to them, and knows what all other
// reads need: the caller's scope, the business, the time.
type Records struct {
	Store  store.Store
	Cipher Cipher
	// cursors seals those of the feed.
	cursors  Sealer
	clock    func() time.Time
	indexers search.Indexers
}

// Lists reads the clients that a filter means: reports, connections, counts.
type Lists struct{ *Records }

// Lookups reads clients by one value that they have: a tag, an address, a name.
type Lookups struct {
	*Records
	tags Snapshots[store.TagCount]
}

// Histories reads what was changed in clients, by whom and when.
type Histories struct{ *Records }

// New returns the reads of a store. The cipher opens SSNs, cursors seals those of
// the feed; who reads neither gives nil.
func New(store store.Store, cipher Cipher, cursors Sealer, clock func() time.Time) *Reads {
	records := &Records{Store: store, Cipher: cipher, cursors: cursors, clock: clock}
	return &Reads{Records: records, Lists: &Lists{records}, Lookups: &Lookups{Records: records}, Histories: &Histories{records}}
}

// Scope turns who a token says its bearer is into what the bearer may touch.
// Error: UNAUTHENTICATED, for a client account that is unknown, deleted or
// blocked.
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

// AccountUnusable refuses a caller whose client account is unknown, deleted or
// blocked.
func AccountUnusable() *client.Error {
	return &client.Error{Code: client.CodeUnauthenticated, Message: "this client account can't be used"}
}

// Indexer makes the keys of a business's clients.
func (s *Records) Indexer(business *client.Business) *search.Indexer {
	return s.indexers.Of(search.SettingsOf(business))
}

// Instant is now as documents keep it: UTC, in whole milliseconds.
func (s *Records) Instant() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Now is the instant by which answers are given.
func (s *Records) Now() time.Time { return s.clock() }
