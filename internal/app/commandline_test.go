package app_test

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// wantOneLine checks that, besides log lines, stderr is one line from the
// program for a person, with these words in it.
func wantOneLine(t *testing.T, r result, words ...string) {
	t.Helper()
	var said []string
	for line := range strings.Lines(r.stderr) {
		if !strings.HasPrefix(line, "{") {
			said = append(said, line)
		}
	}
	if len(said) != 1 || !strings.HasPrefix(said[0], "clientgraph: ") || !strings.HasSuffix(said[0], "\n") {
		t.Fatalf("want one line for a person, got %q", r.stderr)
	}
	for _, word := range words {
		if !strings.Contains(said[0], word) {
			t.Errorf("want %q in %s", word, said[0])
		}
	}
	if r.stdout != "" {
		t.Errorf("want nothing on stdout, got %s", r.stdout)
	}
}

func TestMistakesInTheCommandLineAreToldInOneLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args  string
		words []string
	}{
		{"", []string{"serve", "token", "seed", "import"}},
		{"frobnicate", []string{"frobnicate"}},
		{"serve --frobnicate", []string{"--frobnicate"}},
		{"serve 8080", []string{"8080"}},
		{"serve --log-level loud", []string{"--log-level", "warn"}},
		{"token", []string{"--role"}},
		{"token --role KING", []string{"--role", "LOCATION_SUPER_USER"}},
		{"serve --jwks-url https://a.example --jwks-file a", []string{"--jwks-url", "--jwks-file"}},
		{"serve --jwks-file a --jwt-public-key a", []string{"--jwks-file", "--jwt-public-key"}},
		{"serve --tls-cert a", []string{"--tls-key"}},
		{"serve --tls-key a", []string{"--tls-cert"}},
		{"serve --operations some", []string{"--operations", "trusted"}},
		{"serve --operations trusted", []string{"--trusted-documents"}},
		{"serve --max-cost 0", []string{"--max-cost"}},
		{"serve --query-time -1s", []string{"--query-time"}},
		{"serve --points-per-minute -1", []string{"--points-per-minute"}},
		{"seed", []string{"--clients"}},
		{"seed --clients many", []string{"--clients"}},
	} {
		r := run(t, strings.Fields(c.args)...)
		wantOneLine(t, r, append(c.words, "--help")...)
		if r.code != 2 {
			t.Errorf("%s: exit code %d, want 2", c.args, r.code)
		}
	}
}

func TestWhatCannotWorkIsToldInOneLine(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// Not deferred: the cases run when this function has returned.
	t.Cleanup(func() { taken.Close() })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(file, "data")
	const serveHere = "serve --listen 127.0.0.1:0 "
	keyset := keysetFile(t)
	trusted := serveHere + "--operations trusted --trusted-documents "
	production := serveHere + "--jwt-issuer i --jwt-audience a --ssn-keyset-file " + keyset + " "
	for name, c := range map[string]struct {
		args  string
		words []string
	}{
		"port in use":                {"serve --listen " + taken.Addr().String(), []string{taken.Addr().String(), "in use", "--listen"}},
		"no address":                 {"serve --listen 8080", []string{"--listen 8080", "127.0.0.1:8080"}},
		"open to all in development": {"serve --listen 0.0.0.0:0", []string{"--listen", "--jwt-public-key", "loopback"}},
		"any address in development": {"serve --listen :0", []string{"--listen", "--jwt-public-key", "loopback"}},
		"serve, no folder":           {serveHere + "--data-dir " + below, []string{below, "--data-dir"}},
		"token, no folder":           {"token --role OWNER --data-dir " + below, []string{below, "--data-dir"}},
		"seed, no folder":            {"seed --clients 1 --data-dir " + below, []string{below, "--data-dir"}},
		"indexes, no folder":         {"indexes --data-dir " + below, []string{below, "--data-dir"}},
		"no key for tokens":          {serveHere + "--ssn-keyset-file " + file + " --jwt-public-key " + below, []string{"--ssn-keyset-file"}},
		"no keyset":                  {serveHere + "--jwt-public-key " + file, []string{"--ssn-keyset-file"}},
		"no key set of an issuer":    {production + "--jwks-file " + below, []string{"--jwks-file", "read the key set"}},
		"an empty key set":           {production + "--jwks-file " + file, []string{"--jwks-file", "keys"}},
		"keys by plain http":         {production + "--jwks-url http://issuer.example/keys", []string{"--jwks-url", "https"}},
		"no issuer":                  {serveHere + "--ssn-keyset-file " + keyset + " --jwks-file " + file, []string{"--jwt-issuer"}},
		"no certificate":             {serveHere + "--tls-cert " + below + " --tls-key " + file, []string{"--tls-cert", "--tls-key"}},
		"no key of the certificate":  {serveHere + "--tls-cert " + file + " --tls-key " + file, []string{"--tls-cert", "--tls-key"}},
		"keyset is not there":        {serveHere + "--ssn-keyset-file " + below, []string{below, "--ssn-keyset-file"}},
		"no trusted documents":       {trusted + below, []string{below, "--trusted-documents"}},
		"an empty file of them":      {trusted + file, []string{file, "JSON", "--trusted-documents"}},
		"another text than its hash": {trusted + written(t, "a.json", []byte(`{"`+strings.Repeat("0a", 32)+`": "{ clientCount }"}`)), []string{"0a0a", "SHA-256", "--trusted-documents"}},
		"a document of another API":  {trusted + written(t, "b.json", []byte(`{"first": "{ nothing { more } }", "second": "{ clientCount }"}`)), []string{`"first"`, "schema", "--trusted-documents"}},
		"seed nothing":               {"seed --clients 0", []string{"--clients"}},
		"token for no staff":         {"token --role STAFF", []string{"staff", "token --help"}},
		"token for no account":       {"token --role CLIENT", []string{"account", "token --help"}},
		"token for no location":      {"token --role LOCATION_SUPER_USER", []string{"location", "token --help"}},
		"token for too much":         {"token --role STAFF --staff-id 1 --permission admin", []string{"permissions"}},
		"token for no permission":    {"token --role OWNER --permission fly", []string{"permission", "merge"}},
		"token for no time":          {"token --role OWNER --ttl 0s", []string{"positive"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, strings.Fields(c.args)...)
			wantOneLine(t, r, c.words...)
			if r.code != 1 {
				t.Errorf("exit code %d, want 1", r.code)
			}
		})
	}
}

