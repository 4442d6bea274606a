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

// NamesNothing says whether a patch names no property, or only properties for which null
// is ignored.
func (v Values) NamesNothing() bool {
	for name, value := range v {
		switch {
		case value == nil && (name == InputFields || name == InputPassword):
		case name == InputFields && len(List(value)) == 0:
		default:
			return false
		}
	}
	return true
}

// Names in an input that are not properties of the table, or have rules of their own.
const (
	InputFields     = "fields"
	InputDefinition = "schedulerPreferenceFieldDefnId"
	InputSubjects   = "clientIdsClientCanView"
	InputAccounts   = "viewClientAccountIds"
	InputPassword   = "password"
	InputSSN        = "ssn"
)

// Input is a checked Values: what to write, and all errors. It is checked completely
// before anything is written, so that a caller gets all errors at once.
type Input struct {
	Where Path
	// Set has the decoded value of each named property, by its place in the table; nil
	// clears.
	Set map[int]any
	// fields has the decoded values of custom fields that stand for no property; nil
	// clears.
	fields map[int64]any
	// Subjects and accounts are edge lists; nil when not named.
	Subjects *IDList
	Accounts *IDList
	Password *string
	SSN      *string
	ClearSSN bool
	by       Checks
	Errors   Errors
	// Missing are the errors that apply only to a new record.
	Missing Errors
}

// IDList has ids in the order of the input: 0 for a malformed id, which is an error
// already, and for an id of another type.
type IDList struct {
	IDs       []int64
	Malformed map[int]bool
}

// Checks are what an input is checked against, besides the table of properties.
type Checks struct {
	// Argument begins the path of each error; without one the values are arguments
	// themselves.
	Argument    string
	Definitions Definitions
	Role        Role
	// Today is the latest possible date of birth.
	Today Date
	// Held is the client that the input is for; nil for a new one, or one that is
	// still to be found.
	Held *Client
}

// DecodeInput makes all checks of values that need no other client.
func DecodeInput(values Values, by Checks) *Input {
	in := &Input{Set: map[int]any{}, fields: map[int64]any{}, by: by}
	if by.Argument != "" {
		in.Where = Path{by.Argument}
	}
	for i := range properties {
		p := &properties[i]
		raw, named := values[p.Name]
		if !named || !p.Is(Writable) {
			continue
		}
		where := in.Where.With(p.Name)
		if by.Role == RoleClient && !p.Is(ownWritable) {
			in.Fail(where, notWritable())
			continue
		}
		value, errs := in.decodeProperty(p, raw, where)
		in.Errors = append(in.Errors, errs...)
		if errs == nil {
			in.Set[i] = value
		}
	}
	in.decodeFields(values[InputFields])
	in.decodeEdges(values)
	in.decodePassword(values[InputPassword])
	in.decodeSSN(values)
	return in
}

// decodeProperty decodes a value of the property for the input's client.
func (in *Input) decodeProperty(p *Property, raw any, where Path) (any, Errors) {
	var held any
	if in.by.Held != nil {
		held = p.Value(in.by.Held)
	}
	if raw == nil && holdsNothing(p, in.by.Held) {
		return nil, nil
	}
	value, errs := decodeProperty(p, raw, held, where)
	if born, isDate := value.(Date); isDate && value != held && p.Name == NameDateOfBirth && born.UTC().After(in.by.Today.UTC()) {
		return nil, Errors{where.At(&Error{Code: CodeInvalidDate, Message: "a date of birth is not after today, in the time zone of the business"})}
	}
	return value, errs
}

// Fail adds an error at a path.
func (in *Input) Fail(where Path, err *Error) {
	in.Errors = append(in.Errors, where.At(err))
}

func notWritable() *Error {
	return &Error{Code: CodeFieldNotWritable, Message: "this property is not yours to change; leave it out"}
}

// decodeFields decodes custom fields. A field that stands for a property is decoded as
// the property: the input may not have two different values for it.
func (in *Input) decodeFields(raw any) {
	if raw == nil {
		return
	}
	where := in.Where.With(InputFields)
	entries := List(raw)
	if len(entries) > MaxList {
		in.Fail(where, TooMany(MaxList))
		return
	}
	seen := map[int64]bool{}
	for i, entry := range entries {
		at := where.With(strconv.Itoa(i))
		values, _ := entry.(map[string]any)
		if definition := in.Named(values[InputDefinition], seen, at.With(InputDefinition)); definition != nil {
			in.DecodeField(definition, values["value"], at.With("value"))
		}
	}
}

// Named returns the custom field of an id that no earlier entry has.
func (in *Input) Named(raw any, seen map[int64]bool, at Path) *FieldDefinition {
	id, err := DecodeID(raw)
	if err != nil {
		in.Fail(at, InvalidID())
		return nil
	}
	number := id.As(TypeFieldDefinition)
	definition := in.by.Definitions.ByID(number)
	switch {
	case definition == nil || definition.Retired:
		in.Fail(at, &Error{Code: CodeUnknownField, Message: "want the id of a custom field of the business that is not retired"})
		return nil
	case seen[number]:
		in.Fail(at, &Error{Code: CodeDuplicateField, Message: "name each custom field once"})
		return nil
	}
	seen[number] = true
	return definition
}

