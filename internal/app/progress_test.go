package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestProgressIsDrawnOnATerminalOnly; elsewhere each thousand is a line.
func TestProgressIsDrawnOnATerminalOnly(t *testing.T) {
	var buffer bytes.Buffer
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range []*progress{newProgress(&buffer, "clients", 2_500), newProgress(file, "clients", 10)} {
		for _, stored := range []int{5, 10, 999, 1_003, 1_990, 2_001, 2_500} {
			if stored <= 10 || p.total > 10 {
				p.set(stored)
			}
		}
		p.done()
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if want := "1003 of 2500 clients\n2001 of 2500 clients\n"; buffer.String() != want || info.Size() != 0 {
		t.Errorf("it writes %q, and %d bytes into a file", buffer.String(), info.Size())
	}
}