func TestUnreachableDatabaseIsToldWithoutItsPassword(t *testing.T) {
	t.Parallel()
	const uri = "mongodb://canaryuser:canarypassword@127.0.0.1:1/?authSource=canarysource"
	env := command(t, "serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir())
	env.Env = append(os.Environ(), "MONGODB_URI="+uri)
	flag := command(t, "indexes", "--mongodb-uri", uri)
	bad := command(t, "seed", "--clients", "1", "--mongodb-uri", "mongodb://canaryuser:canary/password@:x/?canary=1")
	for name, cmd := range map[string]func() result{
		"variable": func() result { return finish(t, env) },
		"flag":     func() result { return finish(t, flag) },
		"no uri":   func() result { return finish(t, bad) },
	} {
		t.Run(name, func(t *testing.T) {
			r := cmd()
			wantOneLine(t, r, "MONGODB_URI")
			if r.code != 1 {
				t.Errorf("exit code %d, want 1", r.code)
			}
			if strings.Contains(r.stderr, "canary") {
				t.Errorf("it repeats secrets: %s", r.stderr)
			}
		})
	}
}

func TestSecondServerIsToldWhoHasTheDataFolder(t *testing.T) {
	t.Parallel()
	first := serve(t, dataDir(t))
	r := run(t, "serve", "--listen", "127.0.0.1:0", "--data-dir", first.dir)
	wantOneLine(t, r, first.dir, "process "+strconv.Itoa(first.cmd.Process.Pid), "--data-dir")
	if r.code != 1 {
		t.Errorf("exit code %d, want 1", r.code)
	}
	first.do(t, first.owner(t), "{ clientCount }")
}

func TestEnvironmentVariablesStandForFlags(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	cmd := command(t, "serve")
	cmd.Env = append(cmd.Env, "CLIENTGRAPH_LISTEN=127.0.0.1:0", "CLIENTGRAPH_DATA_DIR="+dir, "CLIENTGRAPH_SAMPLE=true", "CLIENTGRAPH_LOG_FORMAT=text")
	s := serveCommand(t, dir, cmd)
	s.untilLogged(t, `level=INFO msg="sample loaded"`)
	token := command(t, "token")
	token.Env = append(os.Environ(), "CLIENTGRAPH_ROLE=STAFF", "CLIENTGRAPH_STAFF_ID=501", "CLIENTGRAPH_DATA_DIR="+dir)
	r := finish(t, token)
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	if me := s.do(t, strings.TrimSpace(r.stdout), "{ me { role } }")["me"].(map[string]any); me["role"] != "STAFF" {
		t.Errorf("the token is for %v", me)
	}
	// A flag says more than the variable.
	overruled := command(t, "serve", "--listen", "8080")
	overruled.Env = append(slices.Clone(cmd.Env), "CLIENTGRAPH_LISTEN=127.0.0.1:0")
	wantOneLine(t, finish(t, overruled), "--listen 8080")
}

func TestHelpAndVersionArePrinted(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"--help", "serve --help", "token --help"} {
		if r := run(t, strings.Fields(args)...); r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, "Usage: clientgraph") {
			t.Errorf("%s: exit code %d, %q, %s", args, r.code, r.stdout, r.stderr)
		}
	}
	if text := mustRun(t, "version"); !strings.HasPrefix(text, "clientgraph ") || !strings.Contains(text, "go1.") || strings.Count(text, "\n") != 1 {
		t.Errorf("the version is %q", text)
	}
}
