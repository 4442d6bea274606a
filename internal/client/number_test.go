package client

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumbersAreExactOrRefused(t *testing.T) {
	for text, want := range map[string]float64{
		"0": 0, "-0": 0, "0.0": 0, "0e5": 0, "-0.00e-9": 0, "0e999999999": 0,
		"1": 1, "1.0": 1, "1e0": 1, "10e-1": 1, "0.1e1": 1, "1.000000000000000000000": 1, "1E+0": 1,
		"100": 100, "1e2": 100, "1.00e2": 100, "-2.5": -2.5, "0.1": 0.1, "1e-1": 0.1,
		"123456789012345": 123456789012345, "-123456789012345": -123456789012345, "0.123456789012345": 0.123456789012345,
		"1234567890123450000": 1234567890123450000, "6011000990139420000": 6011000990139420000, "9007199254740990": 9007199254740990,
		"1e300": 1e300, "1.5e-300": 1.5e-300, "1e22": 1e22, "1e23": 1e23, "1.7976931348623e308": 1.7976931348623e308,
	} {
		value, err := (&FieldDefinition{Type: FieldNumber}).Decode(json.Number(text))
		if err != nil || value != want || math.Signbit(value.(float64)) != (want < 0) {
			t.Errorf("%s is %v (%v), want %v", text, value, err, want)
		}
	}
	for _, raw := range []any{
		json.Number("6011000990139424001"), json.Number("6011000990139424000"), json.Number("1234567890123456"), json.Number("9007199254740993"),
		json.Number("0.1234567890123456"), json.Number("1.0000000000000001"), json.Number("0.1000000000000000055511151231257827"),
		json.Number("1e309"), json.Number("-1e400"), json.Number("1e999999999"), json.Number("1e-400"), json.Number("1e99999999999999999999"),
		json.Number("1.23456789012345e-310"), json.Number("5e-325"), json.Number("1.79769313486231e309"),
		int64(6011000990139424001), int64(math.MinInt64), 1.0 / 3, math.Pi, math.NaN(), math.Inf(1), "1", "1.0", true, nil,
		json.Number("01x"), json.Number("0x10"), json.Number("1_000"), json.Number("Infinity"), json.Number(""), json.Number("-"), json.Number("+1"), json.Number(".5"),
	} {
		value, err := (&FieldDefinition{Type: FieldNumber}).Decode(raw)
		if err == nil || err.Code != CodeInvalidFieldValue {
			t.Errorf("%v is the number %v", raw, value)
		}
	}
	for raw, want := range map[any]float64{12: 12, int64(-7): -7, 2.5: 2.5, 1e21: 1e21} {
		if value, err := (&FieldDefinition{Type: FieldNumber}).Decode(raw); err != nil || value != want {
			t.Errorf("%v is %v (%v)", raw, value, err)
		}
	}
}

func TestEqualNumbersAreOneDecimal(t *testing.T) {
	for _, same := range [][]string{
		{"1", "1.0", "1e0", "10e-1", "0.1e+1", "1.00E0"},
		{"0", "-0", "0.000", "0e9", "0e99999999999"},
		{"1200", "1.2e3", "12e2", "0.012e5"},
		{"-0.05", "-5e-2", "-0.50e-1"},
		{"6011000990139424001", "6011000990139424001.0", "6.011000990139424001e18"},
	} {
		for _, text := range same {
			first, _ := DecimalOf(same[0])
			if got, ok := DecimalOf(text); !ok || got != first || got.String() != first.String() {
				t.Errorf("%s is %v, and %s %v", same[0], first, text, got)
			}
		}
	}
	a, _ := DecimalOf("6011000990139424001")
	for _, other := range []string{"6011000990139424000", "-6011000990139424001", "60110009901394240010", "0.6011000990139424001"} {
		if b, _ := DecimalOf(other); a == b {
			t.Errorf("%s is %s", other, a)
		}
	}
}

func TestLiteralsThatTheirTypeRoundsAreToldApart(t *testing.T) {
	for literal, want := range map[string]bool{
		"1": true, "6011000990139424001": true, "9223372036854775807": true, "9223372036854775808": false, "-9223372036854775809": false,
		"0.5": true, "1.50": true, "1e2": true, "0.1000000000000000055511151231257827": false, "6011000990139424001.0": false, "1e400": false,
	} {
		if got := IsExact(literal); got != want {
			t.Errorf("%s: %v", literal, got)
		}
	}
}
