package duplicates

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

const (
	// MaxDuplicates bounds a group, so that one merge can take it, and a dismissal.
	MaxDuplicates = 50
	// maxSharers is the most clients that may share an identity key. A family's telephone
	// is evidence, a company's is not.
	maxSharers = 50
)

// evidence has, for each reason alone, the probability that two clients are one person.
// Pairs are found by shared keys. A name alone is too common for that: it only adds to
// the score of a pair that was found by another key.
var evidence = []struct {
	reason store.DuplicateReason
	// key is the kind of the shared identity key; empty for SameName.
	key    string
	weight float64
}{
	// One person has the login in another system.
	{store.SameExternalUserName, search.KeyExternalUser, 0.9},
	// Two people of one name are seldom born on one day.
	{store.SameNameAndBirthDate, search.KeyNameAndBirth, 0.9},
	// Couples share an address, and parents give theirs for their children.
	{store.SameEmail, search.KeyEmail, 0.5},
	// Whole households share a telephone.
	{store.SamePhone, search.KeyPhone, 0.4},
	// The name tells members of a household apart.
	{store.SameName, "", 0.6},
}

// DuplicatePair is a pair of clients who may be one person.
type DuplicatePair struct {
	// ClientIDs are the two ids, ascending.
	ClientIDs []int64
	// Score is the probability that they are one person, from 0 to 1: that at least one
	// of the reasons is right, by the weights in evidence.
	Score   float64
	Reasons []store.DuplicateReason
}

// DuplicateGroup has clients that each look like another one in the group: two to
// MaxDuplicates, ordered by id.
type DuplicateGroup struct {
	Clients []*client.Client
	// Pairs are the pairs of the group that have a reason, most probable first, then by
	// ids. Two clients may be in one group because both look like a third one.
	Pairs []DuplicatePair
}

// Duplicates is a page of groups, ordered by each group's lowest clientId: unlike a
// score, that does not change when another pair is merged or dismissed.
type Duplicates struct {
	Groups      []DuplicateGroup
	Cursors     []string
	HasNext     bool
	HasPrevious bool
	TotalCount  int64
	// FoundAt is when the duplicates were searched for.
	FoundAt time.Time
}

// Duplicates finds the first groups of live duplicate clients after a cursor. Clients who
// share an identity key are duplicates, unless over maxSharers clients have the key or
// the pair was dismissed. If chains of pairs would make a group larger than
// MaxDuplicates, the most probable pairs stay together. A page after a cursor may use
// keys that an earlier page read less than reading.SnapshotTime ago. Errors: FORBIDDEN,
// OUT_OF_RANGE, INVALID_CURSOR.
func (s *Finder) Duplicates(ctx context.Context, scope client.Scope, first int64, after *string, need client.Selection) (*Duplicates, error) {
	if err := reading.Permit(scope, client.Merge, false); err != nil {
		return nil, err
	}
	afterID, errs := checkDuplicates(scope, first, after)
	if errs != nil {
		return nil, errs
	}
	keys, err := s.shared.Read(scope, after == nil, s.Instant(), func() ([]store.SharedKey, error) {
		return s.Store.SharedKeys(ctx, scope, maxSharers)
	})
	if err != nil {
		return nil, fmt.Errorf("find shared identities: %w", err)
	}
	dismissed, err := s.dismissed(ctx, scope, keys.Entries)
	if err != nil {
		return nil, err
	}
	found := connect(keys.Entries, dismissed)
	lowest := found.roots()
	start, _ := slices.BinarySearch(lowest, afterID+1)
	answer := &Duplicates{FoundAt: keys.At, HasPrevious: start > 0, TotalCount: int64(len(lowest))}
	for next := start; next < len(lowest) && int64(len(answer.Groups)) < first; {
		// If groups have disappeared, the following ones take their places: a page
		// without groups would have no cursor to continue from.
		end := min(next+int(first)-len(answer.Groups), len(lowest))
		page := lowest[next:end]
		groups, err := s.describe(ctx, scope, found, page, need)
		if err != nil {
			return nil, err
		}
		for i, group := range groups {
			if len(group.Pairs) > 0 {
				answer.Groups = append(answer.Groups, group)
				answer.Cursors = append(answer.Cursors, reading.EncodeCursor(duplicatesIdentity(scope), strconv.FormatInt(page[i], 10)))
			}
		}
		next, answer.HasNext = end, end < len(lowest)
	}
	return answer, nil
}

// duplicatesIdentity identifies the list that cursors of a business's groups belong to.
func duplicatesIdentity(scope client.Scope) []byte {
	return fmt.Appendf(nil, "duplicates:%d", scope.BusinessID)
}

