package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"clientgraph/internal/bench/meter"
)

const (
	// startTime is how long a server may take to report that it is ready.
	startTime = 60 * time.Second
	// stopTime is how long it may take to end when asked.
	stopTime = 15 * time.Second
)

// Server is a running variant.
type Server struct {
	Variant
	// Address is its host and port.
	Address string
	PID     int
	// observedAt is the address that reports its allocations; empty if there is none.
	observedAt string
	lab        *Lab
	process    *exec.Cmd
	said       *said
	// values are the values of each query's variable, requests the requests of each
	// caller.
	values   map[string][]any
	requests map[string][][][]byte
}

// said stores what a server prints.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// Start starts a variant on the servers' core, with the database at that URI, and waits
// until it reports its address.
func (l *Lab) Start(v Variant, uri string) (*Server, error) {
	command, err := v.command(l, v, uri)
	if err != nil {
		return nil, err
	}
	args := append([]string{"-c", strconv.Itoa(serverCore)}, command...)
	s := &Server{Variant: v, lab: l, said: &said{}, values: map[string][]any{}, requests: map[string][][][]byte{}}
	s.process = exec.CommandContext(context.WithoutCancel(l.ctx), "taskset", args...) //nolint:gosec // The names are our own.
	s.process.Dir = l.root
	s.process.Env = append(append(os.Environ(), "NODE_ENV=production"), v.environment()...)
	s.process.Stderr = s.said
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", v.Name, err)
	}
	// taskset becomes the program, so its process is the server's.
	s.PID = s.process.Process.Pid
	address := make(chan string, 1)
	go s.listen(out, address)
	select {
	case s.Address = <-address:
		if s.Address != "" {
			return s, nil
		}
	case <-time.After(startTime):
	}
	s.Stop()
	return nil, fmt.Errorf("%s does not start: %s", v.Name, s.said)
}

// listen reads what a server prints, and sends its address.
func (s *Server) listen(out io.Reader, address chan<- string) {
	defer close(address)
	ready := regexp.MustCompile(`http://(127\.0\.0\.1:[0-9]+)`)
	lines := bufio.NewScanner(out)
	for waiting := true; lines.Scan(); {
		line := lines.Text()
		_, _ = fmt.Fprintln(s.said, line)
		if at, isObserved := strings.CutPrefix(line, meter.Said); isObserved {
			s.observedAt = at
			continue
		}
		if found := ready.FindStringSubmatch(line); waiting && found != nil {
			waiting = false
			address <- found[1]
		}
	}
}

// Stop ends the server.
func (s *Server) Stop() {
	_ = s.process.Process.Signal(os.Interrupt)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.process.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(stopTime):
		_ = s.process.Process.Kill()
		<-ended
	}
}

// Counters returns what the server has allocated so far.
func (s *Server) Counters() (meter.Counters, error) {
	var counters meter.Counters
	body, err := get(s.lab.ctx, s.observedAt+"/counters")
	if err != nil {
		return counters, err
	}
	err = json.Unmarshal(body, &counters)
	return counters, err
}

// Profiles of a server: of CPU time, and of allocations.
const (
	ProfileCPU         = "profile"
	ProfileAllocations = "allocs"
)

// Profile returns the server's profile of that kind and length, for `go tool pprof`.
func (s *Server) Profile(kind string, length time.Duration) ([]byte, error) {
	return get(s.lab.ctx, fmt.Sprintf("%s/debug/pprof/%s?seconds=%d", s.observedAt, kind, int(length.Seconds())))
}

func get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(answer.Status)
	}
	return body, err
}
