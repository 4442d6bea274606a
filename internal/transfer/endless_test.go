package transfer_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/testsize"
	"clientgraph/internal/transfer"
)

// endless is a file that is not in memory: its beginning, followed by that many bytes.
type endless struct {
	head     string
	more, at int64
}

func (e *endless) Seek(int64, int) (int64, error) {
	e.at = 0
	return 0, nil
}

func (e *endless) Read(p []byte) (int, error) {
	if e.at < int64(len(e.head)) {
		n := copy(p, e.head[e.at:])
		e.at += int64(n)
		return n, nil
	}
	n := min(int64(len(p)), int64(len(e.head))+e.more-e.at)
	if n == 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.at += n
	return int(n), nil
}

// TestCellWithoutAnEndTakesNoMoreMemoryThanALongOne: whether a quote without an end
// swallows the rest of the file, or the file is one line of JSON.
func TestCellWithoutAnEndTakesNoMoreMemoryThanALongOne(t *testing.T) {
	api := apitest.New(t)
	const most = 14 << 20
	size := testsize.Of(4, 64, 500)
	for name, c := range map[string]struct {
		head   string
		format transfer.Format
		want   string
	}{
		"a quote":     {plainHeader + "Ann,\"", transfer.CSV, "2 l UNCLOSED_QUOTE"},
		"a JSON text": {`{"firstName":"`, transfer.JSONL, "1  TOO_LONG"},
	} {
		var wrong []string
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := transfer.ImportClients(t.Context(), api.Service.Writes, apitest.OwnerScope(1), &endless{head: c.head, more: int64(size) << 20}, transfer.ImportOptions{
			Format: c.format, Match: transfer.MatchNone, DryRun: true, Wrong: func(p transfer.Problem) error {
				wrong = append(wrong, fmt.Sprintf("%d %.1s %s", p.Row, p.Column, p.Code))
				return nil
			},
		})
		runtime.ReadMemStats(&after)
		if _, is := errors.AsType[*transfer.FileError](err); err != nil && !is || !slices.Contains(wrong, c.want) {
			t.Errorf("%s: %v, %.200q", name, err, wrong)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("%s of %d MiB took %d bytes of memory", name, size, took)
		}
	}
}
