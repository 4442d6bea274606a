package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/admin"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/testdb"
)

// The versions of these tests: version 1 has the city in town and the company's
// name in two words, version 2 has the city where it is today, version 3 also the
// company.
func towns() record.Upgrade {
	return record.Upgrade{
		Reads: map[string][]string{"city": {"town"}}, Drops: []string{"town"},
		Apply: func(d bson.D) bson.D {
			for _, e := range d {
				if e.Key == "town" {
					d = append(d, bson.E{Key: "city", Value: e.Value})
				}
			}
			return d
		},
	}
}

func companies() record.Upgrade {
	return record.Upgrade{
		Reads: map[string][]string{"companyName": {"firm", "city"}}, Drops: []string{"firm"},
		Apply: func(d bson.D) bson.D {
			var firm, city any
			for _, e := range d {
				switch e.Key {
				case "firm":
					firm = e.Value
				case "city":
					city = e.Value
				}
			}
			if firm != nil {
				d = append(d, bson.E{Key: "companyName", Value: fmt.Sprint(firm, " of ", city)})
			}
			return d
		},
	}
}

// versioned opens a database as the version that has those upgrades.
func versioned(t *testing.T, db testdb.DB, steps ...record.Upgrade) *process {
	t.Helper()
	p := openProcess(t, db, nil)
	p.store.Upgrading(steps...)
	p.service = p.over(p.store)
	return p
}

// asVersion1 stores clients again as version 1 would have.
func asVersion1(t *testing.T, p *process, filter bson.D) {
	t.Helper()
	_, err := p.db.Collection("clients").UpdateMany(t.Context(), filter, bson.D{
		{Key: "$set", Value: bson.D{{Key: "town", Value: "Berlin"}, {Key: "firm", Value: "Cranes"}, {Key: "schemaVersion", Value: 1}}},
		{Key: "$unset", Value: bson.D{{Key: "city", Value: ""}, {Key: "companyName", Value: ""}}},
	})
	must(t, err)
}

func (p *process) document(t *testing.T, id int64) bson.M {
	t.Helper()
	rows := p.rows(t, "clients", bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "_id", Value: 1}})
	if len(rows) != 1 {
		t.Fatalf("%d documents of client %d", len(rows), id)
	}
	return rows[0]
}

func TestEarlierVersionsAreUpgradedAsTheyAreRead(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	first := openProcess(t, db, nil)
	c := first.create(t, nameValues("Ann"))
	asVersion1(t, first, bson.D{})
	p := versioned(t, db, towns(), companies())
	want := "Cranes of Berlin"
	if whole := p.load(t, c.ClientID); *whole.City != "Berlin" || *whole.CompanyName != want {
		t.Errorf("it is read as %v, %v", *whole.City, *whole.CompanyName)
	}
	// A part that is made of what is not asked for.
	part, err := p.store.ClientsByID(t.Context(), ownerScope(), []int64{c.ClientID}, true, client.Select("companyName"))
	must(t, err)
	if got := part[0].CompanyName; got == nil || *got != want {
		t.Errorf("the part is %v", got)
	}
	if d := p.document(t, c.ClientID); d["schemaVersion"] != int32(1) || d["town"] != "Berlin" {
		t.Errorf("reading it changed it: %v", d)
	}
}

// A write of a client that an earlier version stored stores all of it as this
// version does, and nothing of what it does not change is lost.
func TestWriteStoresAnUpgradedClientWhole(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	first := openProcess(t, db, nil)
	c := first.create(t, nameValues("Ann"))
	asVersion1(t, first, bson.D{})
	p := versioned(t, db, towns(), companies())
	before := p.load(t, c.ClientID)
	_, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"spouseName": "Bob"}, nil)
	must(t, err)
	d := p.document(t, c.ClientID)
	if d["schemaVersion"] != int64(3) || d["city"] != "Berlin" || d["companyName"] != "Cranes of Berlin" || d["town"] != nil || d["firm"] != nil {
		t.Errorf("it is stored as %v", d)
	}
	after := p.load(t, c.ClientID)
	ignored := cmpopts.IgnoreFields(client.Client{}, "Outdated", "Version", "ChangeNumber", "ModifiedDate", "ModifiedUser", "SpouseName", "IndexKeys")
	if diff := cmp.Diff(before, after, ignored, cmpopts.EquateEmpty()); diff != "" || *after.SpouseName != "Bob" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

