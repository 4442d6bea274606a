package mongostore_test

import (
	"slices"
	"strconv"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// Whatever edge lists are written, in whatever order: both ends show the same
// edges, and each end has one version more for each change of its own.
func TestPropertyEdgesAreOfBothEnds(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	testsize.Check(t, testsize.Of(12, 60, 200), func(rt *rapid.T) {
		p.clear(t)
		world := edgeWorld{edges: map[[2]int]bool{}}
		const people = 4
		for i := range people {
			// The last one has no account: the list of accounts neither shows nor
			// touches its edges.
			values := passwordValues("Person")
			if i == people-1 {
				values = nameValues("Person")
			}
			world.clients = append(world.clients, p.create(t, values))
			world.versions = append(world.versions, 1)
		}
		for range rapid.IntRange(1, 8).Draw(rt, "writes") {
			who := rapid.IntRange(0, people-1).Draw(rt, "who")
			others := slices.DeleteFunc([]int{0, 1, 2, 3}, func(i int) bool { return i == who })
			values := client.Values{}
			before := world.copy()
			if rapid.Bool().Draw(rt, "subjects") {
				list := rapid.SliceOfN(rapid.SampledFrom(others), 0, 4).Draw(rt, "whom it may see")
				values["clientIdsClientCanView"] = world.write(list, func(c *client.Client) int64 { return c.ClientID })
				for i := range people {
					world.edges[[2]int{who, i}] = slices.Contains(list, i)
				}
			}
			if len(values) == 0 || rapid.Bool().Draw(rt, "accounts") {
				others = slices.DeleteFunc(others, func(i int) bool { return i == people-1 })
				list := rapid.SliceOfN(rapid.SampledFrom(others), 0, 4).Draw(rt, "who may see it")
				values["viewClientAccountIds"] = world.write(list, func(c *client.Client) int64 { return *c.ClientAccountID })
				for i := range people - 1 {
					world.edges[[2]int{i, who}] = slices.Contains(list, i)
				}
			}
			if _, err := p.service.Patch(t.Context(), ownerScope(), world.clients[who].ID(), values, nil); err != nil {
				rt.Fatalf("%v: %v", values, err)
			}
			for i := range people {
				if world.touched(before, i) {
					world.versions[i]++
				}
			}
			world.check(t, rt, p)
		}
		p.checkHistory(t)
		p.checkFeed(t)
	})
}

// edgeWorld is the model: edges from viewer to subject, and versions, by the
// clients' places.
type edgeWorld struct {
	clients  []*client.Client
	edges    map[[2]int]bool
	versions []int64
}

func (w *edgeWorld) copy() map[[2]int]bool {
	edges := map[[2]int]bool{}
	for edge, there := range w.edges {
		edges[edge] = there
	}
	return edges
}

func (w *edgeWorld) touched(before map[[2]int]bool, i int) bool {
	for j := range w.clients {
		for _, edge := range [][2]int{{i, j}, {j, i}} {
			if before[edge] != w.edges[edge] {
				return true
			}
		}
	}
	return false
}

func (w *edgeWorld) write(list []int, id func(*client.Client) int64) []any {
	written := []any{}
	for _, i := range list {
		written = append(written, strconv.FormatInt(id(w.clients[i]), 10))
	}
	return written
}

func (w *edgeWorld) check(t *testing.T, rt *rapid.T, p *process) {
	for i, c := range w.clients {
		var subjects, viewers []int64
		for j, other := range w.clients {
			if w.edges[[2]int{i, j}] {
				subjects = append(subjects, other.ClientID)
			}
			if w.edges[[2]int{j, i}] {
				viewers = append(viewers, other.ClientID)
			}
		}
		now := p.load(t, c.ClientID)
		found, err := p.service.Viewers(t.Context(), ownerScope(), []*client.Client{now}, client.Selection{})
		if err != nil {
			rt.Fatal(err)
		}
		var shown []int64
		for _, viewer := range found {
			shown = append(shown, viewer.ClientID)
		}
		if !slices.Equal(now.SubjectIDs, subjects) || !slices.Equal(shown, viewers) {
			rt.Fatalf("client %d sees %v and is seen by %v, want %v and %v", c.ClientID, now.SubjectIDs, shown, subjects, viewers)
		}
		if now.Version != w.versions[i] {
			rt.Fatalf("client %d has the version %d, want %d", c.ClientID, now.Version, w.versions[i])
		}
	}
}

// clear takes out all documents.
func (p *process) clear(t *testing.T) {
	t.Helper()
	// What is numbered later would be of another feed.
	p.number(t)
	// How rows are numbered stays.
	names, err := p.db.ListCollectionNames(t.Context(), bson.D{{Key: "name", Value: bson.D{{Key: "$ne", Value: "switches"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := p.db.Collection(name).DeleteMany(t.Context(), bson.D{}); err != nil {
			t.Fatal(err)
		}
	}
}
