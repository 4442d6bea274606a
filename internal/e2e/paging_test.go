package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
	"clientgraph/internal/testsize"
)

const (
	// pagingRestless clients come, go and change their names meanwhile.
	pagingRestless = 300
	pagingBusiness = 77
	// pagingWriters is how many write at once.
	pagingWriters = 2
)

// pagingStable is how many clients are there throughout. The embedded engine reads
// the whole list for each page, so that a walk costs the square of it: many walks
// through a shorter list meet more changes in the same time.
func pagingStable() int { return testsize.Of(400, 1_500, 10_000) }

const pagingQuery = `
query ($orderBy: ClientOrder!, $first: Int, $after: String, $last: Int, $before: String) {
  clientConnection(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes { clientId }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

// However much others come, go and move, paging through a long list shows
// each client that was there throughout once, and all in order.
func TestPropertyPagingShowsEachClientOnceWhileOthersChange(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	world := pagingWorld(chance)
	api.Load(t, importing.Dataset{Business: world.businesses[0], Clients: world.clients})
	restless := &restless{api: api, chance: rand.New(rand.NewPCG(seed, 1))}
	for _, c := range world.clients[pagingStable():] {
		restless.ids = append(restless.ids, c.ClientID)
	}
	world.clients = world.clients[:pagingStable()]

	for walk := range testsize.Of(1, 6, 12) {
		field := store.OrderFields()[chance.IntN(4)]
		mode := []string{"ASC", "DESC"}[chance.IntN(2)]
		want := idsOf(world.list(apitest.Owner(pagingBusiness), modelFilter{}, field, mode))
		stable := map[string]bool{}
		for _, id := range want {
			stable[id] = true
		}
		reader := &pagingReader{t: t, api: api, chance: chance, orderBy: map[string]any{"field": field, "direction": mode}}
		// Forwards up to a place and backwards down to it; in the later walks that
		// place is the start or the end of the list.
		pages := []int{pagingStable() / 200, 0, 1 << 30}[walk%3]
		restless.during(t, func(pageRead func()) {
			reader.pageRead = pageRead
			reader.forwards(pages)
			reader.backwards()
		})
		got := slices.DeleteFunc(reader.seen(), func(id string) bool { return !stable[id] })
		if !slices.Equal(got, want) {
			t.Errorf("%s %s, %d pages forwards: saw %d of %d clients; %s", field, mode, pages, len(got), len(want), pagingFault(want, got))
		}
	}
	if done := restless.done; done == 0 {
		t.Error("nothing was written meanwhile")
	} else {
		t.Logf("%d writes meanwhile", done)
	}
}

// pagingReader reads a list from both ends, in pages of random sizes.
type pagingReader struct {
	t       *testing.T
	api     *apitest.API
	chance  *rand.Rand
	orderBy map[string]any
	// pageRead is called for each page.
	pageRead func()

	// front and back are the ids that were read from the start on, and from the
	// end on, in the order of reading.
	front, back []string
	// pages is how many were read: an end that never comes fails the test.
	pages int
	// after ends the part that was read forwards; nil while there is none.
	after any
}

// forwards reads that many pages, or to the end of the list.
func (r *pagingReader) forwards(pages int) {
	for range pages {
		page, info := r.page(map[string]any{"first": r.size(), "after": r.after})
		r.front = append(r.front, page...)
		if len(page) > 0 {
			r.after = info["endCursor"]
		}
		if !info["hasNextPage"].(bool) {
			return
		}
	}
}

// backwards reads from the end of the list to where forwards ended.
func (r *pagingReader) backwards() {
	var before any
	for {
		page, info := r.page(map[string]any{"last": r.size(), "after": r.after, "before": before})
		if len(page) == 0 {
			return
		}
		slices.Reverse(page)
		r.back = append(r.back, page...)
		before = info["startCursor"]
		if !info["hasPreviousPage"].(bool) {
			return
		}
	}
}

func (r *pagingReader) size() int { return 80 + r.chance.IntN(21) }

func (r *pagingReader) page(variables map[string]any) ([]string, map[string]any) {
	if r.pages++; r.pages > pagingStable()/25 {
		r.t.Fatal("the list has no end")
	}
	r.pageRead()
	variables["orderBy"] = r.orderBy
	answer := r.api.MustDo(r.t, apitest.Owner(pagingBusiness), pagingQuery, variables)["clientConnection"].(map[string]any)
	return pagingIDs(answer), answer["pageInfo"].(map[string]any)
}

// seen is what was read in the order of the list.
func (r *pagingReader) seen() []string {
	back := slices.Clone(r.back)
	slices.Reverse(back)
	return slices.Concat(r.front, back)
}

func pagingFault(want, got []string) string {
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			return fmt.Sprintf("the first difference is at %d: want client %s", i, want[i])
		}
	}
	return fmt.Sprintf("there are %d more", len(got)-len(want))
}

func pagingWorld(chance *rand.Rand) *modelWorld {
	w := &modelWorld{businesses: []*client.Business{client.DefaultBusiness(pagingBusiness)}}
	for id := range int64(pagingStable() + pagingRestless) {
		c := &client.Client{ClientID: id + 1, BusinessID: pagingBusiness, Lifecycle: client.Live, Status: client.StatusActive}
		c.FirstName, c.LastName = new(pagingName(chance)), new(pagingName(chance))
		c.EmailAddress = new(strings.ToLower(worldEmails[chance.IntN(len(worldEmails))]))
		c.CreatedDate, c.ModifiedDate = pagingDate(chance), pagingDate(chance)
		w.clients = append(w.clients, c)
	}
	return w
}

// pagingName is often the same: ties are where orders break.
func pagingName(chance *rand.Rand) string { return worldNames[chance.IntN(len(worldNames))] }

// pagingDate is often the same too, and often none.
func pagingDate(chance *rand.Rand) *time.Time {
	if chance.IntN(4) == 0 {
		return nil
	}
	return new(time.Date(1968, 12, 31, 23, 59, 59, 1e6*chance.IntN(20), time.UTC).AddDate(chance.IntN(3), 0, 0))
}

// restless are the clients that change while others are read.
type restless struct {
	api *apitest.API

	mu     sync.Mutex
	chance *rand.Rand
	ids    []int64
	done   int
}

// during runs read while writers write: a few changes for each page that is
// read, so that they go on for as long as it does.
func (r *restless) during(t *testing.T, read func(pageRead func())) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const changesAPage = 3
	changes := make(chan struct{}, 100*changesAPage)
	var writers sync.WaitGroup
	for range pagingWriters {
		writers.Go(func() {
			for range changes {
				if err := r.change(ctx); err != nil {
					t.Errorf("a writer: %v", err)
				}
			}
		})
	}
	read(func() {
		for range changesAPage {
			select {
			case changes <- struct{}{}:
			default:
				// The writers are behind; they have enough to do.
			}
		}
	})
	close(changes)
	writers.Wait()
}

// change creates, deletes or renames one client.
func (r *restless) change(ctx context.Context) error {
	r.mu.Lock()
	kind := r.chance.IntN(4)
	values := client.Values{"firstName": pagingName(r.chance), "lastName": pagingName(r.chance), "emailAddress": worldEmails[r.chance.IntN(len(worldEmails))]}
	id := r.ids[r.chance.IntN(len(r.ids))]
	r.mu.Unlock()

	s, scope := r.api.Service, apitest.OwnerScope(pagingBusiness)
	var err error
	switch kind {
	case 0:
		var made writing.Result
		if made, err = s.Create(ctx, scope, values); err == nil {
			id = made.Client.ClientID
		}
	case 1:
		_, err = s.Delete(ctx, scope, client.ID{Number: id}, nil)
	default:
		// A deleted one comes back under another name.
		if _, err = s.Restore(ctx, scope, client.ID{Number: id}, nil); err == nil {
			_, err = s.Patch(ctx, scope, client.ID{Number: id}, values, nil)
		}
		if client.HasCode(err, client.CodeClientDeleted) {
			err = nil
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if kind == 0 && err == nil {
		r.ids = append(r.ids, id)
	}
	r.done++
	if err != nil {
		return errors.Join(errors.New("change a client"), err)
	}
	return nil
}

// The pages of clients, one after the other, are the whole list, and DESC is the
// exact reverse of ASC.
func TestPropertyPagesPartitionTheList(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	const query = `query ($number: Int!, $size: Int!, $field: ClientOrderField!, $mode: OrderMode!) {
  clients(pageNumber: $number, pageSize: $size, orderField: $field, orderMode: $mode) { clientId }
}`
	testsize.Check(t, testsize.Of(8, 40, 200), func(rt *rapid.T) {
		world := drawWorld(rt)
		world.store(t, api)
		who := apitest.Owner(1)
		field := rapid.SampledFrom(store.OrderFields()).Draw(rt, "order")
		size := rapid.IntRange(1, 10).Draw(rt, "size")
		lists := map[string][]string{}
		for _, mode := range []string{"ASC", "DESC"} {
			for number := 1; ; number++ {
				page := api.MustDo(t, who, query, map[string]any{"number": number, "size": size, "field": field, "mode": mode})["clients"].([]any)
				for _, c := range page {
					lists[mode] = append(lists[mode], c.(map[string]any)["clientId"].(string))
				}
				if len(page) < size {
					break
				}
				if number > len(world.clients) {
					rt.Fatal("the list has no end")
				}
			}
			whole := api.MustDo(t, who, query, map[string]any{"number": 1, "size": 500, "field": field, "mode": mode})["clients"].([]any)
			if len(whole) != len(lists[mode]) {
				rt.Fatalf("the pages hold %d, the list %d", len(lists[mode]), len(whole))
			}
		}
		slices.Reverse(lists["DESC"])
		if diff := gocmp.Diff(lists["ASC"], lists["DESC"]); diff != "" {
			rt.Fatalf("DESC is not ASC reversed:\n%s", diff)
		}
		slices.Sort(lists["ASC"])
		if distinct := slices.Compact(slices.Clone(lists["ASC"])); len(distinct) != len(lists["ASC"]) {
			rt.Fatalf("a client is on two pages: %v", lists["ASC"])
		}
	})
}

// A cursor is a place in the order: it stays right when its own row is deleted
// or renamed, also for what lies before and after an empty part.
func TestPropertyCursorOutlivesItsRow(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	testsize.Check(t, testsize.Of(8, 50, 300), func(rt *rapid.T) {
		world := drawWorld(rt)
		world.store(t, api)
		who := apitest.Owner(1)
		orderBy := map[string]any{
			"field":     rapid.SampledFrom(store.OrderFields()).Draw(rt, "order"),
			"direction": rapid.SampledFrom([]string{"ASC", "DESC"}).Draw(rt, "direction"),
		}
		list := world.list(who, modelFilter{}, orderBy["field"].(store.OrderField), orderBy["direction"].(string))
		if len(list) == 0 {
			return
		}
		at := rapid.IntRange(0, len(list)-1).Draw(rt, "row")
		part := pagingRead(t, api, map[string]any{"orderBy": orderBy, "first": at + 1})
		cursor := part["pageInfo"].(map[string]any)["endCursor"]

		row := client.ID{Number: list[at].ClientID}
		scope := apitest.OwnerScope(1)
		renamed := rapid.Bool().Draw(rt, "renamed")
		var err error
		if renamed {
			name := rapid.SampledFrom(worldNames).Draw(rt, "name")
			_, err = api.Service.Patch(t.Context(), scope, row, client.Values{"fullName": name, "emailAddress": "m@example.com"}, nil)
		} else {
			_, err = api.Service.Delete(t.Context(), scope, row, nil)
		}
		if err != nil {
			rt.Fatal(err)
		}
		others := func(list []*client.Client) []string {
			return slices.DeleteFunc(idsOf(list), func(id string) bool { return id == row.String() })
		}
		before, after := others(list[:at]), others(list[at+1:])
		for _, read := range []struct {
			arguments         map[string]any
			want              []string
			previous, hasNext bool
		}{
			{map[string]any{"first": 100, "after": cursor}, after, len(before) > 0, false},
			{map[string]any{"last": 100, "after": cursor}, after, len(before) > 0, false},
			{map[string]any{"first": 100, "before": cursor}, before, false, len(after) > 0},
			{map[string]any{"last": 100, "before": cursor}, before, false, len(after) > 0},
			{map[string]any{"first": 100, "after": cursor, "before": cursor}, []string{}, len(before) > 0, len(after) > 0},
			{map[string]any{"last": 100, "after": cursor, "before": cursor}, []string{}, len(before) > 0, len(after) > 0},
		} {
			variables := maps.Clone(read.arguments)
			variables["orderBy"] = orderBy
			answer := pagingRead(t, api, variables)
			got := slices.DeleteFunc(pagingIDs(answer), func(id string) bool { return id == row.String() })
			if diff := gocmp.Diff(read.want, got); diff != "" {
				rt.Fatalf("%v (-want +got):\n%s", read.arguments, diff)
			}
			if renamed {
				// Where the row is now is another test's.
				continue
			}
			info := answer["pageInfo"].(map[string]any)
			if info["hasPreviousPage"] != read.previous || info["hasNextPage"] != read.hasNext {
				rt.Fatalf("%v: want previous %t and next %t, got %v", read.arguments, read.previous, read.hasNext, info)
			}
		}
	})
}

func pagingRead(t *testing.T, api *apitest.API, variables map[string]any) map[string]any {
	return api.MustDo(t, apitest.Owner(1), pagingQuery, variables)["clientConnection"].(map[string]any)
}

func pagingIDs(answer map[string]any) []string {
	ids := []string{}
	for _, node := range answer["nodes"].([]any) {
		ids = append(ids, node.(map[string]any)["clientId"].(string))
	}
	return ids
}
