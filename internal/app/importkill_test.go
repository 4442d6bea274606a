//go:build unix

package app_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/devdb"
	"clientgraph/internal/testsize"
)

// badEvery is of how many rows of the file one has an error.
const badEvery = 10

// clientFile writes a file of clients, some of whom see the one before them. No two rows
// are about one client: edges of such rows are written one row at a time.
func clientFile(t *testing.T, rows int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clients.csv")
	var text bytes.Buffer
	text.WriteString("clientId,First Name,Last Name,E-mail,Mobile,Birthday,Tags,Notes,clientIdsClientCanView\n")
	for i := range rows {
		email, sees := fmt.Sprintf("c%d@example.com", i), ""
		if i%badEvery == badEvery-1 {
			email = "none"
		} else if i%badEvery%2 == 1 {
			sees = fmt.Sprint(i - 1)
		}
		fmt.Fprintf(&text, "%d,Ann,Client %d,%s,+1 555 010 %04d,1980-01-%02d,VIP;group %d,\"Likes mornings, and the window seat\",%s\n", i, i, email, i%10_000, i%28+1, i%7, sees)
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// exported is what export writes of a data folder, as alike tells it.
func exported(t *testing.T, dir string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "export.csv")
	cmd := command(t, "export", "--kind", "clients", "--data-dir", dir, "--output", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("export: %v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return alike(t, text)
}

// alike is a file of clients without what no two imports have in common: ids, which are
// told by the place of their client, and when each was written.
func alike(t *testing.T, text []byte) []string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	place, names := map[string]string{}, slices.Clone(rows[0])
	for i, cells := range rows {
		place[cells[0]] = fmt.Sprintf("#%d", i)
	}
	var told []string
	for _, cells := range rows {
		for i, name := range names {
			switch name {
			case "createdDate", "modifiedDate":
				cells[i] = ""
			case "clientId", "clientIdsClientCanView", "viewerClientIds":
				ids := strings.Split(cells[i], ";")
				for j, id := range ids {
					ids[j] = place[id]
				}
				cells[i] = strings.Join(ids, ";")
			}
		}
		told = append(told, strings.Join(cells, "\x00"))
	}
	return told
}

// killCacheMiB is the cache of an engine whose imports are killed: with less, 20,000
// clients take ten times as long.
func killCacheMiB() int { return testsize.Of(256, 1_024, 2_048) }

// TestImportThatIsKilledEqualsOneThatIsNot: killed anywhere, and as often as it is, it
// brings each row in once, and each viewer edge.
func TestImportThatIsKilledEqualsOneThatIsNot(t *testing.T) {
	t.Parallel()
	rows, kills := testsize.Of(300, 1_000, 20_000), testsize.Of(3, 4, 10)
	file := clientFile(t, rows)
	clean, dir := dataDir(t), dataDir(t)
	problems := filepath.Join(t.TempDir(), "problems.csv")
	importing := func(dir string) []string {
		return []string{"import", file, "--kind", "clients", "--match", "none", "--data-dir", dir, "--errors", problems, "--cache-mib", strconv.Itoa(killCacheMiB())}
	}
	for range kills {
		killImport(t, dir, problems, importing(dir), rows/badEvery/kills)
	}
	says := fmt.Sprintf("created %d, changed 0, left 0, refused %d", rows-rows/badEvery, rows/badEvery)
	for _, dir := range []string{dir, clean} {
		// Rows that are refused make the exit code 1.
		out, _ := command(t, importing(dir)...).CombinedOutput()
		if !strings.Contains(string(out), says) {
			t.Fatalf("want %q in %s", says, out)
		}
	}
	want := exported(t, clean)
	if diff := gocmp.Diff(want, exported(t, dir)); diff != "" || len(want) != 1+rows-rows/badEvery {
		t.Errorf("%d clients (-clean +killed):\n%s", len(want)-1, diff)
	}
}

// killImport kills an import when it found about that many errors more, and waits
// until its engine is gone.
func killImport(t *testing.T, dir, problems string, args []string, after int) {
	t.Helper()
	found := func() int {
		text, _ := os.ReadFile(problems) // There is none before the first error.
		return bytes.Count(text, []byte("\n"))
	}
	enough := found() + 1 + rand.IntN(max(after, 1))
	cmd := command(t, args...)
	var stderr lines
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the import found errors", func() bool { return found() >= enough })
	text, err := os.ReadFile(filepath.Join(dir, "engine.lock"))
	var engine lock
	if err == nil {
		err = json.Unmarshal(text, &engine)
	}
	if err != nil {
		t.Fatalf("read the lock file: %v: %s", err, stderr.String())
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // It was killed.
	until(t, "the engine is gone", func() bool { return !devdb.Alive(engine.EnginePID) })
}
