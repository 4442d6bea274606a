package mongostore_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/bench"
	"clientgraph/internal/client"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/sample"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// planner runs reads of a store, and holds their plans to the rules.
type planner struct {
	t        *testing.T
	recorder *bench.Recorder
	// reader is recorded, explainer is not.
	reader, explainer *process
	sorted            map[unordered]bool
	// listed are the indexes of each collection that was asked for. They stay as they are.
	listed map[string][]bench.Index
}

func newPlanner(t *testing.T) *planner {
	t.Helper()
	db, recorder := testdb.New(t), &bench.Recorder{}
	return &planner{
		t: t, recorder: recorder, sorted: map[unordered]bool{}, listed: map[string][]bench.Index{},
		reader: openProcess(t, db, recorder.Monitor()), explainer: openProcess(t, db, nil),
	}
}

// check runs a read and holds the plans of all its commands to an index, and
// those of lists to one that gives the list's order.
func (p *planner) check(name string, read func(context.Context) error) {
	p.t.Helper()
	if _, err := p.recorder.Take(); err != nil {
		p.t.Fatal(err)
	}
	if err := read(p.t.Context()); err != nil {
		p.t.Fatalf("%s: %v", name, err)
	}
	recording, err := p.recorder.Take()
	if err != nil {
		p.t.Fatal(err)
	}
	if len(recording.Reads) == 0 {
		p.t.Errorf("%s read nothing", name)
	}
	for _, command := range recording.Reads {
		plan, err := bench.Explain(p.t.Context(), p.explainer.db, command)
		if err != nil {
			p.t.Errorf("%s: %v", name, err)
			continue
		}
		if plan.Scans() {
			p.t.Errorf("%s scans: the plan has the stages %v: %v", name, plan.Stages, command)
			continue
		}
		p.checkOrder(name, command, plan)
	}
}

func (p *planner) checkOrder(name string, command bson.D, plan bench.Plan) {
	p.t.Helper()
	for _, index := range plan.Indexes {
		if index.Name != "_id_" && !slices.Contains(schema.IndexNames(), plan.Collection+"."+index.Name) {
			p.t.Errorf("%s uses an index that nobody made: %s", name, index.Name)
		}
	}
	shape := shapeOf(command)
	if len(shape.order) == 0 || len(plan.Indexes) == 0 {
		return
	}
	given := slices.ContainsFunc(p.indexes(plan.Collection), shape.orderedBy)
	if !plan.Embedded {
		given = !plan.Sorts()
	}
	if given {
		return
	}
	for _, known := range sortedReads {
		if known.index == plan.Indexes[0].Name && known.order == shape.order[0] {
			p.sorted[known] = true
			return
		}
	}
	p.t.Errorf("%s is ordered by %v, and no index gives that order; it uses %s", name, shape.order, plan.Indexes[0].Name)
}

