package reading

import (
	"time"

	"clientgraph/internal/client"
)

// Birthdays are a range of days of the year, both ends included, as MM-DD. If From is
// after To, the range includes the end of the year. 02-29 is a day between 02-28 and
// 03-01.
type Birthdays struct{ From, To string }

// leapYear has all days that a birthday can be on.
const leapYear = 2000

// days lists the days of the range. Error: INVALID_DATE, at from or to.
func (b Birthdays) days(where client.Path) ([]string, client.Errors) {
	var errs client.Errors
	read := func(name, text string) time.Time {
		day, err := time.Parse("2006-01-02", "2000-"+text)
		if err != nil {
			errs = append(errs, where.With(name).At(&client.Error{Code: client.CodeInvalidDate, Message: "want a day of the year as MM-DD"}))
		}
		return day
	}
	from, to := read("from", b.From), read("to", b.To)
	if errs != nil {
		return nil, errs
	}
	var days []string
	for day := from; ; day = day.AddDate(0, 0, 1) {
		if day.Year() > leapYear {
			day = day.AddDate(-1, 0, 0)
		}
		days = append(days, day.Format("01-02"))
		if day.Equal(to) {
			return days, nil
		}
	}
}
