package main

import (
	"strconv"
	"strings"
)

// none stands where nothing was measured.
const none = "–"

// figure is a number with three digits that count.
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

// group is a whole number with its thousands parted by commas.
func group(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func millis(micros float64) string { return figure(micros / 1000) }

// share is a part of one whole.
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

// count is how many there are of a thing; none where it was not counted.
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