// DecodeField reads the value of a custom field.
func (in *Input) DecodeField(definition *FieldDefinition, raw any, where Path) {
	if definition.PropertyCode != nil {
		in.decodeMapped(definition, raw, where)
		return
	}
	if in.by.Role == RoleClient {
		in.Fail(where, notWritable())
		return
	}
	if raw == nil {
		in.fields[definition.DefinitionID] = nil
		return
	}
	if in.by.Held != nil {
		if held := definition.valueOf(in.by.Held); IsHeld(raw, held) {
			in.fields[definition.DefinitionID] = in.by.Held.FieldValue(definition.DefinitionID)
			return
		}
	}
	value, err := definition.Decode(raw)
	if err != nil {
		in.Fail(where, err)
		return
	}
	in.fields[definition.DefinitionID] = value
}

func (in *Input) decodeMapped(definition *FieldDefinition, raw any, where Path) {
	i := propertyIndex(*definition.PropertyCode)
	if i < 0 || !properties[i].Mappable() {
		in.Fail(where, notWritable())
		return
	}
	p := &properties[i]
	if in.by.Role == RoleClient && !p.Is(ownWritable) {
		in.Fail(where, notWritable())
		return
	}
	value, errs := in.decodeProperty(p, raw, where)
	if errs != nil {
		in.Errors = append(in.Errors, errs...)
		// The property was given, so an error that it is missing would be wrong.
		in.Set[i] = nil
		return
	}
	if given, named := in.Set[i]; named && !p.SameValue(given, value) {
		in.Fail(where, &Error{
			Code:    CodeFieldConflict,
			Message: "this custom field stands for the property " + p.Name + ", which has another value in this input: give only one of them, or both with the same value",
			Details: map[string]any{"fields": [][]string{in.Where.With(p.Name), where}},
		})
		return
	}
	in.Set[i] = value
}

func (in *Input) decodeEdges(values Values) {
	in.Subjects = in.decodeEdgeList(values, InputSubjects, TypeClient)
	in.Accounts = in.decodeEdgeList(values, InputAccounts, typeClientAccount)
}

func (in *Input) decodeEdgeList(values Values, name, typeName string) *IDList {
	raw, named := values[name]
	if !named {
		return nil
	}
	if raw == nil {
		return &IDList{}
	}
	entries := List(raw)
	where := in.Where.With(name)
	if len(entries) > MaxSubjects {
		in.Fail(where, TooMany(MaxSubjects))
		return nil
	}
	ids := &IDList{Malformed: map[int]bool{}}
	for i, entry := range entries {
		id, err := DecodeID(entry)
		if err != nil {
			in.Fail(where.With(strconv.Itoa(i)), InvalidID())
			ids.Malformed[i] = true
		}
		ids.IDs = append(ids.IDs, id.As(typeName))
	}
	return ids
}

const (
	minPassword = 8
	maxPassword = 1_000
)

// decodePassword ignores null: a password can be set, but not cleared.
func (in *Input) decodePassword(raw any) {
	if raw == nil {
		return
	}
	text, _ := raw.(string)
	if length := utf8.RuneCountInString(text); length < minPassword || length > maxPassword {
		in.Fail(in.Where.With(InputPassword), &Error{Code: CodeInvalidPassword, Message: "want a password of 8 to 1,000 characters"})
		return
	}
	in.Password = &text
}

var ssnShape = regexp.MustCompile(`^(\d{3})-?(\d{2})-?(\d{4})$`)

func (in *Input) decodeSSN(values Values) {
	raw, named := values[InputSSN]
	if !named {
		return
	}
	where := in.Where.With(InputSSN)
	if in.by.Role == RoleClient {
		in.Fail(where, notWritable())
		return
	}
	if raw == nil {
		in.ClearSSN = true
		return
	}
	text, _ := raw.(string)
	parts := ssnShape.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		in.Fail(where, &Error{Code: CodeInvalidSSN, Message: "want nine digits, 000-00-0000; leave it out to keep the current one"})
		return
	}
	in.SSN = new(strings.Join(parts[1:], "-"))
}

// Lacking returns the errors of required properties that a new record of this input would
// not have.
func (in *Input) Lacking() Errors {
	var errs Errors
	for i := range properties {
		p := &properties[i]
		if !p.Is(Required) {
			continue
		}
		where := in.Where.With(p.Name)
		faulty := slices.ContainsFunc(in.Errors, func(e *Error) bool { return slices.Equal(e.Field, where) })
		if _, given := in.Set[i]; !given && !faulty {
			errs = append(errs, where.At(&Error{Code: CodeRequired, Message: p.Name + " is required, as a property or through a custom field that stands for it"}))
		}
	}
	return errs
}

// Apply writes the plain properties and custom fields into c.
func (in *Input) Apply(c *Client) {
	for i, value := range in.Set {
		properties[i].Set(c, value)
	}
	for id, value := range in.fields {
		c.FieldValues = WithFieldValue(c.FieldValues, id, value)
	}
}

// ClearRest clears the properties that the input does not have.
func (in *Input) ClearRest() {
	for i := range properties {
		p := &properties[i]
		if _, named := in.Set[i]; !named && p.Is(Writable) && !p.Is(Required) && !p.staysUnnamed() {
			in.Set[i] = nil
		}
	}
	for i := range in.by.Definitions {
		d := &in.by.Definitions[i]
		if _, named := in.fields[d.DefinitionID]; !named && !d.Retired && d.PropertyCode == nil {
			in.fields[d.DefinitionID] = nil
		}
	}
}
