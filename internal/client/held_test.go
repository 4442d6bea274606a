package client_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// What a client holds is taken as it is, though today's rules refuse it, in every
// property that can be written.
func TestWhatAClientHoldsMayBeSentBack(t *testing.T) {
	text, number, born := "\u200b", 1e6, client.Date{2999, 1, 1}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if !p.Is(client.Writable) {
			continue
		}
		held := &client.Client{}
		var sent any
		switch place := p.At(held).(type) {
		case **string:
			*place, sent = &text, text
		case **float64:
			*place, sent = &number, json.Number("1e6")
		case **client.Date:
			*place, sent = &born, "2999-01-01"
		case *client.Status:
			*place, sent = "GONE", "GONE"
		case *[]string:
			*place, sent = slices.Repeat([]string{"a", "\u200b", "\u0000"}, 500), toAny(slices.Repeat([]string{"a", "\u200b", "\u0000"}, 500))
		case *[]int64:
			*place, sent = make([]int64, 1500), toAny(slices.Repeat([]string{"0"}, 1500))
		default:
			continue
		}
		in := client.DecodeInput(client.Values{p.Name: sent}, client.Checks{Argument: "patch", Role: client.RoleOwner, Held: held})
		after := held.Clone()
		in.Apply(after)
		if in.Errors != nil || len(history.Diff(held, after)) > 0 {
			t.Errorf("%s: %v, %v", p.Name, in.Errors, history.Diff(held, after))
		}
		// Of another client it is not taken, where a rule refuses it.
		if p.Rule != nil || p.Is(client.Required) || p.Name == client.NameDateOfBirth {
			if in := client.DecodeInput(client.Values{p.Name: sent}, client.Checks{Argument: "patch", Role: client.RoleOwner, Held: &client.Client{}}); in.Errors == nil {
				t.Errorf("%s: what nobody holds is taken", p.Name)
			}
		}
	}
}

func toAny[T any](list []T) []any { return client.Entries(list) }

func TestEntriesThatAClientHoldsMayBeSentBack(t *testing.T) {
	held := &client.Client{Tags: append([]string{"\u200b", "VIP"}, slices.Repeat([]string{"x"}, 300)...)}
	for i := range 300 {
		held.Tags[i+2] = "tag " + strings.Repeat("i", i)
	}
	decode := func(tags []string) *client.Input {
		return client.DecodeInput(client.Values{"tags": toAny(tags)}, client.Checks{Argument: "patch", Role: client.RoleOwner, Held: held})
	}
	if in := decode(held.Tags[:290]); in.Errors != nil {
		t.Errorf("fewer of the tags: %v", in.Errors)
	}
	if in := decode(append(slices.Clone(held.Tags[:290]), "new")); len(in.Errors) != 1 || in.Errors[0].Code != client.CodeTooMany {
		t.Errorf("a further tag: %v", in.Errors)
	}
	if in := decode([]string{"\u200b", "new"}); in.Errors != nil {
		t.Errorf("a held tag beside a new one: %v", in.Errors)
	}
	if in := decode([]string{"\u3164", "\u200b"}); len(in.Errors) != 1 || strings.Join(in.Errors[0].Field, ".") != "patch.tags.0" {
		t.Errorf("a wrong tag beside a held one: %v", in.Errors)
	}
}

func TestCustomValuesThatAClientHoldsMayBeSentBack(t *testing.T) {
	definitions := client.NewDefinitions([]client.FieldDefinition{
		{DefinitionID: 1, Type: client.FieldChoice, Choices: []string{"new"}},
		{DefinitionID: 2, Type: client.FieldNumber},
		{DefinitionID: 3, Type: client.FieldText},
		{DefinitionID: 4, Type: client.FieldText, PropertyCode: new("emailAddress")},
		{DefinitionID: 5, Type: client.FieldDate, PropertyCode: new("dateOfBirth")},
	})
	born, address := client.Date{2999, 1, 1}, "a\u200b@b.example"
	held := &client.Client{EmailAddress: &address, DateOfBirth: &born, FieldValues: []client.FieldValue{{1, "old"}, {2, 6011000990139424000.0}, {3, strings.Repeat("x", 2000)}}}
	value := map[int64]any{1: "old", 2: json.Number("6011000990139424000"), 3: strings.Repeat("x", 2000), 4: address, 5: "2999-01-01"}
	for id, sent := range value {
		field := []any{map[string]any{client.InputDefinition: client.ID{Number: id}, "value": sent}}
		by := client.Checks{Argument: "patch", Role: client.RoleOwner, Definitions: definitions, Held: held}
		in := client.DecodeInput(client.Values{client.InputFields: field}, by)
		after := held.Clone()
		in.Apply(after)
		if in.Errors != nil || len(history.Diff(held, after)) > 0 {
			t.Errorf("field %d: %v, %v", id, in.Errors, history.Diff(held, after))
		}
		by.Held = &client.Client{}
		if in := client.DecodeInput(client.Values{client.InputFields: field}, by); len(in.Errors) != 1 {
			t.Errorf("field %d: what nobody holds is taken: %v", id, in.Errors)
		}
	}
}

