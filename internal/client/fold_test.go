package client

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMergeOfWhatNothingCouldHoldIsTooLarge(t *testing.T) {
	many := func(first, count int) []Appointment {
		list := make([]Appointment, count)
		for i := range list {
			list[i].AppointmentID = int64(first + i)
		}
		return list
	}
	const half = MaxAppointments / 2
	text := func(letter string) *string { return new(strings.Repeat(letter, maxMergedText/2)) }
	for name, bound := range map[string]struct {
		a, b    Client
		viewers int
		want    Code
	}{
		"as many as can be": {Client{Appointments: many(1, half), Notes: new("a")}, Client{Appointments: many(half+1, half), Notes: text("b")}, MaxMergeViewers, ""},
		"appointments":      {Client{Appointments: many(1, half)}, Client{Appointments: many(half+1, half+1)}, 0, CodeMergeTooLarge},
		"text":              {Client{Notes: text("a")}, Client{Notes: text("b")}, 0, CodeMergeTooLarge},
		"viewers":           {Client{}, Client{}, MaxMergeViewers + 1, CodeMergeTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			bound.a.ClientID, bound.b.ClientID = 1, 2
			f := &folding{survivor: &bound.a, folded: []*Client{&bound.b}, viewers: make([]Viewer, bound.viewers)}
			for i := range f.viewers {
				f.viewers[i] = Viewer{ClientID: int64(10 + i), Saw: []int64{2}}
			}
			f.fold()
			var codes []Code
			for _, err := range f.errs {
				codes = append(codes, err.Code)
			}
			var want []Code
			if bound.want != "" {
				want = []Code{bound.want}
			}
			if diff := cmp.Diff(want, codes); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}
