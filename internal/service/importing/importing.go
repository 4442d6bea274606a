// Package importing stores clients of other systems as they are, with the ids,
// dates and users that they have there.
package importing

import (
	"clientgraph/internal/service/reading"
)

// Importer stores clients as they are, with the ids and dates that they have. It
// is safe for concurrent use.
type Importer struct {
	*reading.Reads
}

// New returns the importer; it reads through reads.
func New(reads *reading.Reads) *Importer {
	return &Importer{Reads: reads}
}
