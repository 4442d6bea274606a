package e2e_test

import (
	"strings"
	"testing"
)

// TestSchemaOffersNoDefer: answers come whole, so nobody is to be told that parts
// may come later.
func TestSchemaOffersNoDefer(t *testing.T) {
	api := reference(t)
	response := api.Do(t, owner(), `{ client(clientId: 4658091) { ... @defer { fullName } } }`, nil)
	if len(response.Errors) != 1 || response.Data != nil {
		t.Errorf("@defer is answered %s", response.Body)
	}
	data := api.MustDo(t, owner(), `{ __schema { description directives { name } } }`, nil)["__schema"].(values)
	for _, directive := range data["directives"].([]any) {
		if directive.(values)["name"] == "defer" {
			t.Error("the schema offers @defer")
		}
	}
	if text, _ := data["description"].(string); !strings.Contains(text, "clientChanges") {
		t.Errorf("the schema describes itself as %q", text)
	}
}
