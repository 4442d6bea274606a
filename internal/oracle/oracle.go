// Package oracle is a model of what the API promises about one business's
// clients: each rule as a plain loop over maps, sharing nothing with the code
// that keeps it for real. It is for tests alone, which hold the service to it.
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

// Roles, as tokens and the schema spell them.
const (
	Owner             = "OWNER"
	Admin             = "ADMIN"
	LocationSuperUser = "LOCATION_SUPER_USER"
	Staff             = "STAFF"
	Client            = "CLIENT"
)

// Stages of a record's life.
const (
	Live    = "live"
	Deleted = "deleted"
	Merged  = "merged"
)

// Caller is who asks: what a token says.
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
	// Values are the properties as answers tell them; what is absent is null or,
	// for a list, empty.
	Values Values
	// Custom are the values of custom fields that stand for no property.
	Custom map[int64]any
	// Account is the login, 0 for none.
	Account int64
	// Passwords counts how often a password was set.
	Passwords int
	Version   int64
	Life      string
	Creator   string
	// Into is whom the record was merged into, 0 while it was not.
	Into int64
	// Saw are whom a merged record could see when it was merged.
	Saw []int64
	// Folded are those who were merged into it, in order, and Aliases are values
	// of theirs that it is known by.
	Folded  []Folded
	Aliases []Alias
}

func (p *Person) clone() *Person {
	same := *p
	same.Values = maps.Clone(p.Values)
	same.Custom = maps.Clone(p.Custom)
	return &same
}

// text is a property that is a text; empty for null.
func (p *Person) text(name string) string {
	text, _ := p.Values[name].(string)
	return text
}

// FullName is the name that answers tell.
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

// Appointment is what the scheduler last said of one.
type Appointment struct {
	// SentFor is whom the scheduler named; whose it is now follows from merges.
	SentFor           int64
	StaffID, Location int64
	Open              bool
	// ModifiedAt is when the scheduler says that it changed last.
	ModifiedAt int64
	Removed    bool
}

// Failure is a userError: its code, and its path joined by dots.
type Failure struct{ Code, At string }

// Outcome is what a mutation answers.
type Outcome struct {
	// Forbidden: the caller may not do this at all.
	Forbidden bool
	// Failures are all that is wrong, in no order; nothing is changed then.
	Failures []Failure
}

// Model is everything that is stored of one business.
type Model struct {
	People map[int64]*Person
	// Edges are as they were made: what they are now follows from merges.
	Edges map[Edge]bool
	// Fields are the custom fields: the property that each stands for, empty for
	// none.
	Fields       map[int64]string
	Appointments map[int64]*Appointment
	Merges       map[int64]*Merge
	// Erased are the logins, 0 for none, of the clients that were erased.
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

// IDs are the ids of all records that there are, ascending.
func (m *Model) IDs() []int64 { return slices.Sorted(maps.Keys(m.People)) }

// Survivor follows a record to the one that it is part of.
func (m *Model) Survivor(id int64) *Person {
	p := m.People[id]
	for p != nil && p.Into != 0 {
		p = m.People[p.Into]
	}
	return p
}

// members are the record and all that were merged into it.
func (m *Model) members(p *Person) []*Person {
	var all []*Person
	for _, id := range m.IDs() {
		if m.Survivor(id) == p {
			all = append(all, m.People[id])
		}
	}
	return all
}

// byAccount is whose login an account is, merged ones followed.
func (m *Model) byAccount(account int64) *Person {
	for _, id := range m.IDs() {
		if account != 0 && m.People[id].Account == account {
			return m.Survivor(id)
		}
	}
	return nil
}

// Own is the caller's own record, for a CLIENT whose login is good.
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

// Sees says whether a record that was not merged is of the caller's rows.
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

// shows says whether lists of clients show the caller a record.
func (m *Model) shows(c Caller, id int64) bool {
	p := m.People[id]
	return p != nil && p.Life == Live && m.Sees(c, p)
}

// Shown are the live clients that the caller sees, by id.
func (m *Model) Shown(c Caller) []int64 {
	return slices.DeleteFunc(m.IDs(), func(id int64) bool { return !m.shows(c, id) })
}

// mergedAway says whether an id is one of a client that is part of another one,
// whom the caller sees.
func (m *Model) mergedAway(c Caller, id int64) bool {
	p := m.People[id]
	return p != nil && p.Life == Merged && m.Sees(c, m.Survivor(id))
}

// face is what a version is a version of: all of a record, and its edges among
// some, but not its appointments, nor what it remembers while it is another's part.
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

// change makes a change whole or not at all. Whatever record differs then is
// its next version. That an edge leads elsewhere because clients became one, or
// several, is no change of the other end.
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

// at joins a path; an argument without a name is no part of it.
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
