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

// Names of an input that are no property of the table, or are written by rules
// of their own.
const (
	inputFields   = "fields"
	inputSubjects = "clientIdsClientCanView"
	inputAccounts = "viewClientAccountIds"
	inputPassword = "password"
	inputSSN      = "ssn"
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
	errs     Errors
	// missing are the errors of a new record alone.
	missing Errors
}

type idList struct{ ids []int64 }

// decodeInput checks everything about values that needs no other client. The
// argument's name begins the path of each error; without one the values are
// arguments themselves.
func decodeInput(argument string, values Values, definitions Definitions, role Role) *input {
	in := &input{set: map[int]any{}, fields: map[int64]any{}}
	if argument != "" {
		in.where = path{argument}
	}
	for i := range properties {
		p := &properties[i]
		raw, named := values[p.Name]
		if !named || !p.is(writable) {
			continue
		}
		where := in.where.with(p.Name)
		if role == RoleClient && !p.is(ownWritable) {
			in.fail(where, notWritable())
			continue
		}
		value, errs := decodeProperty(p, raw, where)
		in.errs = append(in.errs, errs...)
		if errs == nil {
			in.set[i] = value
		}
	}
	in.decodeFields(values[inputFields], definitions, role)
	in.decodeEdges(values)
	in.decodePassword(values[inputPassword])
	in.decodeSSN(values, role)
	return in
}

func (in *input) fail(where path, err *Error) {
	in.errs = append(in.errs, where.at(err))
}

func notWritable() *Error {
	return &Error{Code: CodeFieldNotWritable, Message: "this property is not yours to change; leave it out"}
}

// decodeFields reads custom fields. One that stands for a property is decoded
// as that property: there is one truth, and two different ones are an error.
func (in *input) decodeFields(raw any, definitions Definitions, role Role) {
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
		if definition := in.named(values[inputDefinition], definitions, seen, at.with(inputDefinition)); definition != nil {
			in.decodeField(definition, values["value"], at.with("value"), role)
		}
	}
}

// named finds the custom field of an id that no earlier entry named.
func (in *input) named(raw any, definitions Definitions, seen map[int64]bool, at path) *FieldDefinition {
	id, err := decodeID(raw)
	if err != nil {
		in.fail(at, invalidID())
		return nil
	}
	number := id.As(TypeFieldDefinition)
	definition := definitions.byID(number)
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


func (in *input) decodeField(definition *FieldDefinition, raw any, where path, role Role) {
	if definition.PropertyCode != nil {
		in.decodeMapped(definition, raw, where, role)
		return
	}
	if role == RoleClient {
		in.fail(where, notWritable())
		return
	}
	if raw == nil {
		in.fields[definition.DefinitionID] = nil
		return
	}
	value, err := definition.decode(raw)
	if err != nil {
		in.fail(where, err)
		return
	}
	in.fields[definition.DefinitionID] = value
}

func (in *input) decodeMapped(definition *FieldDefinition, raw any, where path, role Role) {
	i := slices.IndexFunc(properties, func(p Property) bool { return p.Name == *definition.PropertyCode })
	if i < 0 || !properties[i].mappable() {
		in.fail(where, notWritable())
		return
	}
	p := &properties[i]
	if role == RoleClient && !p.is(ownWritable) {
		in.fail(where, notWritable())
		return
	}
	value, errs := decodeProperty(p, raw, where)
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
	ids, errs := decodeIDs(raw, typeName, MaxSubjects, in.where.with(name))
	in.errs = append(in.errs, errs...)
	if errs != nil {
		return nil
	}
	return &idList{ids: ids}
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

func (in *input) decodeSSN(values Values, role Role) {
	raw, named := values[inputSSN]
	if !named {
		return
	}
	where := in.where.with(inputSSN)
	if role == RoleClient {
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
		setAt(properties[i].at(c), value)
	}
	for id, value := range in.fields {
		c.FieldValues = withFieldValue(c.FieldValues, id, value)
	}
}
