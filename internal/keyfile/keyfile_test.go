package keyfile_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"clientgraph/internal/keyfile"
)

// childPath is set in the environment of a copy of this test binary that is to
// load or create the key file at that path and print it.
const childPath = "CLIENTGRAPH_TEST_KEYFILE"

func randomKey() ([]byte, error) {
	key := make([]byte, 32)
	_, err := rand.Read(key)
	return key, err
}

func TestLoadOrCreateMakesAFileForItsOwnerAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "deep", "data")
	path := filepath.Join(folder, "a.key")
	first, err := keyfile.LoadOrCreate(path, randomKey)
	if err != nil {
		t.Fatal(err)
	}
	again, err := keyfile.LoadOrCreate(path, func() ([]byte, error) {
		t.Error("a second key was made")
		return nil, errors.New("unwanted")
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, again) {
		t.Error("the second call returned another key")
	}
	wantMode(t, path, 0o600)
	wantMode(t, folder, 0o700)
	wantAlone(t, path)
}

func TestLoadOrCreateWorksInTheCurrentFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := keyfile.LoadOrCreate("a.key", randomKey); err != nil {
		t.Fatal(err)
	}
}

func TestLoadOrCreateFirstOfManyWins(t *testing.T) {
	const callers = 16
	path := filepath.Join(t.TempDir(), "a.key")
	type answer struct {
		key []byte
		err error
	}
	answers := make(chan answer, callers)
	// Every caller has found no file before one of them may go on: makeKey is
	// called after the look, and waits for the others.
	arrived, start := make(chan struct{}, callers), make(chan struct{})
	for range callers {
		go func() {
			key, err := keyfile.LoadOrCreate(path, func() ([]byte, error) {
				arrived <- struct{}{}
				<-start
				return randomKey()
			})
			answers <- answer{key, err}
		}()
	}
	for range callers {
		<-arrived
	}
	close(start)
	var want []byte
	for range callers {
		got := <-answers
		if got.err != nil {
			t.Fatal(got.err)
		}
		if want == nil {
			want = got.key
		}
		if !bytes.Equal(want, got.key) {
			t.Fatal("two callers got different keys")
		}
	}
	wantAlone(t, path)
}

func TestLoadOrCreateAgreesBetweenProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "a.key")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	children := make([]*exec.Cmd, 4)
	outputs := make([]bytes.Buffer, len(children))
	for i := range children {
		children[i] = exec.CommandContext(t.Context(), program, "-test.run=^TestChildProcess$")
		children[i].Env = append(os.Environ(), childPath+"="+path)
		children[i].Stdout = &outputs[i]
		if err := children[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, child := range children {
		if err := child.Wait(); err != nil {
			t.Fatalf("process %d: %v: %s", i, err, outputs[i].Bytes())
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range outputs {
		if !bytes.HasPrefix(outputs[i].Bytes(), append([]byte("key="), want...)) {
			t.Errorf("process %d holds another key than the file", i)
		}
	}
}

// TestChildProcess is what the processes of the test above run.
func TestChildProcess(t *testing.T) {
	path := os.Getenv(childPath)
	if path == "" {
		t.Skip("runs only as a child of TestLoadOrCreateAgreesBetweenProcesses")
	}
	key, err := keyfile.LoadOrCreate(path, randomKey)
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout.Write(append([]byte("key="), key...))
}

func TestLoadOrCreateRefuses(t *testing.T) {
	const canary = "canary-key-material"
	tests := map[string]struct {
		prepare func(t *testing.T, path string)
		want    string
	}{
		"a file that its group may read": {
			func(t *testing.T, path string) { write(t, path, canary, 0o640) }, "chmod 600",
		},
		"a file that anybody may write": {
			func(t *testing.T, path string) { write(t, path, canary, 0o602) }, "chmod 600",
		},
		"an empty file": {
			func(t *testing.T, path string) { write(t, path, "", 0o600) }, "is empty",
		},
		"a huge file": {
			func(t *testing.T, path string) { write(t, path, strings.Repeat(canary, 1<<16), 0o600) }, "is larger",
		},
		"a folder": {
			func(t *testing.T, path string) {
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
			}, "not a regular file",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.key")
			test.prepare(t, path)
			_, err := keyfile.LoadOrCreate(path, func() ([]byte, error) {
				t.Error("a key was made over what is there")
				return nil, errors.New("unwanted")
			})
			if err == nil {
				t.Fatal("it was accepted")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error %q does not say %q", err, test.want)
			}
			if strings.Contains(err.Error(), canary) {
				t.Error("the error holds the key")
			}
		})
	}
}

func TestLoadOrCreateLeavesNothingWhenNoKeyCouldBeMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	broken := errors.New("no randomness")
	if _, err := keyfile.LoadOrCreate(path, func() ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("error = %v, want the maker's", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was made")
	}
}

func write(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	// The mode of WriteFile is cut by the umask; that of Chmod is not.
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("mode of %s = %04o, want %04o", path, got, want)
	}
}

// wantAlone fails when drafts were left beside the file.
func wantAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("the folder holds %d files, want the key alone", len(entries))
	}
}
