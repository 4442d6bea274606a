package auth

import (
	"errors"

	"clientgraph/internal/client"
)

// CodeUnauthenticated is the code of every refusal.
const CodeUnauthenticated client.Code = "UNAUTHENTICATED"

// ErrUnauthenticated is what every refused token gets, whatever is wrong with
// it: whoever forges one learns nothing. It is also the answer to a request that
// needs a token and brings none.
var ErrUnauthenticated error = &client.Error{
	Code:    CodeUnauthenticated,
	Message: "send a valid access token: Authorization: Bearer TOKEN",
}

// refusal is an ErrUnauthenticated that knows why. The text is the same for all.
type refusal struct {
	// reason is one of this package's own fixed texts: nothing that comes from a
	// token, so that it may be logged.
	reason string
}

func refuse(reason string) error { return &refusal{reason: reason} }

func (r *refusal) Error() string { return ErrUnauthenticated.Error() }
func (r *refusal) Unwrap() error { return ErrUnauthenticated }

// Reason says for logs why Verify refused a token; it never holds a part of the
// token and never belongs into an answer. For other errors it is empty.
func Reason(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.reason
	}
	return ""
}
