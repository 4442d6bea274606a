package client

import (
	"encoding/json"
	"testing"
)

func TestOneInputIsTheSameHoweverItIsWritten(t *testing.T) {
	plain, global := ID{Number: 4658091}, ID{Type: TypeClient, Number: 4658091}
	defined := ID{Type: TypeFieldDefinition, Number: 7}
	text := func(arguments any) string {
		same, err := sameInput(arguments)
		if err != nil {
			t.Fatal(err)
		}
		written, _ := json.Marshal(same)
		return string(written)
	}
	for name, pair := range map[string][2]any{
		"clientId":  {map[string]any{"clientId": plain}, map[string]any{"clientId": global}},
		"clientIds": {map[string]any{"clientIds": []*ID{&plain}}, map[string]any{"clientIds": []*ID{&global}}},
		"entry":     {PatchEntry{ClientID: plain}, PatchEntry{ClientID: global}},
		"key":       {map[string]any{"by": UpsertKey{ClientID: &plain}}, map[string]any{"by": UpsertKey{ClientID: &global}}},
		"edge list": {Values{inputSubjects: []any{"4658091"}}, Values{inputSubjects: []any{global.String()}}},
		"number id": {Values{inputSubjects: []any{json.Number("4658091")}}, Values{inputSubjects: []any{"4658091"}}},
		"field": {
			Values{"fields": []any{map[string]any{inputDefinition: "7", "value": json.Number("1.0")}}},
			Values{"fields": []any{map[string]any{inputDefinition: defined.String(), "value": json.Number("1e0")}}},
		},
		"literal": {Values{"value": 2.5}, Values{"value": json.Number("25e-1")}},
	} {
		if a, b := text(pair[0]), text(pair[1]); a != b {
			t.Errorf("%s: %s and %s", name, a, b)
		}
	}
	for name, pair := range map[string][2]any{
		"another type":   {map[string]any{"clientId": plain}, map[string]any{"clientId": ID{Type: TypeFieldDefinition, Number: 4658091}}},
		"another client": {map[string]any{"clientId": plain}, map[string]any{"clientId": ID{Number: 4658092}}},
		"text":           {Values{"notes": "4658091"}, Values{"notes": global.String()}},
		"number as text": {Values{"value": "1"}, Values{"value": json.Number("1")}},
		"other number":   {Values{"value": json.Number("6011000990139424001")}, Values{"value": json.Number("6011000990139424000")}},
		"account":        {Values{inputAccounts: []any{"1"}}, Values{inputAccounts: []any{ID{Type: TypeClient, Number: 1}.String()}}},
		"null":           {Values{"city": nil}, Values{}},
	} {
		if a, b := text(pair[0]), text(pair[1]); a == b {
			t.Errorf("%s: both are %s", name, a)
		}
	}
}
