package app_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"clientgraph/internal/app"
	"clientgraph/internal/testscript"
)

// TestProgramIsBuiltWithItsRevision builds a project of one file as `make run`
// builds ours, in folders of every kind.
func TestProgramIsBuiltWithItsRevision(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// git are commands that come before the build.
		git         []string
		environment string
		changed     bool
		// want is the program's version, with the revision as REVISION.
		want string
	}{
		"no repository": {
			want: "revision unknown",
		},
		"a repository without a commit": {
			git:  []string{"init"},
			want: "revision unknown",
		},
		"a commit": {
			git:  []string{"init", "add .", "commit -m first"},
			want: "revision REVISION, not modified",
		},
		"a change after the commit": {
			git:     []string{"init", "add .", "commit -m first"},
			changed: true,
			want:    "revision REVISION, modified",
		},
		"somebody else's repository": {
			git: []string{"init", "add .", "commit -m first"},
			// Git's own tests make it believe this so.
			environment: "GIT_TEST_ASSUME_DIFFERENT_OWNER=1",
			want:        "revision unknown",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newProject(t)
			environment := append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir),
				"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
			in := func(name string, args ...string) string {
				t.Helper()
				cmd := exec.CommandContext(t.Context(), name, args...)
				cmd.Dir, cmd.Env = dir, environment
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
				}
				return strings.TrimSpace(string(out))
			}
			for _, args := range test.git {
				in("git", strings.Fields(args)...)
			}
			revision := "none"
			if len(test.git) > 1 {
				revision = in("git", "rev-parse", "HEAD")
			}
			if test.changed {
				write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { println() }\n")
			}
			if test.environment != "" {
				environment = append(environment, test.environment)
			}
			in("go", "build", "-buildvcs="+in(filepath.Join(dir, ".ci", "buildvcs")), "-o", "program", ".")
			built, err := buildinfo.ReadFile(filepath.Join(dir, "program"))
			if err != nil {
				t.Fatal(err)
			}
			got := app.Describe(built)
			if want := strings.ReplaceAll(test.want, "REVISION", revision); !strings.Contains(got, ", "+want+", ") ||
				!strings.HasPrefix(got, "clientgraph ") || !strings.HasSuffix(got, runtime.Version()) {
				t.Errorf("got %q, want %s", got, want)
			}
		})
	}
}

// newProject is a folder with a program and our script.
func newProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script, err := os.ReadFile(filepath.Join(root, ".ci", "buildvcs"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".ci"), 0o750); err != nil {
		t.Fatal(err)
	}
	testscript.Write(t, filepath.Join(dir, ".ci", "buildvcs"), string(script))
	write(t, filepath.Join(dir, "go.mod"), "module program\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() {}\n")
	write(t, filepath.Join(dir, ".gitignore"), "program\n")
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
