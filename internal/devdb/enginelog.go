package devdb

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	// logLimit is how many bytes of an engine's output are kept before the file is
	// emptied. Our engines write a few lines an hour.
	logLimit = 4 << 20
	// lastLines is the number of log lines that an error of starting an engine shows.
	lastLines = 8
)

// panicText is what WiredTiger, the storage of all our engines, logs when it can't
// continue: it refuses everything until it is restarted.
const panicText = "WT_PANIC"

// longestLine is how many bytes of a line are searched.
const longestLine = 4 << 10

// engineLog writes an engine's output to a file, and searches it for the line with the
// engine's address, and for its panic.
type engineLog struct {
	path string
	// panicked is closed when the engine has logged a panic.
	panicked chan struct{}
	// listening gets the rest of the first line with the prefix.
	listening chan string

	mu     sync.Mutex
	file   *os.File
	size   int
	prefix string
	line   []byte
	// saidPanic says that panicked was closed.
	saidPanic bool
}

// newEngineLog empties the file at path. With an empty prefix no address is searched for.
func newEngineLog(path, prefix string) (*engineLog, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &engineLog{path: path, file: file, prefix: prefix, listening: make(chan string, 1), panicked: make(chan struct{})}, nil
}

// Write never fails: an engine must not stop because its log can't be written.
func (l *engineLog) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size+len(text) > logLimit && l.file.Truncate(0) == nil {
		_, _ = l.file.Seek(0, 0)
		l.size = 0
	}
	n, _ := l.file.Write(text)
	l.size += n
	l.search(text)
	return len(text), nil
}

func (l *engineLog) search(text []byte) {
	l.line = append(l.line, text...)
	for {
		line, rest, whole := bytes.Cut(l.line, []byte("\n"))
		if !whole {
			l.line = bytes.Clone(l.line[max(0, len(l.line)-longestLine):])
			return
		}
		l.line = rest
		l.read(strings.TrimSpace(string(line)))
	}
}

// read searches one line.
func (l *engineLog) read(line string) {
	if address, found := strings.CutPrefix(line, l.prefix); found && l.prefix != "" {
		l.listening <- strings.TrimSpace(address)
		l.prefix = ""
	}
	if strings.Contains(line, panicText) && !l.saidPanic {
		l.saidPanic = true
		close(l.panicked)
	}
}

func (l *engineLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.file.Close()
}

// tail returns the last lines of the file at path.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Sprintf("(%v)", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-lastLines):], "\n")
}
