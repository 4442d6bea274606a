// Package oracle is a model of what the API promises about the clients of one business:
// each rule is a plain loop over maps, and shares no code with the real service. Tests
// compare the service with it.
package oracle

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Values is a JSON object.
type Values = map[string]any

// Roles, as in tokens and the schema.
const (
	Owner             = "OWNER"
	Admin             = "ADMIN"
	LocationSuperUser = "LOCATION_SUPER_USER"
	Staff             = "STAFF"
	Client            = "CLIENT"
)

// Lifecycles of a record.
const (
	Live    = "live"
	Deleted = "deleted"
	Merged  = "merged"
)

// Caller is the caller, as its token says.
type Caller struct {
	User        string
	Role        string
	Permissions []string
	StaffID     int64
	LocationIDs []int64
	AccountID   int64
}

// May says whether the caller has a permission.
func (c Caller) May(permission string) bool { return slices.Contains(c.Permissions, permission) }

// Person is one record.
type Person struct {
	ID int64
	// Values are the properties as in answers; absent ones are null or, for a list,
	// empty.
	Values Values
	// Custom are the values of custom fields that stand for no property.
	Custom map[int64]any
	// Account is the account; 0 for none.
	Account int64
	// Passwords counts how often a password was set.
	Passwords int
	Version   int64
	Life      string
	Creator   string
	// Into is the client that the record was merged into; 0 if it was not.
	Into int64
	// Saw are the subjects that a merged record had when it was merged.
	Saw []int64
	// Folded are the clients merged into it, in order, and Aliases their values that find
	// it.
	Folded  []Folded
	Aliases []Alias
}

func (p *Person) clone() *Person {
	same := *p
	same.Values = maps.Clone(p.Values)
	same.Custom = maps.Clone(p.Custom)
	return &same
}

// text returns a text property; empty for null.
func (p *Person) text(name string) string {
	text, _ := p.Values[name].(string)
	return text
}

