package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/sample"
)

// liveOf is how many of the clients that seed makes are not deleted ones.
func liveOf(n int) int {
	live := 0
	for _, c := range sample.Generate(1, 7, n, time.Now()) {
		if c.Active() {
			live++
		}
	}
	return live
}

func wantCount(t *testing.T, s *serving, token string, want int) {
	t.Helper()
	if got := s.do(t, token, "{ clientCount }")["clientCount"]; got != float64(want) {
		t.Errorf("%v clients, want %d", got, want)
	}
}

func stored(t *testing.T, s *serving, filter bson.D) int64 {
	t.Helper()
	n, err := s.database(t).Collection("clients").CountDocuments(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func stop(t *testing.T, s *serving) {
	t.Helper()
	s.signal(t, syscall.SIGTERM)
	if code := s.wait(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, s.stderr)
	}
}

func TestSampleIsLoadedIntoAnEmptyDatabaseOnly(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := serve(t, dir, "--sample")
	if n := stored(t, first, bson.D{}); n != 508 {
		t.Errorf("%d clients, want the reference's 8 and 500 generated ones", n)
	}
	stop(t, first)
	again := serve(t, dir, "--sample")
	if n := stored(t, again, bson.D{}); n != 508 {
		t.Errorf("%d clients after another start, want 508", n)
	}

	other := dataDir(t)
	mustRun(t, "seed", "--clients", "1", "--business", "7", "--data-dir", other)
	if n := stored(t, serve(t, other, "--sample"), bson.D{}); n != 1 {
		t.Errorf("%d clients, want the one that was there", n)
	}
}

func TestServerWithoutSampleIsEmpty(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	wantCount(t, s, s.owner(t), 0)
}

func TestTokensOfEachRoleAreGoodForTheServerOfTheDataFolder(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	for _, c := range []struct{ role, flags, permissions string }{
		{"OWNER", "", "WRITE DELETE MERGE EXPORT PII ADMIN IMPORT"},
		{"OWNER", "--permission write --permission pii", "WRITE PII"},
		{"ADMIN", "--business 7 --user carol", "WRITE DELETE MERGE EXPORT PII ADMIN IMPORT"},
		{"LOCATION_SUPER_USER", "--location-id 3 --location-id 4", ""},
		{"STAFF", "--staff-id 501", ""},
		{"CLIENT", "--client-account-id 1151035", ""},
	} {
		token := s.token(t, append([]string{"--role", c.role}, strings.Fields(c.flags)...)...)
		me := s.do(t, token, "{ me { role user permissions } }")["me"].(map[string]any)
		user := "developer"
		if strings.Contains(c.flags, "carol") {
			user = "carol"
		}
		if me["role"] != c.role || me["user"] != user {
			t.Errorf("%s %s: the server takes the bearer for %v", c.role, c.flags, me)
		}
		if got := strings.Trim(fmt.Sprint(me["permissions"]), "[]"); c.permissions != "" && got != c.permissions {
			t.Errorf("%s %s: may %s, want %s", c.role, c.flags, got, c.permissions)
		}
	}

	stranger := serve(t, dataDir(t))
	a, err := stranger.post(t.Context(), s.owner(t), "", "{ clientCount }", nil)
	if err != nil || a.status != 401 {
		t.Errorf("a token of another data folder: status %d, %v", a.status, err)
	}
}

// lineOf is what the server says of a thing when it is ready.
func (s *serving) lineOf(t *testing.T, thing string) string {
	t.Helper()
	for {
		line, err := s.said.ReadString('\n')
		if err != nil {
			t.Fatalf("the server says nothing of %s: %v", thing, err)
		}
		if name, text, _ := strings.Cut(strings.TrimSpace(line), " "); name == thing {
			return strings.TrimSpace(text)
		}
	}
}

// The command for a token that a server tells can be pasted into a shell, wherever
// one stands, whatever the server was started by and with.
func TestReadyServerTellsHowToGetAToken(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to paste into")
	}
	for name, data := range map[string]string{"clientgraph": ".data", "it's here/clientgraph": "some data"} {
		folder := t.TempDir()
		cmd := command(t, "serve", "--listen", "127.0.0.1:0", "--data-dir", data)
		cmd.Dir, cmd.Args[0] = folder, "./"+name
		typed := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(typed), 0o700), os.Symlink(cmd.Path, typed), os.Symlink(dataDir(t), filepath.Join(folder, data))); err != nil {
			t.Fatal(err)
		}
		s := serveCommand(t, filepath.Join(folder, data), cmd)
		line := s.lineOf(t, "token")
		for _, where := range []string{folder, t.TempDir()} {
			paste := exec.CommandContext(t.Context(), shell, "-c", line)
			paste.Dir = where
			r := finish(t, paste)
			if r.code != 0 {
				t.Fatalf("%s: exit code %d: %s", line, r.code, r.stderr)
			}
			wantCount(t, s, strings.TrimSpace(r.stdout), 0)
		}
	}
}

