package mongostore_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/service/duplicates"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

func ownerOf(businessID int64) client.Scope {
	return client.Scope{
		BusinessID: businessID, User: "owner", Role: client.RoleOwner,
		Permissions: client.AllPermissions, Rows: client.Rows{All: true},
	}
}

// groups reads groups a page at a time.
func (p *process) groups(t rapid.TB, scope client.Scope, size int64) []group {
	t.Helper()
	var all []group
	var after *string
	for {
		found, err := p.service.Duplicates(context.Background(), scope, size, after, client.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range found.Groups {
			plain := group{Pairs: g.Pairs}
			for _, c := range g.Clients {
				plain.Clients = append(plain.Clients, c.ClientID)
			}
			all = append(all, plain)
		}
		if found.HasPrevious != (after != nil) {
			t.Fatalf("HasPrevious is %v after %d groups", found.HasPrevious, len(all))
		}
		if !found.HasNext {
			if found.TotalCount != int64(len(all)) {
				t.Fatalf("TotalCount is %d of %d groups", found.TotalCount, len(all))
			}
			return all
		}
		if int64(len(found.Groups)) != size {
			t.Fatalf("a page of %d has %d groups and is not the last", size, len(found.Groups))
		}
		after = &found.Cursors[len(found.Cursors)-1]
	}
}

// TestDuplicatesAreThoseOfComparingEveryoneWithEveryone imports, changes,
// deletes, dismisses and takes dismissals back at random, and after each step asks for all groups.
func TestDuplicatesAreThoseOfComparingEveryoneWithEveryone(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	businessID := int64(0)
	testsize.Check(t, testsize.Of(5, 50, 500), func(t *rapid.T) {
		businessID++
		scope := ownerOf(businessID)
		clients := make([]*client.Client, rapid.IntRange(2, 16).Draw(t, "clients"))
		twins := make([]*twin, len(clients))
		byID := map[int64]*twin{}
		for i := range clients {
			clients[i] = &client.Client{Lifecycle: client.Live, Status: client.StatusActive}
		}
		if err := p.service.AssignIDs(context.Background(), clients); err != nil {
			t.Fatal(err)
		}
		for i, c := range clients {
			twins[i] = draw(t, c)
			byID[c.ClientID] = twins[i]
		}
		if err := p.service.Import(context.Background(), scope, clients, func(int) {}); err != nil {
			t.Fatal(err)
		}
		dismissed := dismissals{}
		check := func() {
			t.Helper()
			want := everyoneWithEveryone(twins, dismissed)
			got := p.groups(t, scope, rapid.Int64Range(1, 4).Draw(t, "size"))
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("groups (-everyone with everyone +found):\n%s", diff)
			}
		}
		check()
		t.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { check() },
			"dismiss": func(t *rapid.T) {
				var ids []client.ID
				var chosen []*twin
				for _, m := range rapid.SliceOfNDistinct(rapid.SampledFrom(twins), 2, min(4, len(twins)), func(m *twin) int64 { return m.id }).Draw(t, "dismissed") {
					if !m.deleted {
						ids, chosen = append(ids, client.ID{Number: m.id}), append(chosen, m)
					}
				}
				if len(ids) < 2 {
					t.Skip("too few live clients")
				}
				count, err := p.service.DismissDuplicates(context.Background(), scope, ids)
				if err != nil {
					t.Fatal(err)
				}
				if want := int64(len(ids) * (len(ids) - 1) / 2); count != want {
					t.Fatalf("dismissed %d pairs of %d clients", count, len(ids))
				}
				for _, a := range chosen {
					for _, b := range chosen {
						if a.id < b.id {
							dismissed[[2]*twin{a, b}] = [2]string{a.identity(), b.identity()}
						}
					}
				}
			},
			"undismiss": func(t *rapid.T) {
				var ids []client.ID
				taken := dismissals{}
				for _, m := range rapid.SliceOfNDistinct(rapid.SampledFrom(twins), 2, min(4, len(twins)), func(m *twin) int64 { return m.id }).Draw(t, "taken back") {
					if m.deleted {
						continue
					}
					for _, id := range ids {
						a, b := byID[min(id.Number, m.id)], byID[max(id.Number, m.id)]
						if was, is := dismissed[[2]*twin{a, b}]; is {
							taken[[2]*twin{a, b}] = was
						}
					}
					ids = append(ids, client.ID{Number: m.id})
				}
				if len(ids) < 2 {
					t.Skip("too few live clients")
				}
				count, err := p.service.UndismissDuplicates(context.Background(), scope, ids)
				if err != nil {
					t.Fatal(err)
				}
				if count != int64(len(taken)) {
					t.Fatalf("took %d dismissals back, want %d", count, len(taken))
				}
				for pair := range taken {
					delete(dismissed, pair)
				}
			},
			"change name": func(t *rapid.T) {
				m := rapid.SampledFrom(twins).Draw(t, "changed")
				name := rapid.SampledFrom(names()[:7]).Draw(t, "name")
				if m.deleted || name.text == "" {
					t.Skip("not to be changed")
				}
				if _, err := p.service.Patch(context.Background(), scope, client.ID{Number: m.id}, client.Values{"fullName": name.text}, nil); err != nil {
					t.Fatal(err)
				}
				m.name = name.means
			},
			"delete or restore": func(t *rapid.T) {
				m := rapid.SampledFrom(twins).Draw(t, "moved")
				move := p.service.Delete
				if m.deleted {
					move = p.service.Restore
				}
				if _, err := move(context.Background(), scope, client.ID{Number: m.id}, nil); err != nil {
					t.Fatal(err)
				}
				m.deleted = !m.deleted
			},
		})
	})
}

