package e2e_test

import (
	"testing"

	"clientgraph/internal/client"
)

// TestFieldDefinitionsVersionRisesWithEachChange of a custom field of the business,
// whoever reads the feed, and with nothing else.
func TestFieldDefinitionsVersionRisesWithEachChange(t *testing.T) {
	api := reference(t)
	var cursor any
	last := 0.0
	risen := func(what string, want bool) {
		t.Helper()
		for _, who := range []client.Identity{owner(), staff(), superUser(), account(1151044)} {
			part := api.MustDo(t, who, `query ($since: String) { clientChanges(since: $since, first: 1000) { cursor fieldDefinitionsVersion changes { fieldDefinitionsVersion } } }`, nil)["clientChanges"].(values)
			version := part["fieldDefinitionsVersion"].(float64)
			if risen := version > last; risen != want || version < last {
				t.Errorf("after %s, to %s: %v, %v before", what, who.Role, version, last)
			}
			for _, change := range part["changes"].([]any) {
				if of := change.(values)["fieldDefinitionsVersion"]; of != version {
					t.Errorf("a change goes with %v, its part with %v", of, version)
				}
			}
		}
		part := api.MustDo(t, owner(), `query ($since: String) { clientChanges(since: $since, first: 1000) { cursor fieldDefinitionsVersion } }`, values{"since": cursor})["clientChanges"].(values)
		cursor, last = part["cursor"], part["fieldDefinitionsVersion"].(float64)
	}
	risen("the sample", true)
	id := define(t, api, values{"label": "Drink", "type": "CHOICE", "choices": entries("Tea")})
	risen("a new field", true)
	for _, input := range []values{{"label": "Drinks"}, {"choices": entries("Tea", "Milk")}} {
		payload(t, api, owner(), updateDefinitionText, values{"id": id, "input": input})
		risen("a change", true)
	}
	payload(t, api, owner(), updateDefinitionText, values{"id": id, "input": values{"label": "Drinks"}})
	risen("a change of nothing", false)
	patch(t, api, owner(), "4658091", values{"city": "Here", "fields": []any{field(id, "Tea")}})
	risen("a client's change", false)
	retire(t, api, id)
	risen("a retirement", true)
	retire(t, api, id)
	risen("a retirement of the retired", false)
}
