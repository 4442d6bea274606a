package client

import (
	"strconv"
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
	text := func(letter string) []string { return []string{strings.Repeat(letter, maxMergedText/2)} }
	notes := func(letter string, count int) *string { return new(strings.Repeat(letter, count)) }
	entries := func(letter string, count int) []string {
		list := make([]string, count)
		for i := range list {
			list[i] = letter + strconv.Itoa(i)
		}
		return list
	}
	for name, bound := range map[string]struct {
		a, b    Client
		viewers int
		want    Code
	}{
		"as many as can be": {
			Client{Appointments: many(1, half), AlertNotes: []string{"a"}, Tags: entries("a", maxTags), Notes: notes("a", maxNotes-2), SSOTags: entries("a", maxList/2)},
			Client{Appointments: many(half+1, half), AlertNotes: text("b"), Tags: entries("b", maxTags), Notes: new("é"), SSOTags: entries("b", maxList/2)},
			MaxMergeViewers, "",
		},
		"appointments": {Client{Appointments: many(1, half)}, Client{Appointments: many(half+1, half+1)}, 0, CodeMergeTooLarge},
		"text":         {Client{AlertNotes: text("a")}, Client{AlertNotes: text("b"), Notes: new("b")}, 0, CodeMergeTooLarge},
		"notes":        {Client{Notes: notes("a", maxNotes-1)}, Client{Notes: new("b")}, 0, CodeMergeTooLarge},
		"list":         {Client{SSOTags: entries("a", maxList)}, Client{SSOTags: entries("a", maxList+1)}, 0, CodeMergeTooLarge},
		// Nothing is added to what is too much already.
		"too much before": {Client{Notes: notes("a", maxNotes+1), SSOTags: entries("a", maxList+1)}, Client{SSOTags: entries("a", 2)}, 0, ""},
		"viewers":         {Client{}, Client{}, MaxMergeViewers + 1, CodeMergeTooLarge},
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
