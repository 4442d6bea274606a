package service

import (
	"context"
	"crypto/cipher"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// Sealer seals what callers hand back and are not to read or to make up. Its key
// is the same in all processes on one database.
type Sealer interface {
	// AEAD returns what seals, with nonces that may be drawn at random.
	AEAD(ctx context.Context) (cipher.AEAD, error)
}

// Service is everything that can be done with clients. Each method's comment
// names the codes of the errors that it can return; any other error is
// internal. A Service is safe for concurrent use.
type Service struct {
	store  Store
	hasher Hasher
	cipher Cipher
	mac    MAC
	// cursors seals those of the feed.
	cursors Sealer
	// limiter is for what tells a caller of clients that it does not see.
	limiter Limiter
	now     func() time.Time
	keyers  search.Keyers
	// marked has something in it when a business was marked for Rekey.
	marked chan struct{}
}

// Secrets is what keeps secrets. A service that writes needs all of it; one that
// reads the feed needs Cursors; one that imports, or reads anything else, none.
type Secrets struct {
	Hasher  Hasher
	Cipher  Cipher
	MAC     MAC
	Cursors Sealer
}

// NewService returns the service over a store.
func NewService(store Store, secrets Secrets, limiter Limiter, now func() time.Time) *Service {
	return &Service{store: store, hasher: secrets.Hasher, cipher: secrets.Cipher, mac: secrets.MAC, cursors: secrets.Cursors, limiter: limiter, now: now, marked: make(chan struct{}, 1)}
}

// Scope turns who a token says its bearer is into what the bearer may touch.
// Error: UNAUTHENTICATED, for a client account that is unknown, deleted or
// blocked.
func (s *Service) Scope(ctx context.Context, id client.Identity) (client.Scope, error) {
	scope := client.Scope{BusinessID: id.BusinessID, User: id.User, Role: id.Role, Permissions: id.Permissions}
	switch id.Role {
	case client.RoleOwner, client.RoleAdmin:
		scope.Rows.All = true
	case client.RoleLocationSuperUser:
		for _, location := range id.LocationIDs {
			scope.Rows.Keys = append(scope.Rows.Keys, client.LocationKey(location))
		}
		scope.Rows.Keys = append(scope.Rows.Keys, client.UserKey(id.User))
	case client.RoleStaff:
		scope.Rows.Keys = []string{client.StaffKey(id.StaffID), client.UserKey(id.User)}
	case client.RoleClient:
		own, err := s.store.Account(ctx, client.Scope{BusinessID: id.BusinessID, Rows: client.Rows{All: true}}, id.ClientAccountID)
		if err != nil {
			return client.Scope{}, err
		}
		if own == nil || !own.Active() || own.Blocked {
			return client.Scope{}, accountUnusable()
		}
		scope.ClientID = own.ClientID
		scope.Rows.ClientIDs = append([]int64{own.ClientID}, own.SubjectIDs...)
	}
	return scope, nil
}

func accountUnusable() *client.Error {
	return &client.Error{Code: client.CodeUnauthenticated, Message: "this client account can't be used"}
}

// keyer makes the keys of a business's clients.
func (s *Service) keyer(business *client.Business) *search.Keyer {
	return s.keyers.Of(search.KeyingOf(business))
}

// instant is now as documents keep it: UTC, in whole milliseconds.
func (s *Service) instant() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// Now is the instant by which answers are given.
func (s *Service) Now() time.Time { return s.now() }
