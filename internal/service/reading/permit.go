package reading

import (
	"fmt"

	"clientgraph/internal/client"
)

// Permit decides, before any look-up, whether the caller has the permission. Role CLIENT
// may only do what clientMay allows.
func Permit(scope client.Scope, need client.Permissions, clientMay bool) error {
	if scope.Role == client.RoleClient && !clientMay {
		return &client.Error{Code: client.CodeForbidden, Message: "role CLIENT may not do this"}
	}
	if !scope.Permissions.Has(need) {
		return &client.Error{Code: client.CodeForbidden, Message: fmt.Sprintf("this needs the permission %s", need.Names()[0])}
	}
	return nil
}
