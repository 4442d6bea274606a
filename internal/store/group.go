package store

import (
	"time"
)

// LocationGroup is a named set of the scheduler's locations, by which reports
// are filtered.
type LocationGroup struct {
	LocationGroupID int64
	Name            string
	// LocationIDs are ascending, each once.
	LocationIDs  []int64
	ModifiedDate time.Time
}

// KnownGroup is a stored location group. A deleted group stays stored, so that an older
// entry does not bring it back.
type KnownGroup struct {
	LocationGroup
	Removed bool
}

// Group returns the group; nil if it was deleted.
func (g *KnownGroup) Group() *LocationGroup {
	if g.Removed {
		return nil
	}
	return &g.LocationGroup
}
