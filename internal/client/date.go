package client

import (
	"encoding/json"
	"time"
)

// Date is a day of the Gregorian calendar, without a time zone. The zero value
// is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// String is YYYY-MM-DD.
func (d Date) String() string {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// MarshalJSON is the day as a string, YYYY-MM-DD.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// In is the first instant of the day in that zone.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// DateOf returns the day of t where t is.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads YYYY-MM-DD. Error: INVALID_DATE, also for a day that the
// calendar does not have.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return Date{}, invalidDate()
	}
	return DateOf(t), nil
}

// DateFromMillis reads milliseconds since 1970-01-01 at midnight UTC. Error:
// INVALID_DATE for any other time of day, which would be a guess.
func DateFromMillis(ms int64) (Date, error) {
	t := time.UnixMilli(ms).UTC()
	if t != t.Truncate(24*time.Hour) || t.Year() < 1 || t.Year() > 9999 {
		return Date{}, invalidDate()
	}
	return DateOf(t), nil
}

func invalidDate() *Error {
	return &Error{Code: CodeInvalidDate, Message: "a date is a day that exists, as YYYY-MM-DD, or epoch milliseconds at midnight UTC"}
}
