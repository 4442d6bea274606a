package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Bounds of custom fields: how many a business has in use, and how many choices
// a field offers.
const (
	MaxDefinitions = 1_000
	maxChoices     = maxList
)

// DefinitionTx is the part of Tx by which custom fields are written.
type DefinitionTx interface {
	// Definitions finds the custom fields of the scope's business. Other writers
	// of them wait for the end of the transaction.
	Definitions(ctx context.Context) (Definitions, error)
	// InsertDefinition writes a new custom field. It returns ErrIDTaken when the
	// field's id is not free.
	InsertDefinition(ctx context.Context, definition FieldDefinition) error
	// SaveDefinition writes a custom field in place of the one of its id.
	SaveDefinition(ctx context.Context, definition FieldDefinition) error
}

// ID is the definition's global id.
func (f *FieldDefinition) ID() ID { return ID{Type: TypeFieldDefinition, Number: f.DefinitionID} }

// FieldType is the type that a custom field must have to stand for the
// property; empty when none may. A field stands for a writable property of one
// value that is no secret, no judgement of the business and not denied to role
// CLIENT.
func (p *Property) FieldType() FieldType {
	if !p.mappable() {
		return ""
	}
	switch p.kind.(type) {
	case **string:
		return FieldText
	case **bool, *bool:
		return FieldBoolean
	case **float64:
		return FieldNumber
	case **Date:
		return FieldDate
	}
	return ""
}

// FieldDefinitions lists the custom fields of the caller's business by id, those
// that were retired where asked for.
func (s *Service) FieldDefinitions(ctx context.Context, scope Scope, withRetired bool) (Definitions, error) {
	definitions, err := s.Definitions(ctx, scope)
	if err != nil || withRetired {
		return definitions, err
	}
	return slices.DeleteFunc(definitions, func(d FieldDefinition) bool { return d.Retired }), nil
}

// Names of a definition's parts in inputs.
const (
	inputLabel        = "label"
	inputType         = "type"
	inputPropertyCode = "propertyCode"
	inputChoices      = "choices"
)

// CreateDefinition makes a custom field. Errors: FORBIDDEN, REQUIRED,
// INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, TOO_MANY, DUPLICATE_CHOICE,
// INVALID_FIELD_TYPE, INVALID_PROPERTY_CODE, PROPERTY_CODE_TAKEN.
func (s *Service) CreateDefinition(ctx context.Context, scope Scope, input Values) (*FieldDefinition, error) {
	if err := permit(scope, Admin, false); err != nil {
		return nil, err
	}
	definition, errs := decodeDefinition(input)
	if errs != nil {
		return nil, errs
	}
	definition.BusinessID, definition.Version = scope.BusinessID, 1
	err := s.insertDefinition(ctx, scope, definition)
	if errors.Is(err, ErrIDTaken) {
		err = s.insertDefinition(ctx, scope, definition)
	}
	if err != nil {
		return nil, err
	}
	return definition, nil
}

func (s *Service) insertDefinition(ctx context.Context, scope Scope, definition *FieldDefinition) error {
	id, err := s.store.NextDefinitionID(ctx)
	if err != nil {
		return fmt.Errorf("take a definition id: %w", err)
	}
	definition.DefinitionID = id
	return s.write(ctx, scope, plain[FieldDefinition]{definition}, func(ctx context.Context, tx Tx) error {
		definitions, err := tx.Definitions(ctx)
		if err != nil {
			return err
		}
		inUse := 0
		for i := range definitions {
			other := &definitions[i]
			if other.Retired {
				continue
			}
			inUse++
			if definition.PropertyCode != nil && other.PropertyCode != nil && *definition.PropertyCode == *other.PropertyCode {
				return path{"input", inputPropertyCode}.at(&Error{
					Code:    CodePropertyCodeTaken,
					Message: "another custom field stands for this property; retire that one first",
				})
			}
		}
		if inUse >= MaxDefinitions {
			return path{"input"}.at(&Error{Code: CodeTooMany, Message: fmt.Sprintf("a business has at most %d custom fields in use; retire some first", MaxDefinitions)})
		}
		return tx.InsertDefinition(ctx, *definition)
	})
}

