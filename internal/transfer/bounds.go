package transfer

import (
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/sheet"
)

const (
	// maxBatch is the memory of a batch's rows in bytes from which it takes no more rows.
	// It depends only on the file, not on time, so that a resumed import makes the same
	// batches.
	maxBatch = 4 << 20
	// maxProblems bounds the problems of a row. One more problem says that there are
	// others.
	maxProblems = sheet.MaxFaults
	// maxShown bounds a header in problems, in bytes.
	maxShown = 200
	// overhead is roughly how many bytes of memory an entry of a list takes besides its
	// text.
	overhead = 40
)

// moreProblems is the problem that says that there are more than maxProblems.
func moreProblems() *client.Error {
	return &client.Error{Code: client.CodeTooMany, Message: sheet.MoreFaults}
}

// shown returns a header for problems, shortened if it is long.
func shown(header string) string {
	if len(header) <= maxShown {
		return header
	}
	return strings.ToValidUTF8(header[:maxShown], "") + "…"
}

// overheadOf returns roughly how many bytes of memory a value takes besides its text in
// the file.
func overheadOf(value any) int {
	size := 0
	switch v := value.(type) {
	case []string:
		size = overhead * len(v)
	case []any:
		for _, entry := range v {
			size += overhead + overheadOf(entry)
		}
	case map[string]any:
		for _, entry := range v {
			size += 2*overhead + overheadOf(entry)
		}
	}
	return size
}
