//go:build contract

package app_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"clientgraph/internal/testsize"
)

// caller is somebody to whom the offline copy is given, as test/prove.ts reads it.
type caller struct {
	Name     string `json:"name"`
	Token    string `json:"token"`
	IsClient bool   `json:"isClient"`
}

// The copy of examples/mobile-sync is what the server has, field by field, with
// relations and labels, after random writes, over a network that loses requests
// and answers, through restarts of the app and of the server, and whoever's it is.
func TestOfflineCopyOfToolsOfOthersIsWhatTheServerHas(t *testing.T) {
	folder := filepath.Join(root, "examples", "mobile-sync")
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal("its packages are not installed: run make contract")
	}
	build := exec.CommandContext(t.Context(), "npm", "run", "--silent", "build")
	build.Dir = folder
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %v\n%s", err, out)
	}
	dir, file := dataDir(t), filepath.Join(t.TempDir(), "copy.sqlite")
	rounds := strconv.Itoa(testsize.Of(30, 30, 150))
	for _, seed := range []string{"1", "2"} { // The second is of a server that was started again.
		s := serve(t, dir, "--sample")
		callers, err := json.Marshal([]caller{
			{Name: "owner", Token: s.owner(t)},
			{Name: "staff 501", Token: s.token(t, "--role", "STAFF", "--staff-id", "501")},
			{Name: "staff 502", Token: s.token(t, "--role", "STAFF", "--staff-id", "502")},
			{Name: "location 11", Token: s.token(t, "--role", "LOCATION_SUPER_USER", "--location-id", "11")},
			{Name: "account 1151044", Token: s.token(t, "--role", "CLIENT", "--client-account-id", "1151044"), IsClient: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "node", "out/test/prove.js", file)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "URL="+s.base+"/graphql", "CALLERS="+string(callers), "ROUNDS="+rounds, "SEED="+seed, "KEEP=4761823")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Logf("%s", out)
		s.signal(t, syscall.SIGTERM)
		if code := s.wait(t); code != 0 {
			t.Fatalf("the server ends with %d", code)
		}
	}
}
