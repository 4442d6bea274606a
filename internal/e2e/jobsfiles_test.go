package e2e_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/sheet"
)

// maxHead is how much of a file the preview takes, in bytes.
const maxHead = 64 << 10

// manyHeaders are that many headers.
func manyHeaders(count int) string {
	headers := make([]string, count)
	for i := range headers {
		headers[i] = fmt.Sprintf("x%d", i)
	}
	return strings.Join(headers, ",")
}

// TestHostileFileIsAnsweredByRowColumnAndCode: by an import, and by the preview of its
// beginning. A row that is wrong harms no other.
func TestHostileFileIsAnsweredByRowColumnAndCode(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	runJobs(t, api)
	const header, good = "firstName,lastName,emailAddress,notes\n", "Ann,A,a@b.com,\n"
	const goodLine = `{"firstName":"Ann","lastName":"A","emailAddress":"a@b.com"}` + "\n"
	nested := func(depth int) string {
		return `{"firstName":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "}\n"
	}
	for name, c := range map[string]struct {
		file, input, wrong, preview string
		created                     float64
	}{
		"a cell of a megabyte":           {header + "Ann,A,a@b.com," + strings.Repeat("x", sheet.MaxCell) + "\n" + good, "", "2 notes TOO_LONG", "", 1},
		"a NUL byte":                     {header + "A\x00n,A,a@b.com,\n" + good, "", "2 firstName INVALID_CHARACTERS", "2 firstName INVALID_CHARACTERS", 1},
		"ten thousand columns":           {manyHeaders(10_000) + "\n", "*", "1  TOO_MANY_CELLS", "1  TOO_MANY_CELLS", 0},
		"cells beside the columns":       {header + "Ann,A,a@b.com," + manyHeaders(10_000) + "\n" + good, "", "2  TOO_MANY_CELLS; 2  RAGGED_ROW", "2  TOO_MANY_CELLS; 2  RAGGED_ROW", 1},
		"a quote that nothing closes":    {header + "Ann,A,a@b.com,\"" + strings.Repeat("x,\n", 200_000), "", "2 notes UNCLOSED_QUOTE", "", 0},
		"JSON that is nested deeply":     {nested(5_000) + goodLine, "JSONL", "1 firstName INVALID_TYPE; 1 lastName REQUIRED; 1 emailAddress REQUIRED", "1 firstName INVALID_TYPE; 1 lastName REQUIRED; 1 emailAddress REQUIRED", 1},
		"JSON that is nested too deeply": {nested(20_000) + goodLine, "JSONL", "1  INVALID_JSON", "1  INVALID_JSON", 1},
		"JSON that has a name twice":     {strings.Replace(goodLine, "{", `{"firstName":"Bo",`, 1) + goodLine, "JSONL", "1 firstName DUPLICATE_COLUMN", "1 firstName DUPLICATE_COLUMN", 1},
	} {
		input := values{"match": "NONE"}
		switch c.input {
		case "*":
			input["mapping"] = []any{values{"header": "*"}}
		case "JSONL":
			input["format"] = "JSONL"
		}
		job := startImport(t, api, owner(), input)
		upload(t, api, owner(), job, c.file)
		done := ended(t, api, owner(), job)
		if got := problemsOfTable(t, download(t, api, done)); got != c.wrong || done["counts"].(values)["created"] != c.created {
			t.Errorf("%s: %v: %s, want %s", name, done["counts"], got, c.wrong)
		}
		head := c.file[:min(len(c.file), maxHead)]
		if got := problemsOfPreview(previewHead(t, api, input, head, len(head) == len(c.file))); got != c.preview {
			t.Errorf("%s: the preview tells %s, want %s", name, got, c.preview)
		}
	}
}

// problemsOfTable are the rows, columns and codes of a table of errors.
func problemsOfTable(t *testing.T, table string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, row := range rows[1:] {
		all = append(all, strings.Join(row[:3], " "))
	}
	return strings.Join(all, "; ")
}

// problemsOfPreview are those of a preview, of its header and then of its rows.
func problemsOfPreview(preview values) string {
	found := preview["problems"].([]any)
	for _, row := range preview["rows"].([]any) {
		found = append(found, row.(values)["problems"].([]any)...)
	}
	var all []string
	for _, p := range found {
		all = append(all, fmt.Sprint(p.(values)["row"], " ", p.(values)["column"], " ", p.(values)["code"]))
	}
	return strings.Join(all, "; ")
}
