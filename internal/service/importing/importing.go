// Package importing stores clients of other systems unchanged, with their ids, dates and
// users.
package importing

import (
	"clientgraph/internal/service/reading"
)

// Importer stores clients unchanged, with their ids and dates. It is safe for concurrent
// use.
type Importer struct {
	*reading.Reads
}

// New returns the importer.
func New(reads *reading.Reads) *Importer {
	return &Importer{Reads: reads}
}
