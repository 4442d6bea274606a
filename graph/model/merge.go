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
type MergeReport struct{ *merge.MergeReport }

// Versions are those that the clients had.
func (r *MergeReport) Versions() []*merge.VersionOf { return pointers(r.MergeReport.Versions) }

// Moves are what the survivor gets beside its own.
func (r *MergeReport) Moves() []*merge.MergeMove { return pointers(r.MergeReport.Moves) }

// Fills are values of blank properties.
func (r *MergeReport) Fills() []*merge.MergeFill { return pointers(r.MergeReport.Fills) }

// Aliases are values that lose.
func (r *MergeReport) Aliases() []*client.Alias { return pointers(r.MergeReport.Aliases) }

// Conflicts are properties of different values.
func (r *MergeReport) Conflicts() []*MergeConflict {
	conflicts := make([]*MergeConflict, len(r.MergeReport.Conflicts))
	for i := range conflicts {
		conflicts[i] = &MergeConflict{&r.MergeReport.Conflicts[i]}
	}
	return conflicts
}

// MergeConflict is a property of different values.
type MergeConflict struct{ *merge.MergeConflict }

// WinnerClientID is whose value the survivor has afterwards.
func (c *MergeConflict) WinnerClientID() int64 { return c.WinnerID }

// Values are those that are not blank.
func (c *MergeConflict) Values() []*merge.MergeValue { return pointers(c.MergeConflict.Values) }

func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}
