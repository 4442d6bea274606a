package oracle

import (
	"slices"
	"strconv"
	"strings"
)

// Alias is a value that finds a client since another was merged into it.
type Alias struct {
	Field, Value string
	ID           int64
}

// Folded is a client that was merged into another one.
type Folded struct{ ID, MergeID int64 }

// Merge is a merge that was made.
type Merge struct {
	ID     int64
	Into   int64
	Folded []int64
	// Before and After are the survivor before and after the merge.
	Before, After *Person
	// Around are the subjects and viewers of the others, and the survivor's subjects if
	// the merge changed them.
	Around []int64
	Undone bool
}

// Choice names the client whose value of a field wins.
type Choice struct {
	Field string
	From  int64
}

// folding has the clients and choices of a merge.
type folding struct {
	model   *Model
	people  []*Person
	choices map[string]int64
}

// aliased are the aliased properties, in the order of the schema.
func aliased() []string {
	return []string{"emailAddress", "externalUserName", "cellPhone", "stripeCustomerId"}
}

// MergeInto folds clients into one; id is the id that the service gave the merge.
func (m *Model) MergeInto(c Caller, into int64, others []int64, choices []Choice, expected []Target, id int64) Outcome {
	if c.Role == Client || !c.May("merge") {
		return Outcome{Forbidden: true}
	}
	if failures := together(into, others); failures != nil {
		return Outcome{Failures: failures}
	}
	return Outcome{Failures: m.change(func(next *Model) []Failure {
		f, failures := next.gather(into, others)
		if failures != nil {
			return failures
		}
		if failures := f.versions(expected); failures != nil {
			return failures
		}
		if failures := f.choose(choices); failures != nil {
			return failures
		}
		f.fold(id)
		return nil
	})}
}

// together returns the errors of the ids alone.
func together(into int64, others []int64) []Failure {
	if len(others) == 0 {
		return []Failure{{"REQUIRED", "clientIds"}}
	}
	var failures []Failure
	for i, id := range others {
		switch {
		case id == into:
			failures = append(failures, Failure{"SELF_MERGE", at("clientIds", i)})
		case slices.Contains(others[:i], id):
			failures = append(failures, Failure{"DUPLICATE_ID", at("clientIds", i)})
		}
	}
	return failures
}

// gather finds the clients, which must be live. Callers who may merge see all.
func (m *Model) gather(into int64, others []int64) (*folding, []Failure) {
	f := &folding{model: m}
	var failures []Failure
	for i, id := range append([]int64{into}, others...) {
		where := "clientId"
		if i > 0 {
			where = at("clientIds", i-1)
		}
		p := m.People[id]
		switch {
		case p == nil:
			failures = append(failures, Failure{"NOT_FOUND", where})
		case p.Life == Merged:
			failures = append(failures, Failure{"CLIENT_MERGED", where})
		case p.Life == Deleted:
			failures = append(failures, Failure{"CLIENT_DELETED", where})
		}
		f.people = append(f.people, p)
	}
	return f, failures
}

