package reading

import (
	"slices"
	"testing"

	"clientgraph/internal/client"
)

func TestBirthdaysGoOverTheEndOfTheYearAndKnowLeapDays(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     []string
	}{
		{"12-30", "01-02", []string{"12-30", "12-31", "01-01", "01-02"}},
		{"02-28", "03-01", []string{"02-28", "02-29", "03-01"}},
		{"02-29", "02-29", []string{"02-29"}},
		{"07-04", "07-05", []string{"07-04", "07-05"}},
	} {
		if got, errs := (Birthdays{test.from, test.to}).days(nil); errs != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s to %s: %v, %v", test.from, test.to, got, errs)
		}
	}
	if all, _ := (Birthdays{"03-02", "03-01"}).days(nil); len(all) != 366 || all[0] != "03-02" || all[365] != "03-01" {
		t.Errorf("a whole year has %d days", len(all))
	}
	for _, wrong := range []string{"", "2-3", "02-30", "13-01", "00-10", "1990-05-01", "05/01", "05-01 "} {
		if _, errs := (Birthdays{wrong, wrong}).days(client.Path{"birthday"}); len(errs) != 2 || errs[0].Code != client.CodeInvalidDate {
			t.Errorf("%q: %v", wrong, errs)
		}
	}
}
