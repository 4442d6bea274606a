package e2e_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/store"
	"clientgraph/internal/testsize"
)

// diary is the model of a business whose scheduler tells of its appointments. In
// the end its clients have the appointments that they should have.
type diary struct {
	*reportWorld
	chance *rand.Rand
	// staff and reasons are the highest ids of theirs.
	staff, reasons int64
	// versions are the clients' own, by id; survivors say who was merged into whom.
	versions, survivors map[int64]int64
	// told is the newest of each appointment that was told of somebody we know.
	told map[int64]news
}

// highestLocation is one that the groups of the drawn filters are made of.
const highestLocation = 7

// TestReadsCountTheAppointmentsToldLast: after very many appointments came in
// through the mutations, told of once or again, by later entries and by earlier
// ones, moved and removed, of clients who are live, deleted, merged and nobody,
// every count and every list is that of the newest which was told of each.
func TestReadsCountTheAppointmentsToldLast(t *testing.T) {
	t.Parallel()
	d := newDiary(testsize.Of(200, 500, 800))
	api := apitest.New(t)
	d.load(t, api)
	all := d.news(int64(testsize.Of(600, 2_000, 20_000)))
	d.merge(t, api)
	began := time.Now()
	d.send(t, api, all[:len(all)/2])
	d.merge(t, api)
	d.delete(t, api)
	d.send(t, api, all[len(all)/2:])
	t.Logf("%d entries about %d appointments in %s", len(all), len(d.told), time.Since(began))
	d.close()
	d.checkClients(t, api)
	d.checkCounts(t, api)
	testsize.Check(t, testsize.Of(10, 40, 50), func(rt *rapid.T) {
		one := drawReport(rt, d.reportWorld, (*reportDrawing).appointed)
		who := d.callers[one.caller]
		one.check(t, rt, api, who, d.meant(who, one.field, one.filter))
	})
}

func newDiary(clients int) *diary {
	d := &diary{
		reportWorld: &reportWorld{modelWorld: &modelWorld{}, groups: map[int64][]int64{71: {1, 2}, 72: {3}, 74: {2, 5, 999}, 76: {888}}},
		chance:      rand.New(rand.NewPCG(20_000, 2018)),
		staff:       int64(testsize.Of(6, 20, 60)),
		reasons:     int64(testsize.Of(7, 10, 30)),
		versions:    map[int64]int64{}, survivors: map[int64]int64{}, told: map[int64]news{},
	}
	d.businesses = []*client.Business{client.DefaultBusiness(sample.BusinessID)}
	for i := range clients {
		c := &client.Client{
			ClientID: int64(i + 1), BusinessID: sample.BusinessID, Lifecycle: client.Live, Status: client.StatusActive,
			FirstName: new("P"), LastName: new(strconv.Itoa(i)), EmailAddress: new(fmt.Sprintf("p%d@example.com", i)),
		}
		if i%7 == 0 {
			c.Lifecycle = client.Removed
		}
		if i%5 == 0 {
			c.Status = client.StatusBlacklisted
		}
		d.clients, d.versions[c.ClientID] = append(d.clients, c), 1
	}
	of := func(role client.Role) client.Identity {
		return client.Identity{BusinessID: sample.BusinessID, User: "someone", Role: role, Permissions: role.Permissions()}
	}
	place, member, other := of(client.RoleLocationSuperUser), of(client.RoleStaff), of(client.RoleStaff)
	place.LocationIDs, member.StaffID, other.StaffID = []int64{2, 6}, 1, 5
	d.callers = []client.Identity{owner(), place, member, other}
	return d
}

func (d *diary) load(t *testing.T, api *apitest.API) {
	t.Helper()
	data := importing.Dataset{Business: d.businesses[0]}
	for _, c := range d.clients {
		data.Clients = append(data.Clients, c.Clone())
	}
	api.Load(t, data)
	for id, locations := range d.groups {
		payload(t, api, owner(), `mutation ($input: LocationGroupInput!) {
			putLocationGroup(input: $input) { locationGroup { name } userErrors { code } } }`,
			values{"input": values{"locationGroupId": id, "name": "group", "locationIds": locations, "modifiedDate": day(1)}})
	}
}

