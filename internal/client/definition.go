package client

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// ID is the definition's global id.
func (f *FieldDefinition) ID() ID { return ID{Type: TypeFieldDefinition, Number: f.DefinitionID} }

// Version is the version of all custom fields of a business, including retired ones: it
// rises with every change.
func (d Definitions) Version() int64 {
	version := int64(0)
	for i := range d {
		version += d[i].Version
	}
	return version
}

// FieldType is the type of a custom field's values.
type FieldType string

// The types of custom fields.
const (
	FieldText    FieldType = "TEXT"
	FieldNumber  FieldType = "NUMBER"
	FieldBoolean FieldType = "BOOLEAN"
	FieldDate    FieldType = "DATE"
	FieldChoice  FieldType = "CHOICE"
)

// FieldDefinition is a custom field of a business.
type FieldDefinition struct {
	DefinitionID int64
	BusinessID   int64
	Label        string
	Type         FieldType
	// PropertyCode names the property that the field stands for; nil if the field has
	// values of its own.
	PropertyCode *string
	// Choices are the values of a CHOICE.
	Choices []string
	// Known are the choices whose stored value differs from their name, and removed
	// choices.
	Known []KnownChoice
	// Retired says that the field is out of use. Values of it stay stored.
	Retired bool
	// Version starts at 1 and rises by one with every change.
	Version int64
}

// FieldValue is a client's value of a custom field that maps to no property.
// Value is a string (TEXT, CHOICE), float64 (NUMBER), bool (BOOLEAN) or Date
// (DATE).
type FieldValue struct {
	DefinitionID int64
	Value        any
}

// Definitions are a business's custom fields by id, ascending.
type Definitions []FieldDefinition

// NewDefinitions sorts definitions.
func NewDefinitions(all []FieldDefinition) Definitions {
	slices.SortFunc(all, func(a, b FieldDefinition) int { return cmp.Compare(a.DefinitionID, b.DefinitionID) })
	return all
}

// ByID returns the custom field with that id, also a retired one; nil if there is none.
func (d Definitions) ByID(id int64) *FieldDefinition {
	i, found := slices.BinarySearchFunc(d, id, func(f FieldDefinition, id int64) int { return cmp.Compare(f.DefinitionID, id) })
	if !found {
		return nil
	}
	return &d[i]
}

// Property is the property that the definition stands for, or nil.
func (f *FieldDefinition) Property() *Property {
	if f.PropertyCode == nil {
		return nil
	}
	return PropertyByName(*f.PropertyCode)
}

// Decode reads a value of an unmapped field. Error: INVALID_FIELD_VALUE, or
// what the text breaks.
func (f *FieldDefinition) Decode(raw any) (any, *Error) {
	switch f.Type {
	case FieldNumber:
		if value, ok := exactNumber(raw); ok {
			return value, nil
		}
		return nil, invalidFieldValue(fmt.Sprintf("a number of at most %d significant digits, such as 12.5", maxDigits))
	case FieldBoolean:
		if value, ok := raw.(bool); ok {
			return value, nil
		}
		return nil, invalidFieldValue("true or false")
	case FieldDate:
		value, err := decodeDate(raw)
		if err != nil {
			return nil, invalidFieldValue("a date, YYYY-MM-DD")
		}
		return value, nil
	case FieldChoice:
		if value, ok := raw.(string); ok && slices.Contains(f.Choices, value) {
			return f.Stored(value), nil
		}
		return nil, invalidFieldValue("one of the field's choices")
	}
	value, ok := raw.(string)
	if !ok {
		return nil, invalidFieldValue("text")
	}
	if err := CheckText(value, MaxText); err != nil {
		return nil, err
	}
	return value, nil
}

func invalidFieldValue(want string) *Error {
	return &Error{Code: CodeInvalidFieldValue, Message: "want " + want}
}

// Field is a custom field of one client: its definition and its value, nil if the client
// has none.
type Field struct {
	Definition *FieldDefinition
	Value      any
}

// Fields returns the client's custom fields, one for each definition that is not retired,
// in order. A field that stands for a property has the property's value.
func (d Definitions) Fields(c *Client) []Field {
	fields := make([]Field, 0, len(d))
	for i := range d {
		if d[i].Retired {
			continue
		}
		fields = append(fields, Field{Definition: &d[i], Value: d[i].valueOf(c)})
	}
	return fields
}

func (f *FieldDefinition) valueOf(c *Client) any {
	if p := f.Property(); p != nil {
		if p.Name == "fullName" {
			return Deref(c.FullName())
		}
		return p.Value(c)
	}
	for _, value := range c.FieldValues {
		if value.DefinitionID == f.DefinitionID {
			return f.shown(value.Value)
		}
	}
	return nil
}

// Filled returns the fields that have a value.
func Filled(fields []Field) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Value == nil })
}

// TextSearchable is the client's full name, e-mail address and custom values in the order
// of the definitions, joined by one space; nil if there are none.
func (d Definitions) TextSearchable(c *Client) *string {
	parts := []*string{c.FullName(), c.EmailAddress}
	for _, field := range Filled(d.Fields(c)) {
		parts = append(parts, new(TextOf(field.Value)))
	}
	return joinText(" ", parts...)
}

// TextOf returns a custom value as text.
func TextOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case Date:
		return v.String()
	}
	return ""
}
