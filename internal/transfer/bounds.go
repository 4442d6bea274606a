package transfer

import (
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/sheet"
)

const (
	// maxBatch is at how much memory of its rows, in bytes, a batch takes no more of
	// them. It counts what the file holds, and no time, so that an import that goes on
	// after a row has the same rows after it.
	maxBatch = 4 << 20
	// maxProblems bounds what is told of a row. One problem more says that there are more.
	maxProblems = sheet.MaxFaults
	// maxShown bounds a header where problems show it, in bytes.
	maxShown = 200
	// overhead is about what an entry of a list takes beside its bytes in the file.
	overhead = 40
)

// moreProblems is the problem that stands for all beyond maxProblems.
func moreProblems() *client.Error {
	return &client.Error{Code: client.CodeTooMany, Message: sheet.MoreFaults}
}

// shown is a header as problems show it: its beginning, where it is long.
func shown(header string) string {
	if len(header) <= maxShown {
		return header
	}
	return strings.ToValidUTF8(header[:maxShown], "") + "…"
}

// overheadOf is about what a value takes in memory beside its bytes in the file.
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
