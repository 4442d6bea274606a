package client

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// maxDigits is the number of significant decimal digits that a float64 always keeps.
const maxDigits = 15

// exactNumber parses a number that a NUMBER can represent exactly: a decimal with at most
// maxDigits significant digits, in the range of a float64. Equal numbers give one value,
// however they are written; there is no negative zero.
func exactNumber(raw any) (float64, bool) {
	var text string
	switch v := raw.(type) {
	case json.Number:
		text = v.String()
	case float64:
		text = strconv.FormatFloat(v, 'g', -1, 64)
	case int64:
		text = strconv.FormatInt(v, 10)
	case int:
		text = strconv.Itoa(v)
	default:
		return 0, false
	}
	asked, ok := DecimalOf(text)
	if !ok || len(asked.digits) > maxDigits {
		return 0, false
	}
	if asked.digits == "" {
		return 0, true
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) {
		return 0, false
	}
	kept, _ := DecimalOf(strconv.FormatFloat(value, 'e', -1, 64))
	return value, kept == asked
}

// IsExact says whether a number literal in a document keeps its exact value: as 64 bits
// for an integer, otherwise as a NUMBER.
func IsExact(literal string) bool {
	if _, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return true
	}
	if !strings.ContainsAny(literal, ".eE") {
		return false
	}
	_, ok := exactNumber(json.Number(literal))
	return ok
}

// Decimal is a number as its significant digits, without zeros at the ends, and the power
// of ten of the first one. Equal numbers are equal decimals; zero is the zero value.
type Decimal struct {
	negative bool
	digits   string
	power    int64
}

// DecimalOf parses a JSON number, or the text that strconv writes.
func DecimalOf(text string) (Decimal, bool) {
	var d Decimal
	text, d.negative = strings.CutPrefix(text, "-")
	mantissa, exponent, scientific := cutExponent(text)
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return Decimal{}, false
	}
	digits := strings.TrimLeft(whole+fraction, "0")
	d.power = int64(len(whole) - (len(whole) + len(fraction) - len(digits)))
	if d.digits = strings.TrimRight(digits, "0"); d.digits == "" {
		return Decimal{}, true
	}
	if scientific {
		more, err := strconv.ParseInt(exponent, 10, 32)
		if err != nil {
			return Decimal{}, false
		}
		d.power += more
	}
	return d, true
}

func cutExponent(text string) (mantissa, exponent string, found bool) {
	i := strings.IndexAny(text, "eE")
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// String returns one text for each number.
func (d Decimal) String() string {
	sign := ""
	if d.negative {
		sign = "-"
	}
	return sign + d.digits + "e" + strconv.FormatInt(d.power, 10)
}
