package writing

import (
	"encoding/json"
	"testing"

	"clientgraph/internal/client"
)

func TestOneInputIsTheSameHoweverItIsWritten(t *testing.T) {
	plain, global := client.ID{Number: 4658091}, client.ID{Type: client.TypeClient, Number: 4658091}
	defined := client.ID{Type: client.TypeFieldDefinition, Number: 7}
	text := func(arguments any) string {
		same, err := canonicalInput(arguments)
		if err != nil {
			t.Fatal(err)
		}
		written, _ := json.Marshal(same)
		return string(written)
	}
	for name, pair := range map[string][2]any{
		"clientId":  {map[string]any{"clientId": plain}, map[string]any{"clientId": global}},
		"clientIds": {map[string]any{"clientIds": []*client.ID{&plain}}, map[string]any{"clientIds": []*client.ID{&global}}},
		"entry":     {PatchEntry{ClientID: plain}, PatchEntry{ClientID: global}},
		"key":       {map[string]any{"by": UpsertKey{ClientID: &plain}}, map[string]any{"by": UpsertKey{ClientID: &global}}},
		"edge list": {client.Values{client.InputSubjects: []any{"4658091"}}, client.Values{client.InputSubjects: []any{global.String()}}},
		"number id": {client.Values{client.InputSubjects: []any{json.Number("4658091")}}, client.Values{client.InputSubjects: []any{"4658091"}}},
		"field": {
			client.Values{"fields": []any{map[string]any{client.InputDefinition: "7", "value": json.Number("1.0")}}},
			client.Values{"fields": []any{map[string]any{client.InputDefinition: defined.String(), "value": json.Number("1e0")}}},
		},
		"literal": {client.Values{"value": 2.5}, client.Values{"value": json.Number("25e-1")}},
	} {
		if a, b := text(pair[0]), text(pair[1]); a != b {
			t.Errorf("%s: %s and %s", name, a, b)
		}
	}
	for name, pair := range map[string][2]any{
		"another type":   {map[string]any{"clientId": plain}, map[string]any{"clientId": client.ID{Type: client.TypeFieldDefinition, Number: 4658091}}},
		"another client": {map[string]any{"clientId": plain}, map[string]any{"clientId": client.ID{Number: 4658092}}},
		"text":           {client.Values{"notes": "4658091"}, client.Values{"notes": global.String()}},
		"number as text": {client.Values{"value": "1"}, client.Values{"value": json.Number("1")}},
		"other number":   {client.Values{"value": json.Number("6011000990139424001")}, client.Values{"value": json.Number("6011000990139424000")}},
		"account":        {client.Values{client.InputAccounts: []any{"1"}}, client.Values{client.InputAccounts: []any{client.ID{Type: client.TypeClient, Number: 1}.String()}}},
		"null":           {client.Values{"city": nil}, client.Values{}},
	} {
		if a, b := text(pair[0]), text(pair[1]); a == b {
			t.Errorf("%s: both are %s", name, a)
		}
	}
}