func checkDuplicates(scope client.Scope, first int64, after *string) (afterID int64, errs client.Errors) {
	if first < 1 || first > reading.MaxConnection {
		errs = append(errs, client.Path{"first"}.At(client.OutOfRange(reading.MaxConnection)))
	}
	if after == nil {
		return math.MinInt64, errs
	}
	key, failure := reading.DecodeCursor(duplicatesIdentity(scope), "after", *after)
	if failure == nil {
		var err error
		if afterID, err = strconv.ParseInt(key, 10, 64); err != nil || afterID == math.MaxInt64 {
			failure = client.Path{"after"}.At(&client.Error{Code: client.CodeInvalidCursor, Message: "want a cursor that this connection answered in after, unchanged"})
		}
	}
	if failure != nil {
		errs = append(errs, failure)
	}
	return afterID, errs
}

// dismissed returns the pairs that share a key, were dismissed, and have not changed
// their identities since.
func (s *Finder) dismissed(ctx context.Context, scope client.Scope, keys []store.SharedKey) (map[store.IDPair]bool, error) {
	sharing := map[int64]bool{}
	for _, key := range keys {
		for _, id := range key.ClientIDs {
			sharing[id] = true
		}
	}
	dismissals, err := s.Store.Dismissals(ctx, scope, func(pair store.IDPair) bool { return sharing[pair[0]] && sharing[pair[1]] })
	if err != nil {
		return nil, fmt.Errorf("find dismissals: %w", err)
	}
	if len(dismissals) == 0 {
		return nil, nil
	}
	var ids []int64
	for _, d := range dismissals {
		ids = append(ids, d.Pair[:]...)
	}
	clients, err := s.Store.ClientsByID(ctx, scope, client.SortedSet(ids), false, identityNeed())
	if err != nil {
		return nil, fmt.Errorf("find dismissed clients: %w", err)
	}
	identities := make(map[int64]string, len(clients))
	for _, c := range clients {
		identities[c.ClientID] = string(search.Digest(c))
	}
	pairs := map[store.IDPair]bool{}
	for _, d := range dismissals {
		if identities[d.Pair[0]] == string(d.Identities[0]) && identities[d.Pair[1]] == string(d.Identities[1]) {
			pairs[d.Pair] = true
		}
	}
	return pairs, nil
}

// describe loads the clients of the groups with those roots, and gives each pair its
// reasons. Clients that were deleted meanwhile leave their group; a group of one has no
// pairs.
func (s *Finder) describe(ctx context.Context, scope client.Scope, found *components, lowest []int64, need client.Selection) ([]DuplicateGroup, error) {
	if len(lowest) == 0 {
		return nil, nil
	}
	var ids []int64
	for _, low := range lowest {
		ids = append(ids, found.members[low]...)
	}
	clients, err := s.Store.ClientsByID(ctx, scope, ids, false, need.With(identityNeed()))
	if err != nil {
		return nil, fmt.Errorf("find duplicates: %w", err)
	}
	byID := make(map[int64]*client.Client, len(clients))
	for _, c := range clients {
		byID[c.ClientID] = c
	}
	shared := found.shared(lowest)
	groups := make([]DuplicateGroup, len(lowest))
	for i, low := range lowest {
		group := &groups[i]
		paired := map[int64]bool{}
		for pair, kinds := range shared[low] {
			if a, b := byID[pair[0]], byID[pair[1]]; a != nil && b != nil {
				group.Pairs = append(group.Pairs, scorePair(a, b, kinds))
				paired[pair[0]], paired[pair[1]] = true, true
			}
		}
		slices.SortFunc(group.Pairs, likeliestFirst)
		for _, id := range found.members[low] {
			if paired[id] {
				group.Clients = append(group.Clients, byID[id])
			}
		}
	}
	return groups, nil
}

// scorePair returns the reasons why two clients that share identity keys of those kinds
// look like one person, and the score.
func scorePair(a, b *client.Client, kinds map[string]bool) DuplicatePair {
	pair := DuplicatePair{ClientIDs: []int64{a.ClientID, b.ClientID}}
	mistaken := 1.0
	for _, e := range evidence {
		given := kinds[e.key]
		if e.reason == store.SameName {
			// SameNameAndBirthDate includes the name already.
			given = !kinds[search.KeyNameAndBirth] && search.IdentityName(a) != "" && search.IdentityName(a) == search.IdentityName(b)
		}
		if given {
			pair.Reasons = append(pair.Reasons, e.reason)
			mistaken *= 1 - e.weight
		}
	}
	// Rounded, to hide the floating-point errors of the product.
	pair.Score = math.Round((1-mistaken)*1e4) / 1e4
	return pair
}

func likeliestFirst(a, b DuplicatePair) int {
	if a.Score != b.Score {
		if a.Score > b.Score {
			return -1
		}
		return 1
	}
	return slices.Compare(a.ClientIDs, b.ClientIDs)
}

// identityNeed selects what Client.identity and SameName read.
func identityNeed() client.Selection {
	need := client.Select(client.NameIdentityKeys, "dateOfBirth")
	need.AddField("fullName")
	return need
}

// kindOf returns the kind of an identity key.
func kindOf(key string) string { return key[:strings.IndexByte(key, ':')+1] }

// rank is the place of a key's kind in evidence, most probable first.
func rank(key string) int {
	for i, e := range evidence {
		if e.key == kindOf(key) {
			return i
		}
	}
	return len(evidence)
}
