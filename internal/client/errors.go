package client

import (
	"errors"
	"fmt"
	"strings"
)

// TooManySubjects is the error of a client that would view more than MaxSubjects.
func TooManySubjects() *Error {
	return &Error{Code: CodeTooManySubjects, Message: fmt.Sprintf("a client may see at most %d others", MaxSubjects)}
}

// Code names what went wrong, for programs. Codes are part of the API: they are
// added to, never renamed.
type Code string

// Error is a failure that the caller can do something about. Everything else
// that a method of this package returns is internal: logged, and masked by the
// edge.
type Error struct {
	Code Code
	// Message says what to do. It names the rule and never repeats a value.
	Message string
	// Field is the path of the input at fault, from the argument down; list
	// indexes are decimal strings.
	Field []string
	// Details are further facts for programs, by name; nil for most codes.
	Details map[string]any
}

func (e *Error) Error() string {
	if len(e.Field) == 0 {
		return string(e.Code) + ": " + e.Message
	}
	return string(e.Code) + " at " + strings.Join(e.Field, ".") + ": " + e.Message
}

// Errors are all the failures of one input.
type Errors []*Error

func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "; ")
}

// AsErrors returns the caller's failures that err holds, or nil when err is
// nil or internal.
func AsErrors(err error) Errors {
	if many, ok := errors.AsType[Errors](err); ok {
		return many
	}
	if one, ok := errors.AsType[*Error](err); ok {
		return Errors{one}
	}
	return nil
}

// HasCode says whether err holds a failure of that code.
func HasCode(err error, code Code) bool {
	for _, e := range AsErrors(err) {
		if e.Code == code {
			return true
		}
	}
	return false
}

// ErrOrNil keeps an empty list from becoming a non-nil error.
func (e Errors) ErrOrNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// MergedIntoClientID is, for CLIENT_MERGED, the survivor; nil otherwise.
func (e *Error) MergedIntoClientID() *int64 {
	text, _ := e.Details[NameMergedInto].(string)
	id, ok := ParseNumber(text)
	if !ok {
		return nil
	}
	return &id
}
