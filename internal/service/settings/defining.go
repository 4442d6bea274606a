package settings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Bounds of custom fields: the fields in use of a business, and the choices of a field.
const (
	MaxDefinitions = 1_000
	maxChoices     = client.MaxList
)

// FieldDefinitions lists the custom fields of the caller's business, ordered by id; with
// withRetired, also the retired ones.
func (s *Settings) FieldDefinitions(ctx context.Context, scope client.Scope, withRetired bool) (client.Definitions, error) {
	definitions, err := s.Definitions(ctx, scope)
	if err != nil || withRetired {
		return definitions, err
	}
	return slices.DeleteFunc(definitions, func(d client.FieldDefinition) bool { return d.Retired }), nil
}

// Names of a definition's properties in inputs.
const (
	inputLabel        = "label"
	inputType         = "type"
	inputPropertyCode = "propertyCode"
	inputChoices      = "choices"
)

// CreateDefinition creates a custom field. Errors: FORBIDDEN, REQUIRED, INVALID_TYPE,
// INVALID_CHARACTERS, TOO_LONG, TOO_MANY, DUPLICATE_CHOICE, INVALID_FIELD_TYPE,
// INVALID_PROPERTY_CODE, PROPERTY_CODE_TAKEN.
func (s *Settings) CreateDefinition(ctx context.Context, scope client.Scope, input client.Values) (*client.FieldDefinition, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return nil, err
	}
	definition, errs := decodeDefinition(input)
	if errs != nil {
		return nil, errs
	}
	definition.BusinessID, definition.Version = scope.BusinessID, 1
	err := s.insertDefinition(ctx, scope, definition)
	if errors.Is(err, store.ErrIDTaken) {
		err = s.insertDefinition(ctx, scope, definition)
	}
	if err != nil {
		return nil, err
	}
	return definition, nil
}

func (s *Settings) insertDefinition(ctx context.Context, scope client.Scope, definition *client.FieldDefinition) error {
	id, err := s.Store.NextDefinitionID(ctx)
	if err != nil {
		return fmt.Errorf("take a definition id: %w", err)
	}
	definition.DefinitionID = id
	return s.Write(ctx, scope, writing.Plain(definition), func(ctx context.Context, tx store.Tx) error {
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
				return client.Path{"input", inputPropertyCode}.At(&client.Error{
					Code:    client.CodePropertyCodeTaken,
					Message: "another custom field stands for this property; retire that one first",
				})
			}
		}
		if inUse >= MaxDefinitions {
			return client.Path{"input"}.At(&client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("a business has at most %d custom fields in use; retire some first", MaxDefinitions)})
		}
		return tx.InsertDefinition(ctx, *definition)
	})
}

// UpdateDefinition changes the label or the choices of a custom field, or renames
// choices, which renames the values of all clients at once. Clients keep values that are
// no longer choices. An update without a change writes nothing. With the error
// VERSION_CONFLICT it returns the current field. Errors: FORBIDDEN, EMPTY_PATCH,
// INVALID_ID, UNKNOWN_FIELD_DEFINITION (also for a retired one), VERSION_CONFLICT,
// REQUIRED, INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, TOO_MANY, DUPLICATE_CHOICE,
// INVALID_CHOICE, INVALID_FIELD_TYPE.
func (s *Settings) UpdateDefinition(ctx context.Context, scope client.Scope, id client.ID, input client.Values, expectedVersion *int64) (*client.FieldDefinition, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return nil, err
	}
	if len(input) == 0 {
		empty := client.Path{"input"}.At(&client.Error{Code: client.CodeEmptyPatch, Message: "name the label or the choices to change"})
		return nil, append(id.Wrong(client.Path{client.InputDefinition}), empty)
	}
	return s.changeDefinition(ctx, scope, id, expectedVersion, func(definition *client.FieldDefinition) error {
		if definition.Retired {
			return unknownDefinition()
		}
		d := &definitionReader{EntryReader: writing.EntryReader{Values: input, Where: client.Path{"input"}}}
		if _, named := input[inputLabel]; named && !client.IsHeld(input[inputLabel], definition.Label) {
			definition.Label = d.label()
		}
		d.rename(definition)
		if _, named := input[inputChoices]; named && !client.IsHeld(input[inputChoices], definition.Choices) {
			replaceChoices(definition, d.choices(definition.Type))
		}
		return d.Errors.ErrOrNil()
	})
}

// RetireDefinition takes a custom field out of use: clients no longer show it, and
// another field may use its property. Stored values of clients stay. Retiring a retired
// field succeeds and writes nothing. With the error VERSION_CONFLICT it returns the
// current field. Errors: FORBIDDEN, INVALID_ID, UNKNOWN_FIELD_DEFINITION,
// VERSION_CONFLICT.
func (s *Settings) RetireDefinition(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64) (*client.FieldDefinition, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return nil, err
	}
	return s.changeDefinition(ctx, scope, id, expectedVersion, func(definition *client.FieldDefinition) error {
		definition.Retired = true
		return nil
	})
}

