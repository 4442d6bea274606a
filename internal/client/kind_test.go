package client

import (
	"reflect"
	"testing"
)

// A kind that lacks a function would panic at the first use of its property.
func TestKindsHaveEveryFunction(t *testing.T) {
	for i := range properties {
		p := &properties[i]
		if p.place == nil {
			t.Errorf("%s has no place: its line in the table of properties (properties.go) says no field of the struct", p.Name)
			continue
		}
		functions := reflect.ValueOf(p.place).FieldByName("kind").Elem()
		for j := range functions.NumField() {
			field := functions.Field(j)
			if field.Kind() == reflect.Func && field.IsNil() {
				t.Errorf("the kind of %s has no %s (kinds.go)", p.Name, functions.Type().Field(j).Name)
			}
		}
	}
}

// What callers write of a property can be read, and what is of consent has a
// strictest value.
func TestKindsFitWhatTheTableAsksOfThem(t *testing.T) {
	for i := range properties {
		p := &properties[i]
		if _, errs := p.place.read(p, nil, nil, nil); p.Is(Writable) && len(errs) == 1 && errs[0].Code == CodeFieldNotWritable {
			t.Errorf("%s is Writable, and its kind reads nothing that callers write (kinds.go)", p.Name)
		}
		if p.Is(Consent) && !hasStrictest(p) {
			t.Errorf("%s is of Consent, and its kind has no strictness (kinds.go)", p.Name)
		}
		if _, unit := p.Size(&Client{}); p.Is(Writable) && p.Max > 0 != (unit != "") && p.Name != "status" {
			t.Errorf("%s has the bound %d, of %q (properties.go)", p.Name, p.Max, unit)
		}
	}
}

// hasStrictest says whether some value of the property is stricter than another.
func hasStrictest(p *Property) bool {
	seen := map[int]bool{}
	for _, value := range []any{nil, true, false, StatusActive, StatusBlacklisted} {
		c := &Client{}
		p.Set(c, value)
		seen[p.Strictness(c)] = true
	}
	return len(seen) > 1
}
