package oracle

import (
	"slices"
	"strconv"
	"strings"
)

// property is what the model knows of a property. It knows a few that stand for all.
type property struct {
	required, own, list bool
	// strictness has the values of a consent property, the strictest last: it wins when
	// clients are merged.
	strictness []any
	// whenNull is the value that null sets; nil is null itself.
	whenNull any
	// kept says that an update without the property leaves it unchanged.
	kept bool
}

// table has one or two properties of each kind.
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
		"status":           {required: true, kept: true, strictness: []any{"ACTIVE", "BLACKLISTED"}},
		"blocked":          {whenNull: false, kept: true, strictness: []any{false, true}},
		"invitationOptIn":  {strictness: []any{true, nil, false}},
		"stripeCustomerId": {},
		"ssn":              {kept: true},

		"excludeEmailCategoryIdList": {list: true},
		"requisitionIdsSent":         {list: true},
	}
}

// Properties returns the names of the properties that the model knows.
func Properties() []string {
	var names []string
	for name := range table() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// entry is a value of an input with its place.
type entry struct {
	at    string
	value any
}

// written is a decoded input with its errors.
type written struct {
	model  *Model
	caller Caller
	set    map[string]entry
	custom map[int64]any
	// given are the properties that are named, with valid or invalid values; seen the
	// fields.
	given map[string]bool
	seen  map[int64]bool
	// password says that the input sets a password.
	password bool
	failures []Failure
}

func (m *Model) blank(c Caller) *written {
	return &written{model: m, caller: c, set: map[string]entry{}, custom: map[int64]any{}, given: map[string]bool{}, seen: map[int64]bool{}}
}

// read decodes an input into properties and custom values, and finds its errors.
func (m *Model) read(c Caller, argument string, input Values) *written {
	w := m.blank(c)
	for name, value := range input {
		if _, known := table()[name]; known {
			w.take(name, entry{at(argument, name), stored(name, value)})
		}
	}
	list, _ := input["fields"].([]any)
	for i, raw := range list {
		given := raw.(Values)
		w.field(given["schedulerPreferenceFieldDefnId"], given["value"],
			at(argument, "fields", i, "schedulerPreferenceFieldDefnId"), at(argument, "fields", i, "value"))
	}
	w.password = input["password"] != nil
	return w
}

func (w *written) fail(code, where string) { w.failures = append(w.failures, Failure{code, where}) }

// take reads a value of a property, given directly or through a custom field.
func (w *written) take(name string, e entry) {
	p := table()[name]
	text, isText := e.value.(string)
	other, twice := w.set[name]
	w.given[name] = true
	switch {
	case w.caller.Role == Client && !p.own:
		w.fail("FIELD_NOT_WRITABLE", e.at)
	case p.required && (e.value == nil || (isText && bare(text) == "")):
		w.fail("REQUIRED", e.at)
	case name == "ssn" && strings.Contains(text, "*"):
		w.fail("INVALID_SSN", e.at)
	case twice && other.value != e.value:
		w.fail("FIELD_CONFLICT", e.at)
	default:
		w.set[name] = e
	}
}

// field reads a value of a custom field, or of the property that it stands for.
func (w *written) field(rawID, value any, atID, atValue string) {
	id, _ := strconv.ParseInt(rawID.(string), 10, 64)
	name, known := w.model.Fields[id]
	switch {
	case !known:
		w.fail("UNKNOWN_FIELD_DEFINITION", atID)
	case w.seen[id]:
		w.fail("DUPLICATE_FIELD", atID)
	case name == "" && w.caller.Role == Client:
		w.fail("FIELD_NOT_WRITABLE", atValue)
	case name == "":
		w.custom[id] = value
	default:
		w.take(name, entry{atValue, stored(name, value)})
	}
	w.seen[id] = true
}

// lacking adds errors for the required properties that the input of a whole record does
// not have.
func (w *written) lacking(argument string) {
	for name, p := range table() {
		if p.required && !p.kept && !w.given[name] {
			w.fail("REQUIRED", at(argument, name))
		}
	}
}

// stored returns a value as it is stored.
func stored(name string, value any) any {
	switch {
	case value == nil:
		return table()[name].whenNull
	case name == "tags":
		return Tags(nil, value.([]any))
	case name == "emailAddress":
		return strings.Trim(value.(string), " ")
	case slices.Contains([]string{"firstName", "lastName", "fullName", "companyName"}, name):
		return bare(value.(string))
	case name == "ssn":
		return hyphened(value.(string))
	case table()[name].list && len(value.([]any)) == 0:
		return nil
	}
	return value
}

// bare removes invisible characters at the ends of a text, as far as the tests draw them.
func bare(text string) string { return strings.Trim(text, " \u00a0\u200b\u2060\u2800\u3164") }

// hyphened formats a social security number as in answers.
func hyphened(text string) string {
	digits := strings.ReplaceAll(text, "-", "")
	if len(digits) < 9 {
		return text
	}
	return digits[:3] + "-" + digits[3:5] + "-" + digits[5:]
}

// Tags adds tags to a list: without outer spaces, and without duplicates that differ only
// in case; nil for none.
func Tags(before any, more []any) any {
	list, _ := before.([]any)
	list = slices.Clone(list)
	for _, tag := range more {
		text := bare(tag.(string))
		if !slices.ContainsFunc(list, func(known any) bool { return strings.EqualFold(known.(string), text) }) {
			list = append(list, text)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// put writes a decoded input into a record; account is the account that the service gives
// a client with its first password.
func (w *written) put(p *Person, account int64) {
	for name, e := range w.set {
		p.set(name, e.value)
	}
	for id, value := range w.custom {
		p.set(customName(id), value)
	}
	if w.password {
		// The model can't know whether it is the same password.
		p.Passwords++
		if p.Account == 0 {
			p.Account = account
		}
	}
}