// several are n clients who differ in everything but what the two functions say.
func several(n int, with func(i int, c *client.Client)) []*client.Client {
	clients := make([]*client.Client, n)
	for i := range clients {
		clients[i] = &client.Client{
			Lifecycle: client.Live, Status: client.StatusActive,
			StoredFullName: new(fmt.Sprintf("Person %d", i)),
			EmailAddress:   new(fmt.Sprintf("person%d@example.com", i)),
		}
		with(i, clients[i])
	}
	return clients
}

func (p *process) importAll(t *testing.T, scope client.Scope, clients []*client.Client) {
	t.Helper()
	if err := p.service.Import(t.Context(), scope, clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
}

// TestDuplicatesPassOverWhatManyShare: 50 clients with one telephone are a
// group, 51 are customers of a company.
func TestDuplicatesPassOverWhatManyShare(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	for n, want := range map[int]int{50: 1, 51: 0} {
		scope := ownerOf(int64(n))
		p.importAll(t, scope, several(n, func(_ int, c *client.Client) { c.CellPhone = new("212-555-0142") }))
		groups := p.groups(t, scope, 10)
		if len(groups) != want {
			t.Fatalf("%d clients with one phone number are %d groups, want %d", n, len(groups), want)
		}
		if want == 1 && (len(groups[0].Clients) != n || len(groups[0].Pairs) != n*(n-1)/2) {
			t.Errorf("the group has %d clients and %d pairs", len(groups[0].Clients), len(groups[0].Pairs))
		}
	}
}

// TestDuplicatesStayMergeable: a chain of 120 clients, each of whom shares
// something with the next, is told in groups that can be merged, and the
// likelier pairs of it are not torn apart.
func TestDuplicatesStayMergeable(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	scope := ownerOf(1)
	const n = 120
	clients := several(n, func(i int, c *client.Client) {
		// Neighbours share a telephone; every other one shares a user name with the
		// next. Counted off by telephones alone, fifty would end within such a pair.
		c.CellPhone = new(fmt.Sprintf("212-555-%04d", i))
		c.HomePhone = new(fmt.Sprintf("212-555-%04d", i+1))
		c.ExternalUserName = new(fmt.Sprintf("user%d", (i+1)/2))
	})
	p.importAll(t, scope, clients)
	groups := p.groups(t, scope, 1)
	pairs, covered := map[string]bool{}, 0
	for _, g := range groups {
		if len(g.Clients) > duplicates.MaxDuplicates {
			t.Errorf("a group has %d clients", len(g.Clients))
		}
		covered += len(g.Clients)
		for _, pair := range g.Pairs {
			pairs[fmt.Sprint(pair.ClientIDs)] = true
		}
	}
	if covered != n {
		t.Errorf("%d of %d clients are in a group", covered, n)
	}
	for i := 1; i+1 < n; i += 2 {
		if !pairs[fmt.Sprint([]int64{clients[i].ClientID, clients[i+1].ClientID})] {
			t.Errorf("clients %d and %d share a user name and were torn apart", i, i+1)
		}
	}
	if diff := gocmp.Diff(groups, p.groups(t, scope, 7)); diff != "" {
		t.Errorf("asked again, the groups differ:\n%s", diff)
	}
}

// going is a store where some clients go after their keys were read.
type going struct {
	store.Store
	gone map[int64]bool
}

func (g *going) ClientsByID(ctx context.Context, scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]*client.Client, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return g.gone[id] })
	return g.Store.ClientsByID(ctx, scope, ids, withDeleted, need)
}

// TestDuplicatesThatWentLeaveRoom: a page of which groups went while it was read
// has the following ones, so that whoever pages has a cursor to go on from.
func TestDuplicatesThatWentLeaveRoom(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	scope := ownerOf(1)
	clients := several(12, func(i int, c *client.Client) { c.CellPhone = new(fmt.Sprintf("212-555-%04d", i/2)) })
	p.importAll(t, scope, clients)
	id := func(group int) int64 { return clients[2*group].ClientID }
	service := p.over(&going{Store: p.store, gone: map[int64]bool{id(0): true, id(1): true, id(3): true, id(5): true}})
	var after *string
	for i, want := range []struct {
		lowest []int64
		next   bool
	}{{[]int64{id(2), id(4)}, true}, {nil, false}} {
		found, err := service.Duplicates(t.Context(), scope, 2, after, client.Selection{})
		must(t, err)
		var lowest []int64
		for _, group := range found.Groups {
			lowest = append(lowest, group.Clients[0].ClientID)
		}
		if !slices.Equal(lowest, want.lowest) || found.HasNext != want.next || len(found.Cursors) != len(lowest) {
			t.Fatalf("page %d has the groups %v of %v, and more: %v", i, lowest, want.lowest, found.HasNext)
		}
		if i == 0 {
			after = &found.Cursors[1]
		}
	}
}

