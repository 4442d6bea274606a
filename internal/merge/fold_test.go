package merge

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clientgraph/internal/client"
)

func TestMergeOfWhatNothingCouldHoldIsTooLarge(t *testing.T) {
	many := func(first, count int) []client.Appointment {
		list := make([]client.Appointment, count)
		for i := range list {
			list[i].AppointmentID = int64(first + i)
		}
		return list
	}
	const half = client.MaxAppointments / 2
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
		a, b    client.Client
		viewers int
		want    client.Code
	}{
		"as many as can be": {
			client.Client{Appointments: many(1, half), AlertNotes: []string{"a"}, Tags: entries("a", client.MaxTags), Notes: notes("a", client.MaxNotes-2), SSOTags: entries("a", client.MaxList/2)},
			client.Client{Appointments: many(half+1, half), AlertNotes: text("b"), Tags: entries("b", client.MaxTags), Notes: new("é"), SSOTags: entries("b", client.MaxList/2)},
			MaxMergeViewers, "",
		},
		"appointments": {client.Client{Appointments: many(1, half)}, client.Client{Appointments: many(half+1, half+1)}, 0, client.CodeMergeTooLarge},
		"text":         {client.Client{AlertNotes: text("a")}, client.Client{AlertNotes: text("b"), Notes: new("b")}, 0, client.CodeMergeTooLarge},
		"notes":        {client.Client{Notes: notes("a", client.MaxNotes-1)}, client.Client{Notes: new("b")}, 0, client.CodeMergeTooLarge},
		"list":         {client.Client{SSOTags: entries("a", client.MaxList)}, client.Client{SSOTags: entries("a", client.MaxList+1)}, 0, client.CodeMergeTooLarge},
		// Nothing is added to a list that is too long already.
		"too much before": {client.Client{Notes: notes("a", client.MaxNotes+1), SSOTags: entries("a", client.MaxList+1)}, client.Client{SSOTags: entries("a", 2)}, 0, ""},
		"viewers":         {client.Client{}, client.Client{}, MaxMergeViewers + 1, client.CodeMergeTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			bound.a.ClientID, bound.b.ClientID = 1, 2
			f := &Fold{Survivor: &bound.a, Folded: []*client.Client{&bound.b}, Viewers: make([]Viewer, bound.viewers)}
			for i := range f.Viewers {
				f.Viewers[i] = Viewer{ClientID: int64(10 + i), Saw: []int64{2}}
			}
			f.Run()
			var codes []client.Code
			for _, err := range f.Errors {
				codes = append(codes, err.Code)
			}
			var want []client.Code
			if bound.want != "" {
				want = []client.Code{bound.want}
			}
			if diff := cmp.Diff(want, codes); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}
