package duplicates

import (
	"cmp"
	"maps"
	"slices"

	"clientgraph/internal/store"
)

// components are clients put together by the identity keys that they share.
type components struct {
	keys      []store.SharedKey
	dismissed map[store.IDPair]bool
	// towards leads from a client to a lower one of its group, and from the
	// lowest to itself.
	towards map[int64]int64
	// members are the clients of each group of two or more, ascending, by the
	// lowest of them.
	members map[int64][]int64
}

// connect puts clients who share a key into one group, and with them whoever
// shares one with any of them, but for dismissed pairs. Likelier keys come
// first: a pair whose groups have no room for each other stays apart. The same
// keys, in whatever order, give the same groups.
func connect(keys []store.SharedKey, dismissed map[store.IDPair]bool) *components {
	j := &components{keys: slices.Clone(keys), dismissed: dismissed, towards: map[int64]int64{}, members: map[int64][]int64{}}
	slices.SortFunc(j.keys, func(a, b store.SharedKey) int {
		return cmp.Or(cmp.Compare(rank(a.Key), rank(b.Key)), cmp.Compare(a.Key, b.Key))
	})
	sizes := map[int64]int{}
	for _, key := range j.keys {
		j.unite(key.ClientIDs, sizes)
	}
	for _, id := range slices.Sorted(maps.Keys(j.towards)) {
		low := j.group(id)
		j.members[low] = append(j.members[low], id)
	}
	maps.DeleteFunc(j.members, func(_ int64, members []int64) bool { return len(members) < 2 })
	return j
}

// unite puts those who share a key into one group, pair by pair, where they were
// not dismissed and their groups, of those sizes, have room for each other.
func (j *components) unite(ids []int64, sizes map[int64]int) {
	for i, a := range ids {
		together := true
		for _, b := range ids[i+1:] {
			low, high := j.group(a), j.group(b)
			if low == high {
				continue
			}
			low, high = min(low, high), max(low, high)
			size := max(sizes[low], 1) + max(sizes[high], 1)
			if j.dismissed[store.IDPair{a, b}] || size > MaxDuplicates {
				together = false
				continue
			}
			j.towards[high] = low
			sizes[low] = size
		}
		if together {
			// Nothing is left to do for the further pairs.
			return
		}
	}
}

// group is the lowest client of the group that the client is in.
func (j *components) group(id int64) int64 {
	for {
		next, known := j.towards[id]
		if !known {
			j.towards[id] = id
			return id
		}
		if next == id {
			return id
		}
		// Halving the way makes the next one shorter.
		j.towards[id] = j.towards[next]
		id = next
	}
}

// lowest are the groups, each as its lowest client, ascending.
func (j *components) lowest() []int64 { return slices.Sorted(maps.Keys(j.members)) }

// shared tells, for each pair within those groups, which kinds of keys it
// shares.
func (j *components) shared(groups []int64) map[int64]map[store.IDPair]map[string]bool {
	shared := make(map[int64]map[store.IDPair]map[string]bool, len(groups))
	for _, low := range groups {
		shared[low] = map[store.IDPair]map[string]bool{}
	}
	for _, key := range j.keys {
		members := map[int64][]int64{}
		for _, id := range key.ClientIDs {
			if low := j.group(id); shared[low] != nil {
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
