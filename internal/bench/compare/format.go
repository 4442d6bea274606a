package main

import (
	"strconv"
	"strings"
)

// none is shown for what was not measured.
const none = "–"

// figure formats a number with three significant digits.
func figure(value float64) string {
	switch {
	case value == 0:
		return none
	case value < 1:
		return strconv.FormatFloat(value, 'f', 3, 64)
	case value < 10:
		return strconv.FormatFloat(value, 'f', 2, 64)
	case value < 100:
		return strconv.FormatFloat(value, 'f', 1, 64)
	}
	return group(int(value + .5))
}

// group formats a whole number with commas between thousands.
func group(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func millis(micros float64) string { return figure(micros / 1000) }

// share formats a part of one whole with two decimals; none for 0.
func share(value float64) string {
	if value == 0 {
		return none
	}
	return strings.TrimPrefix(strconv.FormatFloat(value, 'f', 2, 64), "0")
}

func times(value float64) string {
	if value == 0 {
		return none
	}
	return figure(value) + " ×"
}

// count formats a count; none if it was not counted.
func count(counts map[cell]float64, at cell) string {
	value, counted := counts[at]
	switch {
	case !counted:
		return none
	case value < .05:
		return "0"
	case value < 10:
		return strings.TrimSuffix(strconv.FormatFloat(value, 'f', 1, 64), ".0")
	}
	return figure(value)
}
