package oracle

import (
	"slices"
	"strconv"
	"strings"
)

// property is what the model knows of one: the few that stand for all.
type property struct {
	required, own, list bool
	// whenNull is what null sets; nil is null itself.
	whenNull any
	// kept says that a full replacement leaves it as it is where it is not named.
	kept bool
}

// table has each kind of property once or twice.
func table() map[string]property {
	return map[string]property{
		"firstName":        {required: true, own: true},
		"lastName":         {required: true, own: true},
		"fullName":         {own: true},
		"emailAddress":     {required: true},
		"externalUserName": {},
		"companyName":      {},
		"cellPhone":        {own: true},
		"city":             {own: true},
		"notes":            {},
		"tags":             {list: true},
		"alertNotes":       {list: true},
		"status":           {required: true, kept: true},
		"blocked":          {whenNull: false, kept: true},
		"invitationOptIn":  {},
		"stripeCustomerId": {},

		"excludeEmailCategoryIdList": {list: true},
		"requisitionIdsSent":         {list: true},
	}
}

// Properties are the names of the properties that the model knows.
func Properties() []string {
	var names []string
	for name := range table() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// entry is one value of an input, wherever it stands in it.
type entry struct {
	at    string
	value any
}

// read sorts an input into properties and custom values, and says what is wrong
// with it.
func (m *Model) read(c Caller, argument string, input Values) (set map[string]entry, custom map[int64]any, failures []Failure) {
	set, custom = map[string]entry{}, map[int64]any{}
	properties := table()
	take := func(name string, e entry) {
		p := properties[name]
		text, isText := e.value.(string)
		switch {
		case c.Role == Client && !p.own:
			failures = append(failures, Failure{"FIELD_NOT_WRITABLE", e.at})
			return
		case p.required && (e.value == nil || (isText && strings.TrimSpace(text) == "")):
			failures = append(failures, Failure{"REQUIRED", e.at})
		}
		set[name] = e
	}
	for name, value := range input {
		if _, known := properties[name]; known {
			take(name, entry{at(argument, name), stored(name, value)})
		}
	}
	list, _ := input["fields"].([]any)
	seen := map[int64]bool{}
	for i, raw := range list {
		values := raw.(Values)
		id, _ := strconv.ParseInt(values["schedulerPreferenceFieldDefnId"].(string), 10, 64)
		name, known := m.Fields[id]
		where := at(argument, "fields", i, "value")
		switch {
		case !known:
			failures = append(failures, Failure{"UNKNOWN_FIELD_DEFINITION", at(argument, "fields", i, "schedulerPreferenceFieldDefnId")})
		case seen[id]:
			failures = append(failures, Failure{"DUPLICATE_FIELD", at(argument, "fields", i, "schedulerPreferenceFieldDefnId")})
		case name == "" && c.Role == Client:
			failures = append(failures, Failure{"FIELD_NOT_WRITABLE", where})
		case name == "":
			custom[id] = values["value"]
		default:
			e := entry{where, stored(name, values["value"])}
			if given, named := set[name]; named && given.value != e.value {
				failures = append(failures, Failure{"FIELD_CONFLICT", where})
			} else {
				take(name, e)
			}
		}
		seen[id] = true
	}
	return set, custom, failures
}

// stored is a value as it is kept.
func stored(name string, value any) any {
	switch {
	case value == nil:
		return table()[name].whenNull
	case name == "tags":
		return Tags(nil, value.([]any))
	case name == "emailAddress":
		return strings.TrimSpace(value.(string))
	case table()[name].list && len(value.([]any)) == 0:
		return nil
	}
	return value
}

// Tags adds tags to those that are there: without outer spaces, each once
// whatever its case; nil for none.
func Tags(before any, more []any) any {
	list, _ := before.([]any)
	list = slices.Clone(list)
	for _, tag := range more {
		text := strings.TrimSpace(tag.(string))
		if !slices.ContainsFunc(list, func(known any) bool { return strings.EqualFold(known.(string), text) }) {
			list = append(list, text)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// put writes a read input into a record.
func put(p *Person, set map[string]entry, custom map[int64]any) {
	for name, e := range set {
		setOrClear(p, name, e.value)
	}
	for id, value := range custom {
		if value == nil {
			delete(p.Custom, id)
		} else {
			p.Custom[id] = value
		}
	}
}

func setOrClear(p *Person, name string, value any) {
	if value == nil {
		delete(p.Values, name)
	} else {
		p.Values[name] = value
	}
}

// secrets writes a password; account is the login that the service then gave.
func secrets(p *Person, input Values, account int64) {
	if input["password"] == nil {
		return
	}
	p.Password = true
	if p.Account == 0 {
		p.Account = account
	}
}

// Create makes the client of that id, which the service chose.
func (m *Model) Create(c Caller, id int64, input Values, account int64) Outcome {
	if c.Role == Client || !c.May("write") {
		return Outcome{Forbidden: true}
	}
	return Outcome{Failures: m.change(func(next *Model) []Failure {
		return next.create(c, id, "input", input, account)
	})}
}

func (m *Model) create(c Caller, id int64, argument string, input Values, account int64) []Failure {
	set, custom, failures := m.read(c, argument, input)
	for name, p := range table() {
		where := at(argument, name)
		faulty := slices.ContainsFunc(failures, func(f Failure) bool { return f.At == where })
		if _, given := set[name]; p.required && name != "status" && !given && !faulty {
			failures = append(failures, Failure{"REQUIRED", where})
		}
	}
	p := &Person{ID: id, Values: Values{"status": "ACTIVE", "blocked": false}, Custom: map[int64]any{}, Life: Live, Creator: c.User}
	m.People[id] = p
	failures = append(failures, m.edges(c, p, argument, input)...)
	put(p, set, custom)
	secrets(p, input, account)
	return failures
}

// Target is the one existing client that a mutation is about.
type Target struct {
	ID       int64
	Expected *int64
}

// find looks the target up; deletedToo lets it be a deleted one.
func (m *Model) find(c Caller, t Target, deletedToo bool) (*Person, []Failure) {
	missing := []Failure{{"NOT_FOUND", "clientId"}}
	p := m.People[t.ID]
	if p == nil || !m.Sees(c, m.survivor(t.ID)) {
		return nil, missing
	}
	if own := m.Own(c); c.Role == Client && own.ID != p.ID {
		return nil, missing
	}
	switch {
	case p.Life == Merged:
		return nil, []Failure{{"CLIENT_MERGED", "clientId"}}
	case p.Life == Deleted && !deletedToo:
		return nil, []Failure{{"CLIENT_DELETED", "clientId"}}
	case t.Expected != nil && *t.Expected != p.Version:
		return nil, []Failure{{"VERSION_CONFLICT", "expectedVersion"}}
	}
	return p, nil
}

// edit changes one client.
func (m *Model) edit(c Caller, t Target, deletedToo bool, do func(next *Model, p *Person) []Failure) Outcome {
	return Outcome{Failures: m.change(func(next *Model) []Failure {
		p, failures := next.find(c, t, deletedToo)
		if failures != nil {
			return failures
		}
		return do(next, p)
	})}
}

// Patch changes what is named.
func (m *Model) Patch(c Caller, t Target, patch Values, account int64) Outcome {
	if !c.May("write") {
		return Outcome{Forbidden: true}
	}
	if len(patch) == 0 {
		return Outcome{Failures: []Failure{{"EMPTY_PATCH", "patch"}}}
	}
	return m.edit(c, t, false, func(next *Model, p *Person) []Failure {
		return next.patch(c, p, "patch", patch, account)
	})
}

func (m *Model) patch(c Caller, p *Person, argument string, patch Values, account int64) []Failure {
	set, custom, failures := m.read(c, argument, patch)
	failures = append(failures, m.edges(c, p, argument, patch)...)
	put(p, set, custom)
	secrets(p, patch, account)
	return failures
}

// Update replaces all that can be written, but what a replacement keeps.
func (m *Model) Update(c Caller, t Target, input Values, account int64) Outcome {
	if c.Role == Client || !c.May("write") {
		return Outcome{Forbidden: true}
	}
	return m.edit(c, t, false, func(next *Model, p *Person) []Failure {
		set, custom, failures := next.read(c, "input", input)
		failures = append(failures, next.edges(c, p, "input", input)...)
		for name, known := range table() {
			where := at("input", name)
			faulty := slices.ContainsFunc(failures, func(f Failure) bool { return f.At == where })
			if _, given := set[name]; !given && !faulty {
				switch {
				case known.kept:
				case known.required:
					failures = append(failures, Failure{"REQUIRED", where})
				default:
					delete(p.Values, name)
				}
			}
		}
		p.Custom = map[int64]any{}
		put(p, set, custom)
		secrets(p, input, account)
		return failures
	})
}

// Delete takes a client off the lists; Restore brings it back.
func (m *Model) Delete(c Caller, t Target) Outcome { return m.move(c, t, Deleted) }

// Restore is the opposite of Delete.
func (m *Model) Restore(c Caller, t Target) Outcome { return m.move(c, t, Live) }

func (m *Model) move(c Caller, t Target, to string) Outcome {
	if c.Role == Client || !c.May("delete") {
		return Outcome{Forbidden: true}
	}
	return m.edit(c, t, true, func(_ *Model, p *Person) []Failure {
		p.Life = to
		return nil
	})
}