// indexes are those of a collection, with their keys.
func (p *planner) indexes(collection string) []bench.Index {
	p.t.Helper()
	if indexes, known := p.listed[collection]; known {
		return indexes
	}
	specifications, err := p.explainer.db.Collection(collection).Indexes().ListSpecifications(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	indexes := make([]bench.Index, len(specifications))
	for i, specification := range specifications {
		indexes[i].Name = specification.Name
		var keys bson.D
		if err := bson.Unmarshal(specification.KeysDocument, &keys); err != nil {
			p.t.Fatal(err)
		}
		for _, key := range keys {
			indexes[i].Keys = append(indexes[i].Keys, key.Key)
		}
	}
	p.listed[collection] = indexes
	return indexes
}

// load stores clients that every kind of read finds some of.
func (p *planner) load() []*client.Client {
	p.t.Helper()
	ctx, service := p.t.Context(), p.reader.service
	clients := sample.Generate(7, testBusiness, 120, time.Now())
	if err := service.AssignIDs(ctx, clients); err != nil {
		p.t.Fatal(err)
	}
	sample.Households(7, clients)
	for i, c := range clients {
		c.ClientAccountID = new(int64(i + 1))
	}
	clients[0].Lifecycle, clients[0].Blocked = client.Live, false
	if err := service.Import(ctx, ownerScope(), clients, func(int) {}); err != nil {
		p.t.Fatal(err)
	}
	return clients
}

// scopes are one for each way in which rows are told.
func scopes(clients []*client.Client) map[client.Role]client.Scope {
	of := func(role client.Role, rows client.Rows) client.Scope {
		return client.Scope{BusinessID: testBusiness, User: "tester", Role: role, Permissions: role.Permissions(), Rows: rows}
	}
	return map[client.Role]client.Scope{
		client.RoleOwner:             of(client.RoleOwner, client.Rows{All: true}),
		client.RoleLocationSuperUser: of(client.RoleLocationSuperUser, client.Rows{VisibilityKeys: []string{client.LocationVisibilityKey(11), client.LocationVisibilityKey(12), client.UserVisibilityKey("tester")}}),
		client.RoleStaff:             of(client.RoleStaff, client.Rows{VisibilityKeys: []string{client.StaffVisibilityKey(501), client.UserVisibilityKey("tester")}}),
		client.RoleClient:            of(client.RoleClient, client.Rows{ClientIDs: []int64{clients[0].ClientID, clients[1].ClientID}}),
	}
}

// listed are the conditions of lists, alone and together.
func listed(clients []*client.Client) map[string]store.Conditions {
	tag, staff, term := []string{"t:vip", "t:regular"}, []string{"s:501"}, []string{"g:ann", "b:7"}
	from, before := new(time.Now().AddDate(-1, 0, 0)), new(time.Now())
	ids := []int64{clients[0].ClientID, clients[1].ClientID, -1}
	both := &store.AppointmentCondition{StaffIDs: []int64{501}, LocationIDs: []int64{11, 12}}
	return map[string]store.Conditions{
		"all":                {},
		"ids":                {ClientIDs: ids},
		"no ids":             {ClientIDs: []int64{}},
		"tags":               {IndexKeys: [][]string{tag}},
		"a term":             {IndexKeys: [][]string{term}},
		"appointments":       {IndexKeys: [][]string{staff, {"l:11", "l:12"}}, Appointment: both},
		"appointments since": {Appointment: &store.AppointmentCondition{StartFrom: from}},
		"none since":         {NoAppointment: &store.AppointmentCondition{StartFrom: from, Statuses: []client.AppointmentStatus{client.AppointmentOpen}}},
		"created":            {CreatedFrom: from, CreatedBefore: before},
		"created since":      {CreatedFrom: from},
		"statuses":           {Statuses: []client.Status{client.StatusBlacklisted}},
		"a term and all else": {
			IndexKeys: [][]string{term, tag, staff}, Appointment: both, CreatedFrom: from, CreatedBefore: before,
			Statuses: []client.Status{client.StatusActive, client.StatusBlacklisted},
		},
		"ids and all else": {
			ClientIDs: ids, IndexKeys: [][]string{term, tag, staff}, Appointment: both, CreatedFrom: from, CreatedBefore: before,
			Statuses: []client.Status{client.StatusActive, client.StatusBlacklisted},
		},
	}
}

// A page of any list, for any role, costs a page: it begins at an index, which
// gives the list's order. The exceptions are told.
func TestListsAreReadInTheOrderOfAnIndex(t *testing.T) {
	t.Parallel()
	p := newPlanner(t)
	clients := p.load()
	kept := p.reader.store
	checked, roles, lists := share{}, scopes(clients), listed(clients)
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		scope := roles[role]
		for _, name := range slices.Sorted(maps.Keys(lists)) {
			conditions := lists[name]
			for _, deleted := range []bool{false, true} {
				conditions.IncludeDeleted = deleted
				name := fmt.Sprintf("%s: %s, deleted too: %v", role, name, deleted)
				for _, q := range queries(conditions) {
					if !checked.takes() {
						continue
					}
					p.check(fmt.Sprintf("%s, %+v after %q before %q", name, q.Order, q.After, q.Before), func(ctx context.Context) error {
						_, err := kept.Clients(ctx, scope, q)
						return err
					})
				}
				p.check(name+", counted", func(ctx context.Context) error {
					_, err := kept.Count(ctx, scope, conditions)
					return err
				})
			}
		}
		for name, conditions := range map[string]store.Conditions{
			"a login":           {ExternalUserNames: []string{"someone"}},
			"several logins":    {ExternalUserNames: []string{"someone", "somebody"}},
			"a login, deleted":  {ExternalUserNames: []string{"someone"}, IncludeDeleted: true},
			"an e-mail address": {EmailsLower: []string{"a@example.com"}},
		} {
			p.check(fmt.Sprintf("%s: %s", role, name), func(ctx context.Context) error {
				_, err := kept.Clients(ctx, scope, store.Query{Conditions: conditions, Order: store.Order{Field: store.OrderByFullName}, Limit: 5})
				return err
			})
		}
	}
	p.checkOthers(clients)
	if p.embedded() && checked.all() {
		for _, known := range sortedReads {
			if !p.sorted[known] {
				t.Errorf("no read is sorted because %s does not order by %s: take it from the table", known.index, known.order)
			}
		}
	}
}

