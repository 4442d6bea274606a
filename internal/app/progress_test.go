package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestProgressIsDrawnOnATerminalOnly(t *testing.T) {
	var buffer bytes.Buffer
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range []*progress{newProgress(&buffer, 10), newProgress(file, 10)} {
		p.set(5)
		p.set(10)
		p.done()
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if buffer.Len() != 0 || info.Size() != 0 {
		t.Errorf("it writes %q, and %d bytes into a file", buffer.String(), info.Size())
	}
}
