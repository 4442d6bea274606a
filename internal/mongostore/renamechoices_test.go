package mongostore_test

import (
	"context"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
)

// A rename that is cut off is done for no client, or, where it reached its commit,
// for all of them and in every process: there is nothing to go on with.
func TestRenameOfAChoiceIsOneCommit(t *testing.T) {
	db := testdb.New(t)
	p := openProcess(t, db, nil)
	err := p.store.PutDefinitions(t.Context(), []client.FieldDefinition{
		{BusinessID: testBusiness, DefinitionID: 1, Label: "Drink", Type: client.FieldChoice, Choices: []string{"Tea", "Milk"}},
		{BusinessID: testBusiness + 1, DefinitionID: 2, Label: "Drink", Type: client.FieldChoice, Choices: []string{"Tea", "Milk"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	clients := loadNordic(t, p, 250)
	for _, c := range clients[:3] {
		fields := []any{map[string]any{"schedulerPreferenceFieldDefnId": "1", "value": "Tea"}}
		if _, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"fields": fields}, nil); err != nil {
			t.Fatal(err)
		}
	}
	has := func(p *process, want string) {
		t.Helper()
		definitions, err := p.service.Definitions(t.Context(), ownerScope())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range clients[:3] {
			found, err := p.service.Client(t.Context(), ownerScope(), c.ID(), client.SelectAll())
			if err != nil {
				t.Fatal(err)
			}
			if got := definitions.Fields(found)[0].Value; got != want || found.Version != 2 {
				t.Errorf("client %d has %v in version %d, want %s in 2", c.ClientID, got, found.Version, want)
			}
		}
	}
	input := client.Values{"renameChoices": []any{map[string]any{"from": "Tea", "to": "Chai"}}}
	id := client.ID{Type: client.TypeFieldDefinition, Number: 1}
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	dying := openProcess(t, db, &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		if e.CommandName == "insert" || e.CommandName == "delete" {
			cut()
		}
	}})
	if _, err := dying.service.UpdateDefinition(ctx, ownerScope(), id, input, nil); err == nil {
		t.Error("it was cut off and says nothing")
	}
	has(p, "Tea")
	if _, err := p.service.UpdateDefinition(t.Context(), ownerScope(), id, input, nil); err != nil {
		t.Fatal(err)
	}
	has(openProcess(t, db, nil), "Chai")
	others, err := p.store.Definitions(t.Context(), client.Scope{BusinessID: testBusiness + 1})
	if err != nil || len(others) != 1 || !slices.Equal(others[0].Choices, []string{"Tea", "Milk"}) || others[0].Known != nil {
		t.Errorf("another business has %+v, %v", others, err)
	}
}