// among returns the client with that id if it is one of the merged.
func (f *folding) among(id int64) *Person {
	for _, p := range f.people {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (f *folding) versions(expected []Target) []Failure {
	var failures []Failure
	for i, t := range expected {
		switch p := f.among(t.ID); {
		case p == nil:
			failures = append(failures, Failure{"NOT_FOUND", at("expectedVersions", i, "clientId")})
		case p.Version != *t.Expected:
			failures = append(failures, Failure{"VERSION_CONFLICT", at("expectedVersions", i, "version")})
		}
	}
	return failures
}

func (f *folding) choose(choices []Choice) []Failure {
	var failures []Failure
	f.choices = map[string]int64{}
	for i, choice := range choices {
		_, twice := f.choices[choice.Field]
		switch {
		case !f.model.choosable(choice.Field) || twice:
			failures = append(failures, Failure{"INVALID_CHOICE", at("choices", i, "field")})
		case f.among(choice.From) == nil:
			failures = append(failures, Failure{"INVALID_CHOICE", at("choices", i, "fromClientId")})
		default:
			f.choices[choice.Field] = choice.From
		}
	}
	return failures
}

// choosable says whether a field has one value that no rule decides.
func (m *Model) choosable(field string) bool {
	if id, custom := fieldID(field); custom {
		property, known := m.Fields[id]
		return known && property == ""
	}
	p, known := table()[field]
	return known && !p.list && p.strictness == nil && field != "notes"
}

// fieldID returns the custom field of a name such as fields.12.
func fieldID(name string) (int64, bool) {
	rest, custom := strings.CutPrefix(name, "fields.")
	id, _ := strconv.ParseInt(rest, 10, 64)
	return id, custom
}

// fieldsOfOneValue returns the names of all properties, and custom fields with values of
// their own, that are not lists.
func (m *Model) fieldsOfOneValue() []string {
	var names []string
	for name, p := range table() {
		if !p.list {
			names = append(names, name)
		}
	}
	for id, property := range m.Fields {
		if property == "" {
			names = append(names, customName(id))
		}
	}
	return names
}

func customName(id int64) string { return "fields." + strconv.FormatInt(id, 10) }

// value returns a record's value of a field; nil for none.
func (p *Person) value(field string) any {
	if id, custom := fieldID(field); custom {
		return p.Custom[id]
	}
	return p.Values[field]
}

func (p *Person) set(field string, value any) {
	if id, custom := fieldID(field); custom {
		if p.Custom[id] = value; value == nil {
			delete(p.Custom, id)
		}
		return
	}
	if p.Values[field] = value; value == nil {
		delete(p.Values, field)
	}
}

// filled returns a record's value of a field; nil if it is blank.
func (p *Person) filled(field string) any {
	if text, is := p.value(field).(string); is && bare(text) == "" {
		return nil
	}
	return p.value(field)
}

// fold merges the clients.
func (f *folding) fold(id int64) {
	p := f.people[0]
	merge := &Merge{ID: id, Into: p.ID, Before: p.clone(), Around: f.around()}
	saw := f.model.sees(p.ID)
	for _, field := range f.model.fieldsOfOneValue() {
		p.set(field, f.decide(field))
	}
	for name, known := range table() {
		if known.list {
			p.set(name, f.union(name))
		}
	}
	p.Account, p.Passwords = f.login()
	p.Aliases = f.aliases(merge.Before)
	for _, q := range f.people[1:] {
		q.Saw = f.model.sees(q.ID)
	}
	for _, q := range f.people[1:] {
		q.Life, q.Into = Merged, p.ID
		merge.Folded = append(merge.Folded, q.ID)
		p.Folded = append(append(slices.Clone(p.Folded), q.Folded...), Folded{q.ID, id})
	}
	if !slices.Equal(saw, f.model.sees(p.ID)) {
		merge.Around = append(merge.Around, saw...)
	}
	merge.After = p.clone()
	f.model.Merges[id] = merge
}

// around returns the neighbours whose later merges prevent undoing this one.
func (f *folding) around() []int64 {
	var around []int64
	for edge := range f.model.edgesNow(f.model.Edges) {
		for _, q := range f.people[1:] {
			switch {
			case edge.Viewer == q.ID:
				around = append(around, edge.Subject)
			case edge.Subject == q.ID && f.among(edge.Viewer) == nil:
				around = append(around, edge.Viewer)
			}
		}
	}
	return around
}

// decide returns the survivor's value of a field: the strictest one, the chosen one, its
// own, or the first of the others.
func (f *folding) decide(field string) any {
	p := f.people[0]
	chosen, isChosen := f.choices[field]
	switch order := table()[field].strictness; {
	case order != nil:
		return slices.MaxFunc(f.people, func(a, b *Person) int {
			return slices.Index(order, a.value(field)) - slices.Index(order, b.value(field))
		}).value(field)
	case field == "notes":
		return f.notes()
	case isChosen && chosen == p.ID:
		return p.value(field)
	case isChosen:
		return f.among(chosen).filled(field)
	case field == "fullName" && p.FullName() != "":
		// A name made of the first and last name counts as one.
		return p.value(field)
	}
	for _, q := range f.people {
		if value := q.filled(field); value != nil {
			return value
		}
	}
	return p.value(field)
}

// notes returns all notes, one below the other, without duplicates.
func (f *folding) notes() any {
	var texts []string
	for _, p := range f.people {
		if text, is := p.filled("notes").(string); is && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if texts == nil {
		return f.people[0].value("notes")
	}
	return strings.Join(texts, "\n")
}

// union returns a list with the further entries of the others.
func (f *folding) union(name string) any {
	own, _ := f.people[0].value(name).([]any)
	all := slices.Clone(own)
	for _, p := range f.people[1:] {
		list, _ := p.value(name).([]any)
		for _, entry := range list {
			if !listed(name, all, entry) {
				all = append(all, entry)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// listed says whether a list has an entry; tags are compared ignoring case.
func listed(name string, list []any, entry any) bool {
	return slices.ContainsFunc(list, func(other any) bool {
		return other == entry || (name == "tags" && strings.EqualFold(other.(string), entry.(string)))
	})
}

// login returns the survivor's account, or the first of the others.
func (f *folding) login() (account int64, passwords int) {
	for _, p := range f.people {
		if p.Account != 0 {
			return p.Account, p.Passwords
		}
	}
	return 0, 0
}

// aliases returns the aliases of all, and the values of the others, and of the survivor
// as it was, that lost.
func (f *folding) aliases(before *Person) []Alias {
	p := f.people[0]
	aliases := slices.Clone(p.Aliases)
	add := func(alias Alias) {
		same := func(value string) bool { return Key{Name: alias.Field}.same(value, alias.Value) }
		if own, has := p.value(alias.Field).(string); has && same(own) {
			return
		}
		if !slices.ContainsFunc(aliases, func(other Alias) bool { return other.Field == alias.Field && same(other.Value) }) {
			aliases = append(aliases, alias)
		}
	}
	for i, q := range f.people {
		if i == 0 {
			q = before
		}
		for _, name := range aliased() {
			if value, has := q.filled(name).(string); has {
				add(Alias{name, value, q.ID})
			}
		}
		if i > 0 {
			for _, alias := range q.Aliases {
				add(alias)
			}
		}
	}
	return aliases
}
