package client

import (
	"errors"
	"fmt"
	"strings"
)

// TooManySubjects is the error of a client with more than MaxSubjects subjects.
func TooManySubjects() *Error {
	return &Error{Code: CodeTooManySubjects, Message: fmt.Sprintf("a client may see at most %d others", MaxSubjects)}
}

// Code identifies an error for programs. Codes are part of the API: they are never
// renamed.
type Code string

// Error is an error that the caller can mend. Any other error of this package is
// internal: it is logged and masked.
type Error struct {
	Code Code
	// Message says what to do. It names the rule and never has the value.
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

// Errors are all errors of one input.
type Errors []*Error

func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "; ")
}

// AsErrors returns the caller's errors in err; nil if err is nil or internal.
func AsErrors(err error) Errors {
	if many, ok := errors.AsType[Errors](err); ok {
		return many
	}
	if one, ok := errors.AsType[*Error](err); ok {
		return Errors{one}
	}
	return nil
}

// HasCode says whether err has an error with that code.
func HasCode(err error, code Code) bool {
	for _, e := range AsErrors(err) {
		if e.Code == code {
			return true
		}
	}
	return false
}

// ErrOrNil returns nil for an empty list, which would be a non-nil error.
func (e Errors) ErrOrNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// MergedIntoClientID is the survivor for CLIENT_MERGED; nil otherwise.
func (e *Error) MergedIntoClientID() *int64 {
	text, _ := e.Details[NameMergedInto].(string)
	id, ok := ParseNumber(text)
	if !ok {
		return nil
	}
	return &id
}
