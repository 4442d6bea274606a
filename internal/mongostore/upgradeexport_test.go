package mongostore

import "clientgraph/internal/mongostore/record"

// Upgrading makes the store one of a version that has those upgrades.
func (s *Store) Upgrading(steps ...record.Upgrade) *Store {
	*s.codec = *record.NewCodec(steps)
	return s
}
