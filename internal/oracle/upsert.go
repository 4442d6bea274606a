package oracle

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// Key is the key of an upsert: a clientId, or a property.
type Key struct {
	ID int64
	// Name is the property; empty for a clientId.
	Name, Value string
}

// same says whether two values of the key's property are the same key.
func (k Key) same(a, b string) bool {
	switch k.Name {
	case "emailAddress":
		return sameAddress(a, b)
	case "cellPhone":
		return subscriber(a) == subscriber(b)
	}
	return a == b
}

// subscriber returns the ten digits of an American number in any format.
func subscriber(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	return digits[max(0, len(digits)-10):]
}

// sameAddress says whether two e-mail addresses are the same: local parts ignoring case,
// domains as they are looked up.
func sameAddress(a, b string) bool {
	localA, domainA, _ := strings.Cut(strings.TrimSpace(a), "@")
	localB, domainB, _ := strings.Cut(strings.TrimSpace(b), "@")
	asciiA, errA := idna.Lookup.ToASCII(domainA)
	asciiB, errB := idna.Lookup.ToASCII(domainB)
	if errA != nil || errB != nil {
		asciiA, asciiB = strings.ToLower(domainA), strings.ToLower(domainB)
	}
	return strings.EqualFold(localA, localB) && asciiA == asciiB
}

// Upsert applies an input to the client with a key, or creates it: then id and account
// are those that the service gave it. It also returns whether it created the client.
func (m *Model) Upsert(c Caller, by Key, expected *int64, id int64, input Values, account int64) (Outcome, bool) {
	if (c.Role != Owner && c.Role != Admin) || !c.May("write") {
		return Outcome{Forbidden: true}, false
	}
	if by.Name != "" && strings.TrimSpace(by.Value) == "" {
		code := map[string]string{"emailAddress": "INVALID_EMAIL", "externalUserName": "REQUIRED"}[by.Name]
		return Outcome{Failures: []Failure{{code, at("by", by.Name)}}}, false
	}
	created := false
	failures := m.change(func(next *Model) []Failure {
		p, failures := next.byKey(c, by, expected)
		if failures != nil {
			return failures
		}
		w := next.read(c, "input", input)
		// An invalid value does not contradict the key.
		if given, named := w.set[by.Name]; named {
			if text, _ := given.value.(string); !by.same(text, by.Value) {
				w.fail("KEY_CONTRADICTED", at("input", by.Name))
			}
		}
		if p != nil {
			if by.Name != "" {
				w.leaveAliases(p)
			}
			return next.bring(c, p, "input", w, input, account)
		}
		created = true
		if _, named := input[by.Name]; !named {
			w.take(by.Name, entry{value: stored(by.Name, by.Value)})
		}
		return next.create(c, id, w, input, account)
	})
	return Outcome{Failures: failures}, created && failures == nil
}

// leaveAliases ignores values of clients that were merged into this one.
func (w *written) leaveAliases(p *Person) {
	for _, name := range aliased() {
		k := Key{Name: name}
		text, _ := w.set[name].value.(string)
		if own, has := p.Values[name].(string); has && k.same(own, text) {
			continue
		}
		if slices.ContainsFunc(p.Aliases, func(alias Alias) bool { return alias.Field == name && k.same(alias.Value, text) }) {
			delete(w.set, name)
		}
	}
}

// byKey finds the live client with a key; nil if it must be created.
func (m *Model) byKey(c Caller, by Key, expected *int64) (*Person, []Failure) {
	if by.Name == "" {
		p, failures := m.find(c, Target{by.ID, expected}, false)
		for i, f := range failures {
			switch {
			case f.Code == "CLIENT_DELETED":
				failures[i].Code = "NOT_FOUND"
				fallthrough
			case f.Code != "VERSION_CONFLICT":
				failures[i].At = "by.clientId"
			}
		}
		return p, failures
	}
	var found []*Person
	for _, id := range m.IDs() {
		p := m.People[id]
		if p.Life == Live && p.knownBy(by) {
			found = append(found, p)
		}
	}
	where := at("by", by.Name)
	switch {
	case len(found) > 1:
		return nil, []Failure{{"AMBIGUOUS_KEY", where}}
	case len(found) == 0 && expected != nil:
		return nil, []Failure{{"NOT_FOUND", where}}
	case len(found) == 0:
		return nil, nil
	case expected != nil && *expected != found[0].Version:
		return nil, []Failure{{"VERSION_CONFLICT", "expectedVersion"}}
	}
	return found[0], nil
}

// knownBy says whether a client has the key.
func (p *Person) knownBy(by Key) bool {
	if own, has := p.Values[by.Name].(string); has && by.same(own, by.Value) {
		return true
	}
	return slices.ContainsFunc(p.Aliases, func(alias Alias) bool { return alias.Field == by.Name && by.same(alias.Value, by.Value) })
}

// KnownBy returns the live clients that the caller sees and that have a key, also as an
// alias.
func (m *Model) KnownBy(c Caller, by Key) []int64 {
	var found []int64
	for _, id := range m.IDs() {
		if m.shows(c, id) && m.People[id].knownBy(by) {
			found = append(found, id)
		}
	}
	return found
}
