package client

import (
	"cmp"
	"maps"
	"slices"
)

// joined are clients put together by the identity keys that they share.
type joined struct {
	keys      []SharedKey
	dismissed map[IDPair]bool
	// towards leads from a client to a lower one of its group, and from the
	// lowest to itself.
	towards map[int64]int64
	// members are the clients of each group of two or more, ascending, by the
	// lowest of them.
	members map[int64][]int64
}

// join puts clients who share a key into one group, and with them whoever
// shares one with any of them, but for dismissed pairs. Likelier keys come
// first: a pair whose groups have no room for each other stays apart. The same
// keys, in whatever order, give the same groups.
func join(keys []SharedKey, dismissed map[IDPair]bool) *joined {
	j := &joined{keys: slices.Clone(keys), dismissed: dismissed, towards: map[int64]int64{}, members: map[int64][]int64{}}
	slices.SortFunc(j.keys, func(a, b SharedKey) int {
		return cmp.Or(cmp.Compare(rank(a.Key), rank(b.Key)), cmp.Compare(a.Key, b.Key))
	})
	sizes := map[int64]int{}
	j.pairs(func(_ string, pair IDPair) {
		low, high := j.group(pair[0]), j.group(pair[1])
		if low > high {
			low, high = high, low
		}
		size := max(sizes[low], 1) + max(sizes[high], 1)
		if low == high || size > MaxDuplicates {
			return
		}
		j.towards[high] = low
		sizes[low] = size
	})
	for _, id := range slices.Sorted(maps.Keys(j.towards)) {
		low := j.group(id)
		j.members[low] = append(j.members[low], id)
	}
	maps.DeleteFunc(j.members, func(_ int64, members []int64) bool { return len(members) < 2 })
	return j
}

// pairs visits each pair of clients who share a key and were not dismissed, once
// a key, in the order of the keys.
func (j *joined) pairs(visit func(key string, pair IDPair)) {
	for _, shared := range j.keys {
		for i, a := range shared.ClientIDs {
			for _, b := range shared.ClientIDs[i+1:] {
				if pair := (IDPair{a, b}); !j.dismissed[pair] {
					visit(shared.Key, pair)
				}
			}
		}
	}
}

// group is the lowest client of the group that the client is in.
func (j *joined) group(id int64) int64 {
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
func (j *joined) lowest() []int64 { return slices.Sorted(maps.Keys(j.members)) }

// shared tells, for each pair within those groups, which kinds of keys it
// shares.
func (j *joined) shared(groups []int64) map[int64]map[IDPair]map[string]bool {
	shared := make(map[int64]map[IDPair]map[string]bool, len(groups))
	for _, low := range groups {
		shared[low] = map[IDPair]map[string]bool{}
	}
	j.pairs(func(key string, pair IDPair) {
		low := j.group(pair[0])
		pairs := shared[low]
		if pairs == nil || j.group(pair[1]) != low {
			return
		}
		if pairs[pair] == nil {
			pairs[pair] = map[string]bool{}
		}
		pairs[pair][kindOf(key)] = true
	})
	return shared
}