func (s *Settings) changeDefinition(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64, edit func(*client.FieldDefinition) error) (*client.FieldDefinition, error) {
	var current *client.FieldDefinition
	err := s.Write(ctx, scope, writing.Plain(&current), func(ctx context.Context, tx store.Tx) error {
		current = nil
		if wrong := id.Wrong(client.Path{client.InputDefinition}); wrong != nil {
			// The field is unknown: its choices are checked as for a field with choices.
			return append(wrong, client.AsErrors(edit(&client.FieldDefinition{Type: client.FieldChoice}))...)
		}
		definitions, err := tx.Definitions(ctx)
		if err != nil {
			return err
		}
		found := definitions.ByID(id.As(client.TypeFieldDefinition))
		if found == nil {
			return unknownDefinition()
		}
		if expectedVersion != nil && *expectedVersion != found.Version {
			current = found
			return client.Path{"expectedVersion"}.At(&client.Error{
				Code:    client.CodeVersionConflict,
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
	if err != nil && !client.HasCode(err, client.CodeVersionConflict) {
		return nil, err
	}
	return current, err
}

func unknownDefinition() *client.Error {
	return client.Path{client.InputDefinition}.At(&client.Error{Code: client.CodeUnknownField, Message: "want the id of a custom field of the business that is not retired"})
}

// definitionReader reads the properties of a definition.
type definitionReader struct{ writing.EntryReader }

func decodeDefinition(input client.Values) (*client.FieldDefinition, client.Errors) {
	d := &definitionReader{EntryReader: writing.EntryReader{Values: input, Where: client.Path{"input"}}}
	definition := &client.FieldDefinition{Label: d.label(), Type: d.fieldType()}
	definition.PropertyCode = d.propertyCode(definition.Type)
	if definition.Type != "" {
		definition.Choices = d.choices(definition.Type)
	}
	return definition, d.Errors
}

func (d *definitionReader) label() string {
	if label := d.Text(inputLabel, true); label != nil {
		return client.Trimmed(*label)
	}
	return ""
}

func (d *definitionReader) fieldType() client.FieldType {
	text := d.Text(inputType, true)
	if text == nil {
		return ""
	}
	switch t := client.FieldType(*text); t {
	case client.FieldText, client.FieldNumber, client.FieldBoolean, client.FieldDate, client.FieldChoice:
		return t
	}
	d.Fail(inputType, &client.Error{Code: client.CodeInvalidFieldType, Message: "want TEXT, NUMBER, BOOLEAN, DATE or CHOICE"})
	return ""
}

func (d *definitionReader) propertyCode(has client.FieldType) *string {
	name := d.Text(inputPropertyCode, false)
	if name == nil {
		return nil
	}
	var want client.FieldType
	if p := client.PropertyByName(*name); p != nil {
		want = p.FieldType()
	}
	switch {
	case want == "":
		d.Fail(inputPropertyCode, &client.Error{
			Code:    client.CodeInvalidPropertyCode,
			Message: "want the name of a property that patchClient can write and role CLIENT may read, with one value, and not password, ssn, status or blocked",
		})
	case has != "" && has != want:
		d.Fail(inputType, &client.Error{Code: client.CodeInvalidFieldType, Message: "a field that stands for this property has the type " + string(want)})
	}
	return name
}

func (d *definitionReader) choices(of client.FieldType) []string {
	raw := d.Values[inputChoices]
	var entries []any
	if raw != nil {
		entries = client.List(raw)
	}
	if of != client.FieldChoice {
		if len(entries) > 0 {
			d.Fail(inputChoices, &client.Error{Code: client.CodeInvalidFieldType, Message: "only a field of the type CHOICE has choices"})
		}
		return nil
	}
	switch {
	case len(entries) == 0:
		d.Fail(inputChoices, &client.Error{Code: client.CodeRequired, Message: "a field of the type CHOICE needs at least one choice"})
		return nil
	case len(entries) > maxChoices:
		d.Fail(inputChoices, client.TooMany(maxChoices))
		return nil
	}
	choices := make([]string, 0, len(entries))
	seen := make(map[string]bool, len(entries))
	for i, entry := range entries {
		choice, err := decodeChoice(entry)
		if err == nil && seen[choice] {
			err = &client.Error{Code: client.CodeDuplicateChoice, Message: "name each choice once"}
		}
		if err != nil {
			d.Errors = append(d.Errors, d.Where.With(inputChoices, strconv.Itoa(i)).At(err))
			continue
		}
		seen[choice] = true
		choices = append(choices, choice)
	}
	return choices
}

func decodeChoice(raw any) (string, *client.Error) {
	text, ok := raw.(string)
	if !ok {
		return "", client.WrongType("text")
	}
	if err := client.CheckText(text, client.MaxText); err != nil {
		return "", err
	}
	if text = client.Trimmed(text); text == "" {
		return "", &client.Error{Code: client.CodeRequired, Message: "a choice can't be blank"}
	}
	return text, nil
}
