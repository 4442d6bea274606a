package client

import (
	"context"
	"sync"
	"time"
)

// Service is everything that can be done with clients. Each method's comment
// names the codes of the errors that it can return; any other error is
// internal. A Service is safe for concurrent use.
type Service struct {
	store  Store
	hasher Hasher
	cipher Cipher
	now    func() time.Time
	// keyers holds one Keyer a locale, by its tag: making one reads the whole
	// collation table.
	keyers sync.Map
}

// NewService returns the service over a store.
func NewService(store Store, hasher Hasher, cipher Cipher, now func() time.Time) *Service {
	return &Service{store: store, hasher: hasher, cipher: cipher, now: now}
}

// Scope turns who a token says its bearer is into what the bearer may touch.
// Error: UNAUTHENTICATED, for a client account that is unknown, deleted or
// blocked.
func (s *Service) Scope(ctx context.Context, id Identity) (Scope, error) {
	scope := Scope{BusinessID: id.BusinessID, User: id.User, Role: id.Role, Permissions: id.Permissions}
	switch id.Role {
	case RoleOwner, RoleAdmin:
		scope.Rows.All = true
	case RoleLocationSuperUser:
		for _, location := range id.LocationIDs {
			scope.Rows.Keys = append(scope.Rows.Keys, LocationKey(location))
		}
		scope.Rows.Keys = append(scope.Rows.Keys, UserKey(id.User))
	case RoleStaff:
		scope.Rows.Keys = []string{StaffKey(id.StaffID), UserKey(id.User)}
	case RoleClient:
		own, err := s.store.Account(ctx, id.BusinessID, id.ClientAccountID)
		if err != nil {
			return Scope{}, err
		}
		if own == nil || !own.Active() || own.Blocked {
			return Scope{}, &Error{Code: CodeUnauthenticated, Message: "this client account can't be used"}
		}
		scope.ClientID = own.ClientID
		scope.Rows.ClientIDs = append([]int64{own.ClientID}, own.SubjectIDs...)
	}
	return scope, nil
}

// keyer is the order of names in the business of the scope.
func (s *Service) keyer(business *Business) *Keyer {
	tag := ""
	if business.Locale != nil {
		tag = *business.Locale
	}
	keyer, ok := s.keyers.Load(tag)
	if !ok {
		keyer, _ = s.keyers.LoadOrStore(tag, NewKeyer(business.Locale))
	}
	return keyer.(*Keyer)
}

// instant is now as documents keep it: UTC, in whole milliseconds.
func (s *Service) instant() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// Now is the instant by which answers are given.
func (s *Service) Now() time.Time { return s.now() }
