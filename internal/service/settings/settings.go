// Package settings changes a business and its custom fields, and rekeys its clients if
// their stored keys depend on the change.
package settings

import (
	"clientgraph/internal/service/writing"
)

// Settings changes a business and its custom fields, and rekeys its clients when their
// keys depend on a change. It is safe for concurrent use.
type Settings struct {
	*writing.Writes
	// rekeyRequests has a value when a business was marked for Rekey.
	rekeyRequests chan struct{}
}

// New returns the settings.
func New(writes *writing.Writes) *Settings {
	return &Settings{Writes: writes, rekeyRequests: make(chan struct{}, 1)}
}