// TestDuplicatesOfOneBusinessOnly: what clients of two businesses share makes no
// group, and a dismissal counts in its own business only.
func TestDuplicatesOfOneBusinessOnly(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	same := func(_ int, c *client.Client) { c.EmailAddress = new("ada@example.com") }
	one, other := several(2, same), several(1, same)
	p.importAll(t, ownerOf(1), one)
	p.importAll(t, ownerOf(2), other)
	if groups := p.groups(t, ownerOf(2), 10); groups != nil {
		t.Errorf("business 2 has one client and the groups %v", groups)
	}
	if groups := p.groups(t, ownerOf(1), 10); len(groups) != 1 || len(groups[0].Clients) != 2 {
		t.Errorf("business 1 has two clients of one address and the groups %v", groups)
	}
}

// TestDuplicatePhonesAreReadInTheBusinesssRegion: the same digits are one number
// in Britain, where both were typed without a country code.
func TestDuplicatePhonesAreReadInTheBusinesssRegion(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	british := client.DefaultBusiness(44)
	british.PhoneRegion = "GB"
	if err := p.store.PutBusiness(t.Context(), british); err != nil {
		t.Fatal(err)
	}
	for businessID, want := range map[int64]int{44: 1, 1: 0} {
		p.importAll(t, ownerOf(businessID), several(2, func(i int, c *client.Client) {
			c.CellPhone = new([]string{"020 7946 0958", "+44 (0)20 7946-0958"}[i])
		}))
		if groups := p.groups(t, ownerOf(businessID), 10); len(groups) != want {
			t.Errorf("business %d has %d groups, want %d", businessID, len(groups), want)
		}
	}
}

// TestDuplicateReadsUseIndexes explains every command that the reads of
// duplicates send, for many groups as for few.
func TestDuplicateReadsUseIndexes(t *testing.T) {
	t.Parallel()
	recorded := &recorder{}
	db := testdb.New(t)
	p := openProcess(t, db, recorded.monitor())
	explainer := openProcess(t, db, nil)
	for businessID, n := range map[int64]int{1: 8, 2: 400} {
		scope := ownerOf(businessID)
		clients := several(n, func(i int, c *client.Client) { c.CellPhone = new(fmt.Sprintf("212-555-%04d", i/4)) })
		// Who writes has rows numbered, too.
		explainer.importAll(t, scope, clients)
		recorded.taken()
		_, err := p.service.DismissDuplicates(t.Context(), scope, []client.ID{{Number: clients[0].ClientID}, {Number: clients[1].ClientID}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.service.Duplicates(t.Context(), scope, 100, nil, client.SelectAll()); err != nil {
			t.Fatal(err)
		}
		if _, err := p.service.UndismissDuplicates(t.Context(), scope, []client.ID{{Number: clients[0].ClientID}, {Number: clients[1].ClientID}}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.service.EmailInUse(t.Context(), scope, "nobody@example.com"); err != nil {
			t.Fatal(err)
		}
		sent := recorded.taken()
		checkPlans(t, explainer, "duplicates", sent)
		// The clients to dismiss; shared keys, dismissals, the identities of who was
		// dismissed, the clients of the page; the clients whose dismissal is
		// taken back; an address.
		if len(sent) != 7 {
			t.Errorf("%d clients cost %d reads, want 7: %v", n, len(sent), sent)
		}
	}
}

// TestDismissingAtOnceStoresEachPairOnce: whoever dismisses the same pairs at
// the same time succeeds, and makes nothing twice.
func TestDismissingAtOnceStoresEachPairOnce(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	scope := ownerOf(1)
	clients := several(6, func(int, *client.Client) {})
	p.importAll(t, scope, clients)
	var ids []client.ID
	for _, c := range clients {
		ids = append(ids, c.ID())
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			mine := slices.Clone(ids)
			if i%2 == 0 {
				slices.Reverse(mine)
			}
			if count, err := p.service.DismissDuplicates(t.Context(), scope, mine); err != nil || count != 15 {
				t.Errorf("dismissed %d pairs: %v", count, err)
			}
		})
	}
	all.Wait()
	if stored := p.rows(t, "dismissals", bson.D{}, bson.D{{Key: "_id", Value: 1}}); len(stored) != 15 {
		t.Errorf("15 pairs are stored %d times", len(stored))
	}
}
