package client

import (
	"regexp"
	"strings"
	"time"
)

// instantShape is the grammar of RFC 3339, 5.6, in which T and Z may be in lower case.
// time.Parse accepts more: a comma, an hour with one digit, +24:00.
var instantShape = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)

// ParseInstant reads an instant as RFC 3339, of a day that exists, in UTC from
// the year 1 to 9999. A leap second, which is the last of a month in UTC, is the
// first instant after it. Error: INVALID_TYPE.
func ParseInstant(text string) (time.Time, error) {
	const seconds = len("2006-01-02T15:04:")
	if !instantShape.MatchString(text) {
		return time.Time{}, InvalidInstant()
	}
	text = strings.ToUpper(text)
	leap := text[seconds:seconds+2] == "60"
	if leap {
		text = text[:seconds] + "59" + text[seconds+2:]
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, InvalidInstant()
	}
	if t = t.UTC(); leap {
		t = t.Truncate(time.Second).Add(time.Second)
		if t.Day() != 1 || t.Hour() != 0 || t.Minute() != 0 {
			return time.Time{}, InvalidInstant()
		}
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, InvalidInstant()
	}
	return t, nil
}

// InvalidInstant is the error for a text that is not an instant.
func InvalidInstant() *Error {
	return WrongType("an instant as RFC 3339, such as 2030-01-31T12:00:00Z, from the year 0001 to 9999")
}