// queries are all orders of a list, with every kind of bound.
func queries(conditions store.Conditions) []store.Query {
	all := []store.Query{{Conditions: conditions, Limit: 5}}
	for _, field := range store.OrderFields() {
		for _, descending := range []bool{false, true} {
			order := store.Order{Field: field, Descending: descending}
			places := []string{"M"}
			if field.ByDate() {
				// With a date, and without one.
				places = []string{"1700000000000!7", "!7"}
			}
			all = append(all, store.Query{Conditions: conditions, Order: order, Skip: 5, Limit: 5})
			for _, place := range places {
				all = append(all,
					store.Query{Conditions: conditions, Order: order, After: place, Limit: 5},
					store.Query{Conditions: conditions, Order: order, Before: place, Backward: true, Limit: 5},
					store.Query{Conditions: conditions, Order: order, After: place, Before: place, Limit: 5},
				)
			}
		}
	}
	return all
}

// checkOthers does the same for the reads that are no lists of clients, or have
// an order of their own, and for those of transactions.
func (p *planner) checkOthers(clients []*client.Client) {
	p.t.Helper()
	store := p.reader.store
	ids := []int64{clients[0].ClientID, clients[1].ClientID, -1}
	for role, scope := range scopes(clients) {
		for name, read := range map[string]func(context.Context) error{
			"by id": func(ctx context.Context) error {
				_, err := store.ClientsByID(ctx, scope, ids, true, client.SelectAll())
				return err
			},
			"live ones by id": func(ctx context.Context) error {
				_, err := store.ClientsByID(ctx, scope, ids, false, client.Selection{})
				return err
			},
			"viewers": func(ctx context.Context) error {
				_, err := store.Viewers(ctx, scope, ids, client.Selection{})
				return err
			},
			"account":     func(ctx context.Context) error { _, err := store.Account(ctx, scope, 1); return err },
			"rekeying":    func(ctx context.Context) error { _, err := store.RekeyingBusinesses(ctx); return err },
			"business":    func(ctx context.Context) error { _, err := store.Business(ctx, scope); return err },
			"definitions": func(ctx context.Context) error { _, err := store.Definitions(ctx, scope); return err },
			"forms":       func(ctx context.Context) error { _, err := store.Forms(ctx, scope, ids); return err },
			"group":       func(ctx context.Context) error { _, err := store.LocationGroups(ctx, scope, ids); return err },
			"groups":      func(ctx context.Context) error { _, err := store.ListLocationGroups(ctx, scope); return err },
			"tags":        func(ctx context.Context) error { _, err := store.TagCounts(ctx, scope); return err },
			"shared keys": func(ctx context.Context) error { _, err := store.SharedKeys(ctx, scope, 50); return err },
			"dismissals": func(ctx context.Context) error {
				_, err := store.Dismissals(ctx, scope, anyPair)
				return err
			},
			"in transactions": func(ctx context.Context) error { return readInTransaction(ctx, store, scope, ids) },
		} {
			p.check(fmt.Sprintf("%s: %s", role, name), read)
		}
	}
}

func anyPair(store.IDPair) bool { return true }

func readInTransaction(ctx context.Context, kept *mongostore.Store, scope client.Scope, ids []int64) error {
	return kept.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		for _, read := range []func() error{
			func() error { _, err := tx.Clients(ctx, ids); return err },
			func() error { _, err := tx.ByAccount(ctx, []int64{1, 2}); return err },
			func() error { _, err := tx.Viewers(ctx, ids[0]); return err },
			func() error { _, err := tx.ChangesSince(ctx, ids[0], 0); return err },
			func() error { _, err := tx.Kept(ctx, []byte("key"), time.Time{}); return err },
			func() error { _, err := tx.History(ctx, ids[:1], 1, 0); return err },
			func() error { _, err := tx.KnownAppointments(ctx, ids); return err },
			func() error { _, err := tx.Forms(ctx, ids); return err },
			func() error { _, err := tx.LocationGroup(ctx, 1); return err },
			func() error { _, err := tx.CountLocationGroups(ctx); return err },
			func() error { _, err := tx.Definitions(ctx); return err },
			func() error { _, err := tx.Business(ctx); return err },
			func() error { _, err := tx.ClientsAfter(ctx, ids[0], 5); return err },
		} {
			if err := read(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *planner) embedded() bool {
	p.t.Helper()
	plan, err := bench.Explain(p.t.Context(), p.explainer.db, bson.D{{Key: "find", Value: "clients"}})
	if err != nil {
		p.t.Fatal(err)
	}
	return plan.Embedded
}
