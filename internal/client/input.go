package client

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Values is an input as callers write it: property names of the schema with
// JSON values. A name that is absent leaves the property alone, null clears it.
type Values map[string]any

// namesNothing says whether a patch names no property, or only those whose null
// is passed over.
func (v Values) namesNothing() bool {
	for name, value := range v {
		switch {
		case value == nil && (name == inputFields || name == inputPassword):
		case name == inputFields && len(list(value)) == 0:
		default:
			return false
		}
	}
	return true
}

// Names of an input that are no property of the table, or are written by rules
// of their own.
const (
	inputFields     = "fields"
	inputDefinition = "schedulerPreferenceFieldDefnId"
	inputSubjects   = "clientIdsClientCanView"
	inputAccounts   = "viewClientAccountIds"
	inputPassword   = "password"
	inputSSN        = "ssn"
)

// input is Values after checking: what to write, and everything that is wrong
// with it. It is checked whole before anything is written, so that a caller is
// told of all errors at once.
type input struct {
	where path
	// set holds the decoded value of each property that was named, by its place
	// in the table; nil clears.
	set map[int]any
	// fields holds the decoded values of unmapped custom fields; nil clears.
	fields map[int64]any
	// subjects and accounts are edge lists; nil when not named.
	subjects *idList
	accounts *idList
	password *string
	ssn      *string
	clearSSN bool
	by       checks
	errs     Errors
	// missing are the errors of a new record alone.
	missing Errors
}

// idList are ids in their order: 0 for one that is malformed, of which the errors
// tell already, or of another type.
type idList struct {
	ids       []int64
	malformed map[int]bool
}

// checks are what an input is checked by, besides the table of properties.
type checks struct {
	// argument begins the path of each error; without one the values are arguments
	// themselves.
	argument    string
	definitions Definitions
	role        Role
	// today is the last day that anybody can be born on.
	today Date
	// held is the client that the input is for; nil for a new one, or one that is
	// still to be found.
	held *Client
}

// decodeInput checks everything about values that needs no other client.
func decodeInput(values Values, by checks) *input {
	in := &input{set: map[int]any{}, fields: map[int64]any{}, by: by}
	if by.argument != "" {
		in.where = path{by.argument}
	}
	for i := range properties {
		p := &properties[i]
		raw, named := values[p.Name]
		if !named || !p.is(writable) {
			continue
		}
		where := in.where.with(p.Name)
		if by.role == RoleClient && !p.is(ownWritable) {
			in.fail(where, notWritable())
			continue
		}
		value, errs := in.decodeProperty(p, raw, where)
		in.errs = append(in.errs, errs...)
		if errs == nil {
			in.set[i] = value
		}
	}
	in.decodeFields(values[inputFields])
	in.decodeEdges(values)
	in.decodePassword(values[inputPassword])
	in.decodeSSN(values)
	return in
}

// decodeProperty reads a value of the property for the client that the input is
// for.
func (in *input) decodeProperty(p *Property, raw any, where path) (any, Errors) {
	var held any
	if in.by.held != nil {
		held = p.Value(in.by.held)
	}
	if raw == nil && holdsNothing(p, in.by.held) {
		return nil, nil
	}
	value, errs := decodeProperty(p, raw, held, where)
	if born, isDate := value.(Date); isDate && value != held && p.Name == nameDateOfBirth && born.UTC().After(in.by.today.UTC()) {
		return nil, Errors{where.at(&Error{Code: CodeInvalidDate, Message: "a date of birth is not after today, in the time zone of the business"})}
	}
	return value, errs
}

func (in *input) fail(where path, err *Error) {
	in.errs = append(in.errs, where.at(err))
}

func notWritable() *Error {
	return &Error{Code: CodeFieldNotWritable, Message: "this property is not yours to change; leave it out"}
}

// decodeFields reads custom fields. One that stands for a property is decoded
// as that property: there is one truth, and two different ones are an error.
func (in *input) decodeFields(raw any) {
	if raw == nil {
		return
	}
	where := in.where.with(inputFields)
	entries := list(raw)
	if len(entries) > maxList {
		in.fail(where, tooMany(maxList))
		return
	}
	seen := map[int64]bool{}
	for i, entry := range entries {
		at := where.with(strconv.Itoa(i))
		values, _ := entry.(map[string]any)
		if definition := in.named(values[inputDefinition], seen, at.with(inputDefinition)); definition != nil {
			in.decodeField(definition, values["value"], at.with("value"))
		}
	}
}

// named finds the custom field of an id that no earlier entry named.
func (in *input) named(raw any, seen map[int64]bool, at path) *FieldDefinition {
	id, err := decodeID(raw)
	if err != nil {
		in.fail(at, invalidID())
		return nil
	}
	number := id.As(TypeFieldDefinition)
	definition := in.by.definitions.ByID(number)
	switch {
	case definition == nil || definition.Retired:
		in.fail(at, &Error{Code: CodeUnknownField, Message: "want the id of a custom field of the business that is not retired"})
		return nil
	case seen[number]:
		in.fail(at, &Error{Code: CodeDuplicateField, Message: "name each custom field once"})
		return nil
	}
	seen[number] = true
	return definition
}