// UpdateDefinition changes the label or the choices of a custom field, or renames
// choices, which renames the values of all clients at once. Clients keep values
// that are no choice any more. A change of nothing writes nothing.
// With the error VERSION_CONFLICT it returns the field as it is. Errors:
// FORBIDDEN, EMPTY_PATCH, INVALID_ID, UNKNOWN_FIELD_DEFINITION (also for a retired one),
// VERSION_CONFLICT, REQUIRED, INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG,
// TOO_MANY, DUPLICATE_CHOICE, INVALID_CHOICE, INVALID_FIELD_TYPE.
func (s *Service) UpdateDefinition(ctx context.Context, scope Scope, id ID, input Values, expectedVersion *int64) (*FieldDefinition, error) {
	if err := permit(scope, Admin, false); err != nil {
		return nil, err
	}
	if len(input) == 0 {
		empty := path{"input"}.at(&Error{Code: CodeEmptyPatch, Message: "name the label or the choices to change"})
		return nil, append(id.wrong(path{inputDefinition}), empty)
	}
	return s.changeDefinition(ctx, scope, id, expectedVersion, func(definition *FieldDefinition) error {
		if definition.Retired {
			return unknownDefinition()
		}
		d := &definitionReader{entryReader: entryReader{values: input, where: path{"input"}}}
		if _, named := input[inputLabel]; named && !isHeld(input[inputLabel], definition.Label) {
			definition.Label = d.label()
		}
		d.rename(definition)
		if _, named := input[inputChoices]; named && !isHeld(input[inputChoices], definition.Choices) {
			definition.offer(d.choices(definition.Type))
		}
		return d.errs.errOrNil()
	})
}

// RetireDefinition takes a custom field out of use: it is in no client's fields
// any more, and its property may be another field's. Values that clients have
// stay stored. Retiring a retired one succeeds and writes nothing. With the
// error VERSION_CONFLICT it returns the field as it is. Errors: FORBIDDEN,
// INVALID_ID, UNKNOWN_FIELD_DEFINITION, VERSION_CONFLICT.
func (s *Service) RetireDefinition(ctx context.Context, scope Scope, id ID, expectedVersion *int64) (*FieldDefinition, error) {
	if err := permit(scope, Admin, false); err != nil {
		return nil, err
	}
	return s.changeDefinition(ctx, scope, id, expectedVersion, func(definition *FieldDefinition) error {
		definition.Retired = true
		return nil
	})
}

func (s *Service) changeDefinition(ctx context.Context, scope Scope, id ID, expectedVersion *int64, edit func(*FieldDefinition) error) (*FieldDefinition, error) {
	var current *FieldDefinition
	err := s.write(ctx, scope, plain[*FieldDefinition]{&current}, func(ctx context.Context, tx Tx) error {
		current = nil
		if wrong := id.wrong(path{inputDefinition}); wrong != nil {
			// Choices are checked as those of a field that has some.
			return append(wrong, AsErrors(edit(&FieldDefinition{Type: FieldChoice}))...)
		}
		definitions, err := tx.Definitions(ctx)
		if err != nil {
			return err
		}
		found := definitions.ByID(id.As(TypeFieldDefinition))
		if found == nil {
			return unknownDefinition()
		}
		if expectedVersion != nil && *expectedVersion != found.Version {
			current = found
			return path{"expectedVersion"}.at(&Error{
				Code:    CodeVersionConflict,
				Message: "the custom field has changed since that version; look at it, then try again with its version",
			})
		}
		changed := *found
		if err := edit(&changed); err != nil {
			return err
		}
		current = found
		if changed.Label == found.Label && changed.Retired == found.Retired && slices.Equal(changed.Choices, found.Choices) && slices.Equal(changed.Known, found.Known) {
			return nil
		}
		changed.Version++
		current = &changed
		return tx.SaveDefinition(ctx, changed)
	})
	if err != nil && !HasCode(err, CodeVersionConflict) {
		return nil, err
	}
	return current, err
}

