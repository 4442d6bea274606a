package client

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// path is where in an input a value stands.
type path []string

func (p path) with(more ...string) path {
	return append(slices.Clip(slices.Clone(p)), more...)
}

// at gives an error its path.
func (p path) at(e *Error) *Error {
	e.Field = p
	return e
}

// decodeProperty reads a value as callers send it (a JSON value, numbers as
// json.Number, int64 or float64) into the property's Go type, checked and
// normalised. nil stays nil: the property is cleared. What the client holds is
// taken as it is, and each entry of a list that it holds: rules may have become
// stricter since it was stored.
func decodeProperty(p *Property, raw, held any, where path) (any, Errors) {
	if isHeld(raw, held) {
		return held, nil
	}
	if raw == nil {
		if p.is(required) || p.Name == "status" {
			return nil, Errors{where.at(&Error{Code: CodeRequired, Message: p.Name + " can't be cleared"})}
		}
		return nil, nil
	}
	switch p.kind.(type) {
	case *[]string:
		texts, _ := held.([]string)
		return decodeTexts(p, raw, texts, where)
	case *[]int64:
		return decodeIDs(raw, TypeAny, p.Max, where)
	}
	value, err := decodeScalar(p, raw)
	if err == nil && p.rule != nil {
		value, err = p.rule(value)
	}
	if err != nil {
		return nil, Errors{where.at(err)}
	}
	return value, nil
}

// decodeScalar gives a single value its Go type.
func decodeScalar(p *Property, raw any) (any, *Error) {
	switch p.kind.(type) {
	case **bool, *bool:
		if flag, ok := raw.(bool); ok {
			return flag, nil
		}
		return nil, wrongType("true or false")
	case **float64:
		number, ok := number(raw)
		if !ok {
			return nil, wrongType("a number")
		}
		return number, nil
	case **Date:
		return decodeDate(raw)
	}
	text, ok := raw.(string)
	if !ok {
		return nil, wrongType("text")
	}
	if err := checkText(text, p.Max); err != nil {
		return nil, err
	}
	if p.is(required) && isBlank(text) {
		return nil, &Error{Code: CodeRequired, Message: p.Name + " can't be blank"}
	}
	if p.is(trims) {
		return trimmed(text), nil
	}
	return text, nil
}

func decodeDate(raw any) (any, *Error) {
	var date Date
	var err error
	if text, ok := raw.(string); ok {
		date, err = ParseDate(text)
	} else if ms, ok := integer(raw); ok {
		date, err = DateFromMillis(ms)
	} else {
		err = invalidDate()
	}
	if err != nil {
		return nil, invalidDate()
	}
	return date, nil
}

// decodeTexts reads a list. A list that has only entries of the one that is held
// may have more than the property's bound. Tags are counted once each.
func decodeTexts(p *Property, raw any, held []string, where path) (any, Errors) {
	entries := list(raw)
	if len(entries) > max(maxList, len(held)) {
		return nil, Errors{where.at(tooMany(p.Max))}
	}
	var errs Errors
	texts := make([]string, 0, len(entries))
	known := make(map[string]bool, len(held))
	for _, text := range held {
		known[text] = true
	}
	news := false
	for i, entry := range entries {
		text, ok := entry.(string)
		if ok && known[text] {
			texts = append(texts, text)
			continue
		}
		news = true
		err := wrongType("text")
		if ok {
			// An alert note is a note: it may have lines.
			bound := maxText
			if p.Name == "alertNotes" {
				bound = maxNotes
			}
			err = checkText(text, bound)
		}
		if err == nil && p.rule != nil {
			var ruled any
			if ruled, err = p.rule(text); err == nil {
				text = ruled.(string)
			}
		}
		if err != nil {
			errs = append(errs, where.with(strconv.Itoa(i)).at(err))
			continue
		}
		texts = append(texts, text)
	}
	if p.Name == nameTags {
		texts = uniqueTags(texts)
	}
	if news && len(texts) > p.Max {
		errs = append(errs, where.at(tooMany(p.Max)))
	}
	return texts, errs
}

// TypeAny stands for ids of things that have no type here, such as e-mail
// categories: only the plain form names one.
const TypeAny = ""

// typeClientAccount is the type of a client account's id, which has no global
// form that anybody answers.
const typeClientAccount = "ClientAccount"

// decodeIDs reads a list of ids, in the order given. An id of another type is
// kept as 0, which identifies nothing; of TypeAny it is an error, for nobody
// looks those up.
func decodeIDs(raw any, typeName string, bound int, where path) ([]int64, Errors) {
	entries := list(raw)
	if len(entries) > bound {
		return nil, Errors{where.at(tooMany(bound))}
	}
	var errs Errors
	ids := make([]int64, 0, len(entries))
	for i, entry := range entries {
		id, err := decodeID(entry)
		if err != nil || (typeName == TypeAny && id.Type != TypeAny) {
			errs = append(errs, where.with(strconv.Itoa(i)).at(invalidID()))
			continue
		}
		ids = append(ids, id.As(typeName))
	}
	return ids, errs
}

func decodeID(raw any) (ID, error) {
	switch v := raw.(type) {
	case ID:
		if v.Malformed {
			return ID{}, invalidID()
		}
		return v, nil
	case string:
		return ParseID(v)
	}
	if number, ok := integer(raw); ok {
		return ID{Number: number}, nil
	}
	return ID{}, invalidID()
}

// list is a list as callers write it: GraphQL reads a single value as a list of
// one.
func list(raw any) []any {
	switch v := raw.(type) {
	case []any:
		return v
	case []string:
		return entries(v)
	case []json.Number:
		return entries(v)
	case []map[string]any:
		return entries(v)
	}
	return []any{raw}
}

func entries[T any](list []T) []any {
	entries := make([]any, len(list))
	for i := range list {
		entries[i] = list[i]
	}
	return entries
}

func integer(raw any) (int64, bool) {
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

func wrongType(want string) *Error {
	return &Error{Code: CodeInvalidType, Message: "want " + want}
}

func tooMany(bound int) *Error {
	return &Error{Code: CodeTooMany, Message: fmt.Sprintf("want at most %d entries", bound)}
}
