package auth

import (
	"errors"

	"clientgraph/internal/client"
)

// CodeUnauthenticated is the code of all refusals.
const CodeUnauthenticated client.Code = "UNAUTHENTICATED"

// ErrUnauthenticated is the error for every refused token, so that it tells a forger
// nothing, and for a request without a required token.
var ErrUnauthenticated error = &client.Error{
	Code:    CodeUnauthenticated,
	Message: "send a valid access token: Authorization: Bearer TOKEN",
}

// refusal is an ErrUnauthenticated with a reason. The text is always the same.
type refusal struct {
	// reason is a fixed text of this package. It has nothing from the token, so it may be
	// logged.
	reason string
}

func refuse(reason string) error { return &refusal{reason: reason} }

func (r *refusal) Error() string { return ErrUnauthenticated.Error() }
func (r *refusal) Unwrap() error { return ErrUnauthenticated }

// Reason returns, for logs, why Verify refused a token; empty for other errors. It never
// has a part of the token. Do not send it to callers.
func Reason(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.reason
	}
	return ""
}
