package client

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Path is the place of a value in an input.
type Path []string

// With returns the path with further elements.
func (p Path) With(more ...string) Path {
	return append(slices.Clip(slices.Clone(p)), more...)
}

// At gives an error its path.
func (p Path) At(e *Error) *Error {
	e.Field = p
	return e
}

// decodeProperty reads a value as callers send it (a JSON value, numbers as
// json.Number, int64 or float64) into the property's Go type, checked and
// normalised. nil stays nil: the property is cleared. What the client holds is
// taken as it is, and each entry of a list that it holds: rules may have become
// stricter since it was stored.
func decodeProperty(p *Property, raw, held any, where Path) (any, Errors) {
	if held != nil && p.place.sent(raw, held) {
		return held, nil
	}
	if raw == nil {
		if p.Is(Required) || p.Name == "status" {
			return nil, Errors{where.At(&Error{Code: CodeRequired, Message: p.Name + " can't be cleared"})}
		}
		return nil, nil
	}
	return p.place.read(p, raw, held, where)
}

// DecodeScalar converts a single value to its Go type, without the property's rule.
func DecodeScalar(p *Property, raw any) (any, *Error) {
	without := *p
	without.Rule = nil
	value, errs := p.place.read(&without, raw, nil, nil)
	if errs != nil {
		return nil, errs[0]
	}
	return value, nil
}

// readText reads a text, and checks the property's bound.
func readText(p *Property, raw any) (any, *Error) {
	text, ok := raw.(string)
	if !ok {
		return nil, WrongType("text")
	}
	if err := CheckText(text, p.Max); err != nil {
		return nil, err
	}
	if p.Is(Required) && IsBlank(text) {
		return nil, &Error{Code: CodeRequired, Message: p.Name + " can't be blank"}
	}
	if p.Is(Trims) {
		return Trimmed(text), nil
	}
	return text, nil
}

func decodeDate(raw any) (any, *Error) {
	var date Date
	var err error
	if text, ok := raw.(string); ok {
		date, err = ParseDate(text)
	} else if ms, ok := Integer(raw); ok {
		date, err = DateFromMillis(ms)
	} else {
		err = invalidDate()
	}
	if err != nil {
		return nil, invalidDate()
	}
	return date, nil
}

// DecodeTexts reads a list. A list that has only entries of the one that is held
// may have more than the property's bound. Tags are counted once each.
func DecodeTexts(p *Property, raw any, held []string, where Path) (any, Errors) {
	entries := List(raw)
	if len(entries) > max(MaxList, len(held)) {
		return nil, Errors{where.At(TooMany(p.Max))}
	}
	var errs Errors
	texts := make([]string, 0, len(entries))
	known := make(map[string]bool, len(held))
	for _, text := range held {
		known[text] = true
	}
	added := false
	for i, entry := range entries {
		text, ok := entry.(string)
		if ok && known[text] {
			texts = append(texts, text)
			continue
		}
		added = true
		err := WrongType("text")
		if ok {
			// An alert note is a note: it may have lines.
			bound := MaxText
			if p.Name == "alertNotes" {
				bound = MaxNotes
			}
			err = CheckText(text, bound)
		}
		if err == nil && p.Rule != nil {
			var ruled any
			if ruled, err = p.Rule(text); err == nil {
				text = ruled.(string)
			}
		}
		if err != nil {
			errs = append(errs, where.With(strconv.Itoa(i)).At(err))
			continue
		}
		texts = append(texts, text)
	}
	if p.Name == NameTags {
		texts = UniqueTags(texts)
	}
	if added && len(texts) > p.Max {
		errs = append(errs, where.At(TooMany(p.Max)))
	}
	return texts, errs
}

// TypeAny is for ids of things without a type here, such as e-mail categories: they have
// only the plain form.
const TypeAny = ""

// typeClientAccount is the type of a client account's id, which has no global form.
const typeClientAccount = "ClientAccount"

// decodeIDs decodes a list of ids in order. An id of another type becomes 0, which
// identifies nothing; for TypeAny it is an error, because such ids are not looked up.
func decodeIDs(raw any, typeName string, bound int, where Path) ([]int64, Errors) {
	entries := List(raw)
	if len(entries) > bound {
		return nil, Errors{where.At(TooMany(bound))}
	}
	var errs Errors
	ids := make([]int64, 0, len(entries))
	for i, entry := range entries {
		id, err := DecodeID(entry)
		if err != nil || (typeName == TypeAny && id.Type != TypeAny) {
			errs = append(errs, where.With(strconv.Itoa(i)).At(InvalidID()))
			continue
		}
		ids = append(ids, id.As(typeName))
	}
	return ids, errs
}

// DecodeID decodes an id of an input: a global id, or a number.
func DecodeID(raw any) (ID, error) {
	switch v := raw.(type) {
	case ID:
		if v.Malformed {
			return ID{}, InvalidID()
		}
		return v, nil
	case string:
		return ParseID(v)
	}
	if number, ok := Integer(raw); ok {
		return ID{Number: number}, nil
	}
	return ID{}, InvalidID()
}

// List returns a list of an input: a single value is a list with it, as in GraphQL.
func List(raw any) []any {
	switch v := raw.(type) {
	case []any:
		return v
	case []string:
		return Entries(v)
	case []json.Number:
		return Entries(v)
	case []map[string]any:
		return Entries(v)
	}
	return []any{raw}
}

// Entries converts a list to the form of inputs.
func Entries[T any](list []T) []any {
	entries := make([]any, len(list))
	for i := range list {
		entries[i] = list[i]
	}
	return entries
}

// Integer decodes an integer of an input.
func Integer(raw any) (int64, bool) {
	switch v := raw.(type) {
	case json.Number:
		number, err := strconv.ParseInt(v.String(), 10, 64)
		return number, err == nil
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

func number(raw any) (float64, bool) {
	switch v := raw.(type) {
	case json.Number:
		number, err := v.Float64()
		return number, err == nil && !math.IsInf(number, 0)
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}

// WrongType is the error of a value with another type than want.
func WrongType(want string) *Error {
	return &Error{Code: CodeInvalidType, Message: "want " + want}
}

// TooMany is the error of a list of more than bound entries.
func TooMany(bound int) *Error {
	return &Error{Code: CodeTooMany, Message: fmt.Sprintf("want at most %d entries", bound)}
}

// OutOfRange is the error of a number that is not from 1 to bound.
func OutOfRange(bound int64) *Error {
	return &Error{Code: CodeOutOfRange, Message: fmt.Sprintf("want 1 to %d", bound)}
}