func (in *input) decodeField(definition *FieldDefinition, raw any, where path) {
	if definition.PropertyCode != nil {
		in.decodeMapped(definition, raw, where)
		return
	}
	if in.by.role == RoleClient {
		in.fail(where, notWritable())
		return
	}
	if raw == nil {
		in.fields[definition.DefinitionID] = nil
		return
	}
	if in.by.held != nil {
		if held := definition.valueOf(in.by.held); isHeld(raw, held) {
			in.fields[definition.DefinitionID] = in.by.held.fieldValue(definition.DefinitionID)
			return
		}
	}
	value, err := definition.decode(raw)
	if err != nil {
		in.fail(where, err)
		return
	}
	in.fields[definition.DefinitionID] = value
}

func (in *input) decodeMapped(definition *FieldDefinition, raw any, where path) {
	i := slices.IndexFunc(properties, func(p Property) bool { return p.Name == *definition.PropertyCode })
	if i < 0 || !properties[i].mappable() {
		in.fail(where, notWritable())
		return
	}
	p := &properties[i]
	if in.by.role == RoleClient && !p.is(ownWritable) {
		in.fail(where, notWritable())
		return
	}
	value, errs := in.decodeProperty(p, raw, where)
	if errs != nil {
		in.errs = append(in.errs, errs...)
		// It was given: that it is missing would be one error too many.
		in.set[i] = nil
		return
	}
	if given, named := in.set[i]; named && !equalValues(given, value) {
		in.fail(where, &Error{
			Code:    CodeFieldConflict,
			Message: "this custom field stands for the property " + p.Name + ", which has another value in this input: give one of them, or both alike",
			Details: map[string]any{"fields": [][]string{in.where.with(p.Name), where}},
		})
		return
	}
	in.set[i] = value
}

func (in *input) decodeEdges(values Values) {
	in.subjects = in.decodeEdgeList(values, inputSubjects, TypeClient)
	in.accounts = in.decodeEdgeList(values, inputAccounts, typeClientAccount)
}

func (in *input) decodeEdgeList(values Values, name, typeName string) *idList {
	raw, named := values[name]
	if !named {
		return nil
	}
	if raw == nil {
		return &idList{}
	}
	entries := list(raw)
	where := in.where.with(name)
	if len(entries) > MaxSubjects {
		in.fail(where, tooMany(MaxSubjects))
		return nil
	}
	ids := &idList{malformed: map[int]bool{}}
	for i, entry := range entries {
		id, err := decodeID(entry)
		if err != nil {
			in.fail(where.with(strconv.Itoa(i)), invalidID())
			ids.malformed[i] = true
		}
		ids.ids = append(ids.ids, id.As(typeName))
	}
	return ids
}

const (
	minPassword = 8
	maxPassword = 1_000
)

// decodePassword passes over null: a password is set, never cleared.
func (in *input) decodePassword(raw any) {
	if raw == nil {
		return
	}
	text, _ := raw.(string)
	if length := utf8.RuneCountInString(text); length < minPassword || length > maxPassword {
		in.fail(in.where.with(inputPassword), &Error{Code: CodeInvalidPassword, Message: "want a password of 8 to 1,000 characters"})
		return
	}
	in.password = &text
}

var ssnShape = regexp.MustCompile(`^(\d{3})-?(\d{2})-?(\d{4})$`)

func (in *input) decodeSSN(values Values) {
	raw, named := values[inputSSN]
	if !named {
		return
	}
	where := in.where.with(inputSSN)
	if in.by.role == RoleClient {
		in.fail(where, notWritable())
		return
	}
	if raw == nil {
		in.clearSSN = true
		return
	}
	text, _ := raw.(string)
	parts := ssnShape.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		in.fail(where, &Error{Code: CodeInvalidSSN, Message: "want nine digits, 000-00-0000; leave it out to keep what is there"})
		return
	}
	in.ssn = new(strings.Join(parts[1:], "-"))
}

// lacking are the errors of each required property that a new record of this
// input would lack.
func (in *input) lacking() Errors {
	var errs Errors
	for i := range properties {
		p := &properties[i]
		if !p.is(required) {
			continue
		}
		where := in.where.with(p.Name)
		faulty := slices.ContainsFunc(in.errs, func(e *Error) bool { return slices.Equal(e.Field, where) })
		if _, given := in.set[i]; !given && !faulty {
			errs = append(errs, where.at(&Error{Code: CodeRequired, Message: p.Name + " is required, as a property or through a custom field that stands for it"}))
		}
	}
	return errs
}

// apply writes the plain properties and custom fields into c.
func (in *input) apply(c *Client) {
	for i, value := range in.set {
		setAt(properties[i].At(c), value)
	}
	for id, value := range in.fields {
		c.FieldValues = withFieldValue(c.FieldValues, id, value)
	}
}
