package store

import (
	"context"
	"time"
)

// ImportKept is how long the progress of an import is stored. A file that is imported
// again within that time imports no row twice.
const ImportKept = 400 * 24 * time.Hour

// ImportPhase is the phase of an import.
type ImportPhase string

// The phases. ImportRows imports the rows, ImportEdges the viewer edges between their
// clients.
const (
	ImportRows  ImportPhase = "ROWS"
	ImportEdges ImportPhase = "EDGES"
	ImportDone  ImportPhase = "DONE"
)

// ImportCounts are the numbers of rows that created a client, changed one, left one as it
// was, and were refused.
type ImportCounts struct {
	Created, Changed, Left, Refused int64
}

// Add adds other counts.
func (c *ImportCounts) Add(o ImportCounts) {
	c.Created += o.Created
	c.Changed += o.Changed
	c.Left += o.Left
	c.Refused += o.Refused
}

// ImportProgress is the progress of an import. It has no personal data.
type ImportProgress struct {
	// Key is a digest of the file and of the import's options.
	Key   []byte
	Phase ImportPhase
	// Part and Row are the progress of the phase: all rows of that part up to that number
	// are done.
	Part, Row int64
	// FirstID is the first of the ids that are reserved for the file's clients, one for
	// each of Rows.
	FirstID, Rows int64
	ImportCounts
	// Edges is the number of rows whose viewer edges were imported, EdgesRefused that of
	// rows whose edges were refused.
	Edges, EdgesRefused int64
	Began, At           time.Time
}

// ImportTx is the part of Tx that stores the progress of imports, so that each row is
// imported only once.
type ImportTx interface {
	// Imported finds the progress of an import; nil if it has not begun.
	Imported(ctx context.Context, key []byte) (*ImportProgress, error)
	// KeepImported replaces the progress that Imported found when the transaction commits.
	// If two transactions do so for one import at the same time, the second runs again.
	KeepImported(progress ImportProgress)
}