func TestNobodyIsBornAfterToday(t *testing.T) {
	by := client.Checks{Argument: "patch", Role: client.RoleOwner, Today: client.Date{2026, 3, 1}}
	for sent, code := range map[any]client.Code{
		"2026-03-01": "", "2026-02-28": "", "0001-01-01": "", json.Number("1772323200000"): "",
		"2026-03-02": client.CodeInvalidDate, "2027-01-01": client.CodeInvalidDate, "9999-12-31": client.CodeInvalidDate, json.Number("1772409600000"): client.CodeInvalidDate,
		json.Number("253402214400000"): client.CodeInvalidDate,
	} {
		in := client.DecodeInput(client.Values{"dateOfBirth": sent}, by)
		if (code == "") != (in.Errors == nil) || (code != "" && in.Errors[0].Code != code) {
			t.Errorf("%v: %v, want %q", sent, in.Errors, code)
		}
	}
	by.Definitions = client.NewDefinitions([]client.FieldDefinition{{DefinitionID: 1, Type: client.FieldDate, PropertyCode: new("dateOfBirth")}, {DefinitionID: 2, Type: client.FieldDate}})
	in := client.DecodeInput(client.Values{client.InputFields: []any{
		map[string]any{client.InputDefinition: client.ID{Number: 1}, "value": "2026-03-02"}, map[string]any{client.InputDefinition: client.ID{Number: 2}, "value": "2026-03-02"},
	}}, by)
	if len(in.Errors) != 1 || strings.Join(in.Errors[0].Field, ".") != "patch.fields.0.value" || in.Errors[0].Code != client.CodeInvalidDate {
		t.Errorf("through a custom field: %v", in.Errors)
	}
}

func TestPatchesOfNothingAreEmpty(t *testing.T) {
	for _, nothing := range []client.Values{{}, nil, {"fields": nil}, {"password": nil}, {"fields": nil, "password": nil}, {"fields": []any{}}} {
		if !nothing.NamesNothing() {
			t.Errorf("%v names something", nothing)
		}
	}
	for _, something := range []client.Values{{"city": nil}, {"fields": nil, "city": nil}, {"clientIdsClientCanView": nil}, {"ssn": nil}, {"tags": []any{}}, {"password": "x"}} {
		if something.NamesNothing() {
			t.Errorf("%v names nothing", something)
		}
	}
}

func TestTagsAreCountedOnceEach(t *testing.T) {
	tags := make([]any, 251)
	for i := range tags {
		tags[i] = strings.Repeat("x", i%50+1) + []string{"", " ", "\u200b"}[i%3]
	}
	in := client.DecodeInput(client.Values{"tags": tags}, client.Checks{Role: client.RoleOwner})
	if in.Errors != nil || len(in.Set) != 1 {
		t.Fatalf("%v", in.Errors)
	}
	for i := range tags {
		tags[i] = strings.Repeat("x", i%60+1) + string(rune('a'+i/60))
	}
	if in := client.DecodeInput(client.Values{"tags": tags}, client.Checks{Role: client.RoleOwner}); len(in.Errors) != 1 || in.Errors[0].Code != client.CodeTooMany {
		t.Errorf("251 tags: %v", in.Errors)
	}
	if in := client.DecodeInput(client.Values{"tags": tags[:250]}, client.Checks{Role: client.RoleOwner}); in.Errors != nil {
		t.Errorf("250 tags: %v", in.Errors)
	}
}
