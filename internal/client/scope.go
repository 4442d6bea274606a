package client

import (
	"fmt"
	"strings"
	"time"
)

// IdempotencyKey makes a mutation one that is done once, however often it is sent: under
// the same key the same input is answered the same. It belongs to a business
// and a user of it.
type IdempotencyKey struct {
	// Text is the caller's: 1 to 255 printable ASCII characters.
	Text string
	// Mutation and Arguments are what the key was given with. Arguments are what
	// JSON can say, without the key; they are compared, and not kept.
	Mutation  string
	Arguments any
	// Entry is the index of the entry of a batch that the key stands for.
	Entry int
}

// Role is what kind of caller a token names.
type Role string

// The roles, from the one that sees most to the one that sees least.
const (
	RoleOwner             Role = "OWNER"
	RoleAdmin             Role = "ADMIN"
	RoleLocationSuperUser Role = "LOCATION_SUPER_USER"
	RoleStaff             Role = "STAFF"
	RoleClient            Role = "CLIENT"
)

// ParseRole returns the role of that exact name.
func ParseRole(name string) (Role, error) {
	switch role := Role(name); role {
	case RoleOwner, RoleAdmin, RoleLocationSuperUser, RoleStaff, RoleClient:
		return role, nil
	}
	return "", fmt.Errorf("unknown role: want OWNER, ADMIN, LOCATION_SUPER_USER, STAFF or CLIENT")
}

// Permissions is a set of what a caller may do.
type Permissions uint8

// The permissions. Write covers every mutation that no other one covers.
const (
	Write Permissions = 1 << iota
	Delete
	Merge
	Export
	PII
	Admin
	Import
)

// AllPermissions is what owners and administrators have.
const AllPermissions = Write | Delete | Merge | Export | PII | Admin | Import

// permissionNames is in the order of the bits.
var permissionNames = [...]string{"write", "delete", "merge", "export", "pii", "admin", "import"}

// Has says whether every permission of want is in the set.
func (p Permissions) Has(want Permissions) bool { return p&want == want }

// Names lists the set's permissions as tokens and the schema spell them, in a
// fixed order.
func (p Permissions) Names() []string {
	names := make([]string, 0, len(permissionNames))
	for i, name := range permissionNames {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// ParsePermissions returns the set of those names.
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

// Permissions returns what the role may do when its token does not narrow it.
func (r Role) Permissions() Permissions {
	switch r {
	case RoleOwner, RoleAdmin:
		return AllPermissions
	case RoleLocationSuperUser:
		return Write | Delete | Export
	case RoleStaff, RoleClient:
		// A CLIENT writes only to its own record, and only some properties of
		// it: the service sees to that.
		return Write
	}
	return 0
}

// Identity is what a verified token says of its bearer. BusinessID, User and
// Role are always there; the other fields by role.
type Identity struct {
	BusinessID int64
	// User is the token's subject, the user name that records are stamped with.
	User        string
	Role        Role
	Permissions Permissions
	// StaffID is set for STAFF, LocationIDs for LOCATION_SUPER_USER (one at
	// least), ClientAccountID for CLIENT.
	StaffID         int64
	LocationIDs     []int64
	ClientAccountID int64
	// Expires is when the token stops being accepted, the leeway for clocks
	// included: what outlives a request ends then.
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
	// RequestID is stamped on history rows, so that a change can be traced to
	// the request that made it.
	RequestID string
	// IdempotencyKey makes a mutation one that is done once; nil for none, and for reads.
	IdempotencyKey *IdempotencyKey
}

// Rows says which clients of the business a caller sees: all of them, those that
// carry one of VisibilityKeys, or those of ClientIDs. The zero value sees none.
type Rows struct {
	All bool
	// VisibilityKeys are of the form staff:ID, location:ID, user:NAME.
	VisibilityKeys []string
	// ClientIDs are the caller's own record and, one hop, those it may view.
	ClientIDs []int64
}

// ByID says whether the rows are those of ClientIDs.
func (r Rows) ByID() bool { return !r.All && len(r.VisibilityKeys) == 0 }

// StaffVisibilityKey is the visibility key of a client that has an appointment with this
// member of staff.
func StaffVisibilityKey(id int64) string { return fmt.Sprintf("staff:%d", id) }

// LocationVisibilityKey is the visibility key of a client that has an appointment at this
// location.
func LocationVisibilityKey(id int64) string { return fmt.Sprintf("location:%d", id) }

// UserVisibilityKey is the one for the user who created the client.
func UserVisibilityKey(user string) string { return "user:" + user }

// MaySeeAll says whether the caller sees every client of its business.
func (s Scope) MaySeeAll() bool { return s.Rows.All }
