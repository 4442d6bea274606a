package client_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/clienttest"
	"clientgraph/internal/testsize"
)

const dayMillis = 24 * 60 * 60 * 1000

func TestPropertyDateReadsBack(t *testing.T) {
	testsize.Check(t, testsize.Of(200, 1000, 20_000), func(rt *rapid.T) {
		day := clienttest.AnyDay(rt)
		if got, err := client.ParseDate(day.String()); err != nil || got != day {
			rt.Fatalf("%s reads as %v, %v", day, got, err)
		}
		ms := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC).UnixMilli()
		if got, err := client.DateFromMillis(ms); err != nil || got != day {
			rt.Fatalf("%d, which is %s, reads as %v, %v", ms, day, got, err)
		}
		off := ms + rapid.Int64Range(1, dayMillis-1).Draw(rt, "time of day")
		if got, err := client.DateFromMillis(off); !client.HasCode(err, client.CodeInvalidDate) {
			rt.Fatalf("%d is no midnight and reads as %v, %v", off, got, err)
		}
	})
}

func TestDatesOfTheCalendarOnly(t *testing.T) {
	if got, err := client.DateFromMillis(728611200000); err != nil || got.String() != "1993-02-02" {
		t.Errorf("728611200000 is %v, %v", got, err)
	}
	for _, text := range []string{
		"", "1993-2-2", "1993-02-30", "2023-02-29", "1993-13-01", "0000-01-01", "10000-01-01", "-001-01-01", "19930202",
		"1993-02-02T00:00:00Z", " 1993-02-02", "1993-02-02 ", "1993/02/02",
	} {
		if got, err := client.ParseDate(text); !client.HasCode(err, client.CodeInvalidDate) {
			t.Errorf("%q reads as %v, %v", text, got, err)
		}
	}
	for _, ms := range []int64{1, -1, dayMillis / 2, -62135596800000 - dayMillis, 253402300800000, 1 << 62, -1 << 63} {
		if got, err := client.DateFromMillis(ms); !client.HasCode(err, client.CodeInvalidDate) {
			t.Errorf("%d reads as %v, %v", ms, got, err)
		}
	}
	if got, err := client.ParseDate("2024-02-29"); err != nil || got.String() != "2024-02-29" {
		t.Errorf("a leap day reads as %v, %v", got, err)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"1993-02-02", "2024-02-29", "0001-01-01", "9999-12-31", "0000-00-00", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		day, err := client.ParseDate(text)
		if err == nil && day.String() != text {
			t.Errorf("%q reads as %s", text, day)
		}
	})
}