func unknownDefinition() *Error {
	return path{inputDefinition}.at(&Error{Code: CodeUnknownField, Message: "want the id of a custom field of the business that is not retired"})
}

// definitionReader reads the parts of a definition.
type definitionReader struct{ entryReader }

func decodeDefinition(input Values) (*FieldDefinition, Errors) {
	d := &definitionReader{entryReader: entryReader{values: input, where: path{"input"}}}
	definition := &FieldDefinition{Label: d.label(), Type: d.fieldType()}
	definition.PropertyCode = d.propertyCode(definition.Type)
	if definition.Type != "" {
		definition.Choices = d.choices(definition.Type)
	}
	return definition, d.errs
}

func (d *definitionReader) label() string {
	if label := d.text(inputLabel, true); label != nil {
		return trimmed(*label)
	}
	return ""
}

func (d *definitionReader) fieldType() FieldType {
	text := d.text(inputType, true)
	if text == nil {
		return ""
	}
	switch t := FieldType(*text); t {
	case FieldText, FieldNumber, FieldBoolean, FieldDate, FieldChoice:
		return t
	}
	d.fail(inputType, &Error{Code: CodeInvalidFieldType, Message: "want TEXT, NUMBER, BOOLEAN, DATE or CHOICE"})
	return ""
}

func (d *definitionReader) propertyCode(has FieldType) *string {
	name := d.text(inputPropertyCode, false)
	if name == nil {
		return nil
	}
	var want FieldType
	if p := PropertyByName(*name); p != nil {
		want = p.FieldType()
	}
	switch {
	case want == "":
		d.fail(inputPropertyCode, &Error{
			Code:    CodeInvalidPropertyCode,
			Message: "want the name of a property with one value that clients are patched with and may read, and that is neither password, ssn, status nor blocked",
		})
	case has != "" && has != want:
		d.fail(inputType, &Error{Code: CodeInvalidFieldType, Message: "a field that stands for this property has the type " + string(want)})
	}
	return name
}

func (d *definitionReader) choices(of FieldType) []string {
	raw := d.values[inputChoices]
	var entries []any
	if raw != nil {
		entries = list(raw)
	}
	if of != FieldChoice {
		if len(entries) > 0 {
			d.fail(inputChoices, &Error{Code: CodeInvalidFieldType, Message: "only a field of the type CHOICE has choices"})
		}
		return nil
	}
	switch {
	case len(entries) == 0:
		d.fail(inputChoices, &Error{Code: CodeRequired, Message: "a field of the type CHOICE needs at least one choice"})
		return nil
	case len(entries) > maxChoices:
		d.fail(inputChoices, tooMany(maxChoices))
		return nil
	}
	choices := make([]string, 0, len(entries))
	seen := make(map[string]bool, len(entries))
	for i, entry := range entries {
		choice, err := decodeChoice(entry)
		if err == nil && seen[choice] {
			err = &Error{Code: CodeDuplicateChoice, Message: "name each choice once"}
		}
		if err != nil {
			d.errs = append(d.errs, d.where.with(inputChoices, strconv.Itoa(i)).at(err))
			continue
		}
		seen[choice] = true
		choices = append(choices, choice)
	}
	return choices
}

func decodeChoice(raw any) (string, *Error) {
	text, ok := raw.(string)
	if !ok {
		return "", wrongType("text")
	}
	if err := checkText(text, maxText); err != nil {
		return "", err
	}
	if text = trimmed(text); text == "" {
		return "", &Error{Code: CodeRequired, Message: "a choice can't be blank"}
	}
	return text, nil
}

// Version is that of all the custom fields of a business, those that were retired
// among them: it rises with each that is made, changed or retired.
func (d Definitions) Version() int64 {
	version := int64(0)
	for i := range d {
		version += d[i].Version
	}
	return version
}
