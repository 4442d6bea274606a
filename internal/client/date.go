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
	return d.UTC().Format(time.DateOnly)
}

// MarshalJSON is the day as a string, YYYY-MM-DD.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON is the opposite of MarshalJSON. Error: INVALID_DATE.
func (d *Date) UnmarshalJSON(text []byte) error {
	var day string
	if err := json.Unmarshal(text, &day); err != nil {
		return err
	}
	date, err := ParseDate(day)
	if err != nil {
		return err
	}
	*d = date
	return nil
}

// UTC is the day's midnight in UTC.
func (d Date) UTC() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Next is the day after.
func (d Date) Next() Date { return DateOf(d.UTC().AddDate(0, 0, 1)) }

// In returns the first instant of the day in that zone. If a clock change skips midnight,
// it is the change; if one repeats midnight, the first one.
func (d Date) In(zone *time.Location) time.Time {
	midnight := d.UTC()
	// Midnight can only have one of the offsets well before and well after it.
	const wide = 30 * time.Hour
	var first time.Time
	for _, near := range []time.Time{midnight.Add(-wide), midnight.Add(wide)} {
		_, offset := near.In(zone).Zone()
		candidate := midnight.Add(-time.Duration(offset) * time.Second).In(zone)
		if candidate.Hour() == 0 && DateOf(candidate) == d && (first.IsZero() || candidate.Before(first)) {
			first = candidate
		}
	}
	if !first.IsZero() {
		return first
	}
	// No clock shows this midnight: the day begins when the clocks change.
	_, change := midnight.Add(-wide).In(zone).ZoneBounds()
	return change
}

// DateOf returns the day of t in t's zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate parses YYYY-MM-DD. Error: INVALID_DATE, also for a day that does not exist.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return Date{}, invalidDate()
	}
	return DateOf(t), nil
}

// DateFromMillis converts milliseconds since 1970-01-01 at midnight UTC. Error:
// INVALID_DATE for any other time of day.
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