// What a later version stored is not read, and so not written over.
func TestLaterVersionIsRefused(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	later := versioned(t, db, towns())
	c := later.create(t, nameValues("Ann"))
	p := openProcess(t, db, nil)
	if _, err := p.service.Client(t.Context(), ownerScope(), c.ID(), client.SelectAll()); !errors.Is(err, record.ErrNewer) {
		t.Errorf("a read ends with %v", err)
	}
	if _, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": "x"}, nil); !errors.Is(err, record.ErrNewer) {
		t.Errorf("a write ends with %v", err)
	}
}

func migration(t *testing.T, p *process, name string) admin.Migration {
	t.Helper()
	steps := p.store.Migrations()
	i := slices.IndexFunc(steps, func(step admin.Migration) bool { return step.Name == name })
	if i < 0 {
		t.Fatalf("there is no step %s", name)
	}
	return steps[i]
}

// An upgrade of all clients that was stopped goes on behind what it did, beside
// writers and servers of the version before; then there is nothing to do.
func TestMigrationUpgradesAllClientsAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	first := openProcess(t, db, nil)
	var clients []*client.Client
	for i := range 250 {
		clients = append(clients, &client.Client{
			BusinessID: testBusiness, FirstName: new(fmt.Sprint("Ann ", i)), LastName: new("Test"), EmailAddress: new("ann@example.com"),
			Lifecycle: client.Live, Status: client.StatusActive, Version: 1, CreatedDate: new(time.Unix(0, 0).UTC()),
		})
	}
	must(t, first.service.AssignIDs(t.Context(), clients))
	must(t, first.service.Import(t.Context(), ownerScope(), clients, func(int) {}))
	asVersion1(t, first, bson.D{})
	count := func(filter bson.D) int64 {
		n, err := first.db.Collection("clients").CountDocuments(t.Context(), filter)
		must(t, err)
		return n
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	step := migration(t, versioned(t, db, towns(), companies()), "clients")
	if left, err := step.Left(t.Context()); err != nil || left != 250 {
		t.Errorf("%d are to be upgraded: %v", left, err)
	}
	if err := step.Run(ctx, func(int64) { stop() }); err == nil {
		t.Fatal("it was not stopped")
	}
	if n := count(bson.D{{Key: "schemaVersion", Value: 3}}); n != 100 {
		t.Fatalf("%d are upgraded when it is stopped, want 100", n)
	}
	// Behind where it goes on nothing is looked at again.
	asVersion1(t, first, bson.D{{Key: "_id", Value: clients[0].ClientID}})
	again := versioned(t, db, towns(), companies())
	step = migration(t, again, "clients")
	var told []int64
	must(t, step.Run(t.Context(), func(done int64) { told = append(told, done) }))
	if want := []int64{100, 150}; !slices.Equal(told, want) || count(bson.D{{Key: "schemaVersion", Value: 3}, {Key: "city", Value: "Berlin"}, {Key: "town", Value: nil}}) != 249 {
		t.Errorf("it goes on with %v, want %v", told, want)
	}
	if left, err := step.Left(t.Context()); err != nil || left != 0 {
		t.Errorf("%d are left: %v", left, err)
	}
	must(t, again.store.CheckSchema(t.Context()))
	if err := first.store.CheckSchema(t.Context()); !errors.Is(err, record.ErrNewer) {
		t.Errorf("the version before is told %v", err)
	}
	if got := again.load(t, clients[0].ClientID); *got.City != "Berlin" {
		t.Errorf("one that was stored by the version before meanwhile is read as %v", got.City)
	}
}
