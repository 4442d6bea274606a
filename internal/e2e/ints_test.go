package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestNumbersBeyond32BitsAreCodedErrors, wherever an Int stands and however it is
// sent: nothing is cut to what fits.
func TestNumbersBeyond32BitsAreCodedErrors(t *testing.T) {
	api := reference(t)
	for _, number := range []string{"2147483648", "-2147483649", "4294967297", "99999999999", "9223372036854775808", "99999999999999999999999", "-99999999999999999999999"} {
		for _, document := range []string{
			`{ clientConnection(first: N) { totalCount } }`,
			`{ clientConnection(last: N) { totalCount } }`,
			`{ clients(pageSize: N) { id } }`,
			`{ filterClients(search: "a", first: N) { clients { id } } }`,
			`{ clientChanges(first: N) { cursor } }`,
			`{ duplicateClients(first: N) { totalCount } }`,
			`{ client(clientId: 4658091) { viewClients(first: N) { id } } }`,
			`{ client(clientId: 4658091) { history(first: N) { nodes { version } } } }`,
			`query ($n: Int = N) { clientConnection(first: $n) { totalCount } }`,
			`mutation { patchClient(clientId: 4658091, patch: {city: "X"}, expectedVersion: N) { client { id } } }`,
			`mutation { mergeClients(clientId: 4658091, clientIds: [4761823], expectedVersions: [{clientId: 4658091, version: N}]) { client { id } } }`,
			`mutation { patchClients(patches: [{clientId: 4658091, expectedVersion: N, patch: {city: "X"}}]) { results { client { id } } } }`,
			`query ($n: Int!) { clients(pageSize: $n) { id } }`,
			`query ($n: Int) { clientConnection(first: $n) { totalCount } }`,
			`query ($n: Int!) { client(clientId: 4658091) { viewClients(first: $n) { id } } }`,
			`mutation ($n: Int) { patchClient(clientId: 4658091, patch: {city: "X"}, expectedVersion: $n) { client { id } } }`,
		} {
			nothingWritten(t, api, func() {
				response := api.Do(t, owner(), strings.ReplaceAll(document, "N", number), values{"n": json.RawMessage(number)})
				if len(response.Errors) == 0 {
					t.Fatalf("%s with %s is answered %s", document, number, response.Body)
				}
				for _, failure := range response.Errors {
					if code := failure.Extensions["code"]; code != "INVALID_TYPE" && code != "GRAPHQL_VALIDATION_FAILED" {
						t.Errorf("%s with %s is %v: %s", document, number, code, response.Body)
					}
				}
				if strings.Contains(string(response.Body), number) {
					t.Errorf("the answer repeats %s: %s", number, response.Body)
				}
			})
		}
	}
}
