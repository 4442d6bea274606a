package model

import (
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/merge"
)

// MergedClient is a merged client with its survivor.
type MergedClient struct {
	client.MergedClient
	Survivor *loader.Client
}

// MergeReport is the report of a merge.
type MergeReport struct{ *merge.Report }

// Versions are the versions that the clients had before the merge.
func (r *MergeReport) Versions() []*merge.VersionOf { return pointers(r.Report.Versions) }

// Moves are what is added to the survivor's own entries.
func (r *MergeReport) Moves() []*merge.Move { return pointers(r.Report.Moves) }

// Fills are values for properties that were blank.
func (r *MergeReport) Fills() []*merge.Fill { return pointers(r.Report.Fills) }

// Aliases are the values that lose and become aliases.
func (r *MergeReport) Aliases() []*client.Alias { return pointers(r.Report.Aliases) }

// Conflicts are properties with different values.
func (r *MergeReport) Conflicts() []*MergeConflict {
	conflicts := make([]*MergeConflict, len(r.Report.Conflicts))
	for i := range conflicts {
		conflicts[i] = &MergeConflict{&r.Report.Conflicts[i]}
	}
	return conflicts
}

// MergeConflict is a property with different values.
type MergeConflict struct{ *merge.Conflict }

// WinnerClientID is the client whose value the survivor has after the merge.
func (c *MergeConflict) WinnerClientID() int64 { return c.WinnerID }

// Values are the values that are not blank.
func (c *MergeConflict) Values() []*merge.Value { return pointers(c.Conflict.Values) }

func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}
