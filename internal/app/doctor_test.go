package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// findings are the lines of a doctor, by what they are about.
func findings(t *testing.T, r result) map[string]string {
	t.Helper()
	found := map[string]string{}
	about := ""
	for line := range strings.Lines(r.stdout) {
		if !strings.HasPrefix(line, "      ") {
			verdict, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			about, _, _ = strings.Cut(strings.TrimSpace(rest), ":")
			line = verdict + strings.TrimPrefix(strings.TrimSpace(rest), about)
		}
		found[about] += line
	}
	return found
}

func wantFinding(t *testing.T, found map[string]string, about string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(found[about], text) {
			t.Errorf("of %s it is said %q, want %q", about, found[about], text)
		}
	}
}

func TestDoctorFindsNothingToMendBesideAServer(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	r := run(t, "doctor", "--data-dir", s.dir)
	if r.code != 0 {
		t.Fatalf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
	}
	found := findings(t, r)
	wantFinding(t, found, "indexes", "ok", "exist")
	wantFinding(t, found, "transactions", "ok")
	wantFinding(t, found, "clock", "ok")
	wantFinding(t, found, "replication", "ok")
	wantFinding(t, found, "disk", "ok", "MiB are free")
}

func TestDoctorTellsOfMissingIndexesAndMakesNone(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	if err := s.database(t).Collection("clients").Indexes().DropOne(t.Context(), "byKey"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r := run(t, "doctor", "--data-dir", s.dir)
		if r.code != 1 {
			t.Errorf("exit code %d", r.code)
		}
		wantFinding(t, findings(t, r), "indexes", "mend", "clients.byKey", "run clientgraph indexes")
	}
}

func TestDoctorTellsOfAKeyRingThatDoesNotOpenWhatIsStored(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	// A key of the program's is made, under the ring of this server.
	s.do(t, s.owner(t), `mutation { createClient(input: {firstName: "A", lastName: "B", emailAddress: "a@b.example"}, idempotencyKey: "a") { client { clientId } } }`)
	if n, err := s.database(t).Collection("secretKeys").CountDocuments(t.Context(), bson.D{}); err != nil || n == 0 {
		t.Fatalf("%d keys are stored: %v", n, err)
	}
	r := run(t, "doctor", "--data-dir", s.dir, "--ssn-keyset-file", keysetFile(t))
	if r.code != 1 {
		t.Errorf("exit code %d", r.code)
	}
	wantFinding(t, findings(t, r), "key ring", "mend", "decrypt what is stored", "--ssn-keyset-file")
}

func TestDoctorSaysWhyTokensAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	good := s.token(t, "--role", "STAFF", "--staff-id", "17")
	late := s.token(t, "--role", "OWNER", "--ttl", "1ns", "--user", "late")
	file := written(t, "tokens", []byte("Bearer "+good+"\n\nnonsense\n"+good[:len(good)-2]+"\n"+late+"\n"))
	r := run(t, "doctor", "--data-dir", s.dir, "--jwt-leeway", "1ns", "--tokens", file)
	if r.code != 1 {
		t.Errorf("exit code %d", r.code)
	}
	found := findings(t, r)
	wantFinding(t, found, "token 1", "ok", "business 43111", "role STAFF", "staffId 17", "permissions write")
	wantFinding(t, found, "token 2", "mend", "not a signed JWT")
	wantFinding(t, found, "token 3", "mend", "it is refused")
	if signature := good[strings.LastIndex(good, ".")+1:]; strings.Contains(r.stdout, signature) {
		t.Error("a signature is printed: who reads it has the token")
	}
}

func TestDoctorTellsOfADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	r := run(t, "doctor", "--mongodb-uri", "mongodb://user:Zk3password@127.0.0.1:1/?serverSelectionTimeoutMS=200", "--ssn-keyset-file", keysetFile(t))
	if r.code != 1 || strings.Contains(r.stdout+r.stderr, "Zk3password") {
		t.Errorf("exit code %d: %s", r.code, r.stdout)
	}
	wantFinding(t, findings(t, r), "database", "mend", "127.0.0.1:1")
}

func TestConfigTellsWhereEachFlagComesFromAndNoSecret(t *testing.T) {
	t.Parallel()
	cmd := command(t, "config", "--max-cost", "7")
	cmd.Env = append(cmd.Env, "CLIENTGRAPH_MAX_ROWS=8", "MONGODB_URI=mongodb://user:Zk3password@db.example/", "CLIENTGRAPH_SSN_KEYSET=Zk3keyset")
	r := finish(t, cmd)
	fields := map[string][]string{}
	for line := range strings.Lines(r.stdout) {
		words := strings.Fields(line)
		fields[words[0]] = words[1:]
	}
	for flag, want := range map[string]string{
		"--max-cost": "7 command line", "--max-rows": "8 CLIENTGRAPH_MAX_ROWS", "--max-body": "1048576 default",
		"--mongodb-uri": "mongodb://...@db.example/ MONGODB_URI", "--ssn-keyset": "(given) CLIENTGRAPH_SSN_KEYSET",
	} {
		if got := strings.Join(fields[flag], " "); got != want {
			t.Errorf("%s is told as %q, want %q", flag, got, want)
		}
	}
	if strings.Contains(r.stdout, "Zk3") {
		t.Errorf("a secret is printed: %s", r.stdout)
	}
}

func TestShellCompletesCommandsFlagsAndValues(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("this test needs bash, as the project's scripts do")
	}
	script := filepath.Join(t.TempDir(), "completion")
	if err := os.WriteFile(script, []byte(mustRun(t, "completion", "bash")), 0o600); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"clientgraph ser": "serve", "clientgraph serve --max-ro": "--max-rows", "clientgraph serve --log-format te": "text", "clientgraph completion zs": "zsh",
	} {
		complete := exec.CommandContext(t.Context(), bash, "-c", `source "$1"; COMP_WORDS=($2); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _clientgraph; echo "${COMPREPLY[*]}"`, "complete", script, words)
		out, err := complete.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%q completes to %q, want %q: %v", words, out, want, err)
		}
	}
	for _, shell := range []string{"zsh", "fish"} {
		if text := mustRun(t, "completion", shell); !strings.Contains(text, "doctor") {
			t.Errorf("%s's script does not know doctor", shell)
		}
	}
}
