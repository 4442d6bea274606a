package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportBesideAServer takes a file in, tells what is wrong with its lines,
// at most a hundred times, and fails when something is.
func TestImportBesideAServer(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	file := filepath.Join(t.TempDir(), "visits.csv")
	write := func(of ...int) {
		t.Helper()
		text := "appointmentId,clientId,start,status,modifiedDate\n"
		for i, id := range of {
			text += fmt.Sprintf("%d,%d,2031-05-01T09:00:00Z,OPEN,2030-01-01T00:00:00Z\n", i+1, id)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	importing := func(more ...string) result {
		t.Helper()
		return run(t, append([]string{"import", file, "--kind", "appointments", "--data-dir", s.dir}, more...)...)
	}
	open := func(want float64) {
		t.Helper()
		got := s.do(t, s.owner(t), `{ client(clientId: 5966842) { activeAppointmentCount } }`)["client"].(map[string]any)
		if got["activeAppointmentCount"] != want {
			t.Errorf("%v, want %v open", got, want)
		}
	}
	write(5966842, 5966842)
	for _, c := range []struct {
		flags []string
		says  string
		open  float64
	}{
		{[]string{"--dry-run"}, "read 2 appointments, would take in 2, known already 0, with errors 0\n", 0},
		{nil, "read 2 appointments, took in 2, known already 0, with errors 0\n", 2},
		{nil, "read 2 appointments, took in 0, known already 2, with errors 0\n", 2},
	} {
		if r := importing(c.flags...); r.code != 0 || r.stdout != c.says || r.stderr != "" {
			t.Errorf("%v: exit code %d, %q, %s", c.flags, r.code, r.stdout, r.stderr)
		}
		open(c.open)
	}
	// Two that are known, one that is news, and 150 of nobody.
	write(append([]int{5966842, 5966842, 5966842}, make([]int, 150)...)...)
	r := importing()
	told := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	if r.code != 1 || len(told) != 102 || r.stdout != "read 153 appointments, took in 1, known already 2, with errors 150\n" {
		t.Errorf("exit code %d, %q, %s", r.code, r.stdout, r.stderr)
	}
	if told[0] != file+":5: clientId: NOT_FOUND: no client with this id" || told[100] != "and 50 more problems" || told[101] != "clientgraph: 150 of 153 lines have errors and were left out" {
		t.Errorf("told %q, %q, %q", told[0], told[100], told[101])
	}
	open(3)
	if r := run(t, "import", file, "--kind", "appointments", "--business", "7", "--data-dir", s.dir); r.code != 1 || !strings.Contains(r.stdout, "took in 0, known already 0, with errors 153") {
		t.Errorf("another business: exit code %d, %q", r.code, r.stdout)
	}
	wantOneLine(t, run(t, "import", file, "--kind", "staff", "--data-dir", s.dir), "--kind")
	wantOneLine(t, run(t, "import", filepath.Join(t.TempDir(), "none.csv"), "--kind", "forms", "--data-dir", s.dir), "none.csv")
	wantOneLine(t, run(t, "import", "README.md", "--kind", "forms", "--data-dir", s.dir), ".csv", ".jsonl")
}
