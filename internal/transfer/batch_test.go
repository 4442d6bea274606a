package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/store"
	"clientgraph/internal/transfer"
)

// TestBatchOfAnImportIsBoundedByBytes, including the memory of lists, and an import that
// is interrupted between two batches imports each row once.
func TestBatchOfAnImportIsBoundedByBytes(t *testing.T) {
	const rows = 6
	long, list := `"`+strings.Repeat("x", 1_000_000)+`"`, "["+strings.Repeat("0,", 200_000)+"0]"
	for name, c := range map[string]struct {
		column, value string
		want          []int64
		created       int
	}{
		"long lines": {"left out", long, []int64{5, 6}, rows},
		"lists":      {"tags", list, []int64{1, 2, 3, 4, 5, 6}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			api := apitest.New(t)
			var file strings.Builder
			for n := range rows {
				fmt.Fprintf(&file, `{"firstName":"Ann","lastName":"A","emailAddress":"a%d@b.com",%q:%s}`+"\n", n, c.column, c.value)
			}
			broken := errors.New("the process ends here")
			var came []int64
			fail := true
			options := transfer.ImportOptions{Format: transfer.JSONL, Match: transfer.MatchNone, Mapping: transfer.Mapping{"*": ""}}
			options.Commit = func(_ context.Context, _ store.Tx, part transfer.ImportPart) error {
				if part.Came.Phase != store.ImportRows {
					return nil
				}
				if fail && part.Came.Row > c.want[0] {
					return broken
				}
				if !slices.Contains(came, part.Came.Row) {
					came = append(came, part.Came.Row)
				}
				return nil
			}
			if _, _, err := problems(t, api, 1, file.String(), options); !errors.Is(err, broken) {
				t.Fatal(err)
			}
			fail = false
			if _, _, err := problems(t, api, 1, file.String(), options); err != nil {
				t.Fatal(err)
			}
			if made := live(t, api, 1); !slices.Equal(came, c.want) || len(made) != c.created {
				t.Errorf("%d clients, batches up to the rows %v", len(made), came)
			}
		})
	}
}
