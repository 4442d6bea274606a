package transfer_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"clientgraph/internal/apitest"
	"clientgraph/internal/transfer"
)

// TestPreviewOfAnyBeginningIsThatOfTheFile: wherever the beginning of a file is cut off,
// its rows are the first of the whole file, and they have no other errors.
func TestPreviewOfAnyBeginningIsThatOfTheFile(t *testing.T) {
	const header = "firstName;lastName;emailAddress;city\n"
	file := header
	for i := range 4 {
		file += fmt.Sprintf("Zoë;“Ø %d”;z%d@b.com;\"€\n%d\"\n", i, i, i)
	}
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	api := apitest.New(t)
	for name, written := range map[string]string{"utf-8": file, "utf-16": little, "windows-1252": latin, "old line ends": strings.ReplaceAll(file, "\n", "\r")} {
		of := func(head string, whole bool) transfer.Preview {
			t.Helper()
			preview, err := transfer.PreviewClients(t.Context(), api.Service.Writes, apitest.OwnerScope(1), []byte(head), whole, transfer.ImportOptions{Match: transfer.MatchEmailAddress, Format: transfer.CSV})
			if err != nil {
				t.Fatal(err)
			}
			return preview
		}
		whole := of(written, true)
		if len(whole.Rows) != 4 || whole.Problems != nil {
			t.Fatalf("%s: %d rows, %v", name, len(whole.Rows), whole.Problems)
		}
		begin := len(header)
		if name == "utf-16" {
			begin = 2 + 2*begin
		}
		for n := begin; n <= len(written); n++ {
			got := of(written[:n], false)
			if diff := gocmp.Diff(whole.Columns, got.Columns); diff != "" || got.Problems != nil {
				t.Fatalf("%s: of %d bytes: columns (-whole +got):\n%s%v", name, n, diff, got.Problems)
			}
			if diff := gocmp.Diff(whole.Rows[:len(got.Rows)], got.Rows); len(got.Rows) > 0 && diff != "" {
				t.Fatalf("%s: of %d bytes: rows (-whole +got):\n%s", name, n, diff)
			}
			if missing := 4 - len(got.Rows); missing > 1 && n == len(written) {
				t.Errorf("%s: %d rows of the whole text are missing", name, missing)
			}
		}
	}
}
