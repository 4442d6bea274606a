package duplicates

import (
	"cmp"
	"maps"
	"slices"

	"clientgraph/internal/store"
)

// components are the connected components of the graph of clients whose edges are shared
// identity keys. It is a union-find.
type components struct {
	keys      []store.SharedKey
	dismissed map[store.IDPair]bool
	// parent maps each client to one with a lower id in its group, and the lowest, the
	// root, to itself.
	parent map[int64]int64
	// members are the clients of each group of two or more, ascending, by root.
	members map[int64][]int64
}

// connect puts clients who share a key, directly or through other clients, into one
// group, except dismissed pairs. Keys with stronger evidence come first: two groups that
// together would be larger than MaxDuplicates stay separate. The order of keys does not
// matter.
func connect(keys []store.SharedKey, dismissed map[store.IDPair]bool) *components {
	j := &components{keys: slices.Clone(keys), dismissed: dismissed, parent: map[int64]int64{}, members: map[int64][]int64{}}
	slices.SortFunc(j.keys, func(a, b store.SharedKey) int {
		return cmp.Or(cmp.Compare(rank(a.Key), rank(b.Key)), cmp.Compare(a.Key, b.Key))
	})
	sizes := map[int64]int{}
	for _, key := range j.keys {
		j.union(key.ClientIDs, sizes)
	}
	for _, id := range slices.Sorted(maps.Keys(j.parent)) {
		low := j.root(id)
		j.members[low] = append(j.members[low], id)
	}
	maps.DeleteFunc(j.members, func(_ int64, members []int64) bool { return len(members) < 2 })
	return j
}

// union joins the clients that share a key, pair by pair, unless the pair was dismissed
// or their groups would together be larger than MaxDuplicates. sizes are those of the
// groups.
func (j *components) union(ids []int64, sizes map[int64]int) {
	for i, a := range ids {
		together := true
		for _, b := range ids[i+1:] {
			low, high := j.root(a), j.root(b)
			if low == high {
				continue
			}
			low, high = min(low, high), max(low, high)
			size := max(sizes[low], 1) + max(sizes[high], 1)
			if j.dismissed[store.IDPair{a, b}] || size > MaxDuplicates {
				together = false
				continue
			}
			j.parent[high] = low
			sizes[low] = size
		}
		if together {
			// All are in one group now.
			return
		}
	}
}

// root returns the lowest client in a client's group.
func (j *components) root(id int64) int64 {
	for {
		next, known := j.parent[id]
		if !known {
			j.parent[id] = id
			return id
		}
		if next == id {
			return id
		}
		// Path halving: the next look-up takes half as many steps.
		j.parent[id] = j.parent[next]
		id = next
	}
}

// roots returns the roots of the groups of two or more, ascending.
func (j *components) roots() []int64 { return slices.Sorted(maps.Keys(j.members)) }

// shared returns the kinds of keys that each pair within those groups shares, by root and
// pair.
func (j *components) shared(groups []int64) map[int64]map[store.IDPair]map[string]bool {
	shared := make(map[int64]map[store.IDPair]map[string]bool, len(groups))
	for _, low := range groups {
		shared[low] = map[store.IDPair]map[string]bool{}
	}
	for _, key := range j.keys {
		members := map[int64][]int64{}
		for _, id := range key.ClientIDs {
			if low := j.root(id); shared[low] != nil {
				members[low] = append(members[low], id)
			}
		}
		for low, ids := range members {
			for i, a := range ids {
				for _, b := range ids[i+1:] {
					pair := store.IDPair{a, b}
					if j.dismissed[pair] {
						continue
					}
					if shared[low][pair] == nil {
						shared[low][pair] = map[string]bool{}
					}
					shared[low][pair][kindOf(key.Key)] = true
				}
			}
		}
	}
	return shared
}
