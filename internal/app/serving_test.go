package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// serving is a server that runs as a process of its own.
type serving struct {
	cmd *exec.Cmd
	dir string
	// base is its address, http://HOST:PORT; said is what the server says after the
	// line that tells it.
	base   string
	said   *bufio.Reader
	stderr *lines
	lock   lock
	// ended is closed when the process has ended.
	ended chan struct{}
	// connection is the test's own to the database, nil for none.
	connection *mongo.Client
}

// lock is what the data folder's lock file says.
type lock struct {
	PID       int    `json:"pid"`
	EnginePID int    `json:"enginePid"`
	Address   string `json:"address"`
}

// lines collects what a process writes.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var readyLine = regexp.MustCompile(`^clientgraph is ready: (https?://\S+)/graphql `)

// serve starts a server on the data in dir and returns when it is ready. Its
// callers may have as much under way as they like: tests of right answers send
// more at once than one caller may.
func serve(t *testing.T, dir string, args ...string) *serving {
	t.Helper()
	return serveBounded(t, dir, append([]string{"--max-waiting", "10000", "--wait-time", "30s", "--points-per-minute", "0"}, args...)...)
}

// serveBounded is serve with the bounds that a server has by itself.
func serveBounded(t *testing.T, dir string, args ...string) *serving {
	t.Helper()
	all := append([]string{"serve", "--listen", "127.0.0.1:0", "--data-dir", dir}, args...)
	return serveCommand(t, dir, command(t, all...))
}

func serveCommand(t *testing.T, dir string, cmd *exec.Cmd) *serving {
	t.Helper()
	s := &serving{cmd: cmd, dir: dir, stderr: &lines{}, ended: make(chan struct{})}
	cmd.Stderr = s.stderr
	// Not a pipe of exec's, whose reader Wait would cut off.
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	go func() {
		_ = cmd.Wait() // The state tells how it ended.
		close(s.ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-s.ended
		reader.Close()
		if t.Failed() {
			t.Logf("the server logged %s", s.stderr)
		}
	})
	s.said = bufio.NewReader(reader)
	line, err := s.said.ReadString('\n')
	if err != nil {
		<-s.ended
		t.Fatalf("the server did not start: %v: %s", cmd.ProcessState, s.stderr)
	}
	found := readyLine.FindStringSubmatch(line)
	if found == nil {
		t.Fatalf("the server says %q", line)
	}
	s.base = found[1]
	text, err := os.ReadFile(filepath.Join(dir, "engine.lock"))
	if err == nil {
		err = json.Unmarshal(text, &s.lock)
	}
	if err != nil {
		t.Fatalf("read the lock file: %v", err)
	}
	return s
}

// signal sends a signal to the server.
func (s *serving) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// wait waits for the server's end and returns its exit code, -1 for a signal.
func (s *serving) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-s.ended:
		s.disconnect()
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("the server does not end: %s", s.stderr)
		return 0
	}
}

// untilLogged waits for a text in the log.
func (s *serving) untilLogged(t *testing.T, text string) {
	t.Helper()
	until(t, "the server logs "+text, func() bool { return strings.Contains(s.stderr.String(), text) })
}

// token is what the command token prints with these flags.
func (s *serving) token(t *testing.T, flags ...string) string {
	t.Helper()
	return strings.TrimSpace(mustRun(t, append([]string{"token", "--data-dir", s.dir}, flags...)...))
}

func (s *serving) owner(t *testing.T) string {
	t.Helper()
	return s.token(t, "--role", "OWNER")
}

// answer is what came back for an operation.
type answer struct {
	status int
	header http.Header
	body   []byte
	Data   map[string]any
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
}

// post sends an operation. The error is of the transport: nobody knows then
// what became of the operation.
func (s *serving) post(ctx context.Context, token, requestID, query string, variables map[string]any) (answer, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/graphql", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	if requestID != "" {
		request.Header.Set("X-Request-Id", requestID)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	return read(response)
}

func read(response *http.Response) (answer, error) {
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	var err error
	if a.body, err = io.ReadAll(response.Body); err != nil {
		return answer{}, err
	}
	err = json.Unmarshal(a.body, &a)
	return a, err
}

// do is post for an operation that succeeds, and returns its data.
func (s *serving) do(t *testing.T, token, query string) map[string]any {
	t.Helper()
	a, err := s.post(t.Context(), token, "", query, nil)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if len(a.Errors) > 0 {
		t.Fatalf("%s answered %s", query, a.body)
	}
	return a.Data
}

// databaseURI is where other processes find the server's database.
func (s *serving) databaseURI() string {
	return "mongodb://" + s.lock.Address + "/?directConnection=true"
}

// database is the server's database, by a connection of the test's own that ends
// when the server is seen to have ended.
func (s *serving) database(t *testing.T) *mongo.Database {
	t.Helper()
	if s.connection == nil {
		connection, err := mongo.Connect(options.Client().ApplyURI(s.databaseURI()))
		if err != nil {
			t.Fatal(err)
		}
		s.connection = connection
		t.Cleanup(s.disconnect)
	}
	return s.connection.Database("clientgraph")
}

func (s *serving) disconnect() {
	if s.connection == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	// The engine may be gone.
	_ = s.connection.Disconnect(ctx)
	s.connection = nil
}
