package client

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// What a client holds is taken as it is, though today's rules refuse it, in every
// property that can be written.
func TestWhatAClientHoldsMayBeSentBack(t *testing.T) {
	text, number, born := "\u200b", 1e6, Date{2999, 1, 1}
	for i := range Properties() {
		p := &Properties()[i]
		if !p.is(writable) {
			continue
		}
		held := &Client{}
		var sent any
		switch place := p.At(held).(type) {
		case **string:
			*place, sent = &text, text
		case **float64:
			*place, sent = &number, json.Number("1e6")
		case **Date:
			*place, sent = &born, "2999-01-01"
		case *Status:
			*place, sent = "GONE", "GONE"
		case *[]string:
			*place, sent = slices.Repeat([]string{"a", "\u200b", "\u0000"}, 500), toAny(slices.Repeat([]string{"a", "\u200b", "\u0000"}, 500))
		case *[]int64:
			*place, sent = make([]int64, 1500), toAny(slices.Repeat([]string{"0"}, 1500))
		default:
			continue
		}
		in := decodeInput(Values{p.Name: sent}, checks{argument: "patch", role: RoleOwner, held: held})
		after := held.Clone()
		in.apply(after)
		if in.errs != nil || len(diff(held, after)) > 0 {
			t.Errorf("%s: %v, %v", p.Name, in.errs, diff(held, after))
		}
		// Of another client it is not taken, where a rule refuses it.
		if p.rule != nil || p.is(required) || p.Name == nameDateOfBirth {
			if in := decodeInput(Values{p.Name: sent}, checks{argument: "patch", role: RoleOwner, held: &Client{}}); in.errs == nil {
				t.Errorf("%s: what nobody holds is taken", p.Name)
			}
		}
	}
}

func toAny[T any](list []T) []any { return entries(list) }

func TestEntriesThatAClientHoldsMayBeSentBack(t *testing.T) {
	held := &Client{Tags: append([]string{"\u200b", "VIP"}, slices.Repeat([]string{"x"}, 300)...)}
	for i := range 300 {
		held.Tags[i+2] = "tag " + strings.Repeat("i", i)
	}
	decode := func(tags []string) *input {
		return decodeInput(Values{"tags": toAny(tags)}, checks{argument: "patch", role: RoleOwner, held: held})
	}
	if in := decode(held.Tags[:290]); in.errs != nil {
		t.Errorf("fewer of the tags: %v", in.errs)
	}
	if in := decode(append(slices.Clone(held.Tags[:290]), "new")); len(in.errs) != 1 || in.errs[0].Code != CodeTooMany {
		t.Errorf("a further tag: %v", in.errs)
	}
	if in := decode([]string{"\u200b", "new"}); in.errs != nil {
		t.Errorf("a held tag beside a new one: %v", in.errs)
	}
	if in := decode([]string{"\u3164", "\u200b"}); len(in.errs) != 1 || strings.Join(in.errs[0].Field, ".") != "patch.tags.0" {
		t.Errorf("a wrong tag beside a held one: %v", in.errs)
	}
}

func TestCustomValuesThatAClientHoldsMayBeSentBack(t *testing.T) {
	definitions := NewDefinitions([]FieldDefinition{
		{DefinitionID: 1, Type: FieldChoice, Choices: []string{"new"}},
		{DefinitionID: 2, Type: FieldNumber},
		{DefinitionID: 3, Type: FieldText},
		{DefinitionID: 4, Type: FieldText, PropertyCode: new("emailAddress")},
		{DefinitionID: 5, Type: FieldDate, PropertyCode: new("dateOfBirth")},
	})
	born, address := Date{2999, 1, 1}, "a\u200b@b.example"
	held := &Client{EmailAddress: &address, DateOfBirth: &born, FieldValues: []FieldValue{{1, "old"}, {2, 6011000990139424000.0}, {3, strings.Repeat("x", 2000)}}}
	value := map[int64]any{1: "old", 2: json.Number("6011000990139424000"), 3: strings.Repeat("x", 2000), 4: address, 5: "2999-01-01"}
	for id, sent := range value {
		field := []any{map[string]any{inputDefinition: ID{Number: id}, "value": sent}}
		by := checks{argument: "patch", role: RoleOwner, definitions: definitions, held: held}
		in := decodeInput(Values{inputFields: field}, by)
		after := held.Clone()
		in.apply(after)
		if in.errs != nil || len(diff(held, after)) > 0 {
			t.Errorf("field %d: %v, %v", id, in.errs, diff(held, after))
		}
		by.held = &Client{}
		if in := decodeInput(Values{inputFields: field}, by); len(in.errs) != 1 {
			t.Errorf("field %d: what nobody holds is taken: %v", id, in.errs)
		}
	}
}