// What a server with the sample tells when it is ready is there: its pages, and
// those whom a token can be for, each of whom sees clients.
func TestReadyServerTellsWhatThereIs(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	for _, page := range []string{"console", "playground"} {
		address := s.lineOf(t, page)
		response, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s at %s: status %d", page, address, response.StatusCode)
		}
	}
	if address := s.lineOf(t, "API"); address != s.base+"/graphql" {
		t.Errorf("the API is at %s", address)
	}
	command := s.lineOf(t, "token")
	if business := s.lineOf(t, "business"); business != "43111" {
		t.Errorf("the sample is of business %s", business)
	}
	flags := regexp.MustCompile(`^(?:\d+, )+\d+ \((--role \w+ --[a-z-]+ \d+)\)$`)
	for _, who := range []string{"staff", "locations", "accounts"} {
		line := s.lineOf(t, who)
		found := flags.FindStringSubmatch(line)
		if found == nil {
			t.Errorf("of %s it says %q", who, line)
			continue
		}
		token := s.token(t, strings.Fields(found[1])...)
		if count, _ := s.do(t, token, "{ clientCount }")["clientCount"].(float64); count == 0 || count == 508 {
			t.Errorf("%s sees %v clients (%s)", found[1], count, command)
		}
	}
}

func TestSeedBesideAServerUsesItsDatabase(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	token := s.token(t, "--role", "OWNER", "--business", "7")
	wantCount(t, s, token, 0)
	r := run(t, "seed", "--clients", "200", "--business", "7", "--data-dir", s.dir)
	if r.code != 0 || r.stderr != "" || !strings.HasPrefix(r.stdout, "added 200 clients to business 7 in ") || strings.Count(r.stdout, "\n") != 1 {
		t.Fatalf("exit code %d, %q, %s", r.code, r.stdout, r.stderr)
	}
	wantCount(t, s, token, liveOf(200))
	if n := stored(t, s, bson.D{{Key: "businessId", Value: 7}}); n != 200 {
		t.Errorf("%d clients stored, want 200", n)
	}
	if n := stored(t, s, bson.D{}); n != 708 {
		t.Errorf("%d clients of all businesses, want 708", n)
	}
}

func TestSeedWithoutAServerLeavesItsClientsForTheNext(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	mustRun(t, "seed", "--clients", "30", "--business", "7", "--data-dir", dir)
	mustRun(t, "seed", "--clients", "20", "--business", "7", "--seed", "2", "--data-dir", dir)
	if n := stored(t, serve(t, dir), bson.D{{Key: "businessId", Value: 7}}); n != 50 {
		t.Errorf("%d clients, want 50", n)
	}
}

func TestIndexesAreMadeAndListed(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	if err := s.database(t).Collection("clients").Indexes().DropOne(t.Context(), "byName"); err != nil {
		t.Fatal(err)
	}
	first := mustRun(t, "indexes", "--data-dir", s.dir)
	names := strings.Fields(first)
	if !slices.IsSorted(names) || !slices.Contains(names, "clients.byName") || !slices.Contains(names, "changes.bySequence") {
		t.Errorf("it lists %v", names)
	}
	if again := mustRun(t, "indexes", "--data-dir", s.dir); again != first {
		t.Errorf("the second time it lists %s", again)
	}
	specifications, err := s.database(t).Collection("clients").Indexes().ListSpecifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made := false
	for _, specification := range specifications {
		made = made || specification.Name == "byName"
	}
	if !made {
		t.Error("the missing index is still missing")
	}
}
