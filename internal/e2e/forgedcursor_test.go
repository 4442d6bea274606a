package e2e_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// A cursor has a checksum and no secret: whoever makes one for a place that no client
// has is answered with a part of the list that it may read, or refused, and never fails
// on our side.
func TestForgedPlacesOfListsAreAnsweredOrRefused(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	api.LoadReference(t)
	for _, field := range store.OrderFields() {
		for _, direction := range []string{"ASC", "DESC"} {
			identity, err := json.Marshal(struct {
				BusinessID int64
				Filter     reading.Filter
				Order      store.Order
			}{sample.BusinessID, reading.Filter{}, store.Order{Field: field, Descending: direction == "DESC"}})
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{
				"\x00", "\xff", "\xff\xfe\x00", "a\x00b", "~", "\x01", "$gt", "!", "!1", "x!1", "!-9223372036854775808", "!9223372036854775807",
				"9223372036854775807!9223372036854775807", "-9223372036854775808!-9223372036854775808", "253402300800000!1", "0!0",
			} {
				sum := sha256.Sum256(slices.Concat(identity, []byte{0}, []byte(key)))
				cursor := base64.RawURLEncoding.EncodeToString(append(sum[:9], key...))
				for _, asked := range []string{"first: 1, after: $cursor", "last: 1, before: $cursor"} {
					answer := api.Do(t, owner(), `query ($cursor: String) { clientConnection(orderBy: {field: `+string(field)+`, direction: `+direction+`}, `+asked+`) {
						pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { clientId } } }`, map[string]any{"cursor": cursor})
					for _, failure := range answer.Errors {
						if failure.Code() != "INVALID_CURSOR" {
							t.Errorf("%s %s of %q, %s: %s %s", field, direction, key, asked, failure.Code(), failure.Message)
						}
					}
				}
			}
		}
	}
}