// news makes up what there is to tell of so many appointments, and of some of
// them again or that they are no more, in any order.
func (d *diary) news(appointments int64) []news {
	start := time.Date(2031, 5, 1, 9, 0, 0, 0, time.UTC)
	draw := func(id int64) news {
		// Few have many, and the last one is nobody.
		share := d.chance.Float64()
		at := time.Duration(d.chance.IntN(8))
		return news{of: 1 + int64(share*share*float64(len(d.clients)+1)), told: client.Appointment{
			AppointmentID: id, LocationID: d.chance.Int64N(highestLocation + 1),
			StaffID: d.chance.Int64N(d.staff + 1), ReasonID: d.chance.Int64N(d.reasons + 1),
			Start: start.Add(at * time.Hour), ModifiedDate: start.Add(at * time.Millisecond),
			Status: []client.AppointmentStatus{
				client.AppointmentOpen, client.AppointmentCompleted, client.AppointmentCancelled, client.AppointmentNoShow,
			}[d.chance.IntN(4)],
		}}
	}
	var all []news
	for id := range appointments {
		all = append(all, draw(id+1))
		for d.chance.IntN(5) == 0 {
			all = append(all, draw(id+1))
		}
		if d.chance.IntN(10) == 0 {
			gone := draw(id + 1)
			gone.removed = true
			all = append(all, gone)
		}
	}
	d.chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// send tells the API and the model, which say alike what was news.
func (d *diary) send(t *testing.T, api *apitest.API, all []news) {
	t.Helper()
	for call := range slices.Chunk(all, testsize.Of(400, scheduler.MaxFeed, scheduler.MaxFeed)) {
		for _, removals := range []bool{false, true} {
			mutation, fresh := recordMutation, 0
			if removals {
				mutation = removeMutation
			}
			var sent []values
			var unknown []failure
			for _, n := range call {
				if n.removed != removals {
					continue
				}
				if !removals && d.versions[n.of] == 0 {
					unknown = append(unknown, failure{"NOT_FOUND", fmt.Sprintf("appointments.%d.clientId", len(sent))})
				} else if known, seen := d.told[n.told.AppointmentID]; !seen || n.told.ModifiedDate.After(known.told.ModifiedDate) {
					d.told[n.told.AppointmentID] = n
					fresh++
				}
				sent = append(sent, n.values())
			}
			count, wrong := feed(t, api, mutation, sent...)
			if diff := gocmp.Diff(unknown, wrong); diff != "" || count != strconv.Itoa(fresh) {
				t.Fatalf("of %d entries %s were taken in, want %d (errors, -want +got):\n%s", len(sent), count, fresh, diff)
			}
		}
	}
}

// some are live clients, drawn without those who were in a merge.
func (d *diary) some(n int) []*client.Client {
	var live []*client.Client
	for _, c := range d.clients {
		if c.Lifecycle == client.Live && d.versions[c.ClientID] == 1 {
			live = append(live, c)
		}
	}
	d.chance.Shuffle(len(live), func(i, j int) { live[i], live[j] = live[j], live[i] })
	return live[:n]
}

// merge folds clients into others.
func (d *diary) merge(t *testing.T, api *apitest.API) {
	t.Helper()
	for range testsize.Of(1, 2, 2) {
		who := d.some(3)
		merge(t, api, idsOf(who)[0], idsOf(who)[1:]...)
		for _, c := range who[1:] {
			c.Lifecycle, d.survivors[c.ClientID] = client.Merged, who[0].ClientID
			if c.Status == client.StatusBlacklisted {
				who[0].Status = c.Status
			}
		}
		d.modified(who[0])
	}
}

func (d *diary) delete(t *testing.T, api *apitest.API) {
	t.Helper()
	for _, c := range d.some(3) {
		payload(t, api, owner(), deleteMutation, values{"id": strconv.FormatInt(c.ClientID, 10)})
		c.Lifecycle = client.Removed
		d.modified(c)
	}
}

// modified is that a client was changed now. The moment is not the server's, but in the
// same order.
func (d *diary) modified(c *client.Client) {
	d.versions[c.ClientID]++
	c.ModifiedDate = new(time.Now())
}

// close gives every client the appointments that the scheduler told of last,
// survivors those of who was merged into them, whom no list has.
func (d *diary) close() {
	d.clients = slices.DeleteFunc(d.clients, func(c *client.Client) bool { return c.Lifecycle == client.Merged })
	byID := map[int64]*client.Client{}
	for _, c := range d.clients {
		byID[c.ClientID] = c
	}
	for _, n := range d.told {
		of := n.of
		if survivor, merged := d.survivors[of]; merged {
			of = survivor
		}
		if !n.removed {
			byID[of].Appointments = append(byID[of].Appointments, n.told)
		}
	}
	d.prepare()
}

// meant are the clients whom a filter means to a caller, in ascending order.
func (d *diary) meant(who client.Identity, field store.OrderField, filter *reportFilter) []*client.Client {
	var list []*client.Client
	for _, c := range d.lists[slices.IndexFunc(d.callers, func(other client.Identity) bool {
		return other.Role == who.Role && other.StaffID == who.StaffID
	})][field] {
		if d.matches(filter, who.Role, time.UTC, c) {
			list = append(list, c)
		}
	}
	return list
}

// checkClients holds what is read of every client, deleted or not, to the model:
// no appointment makes a version.
func (d *diary) checkClients(t *testing.T, api *apitest.API) {
	t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, c := range d.clients {
		active := 0
		for _, a := range c.Appointments {
			if a.Status == client.AppointmentOpen {
				active++
			}
		}
		want[strconv.FormatInt(c.ClientID, 10)] = fmt.Sprintf("%d active, version %d", active, d.versions[c.ClientID])
	}
	const size = 500
	for page := range len(d.clients)/size + 1 {
		report := only(t, api.MustDo(t, owner(), `query ($page: Int!, $size: Int!) {
			clientReportWithCount(filter: {includeDeleted: true}, pageNumber: $page, pageSize: $size) {
				count clients { clientId version activeAppointmentCount } } }`, values{"page": page + 1, "size": size}))
		if report["count"] != float64(len(d.clients)) {
			t.Fatalf("page %d counts %v clients, want %d", page+1, report["count"], len(d.clients))
		}
		for _, row := range report["clients"].([]any) {
			c := row.(values)
			got[c["clientId"].(string)] = fmt.Sprintf("%v active, version %v", c["activeAppointmentCount"], c["version"])
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("clients (-want +got):\n%s", diff)
	}
}

// counted are filters by one member of staff, location, reason or status, by
// alias, and the fields that ask for the count of each.
func (d *diary) counted() (map[string]*reportFilter, []string) {
	filters, fields := map[string]*reportFilter{"all": {}}, []string{"all: clientCount"}
	add := func(alias, condition string, filter reportFilter) {
		filters[alias] = &filter
		fields = append(fields, fmt.Sprintf("%s: clientReportCount(filter: {%s})", alias, condition))
	}
	for _, status := range []client.Status{client.StatusActive, client.StatusBlacklisted} {
		add(string(status), fmt.Sprintf("statusList: [%s]", status), reportFilter{statuses: []client.Status{status}})
	}
	// No appointment has the last of each.
	for id := range d.staff + 2 {
		add(fmt.Sprintf("staff%d", id), fmt.Sprintf("staffIdList: [%d]", id), reportFilter{staff: []int64{id}})
	}
	for id := range int64(highestLocation + 2) {
		add(fmt.Sprintf("location%d", id), fmt.Sprintf("locationIdList: [%d]", id), reportFilter{locations: []int64{id}})
	}
	for id := range d.reasons + 2 {
		add(fmt.Sprintf("reason%d", id), fmt.Sprintf("reasonIdList: [%d]", id), reportFilter{reasons: []int64{id}})
	}
	return filters, fields
}

// checkCounts holds counts by one condition to the model, as each caller sees
// them.
func (d *diary) checkCounts(t *testing.T, api *apitest.API) {
	t.Helper()
	filters, fields := d.counted()
	const fieldsPerRequest = 20
	for _, who := range d.callers {
		want, got := values{}, values{}
		for alias, filter := range filters {
			want[alias] = float64(len(d.meant(who, store.OrderByFullName, filter)))
		}
		for some := range slices.Chunk(fields, fieldsPerRequest) {
			maps.Copy(got, api.MustDo(t, who, "{ "+strings.Join(some, " ")+" }", nil))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("%s counts (-want +got):\n%s", who.Role, diff)
		}
	}
}
