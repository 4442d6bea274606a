package store

import (
	"context"
	"time"
)

// ImportKept is for how long it is known how far an import came: who imports a file
// again within that time gets none of its rows twice.
const ImportKept = 400 * 24 * time.Hour

// ImportPhase is what an import is at.
type ImportPhase string

// The phases. ImportRows brings in the rows, ImportEdges the viewer edges between
// their clients.
const (
	ImportRows  ImportPhase = "ROWS"
	ImportEdges ImportPhase = "EDGES"
	ImportDone  ImportPhase = "DONE"
)

// ImportCounts are how many rows made a client, changed one, left one as it was, and
// were refused.
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

// ImportProgress is how far an import came. It holds nothing of any person.
type ImportProgress struct {
	// Key is a digest of the file and of what was to be done with it.
	Key   []byte
	Phase ImportPhase
	// Part and Row are how far the phase came: all rows up to that number, of that
	// part, are done.
	Part, Row int64
	// FirstID is the first of the ids that are kept for the file's clients, one for
	// each of Rows.
	FirstID, Rows int64
	ImportCounts
	// Edges are how many rows had viewer edges brought in, EdgesRefused those whose
	// edges were refused.
	Edges, EdgesRefused int64
	Began, At           time.Time
}

// ImportTx is the part of Tx by which each row of an import is brought in once.
type ImportTx interface {
	// Imported finds how far an import came; nil when it did not begin.
	Imported(ctx context.Context, key []byte) (*ImportProgress, error)
	// KeepImported keeps how far it came when the transaction commits, in place of
	// what Imported found in it. Of two transactions that keep one import's progress
	// at once the second runs again.
	KeepImported(progress ImportProgress)
}