// FullName returns the full name as in answers.
func (p *Person) FullName() string {
	if name := p.text("fullName"); bare(name) != "" {
		return name
	}
	var parts []string
	for _, name := range []string{"firstName", "lastName"} {
		if part := p.text(name); bare(part) != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// Edge says that Viewer may see Subject and book for it.
type Edge struct{ Viewer, Subject int64 }

// Appointment is the latest that the scheduler sent about an appointment.
type Appointment struct {
	// SentFor is the client that the scheduler named; its client now follows from merges.
	SentFor           int64
	StaffID, Location int64
	Open              bool
	// ModifiedAt is when the scheduler last changed it.
	ModifiedAt int64
	Removed    bool
}

// Failure is a userError: its code, and its path joined by dots.
type Failure struct{ Code, At string }

// Outcome is the result of a mutation.
type Outcome struct {
	// Forbidden says that the caller may not do this at all.
	Forbidden bool
	// Failures are all errors, in no order; if there are any, nothing is changed.
	Failures []Failure
}

// Model is all data of one business.
type Model struct {
	People map[int64]*Person
	// Edges are the edges as they were made; what they are now follows from merges.
	Edges map[Edge]bool
	// Fields are the custom fields: the property that each stands for, empty for none.
	Fields       map[int64]string
	Appointments map[int64]*Appointment
	Merges       map[int64]*Merge
	// Erased are the accounts of the erased clients, 0 for none.
	Erased map[int64]int64
}

// New returns the model of a business without clients.
func New(fields map[int64]string) *Model {
	return &Model{
		People: map[int64]*Person{}, Edges: map[Edge]bool{}, Fields: fields, Appointments: map[int64]*Appointment{}, Merges: map[int64]*Merge{},
		Erased: map[int64]int64{},
	}
}

func (m *Model) clone() *Model {
	next := New(m.Fields)
	next.Edges, next.Erased = maps.Clone(m.Edges), maps.Clone(m.Erased)
	for id, p := range m.People {
		next.People[id] = p.clone()
	}
	for id, a := range m.Appointments {
		same := *a
		next.Appointments[id] = &same
	}
	for id, merge := range m.Merges {
		same := *merge
		next.Merges[id] = &same
	}
	return next
}

// IDs returns the ids of all records, ascending.
func (m *Model) IDs() []int64 { return slices.Sorted(maps.Keys(m.People)) }

// Survivor returns the record that a record is part of now.
func (m *Model) Survivor(id int64) *Person {
	p := m.People[id]
	for p != nil && p.Into != 0 {
		p = m.People[p.Into]
	}
	return p
}

// members returns the record and all that were merged into it.
func (m *Model) members(p *Person) []*Person {
	var all []*Person
	for _, id := range m.IDs() {
		if m.Survivor(id) == p {
			all = append(all, m.People[id])
		}
	}
	return all
}

// byAccount returns the client with an account, or its survivor.
func (m *Model) byAccount(account int64) *Person {
	for _, id := range m.IDs() {
		if account != 0 && m.People[id].Account == account {
			return m.Survivor(id)
		}
	}
	return nil
}

// Own returns the caller's own record, for a CLIENT with a valid account.
func (m *Model) Own(c Caller) *Person {
	if c.Role != Client {
		return nil
	}
	own := m.byAccount(c.AccountID)
	if own == nil || own.Life != Live || own.Values["blocked"] == true {
		return nil
	}
	return own
}

// Sees says whether the caller sees a record that was not merged.
func (m *Model) Sees(c Caller, p *Person) bool {
	switch c.Role {
	case Owner, Admin:
		return true
	case Client:
		own := m.Own(c)
		return own != nil && (own == p || m.edgesNow(m.Edges)[Edge{own.ID, p.ID}])
	}
	for _, member := range m.members(p) {
		if member.Creator == c.User {
			return true
		}
	}
	for _, a := range m.Appointments {
		if a.Removed || m.Survivor(a.SentFor) != p {
			continue
		}
		if (c.Role == Staff && a.StaffID == c.StaffID) || (c.Role == LocationSuperUser && slices.Contains(c.LocationIDs, a.Location)) {
			return true
		}
	}
	return false
}

// shows says whether lists of clients show a record to the caller.
func (m *Model) shows(c Caller, id int64) bool {
	p := m.People[id]
	return p != nil && p.Life == Live && m.Sees(c, p)
}

// Shown returns the live clients that the caller sees, by id.
func (m *Model) Shown(c Caller) []int64 {
	return slices.DeleteFunc(m.IDs(), func(id int64) bool { return !m.shows(c, id) })
}

// mergedAway says whether an id is that of a merged client whose survivor the caller
// sees.
func (m *Model) mergedAway(c Caller, id int64) bool {
	p := m.People[id]
	return p != nil && p.Life == Merged && m.Sees(c, m.Survivor(id))
}

// face returns what a version covers: a record with its edges to some clients, but
// without its appointments, and without what it stores while it is merged.
func (m *Model) face(p *Person, edges map[Edge]bool) any {
	same := p.clone()
	same.Version, same.Saw = 0, nil
	own := map[Edge]bool{}
	for edge := range m.edgesNow(edges) {
		if edge.Viewer == p.ID || edge.Subject == p.ID {
			own[edge] = true
		}
	}
	return []any{*same, own}
}

// change makes a change completely or not at all. Each record that differs afterwards
// gets the next version. An edge that leads to another client only because of a merge or
// unmerge is not a change of its other end.
func (m *Model) change(do func(next *Model) []Failure) []Failure {
	next := m.clone()
	if failures := do(next); len(failures) > 0 {
		return failures
	}
	for id, p := range next.People {
		before := m.People[id]
		if before == nil || !reflect.DeepEqual(next.face(before, m.Edges), next.face(p, next.Edges)) {
			p.Version++
		}
	}
	*m = *next
	return nil
}

// at joins a path; an empty argument is left out.
func at(elements ...any) string {
	var texts []string
	for _, element := range elements {
		switch e := element.(type) {
		case string:
			if e != "" {
				texts = append(texts, e)
			}
		case int:
			texts = append(texts, strconv.Itoa(e))
		}
	}
	return strings.Join(texts, ".")
}
