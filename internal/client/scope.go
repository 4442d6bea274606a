package client

import (
	"fmt"
	"strings"
	"time"
)

// IdempotencyKey makes sure that a mutation is done once, however often it is sent: with
// the same key the same input gets the same answer. It belongs to a user of a business.
type IdempotencyKey struct {
	// Text is the caller's key: 1 to 255 printable ASCII characters.
	Text string
	// Mutation and Arguments are the mutation that the key was sent with. Arguments are
	// JSON values, without the key; they are compared, but not stored.
	Mutation  string
	Arguments any
	// Entry is the index of the batch's entry that the key is for.
	Entry int
}

// Role is the role in a token.
type Role string

// The roles, from the one that sees most to the one that sees least.
const (
	RoleOwner             Role = "OWNER"
	RoleAdmin             Role = "ADMIN"
	RoleLocationSuperUser Role = "LOCATION_SUPER_USER"
	RoleStaff             Role = "STAFF"
	RoleClient            Role = "CLIENT"
)

// ParseRole returns the role with that exact name.
func ParseRole(name string) (Role, error) {
	switch role := Role(name); role {
	case RoleOwner, RoleAdmin, RoleLocationSuperUser, RoleStaff, RoleClient:
		return role, nil
	}
	return "", fmt.Errorf("unknown role: want OWNER, ADMIN, LOCATION_SUPER_USER, STAFF or CLIENT")
}

// Permissions is a set of permissions.
type Permissions uint8

// The permissions. Write is for all mutations that need no other one.
const (
	Write Permissions = 1 << iota
	Delete
	Merge
	Export
	PII
	Admin
	Import
)

// AllPermissions are the permissions of owners and administrators.
const AllPermissions = Write | Delete | Merge | Export | PII | Admin | Import

// permissionNames is in the order of the bits.
var permissionNames = [...]string{"write", "delete", "merge", "export", "pii", "admin", "import"}

// Has says whether every permission of want is in the set.
func (p Permissions) Has(want Permissions) bool { return p&want == want }

// Names returns the names of the permissions as in tokens and the schema, in a fixed
// order.
func (p Permissions) Names() []string {
	names := make([]string, 0, len(permissionNames))
	for i, name := range permissionNames {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// ParsePermissions returns the set of permissions with those names.
func ParsePermissions(names []string) (Permissions, error) {
	var set Permissions
next:
	for _, name := range names {
		for i, known := range permissionNames {
			if name == known {
				set |= 1 << i
				continue next
			}
		}
		return 0, fmt.Errorf("unknown permission: want some of %s", strings.Join(permissionNames[:], ", "))
	}
	return set, nil
}

// Permissions returns the permissions of the role, if its token does not narrow them.
func (r Role) Permissions() Permissions {
	switch r {
	case RoleOwner, RoleAdmin:
		return AllPermissions
	case RoleLocationSuperUser:
		return Write | Delete | Export
	case RoleStaff, RoleClient:
		// The service lets a CLIENT write only some properties of its own record.
		return Write
	}
	return 0
}

// Identity is the bearer of a verified token. BusinessID, User and Role are always set,
// the other fields by role.
type Identity struct {
	BusinessID int64
	// User is the token's subject, the user name in records.
	User        string
	Role        Role
	Permissions Permissions
	// StaffID is set for STAFF, LocationIDs for LOCATION_SUPER_USER (one at
	// least), ClientAccountID for CLIENT.
	StaffID         int64
	LocationIDs     []int64
	ClientAccountID int64
	// Expires is when the token expires, including the leeway for clocks: subscriptions
	// end then.
	Expires time.Time
}

// Scope is the caller of a method: its business, which is the tenant, its user, role and
// permissions, and the rows that it sees. Every method of Service and Store takes one.
type Scope struct {
	BusinessID  int64
	User        string
	Role        Role
	Permissions Permissions
	Rows        Rows
	// ClientID is the caller's own record, for role CLIENT; 0 for the others.
	ClientID int64
	// RequestID is stored in history rows, so that a change can be traced to its request.
	RequestID string
	// IdempotencyKey is the mutation's key; nil for none, and for reads.
	IdempotencyKey *IdempotencyKey
}

// Rows says which clients of the business a caller sees: all of them, those with one of
// VisibilityKeys, or those with ClientIDs. The zero value sees none.
type Rows struct {
	All bool
	// VisibilityKeys have the form staff:ID, location:ID or user:NAME.
	VisibilityKeys []string
	// ClientIDs are the caller's own record and its subjects.
	ClientIDs []int64
}

// ByID says whether the rows are given by ClientIDs.
func (r Rows) ByID() bool { return !r.All && len(r.VisibilityKeys) == 0 }

// StaffVisibilityKey is the visibility key of a client that has an appointment with this
// member of staff.
func StaffVisibilityKey(id int64) string { return fmt.Sprintf("staff:%d", id) }

// LocationVisibilityKey is the visibility key of a client that has an appointment at this
// location.
func LocationVisibilityKey(id int64) string { return fmt.Sprintf("location:%d", id) }

// UserVisibilityKey is the visibility key of a client that the user created.
func UserVisibilityKey(user string) string { return "user:" + user }

// MaySeeAll says whether the caller sees every client of its business.
func (s Scope) MaySeeAll() bool { return s.Rows.All }
