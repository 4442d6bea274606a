package mongorules

import (
	"fmt"

	"clientgraph/internal/mongostore/schema"
)

// Definitions checks collections and their indexes against the rules of sharding, and
// returns the violations.
func Definitions(collections []schema.Collection) []string {
	var problems []string
	for _, c := range collections {
		if c.ShardKey == "" {
			continue
		}
		supported := c.ShardKey == "_id"
		for i := range c.Indexes {
			ix := &c.Indexes[i]
			begins := ix.Keys[0].Key == c.ShardKey
			if ix.Unique && !begins {
				problems = append(problems, fmt.Sprintf("%s.%s is unique and does not begin with the shard key %s", c.Name, ix.Name, c.ShardKey))
			}
			if begins && ix.Partial == nil {
				supported = true
			}
			if ix.Expire > 0 && (len(ix.Keys) > 1 || ix.Keys[0].Key == "_id") {
				problems = append(problems, fmt.Sprintf("%s.%s expires by other than one date", c.Name, ix.Name))
			}
		}
		if !supported {
			problems = append(problems, fmt.Sprintf("%s has no whole index that begins with its shard key %s", c.Name, c.ShardKey))
		}
	}
	return problems
}
