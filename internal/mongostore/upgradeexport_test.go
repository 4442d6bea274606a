package mongostore

import "go.mongodb.org/mongo-driver/v2/bson"

// Upgrade is an upgrade, for tests, which have some of their own.
type Upgrade struct {
	Reads map[string][]string
	Drops []string
	Apply func(bson.D) bson.D
}

// Upgrading makes the store one of a version that has those upgrades.
func (s *Store) Upgrading(steps ...Upgrade) *Store {
	var list []upgrade
	for _, step := range steps {
		list = append(list, upgrade{step.Reads, step.Drops, step.Apply})
	}
	*s.codec = *newCodec(list)
	return s
}