func TestWhatABusinessHasMayBeSentBack(t *testing.T) {
	business := &Business{BusinessID: 1, Name: new("\u200b"), TimeZoneID: "right/America/New_York", Locale: new("xx-bad-locale-gone"), PhoneRegion: "ZZ"}
	before := *business
	errs := readBusiness(Values{"name": "\u200b", "timeZone": "right/America/New_York", "locale": "xx-bad-locale-gone", "phoneRegion": "ZZ"}, business)
	if errs != nil || *business.Name != *before.Name || business.TimeZoneID != before.TimeZoneID || *business.Locale != *before.Locale || business.PhoneRegion != before.PhoneRegion {
		t.Errorf("%v: %+v", errs, business)
	}
	if errs := readBusiness(Values{"timeZone": "right/America/New_York"}, DefaultBusiness(1)); len(errs) != 1 {
		t.Errorf("another business: %v", errs)
	}
}

func TestNobodyIsBornAfterToday(t *testing.T) {
	by := checks{argument: "patch", role: RoleOwner, today: Date{2026, 3, 1}}
	for sent, code := range map[any]Code{
		"2026-03-01": "", "2026-02-28": "", "0001-01-01": "", json.Number("1772323200000"): "",
		"2026-03-02": CodeInvalidDate, "2027-01-01": CodeInvalidDate, "9999-12-31": CodeInvalidDate, json.Number("1772409600000"): CodeInvalidDate,
		json.Number("253402214400000"): CodeInvalidDate,
	} {
		in := decodeInput(Values{"dateOfBirth": sent}, by)
		if (code == "") != (in.errs == nil) || (code != "" && in.errs[0].Code != code) {
			t.Errorf("%v: %v, want %q", sent, in.errs, code)
		}
	}
	by.definitions = NewDefinitions([]FieldDefinition{{DefinitionID: 1, Type: FieldDate, PropertyCode: new("dateOfBirth")}, {DefinitionID: 2, Type: FieldDate}})
	in := decodeInput(Values{inputFields: []any{
		map[string]any{inputDefinition: ID{Number: 1}, "value": "2026-03-02"}, map[string]any{inputDefinition: ID{Number: 2}, "value": "2026-03-02"},
	}}, by)
	if len(in.errs) != 1 || strings.Join(in.errs[0].Field, ".") != "patch.fields.0.value" || in.errs[0].Code != CodeInvalidDate {
		t.Errorf("through a custom field: %v", in.errs)
	}
}

func TestPatchesOfNothingAreEmpty(t *testing.T) {
	for _, nothing := range []Values{{}, nil, {"fields": nil}, {"password": nil}, {"fields": nil, "password": nil}, {"fields": []any{}}} {
		if !nothing.namesNothing() {
			t.Errorf("%v names something", nothing)
		}
	}
	for _, something := range []Values{{"city": nil}, {"fields": nil, "city": nil}, {"clientIdsClientCanView": nil}, {"ssn": nil}, {"tags": []any{}}, {"password": "x"}} {
		if something.namesNothing() {
			t.Errorf("%v names nothing", something)
		}
	}
}

func TestTagsAreCountedOnceEach(t *testing.T) {
	tags := make([]any, 251)
	for i := range tags {
		tags[i] = strings.Repeat("x", i%50+1) + []string{"", " ", "\u200b"}[i%3]
	}
	in := decodeInput(Values{"tags": tags}, checks{role: RoleOwner})
	if in.errs != nil || len(in.set) != 1 {
		t.Fatalf("%v", in.errs)
	}
	for i := range tags {
		tags[i] = strings.Repeat("x", i%60+1) + string(rune('a'+i/60))
	}
	if in := decodeInput(Values{"tags": tags}, checks{role: RoleOwner}); len(in.errs) != 1 || in.errs[0].Code != CodeTooMany {
		t.Errorf("251 tags: %v", in.errs)
	}
	if in := decodeInput(Values{"tags": tags[:250]}, checks{role: RoleOwner}); in.errs != nil {
		t.Errorf("250 tags: %v", in.errs)
	}
}
