package jobs

import (
	"context"
	"encoding/base64"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/transfer"
)

// MaxHead bounds the beginning of a file for a preview, in bytes.
const MaxHead = 64 << 10

// PreviewImport reads the beginning of a file, in base64, as a job of StartImport with
// the same options would. Unless whole is set, the file continues after it. Errors:
// FORBIDDEN, also for roles that do not see all clients, INVALID_TYPE, TOO_LONG, and
// those of StartImport for the options.
func (s *Transfers) PreviewImport(ctx context.Context, scope client.Scope, options ImportOptions, head string, whole bool) (transfer.Preview, error) {
	if err := reading.Permit(scope, client.Import, false); err != nil {
		return transfer.Preview{}, err
	}
	errs := options.check()
	var data []byte
	if base64.StdEncoding.DecodedLen(len(head)) > MaxHead+base64.StdEncoding.DecodedLen(4) {
		errs = append(errs, client.Path{"head"}.At(&client.Error{Code: client.CodeTooLong, Message: "want the first 65,536 bytes of the file at most"}))
	} else {
		var err error
		if data, err = base64.StdEncoding.DecodeString(head); err != nil {
			errs = append(errs, client.Path{"head"}.At(&client.Error{Code: client.CodeInvalidType, Message: "want bytes in base64, with padding"}))
		}
	}
	if errs != nil {
		return transfer.Preview{}, errs
	}
	// The permission to import includes writing by a file.
	scope.Permissions |= client.Write
	return transfer.PreviewClients(ctx, s.Writes, scope, data, whole, options.options())
}
