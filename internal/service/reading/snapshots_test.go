package reading

import (
	"strconv"
	"testing"
	"time"

	"clientgraph/internal/client"
)

// reader counts its reads, and returns that many entries.
type reader struct{ times int }

func (r *reader) read() ([]int, error) {
	r.times++
	return make([]int, r.times), nil
}

func allOf(businessID int64) client.Scope {
	return client.Scope{BusinessID: businessID, Rows: client.Rows{All: true}}
}

func TestLaterPagesGoOnWithWhatTheFirstPageRead(t *testing.T) {
	var s Snapshots[int]
	var r reader
	now := time.Unix(1_800_000_000, 0)
	for _, page := range []struct {
		of    client.Scope
		first bool
		after time.Duration
		want  int
	}{
		{allOf(1), false, 0, 1},           // {allOf(1), false, 0, 1},           // Nothing is stored yet.
		{allOf(1), false, time.Second, 1}, // {allOf(1), false, time.Second, 1}, // It is stored now.
		{allOf(2), false, time.Second, 2}, // Another business.
		{client.Scope{BusinessID: 1, Rows: client.Rows{VisibilityKeys: []string{"staff:1"}}}, false, time.Second, 3}, // Other rows.
		{client.Scope{BusinessID: 1, Rows: client.Rows{VisibilityKeys: []string{"staff:1", "staff:2"}}}, false, time.Second, 4},
		{allOf(1), true, 2 * time.Second, 5}, // {allOf(1), true, 2 * time.Second, 5}, // The first page is read again.
		{allOf(1), false, 3 * time.Second, 5},
		{allOf(1), false, 2*time.Second + SnapshotTime, 6}, // {allOf(1), false, 2*time.Second + SnapshotTime, 6}, // It has expired.
	} {
		got, err := s.Read(page.of, page.first, now.Add(page.after), r.read)
		if err != nil || len(got.Entries) != page.want {
			t.Errorf("%+v: reading %d, %v", page, len(got.Entries), err)
		}
		if age := now.Add(page.after).Sub(got.At); age < 0 || age >= SnapshotTime {
			t.Errorf("%+v: of %v ago", page, age)
		}
	}
}

func TestSnapshotsAreBounded(t *testing.T) {
	var s Snapshots[int]
	now := time.Unix(1_800_000_000, 0)
	keep := func(businessID int64, entries int) {
		now = now.Add(time.Millisecond)
		if _, err := s.Read(allOf(businessID), true, now, func() ([]int, error) { return make([]int, entries), nil }); err != nil {
			t.Fatal(err)
		}
	}
	for business := range int64(2 * maxSnapshots) {
		keep(business, 1)
	}
	if len(s.kept) != maxSnapshots || s.entries != maxSnapshots {
		t.Errorf("%d snapshots with %d entries", len(s.kept), s.entries)
	}
	keep(1_000, maxSnapshotEntries)
	if len(s.kept) != 1 || s.entries != maxSnapshotEntries {
		t.Errorf("beside a large one %d snapshots with %d entries", len(s.kept), s.entries)
	}
	keep(1_001, maxSnapshotEntries+1)
	if len(s.kept) != 0 || s.entries != 0 {
		t.Errorf("%s snapshots of what is too large", strconv.Itoa(len(s.kept)))
	}
}
