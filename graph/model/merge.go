package model

import (
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/merge"
)

// MergedClient is a client that was merged, with the client that it is now.
type MergedClient struct {
	client.MergedClient
	Survivor *loader.Client
}

// MergeReport is what a merge does.
type MergeReport struct{ *merge.Report }

// Versions are those that the clients had.
func (r *MergeReport) Versions() []*merge.VersionOf { return pointers(r.Report.Versions) }

// Moves are what is added to the survivor's own entries.
func (r *MergeReport) Moves() []*merge.Move { return pointers(r.Report.Moves) }

// Fills are values of blank properties.
func (r *MergeReport) Fills() []*merge.Fill { return pointers(r.Report.Fills) }

// Aliases are values that lose.
func (r *MergeReport) Aliases() []*client.Alias { return pointers(r.Report.Aliases) }

// Conflicts are properties of different values.
func (r *MergeReport) Conflicts() []*MergeConflict {
	conflicts := make([]*MergeConflict, len(r.Report.Conflicts))
	for i := range conflicts {
		conflicts[i] = &MergeConflict{&r.Report.Conflicts[i]}
	}
	return conflicts
}

// MergeConflict is a property of different values.
type MergeConflict struct{ *merge.Conflict }

// WinnerClientID is whose value the survivor has afterwards.
func (c *MergeConflict) WinnerClientID() int64 { return c.WinnerID }

// Values are those that are not blank.
func (c *MergeConflict) Values() []*merge.Value { return pointers(c.Conflict.Values) }

func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}
