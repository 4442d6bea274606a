package app_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/search"
)

// serveBeside starts a server on another one's database, as on one that is no part
// of either: it makes nothing by itself.
func serveBeside(t *testing.T, other *serving, args ...string) *serving {
	t.Helper()
	dir := dataDir(t)
	// For the test to find the database.
	lock, err := os.ReadFile(filepath.Join(other.dir, "engine.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "engine.lock"), lock, 0o600); err != nil {
		t.Fatal(err)
	}
	return serve(t, dir, append([]string{"--mongodb-uri", other.databaseURI()}, args...)...)
}

func insertCounters(t *testing.T, s *serving, n int) {
	t.Helper()
	documents := make([]any, n)
	for i := range documents {
		documents[i] = bson.D{{Key: "_id", Value: fmt.Sprint("changes:", 1_000_000+i)}, {Key: "value", Value: int64(i)}, {Key: "keyVersion", Value: search.RulesVersion}}
	}
	if _, err := s.database(t).Collection("counters").InsertMany(t.Context(), documents); err != nil {
		t.Fatal(err)
	}
}

// unnamed counts the counters that do not say whose they are.
func unnamed(t *testing.T, s *serving) int64 {
	t.Helper()
	n, err := s.database(t).Collection("counters").CountDocuments(t.Context(), bson.D{{Key: "businessId", Value: nil}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func isReady(t *testing.T, s *serving) bool {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// On a database that is not its own a server makes and changes nothing that may
// take long or that others may rely on: it tells what is to be done, and the
// commands do it.
func TestServeTellsWhatTheDatabaseLacksAndCommandsMendIt(t *testing.T) {
	t.Parallel()
	owner := serve(t, dataDir(t), "--sample")
	if err := owner.database(t).Collection("clients").Indexes().DropOne(t.Context(), "byName"); err != nil {
		t.Fatal(err)
	}
	insertCounters(t, owner, 3)
	lacking := serveBeside(t, owner)
	for _, text := range []string{"clients.byName", "clientgraph indexes", `"step":"counters"`, `"left":3`, "clientgraph migrate"} {
		lacking.untilLogged(t, text)
	}
	if isReady(t, lacking) || unnamed(t, owner) != 3 {
		t.Error("the server is ready, or changed what it should only tell of")
	}
	wantCount(t, lacking, lacking.owner(t), int(stored(t, owner, bson.D{{Key: "lifecycle", Value: "live"}})))

	uri := []string{"--mongodb-uri", owner.databaseURI()}
	r := run(t, append([]string{"indexes"}, uri...)...)
	if r.code != 0 || !strings.Contains(r.stderr, "making of clients: byName\nmade in ") {
		t.Errorf("exit code %d, and it says %q", r.code, r.stderr)
	}
	text := mustRun(t, append([]string{"migrate"}, uri...)...)
	for _, line := range []string{"counters: 3 counters without their business\n", "counters: done in ", "clients: nothing to do\n", "all data have the form of this version\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("it does not say %q: %s", line, text)
		}
	}
	if again := mustRun(t, append([]string{"migrate"}, uri...)...); !strings.Contains(again, "counters: nothing to do\n") {
		t.Errorf("the second time it says %s", again)
	}
	if !isReady(t, lacking) || unnamed(t, owner) != 0 {
		t.Error("the commands did not mend it")
	}
	mended := serveBeside(t, owner)
	mended.do(t, mended.owner(t), "{ clientCount }")
	if log := mended.stderr.String(); strings.Contains(log, "WARN") && strings.Contains(log, "clientgraph") {
		t.Errorf("it still tells of something: %s", log)
	}
}

// An empty database is made ready by the first who uses it, whoever runs it.
func TestServeMakesAnEmptyDatabaseReady(t *testing.T) {
	t.Parallel()
	owner := serve(t, dataDir(t))
	s := serveBeside(t, owner, "--database", "another", "--mongodb-api-strict", "--sample")
	if !isReady(t, s) {
		t.Error("it is not ready")
	}
	wantCount(t, s, s.owner(t), liveSample(t, s))
}

// liveSample counts the live clients of the database "another".
func liveSample(t *testing.T, s *serving) int {
	t.Helper()
	n, err := s.database(t).Client().Database("another").Collection("clients").CountDocuments(t.Context(), bson.D{{Key: "lifecycle", Value: "live"}})
	if err != nil || n == 0 {
		t.Fatalf("%d clients: %v", n, err)
	}
	return int(n)
}

func TestMigrateGoesOnAfterItWasKilled(t *testing.T) {
	t.Parallel()
	owner := serve(t, dataDir(t))
	const all = 5_000
	insertCounters(t, owner, all)
	cmd := command(t, "migrate", "--mongodb-uri", owner.databaseURI())
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	cmd.Stdout = writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	progress := false
	for lines := bufio.NewScanner(reader); !progress && lines.Scan(); {
		progress = strings.HasSuffix(lines.Text(), fmt.Sprintf(" of %d counters", all))
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	left := unnamed(t, owner)
	if !progress || left == 0 || left == all {
		t.Fatalf("killed with %d of %d left, progress told: %t", left, all, progress)
	}
	text := mustRun(t, "migrate", "--mongodb-uri", owner.databaseURI())
	if !strings.Contains(text, fmt.Sprintf("counters: %d counters", left)) || unnamed(t, owner) != 0 {
		t.Errorf("%d are left after it went on: %s", unnamed(t, owner), text)
	}
	var last struct {
		Business int64 `bson:"businessId"`
		Value    int64 `bson:"value"`
	}
	err = owner.database(t).Collection("counters").FindOne(t.Context(), bson.D{{Key: "_id", Value: fmt.Sprint("changes:", 1_000_000+all-1)}}).Decode(&last)
	if err != nil || last.Business != 1_000_000+all-1 || last.Value != all-1 {
		t.Errorf("a counter is %+v: %v", last, err)
	}
}

func TestShardingNeedsACluster(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	if text := mustRun(t, "indexes", "--shard", "--mongodb-uri", s.databaseURI()); !strings.Contains(text, "nothing is sharded: the database is not a sharded cluster") {
		t.Errorf("it says %s", text)
	}
	r := run(t, "indexes", "--zone", "large=7", "--mongodb-uri", s.databaseURI())
	wantOneLine(t, r, "not a sharded cluster", "mongos")
	for _, zone := range []string{"large", "=7", "large=x", "large=9-7", "large=0"} {
		if r := run(t, "indexes", "--zone", zone); r.code != 2 || !strings.Contains(r.stderr, "large=43111") {
			t.Errorf("--zone %s: exit code %d, %s", zone, r.code, r.stderr)
		}
	}
}

func TestDataOfALaterVersionAreRefused(t *testing.T) {
	t.Parallel()
	owner := serve(t, dataDir(t))
	_, err := owner.database(t).Collection("counters").InsertOne(t.Context(), bson.D{{Key: "_id", Value: "clientSchema"}, {Key: "businessId", Value: int64(0)}, {Key: "value", Value: int64(1_000)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}, {"seed", "--clients", "1"}} {
		r := run(t, append(args, "--mongodb-uri", owner.databaseURI())...)
		wantOneLine(t, r, "later version", "run that version")
		if r.code != 1 {
			t.Errorf("%v: exit code %d, want 1", args, r.code)
		}
	}
}
