package mongostore_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/bench"
	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/sample"
	"clientgraph/internal/service"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// recorder keeps the reads that a connection sends.
type recorder struct {
	mu    sync.Mutex
	reads []bson.D
}

func (r *recorder) monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(ctx context.Context, e *event.CommandStartedEvent) {
		// Numbering after a write is nobody's.
		if feed.InBackground(ctx) || !slices.Contains([]string{"find", "aggregate", "count"}, e.CommandName) {
			return
		}
		var command bson.D
		if err := bson.Unmarshal(e.Command, &command); err != nil {
			panic(err)
		}
		// What belongs to the session and the connection is no part of the plan.
		command = slices.DeleteFunc(command, func(e bson.E) bool {
			return slices.Contains([]string{"lsid", "$db", "$clusterTime", "$readPreference", "readConcern", "txnNumber", "startTransaction", "autocommit", "maxTimeMS"}, e.Key)
		})
		r.mu.Lock()
		defer r.mu.Unlock()
		r.reads = append(r.reads, command)
	}}
}

// taken are the reads since the last call.
func (r *recorder) taken() []bson.D {
	r.mu.Lock()
	defer r.mu.Unlock()
	reads := r.reads
	r.reads = nil
	return reads
}

// No read of any role looks at every document of a collection.
func TestReadsUseIndexes(t *testing.T) {
	t.Parallel()
	recorded := &recorder{}
	db := testdb.New(t)
	p := openProcess(t, db, recorded.monitor())
	explainer := openProcess(t, db, nil)
	clients := sample.Generate(7, testBusiness, 400, time.Now())
	if err := p.service.AssignIDs(t.Context(), clients); err != nil {
		t.Fatal(err)
	}
	sample.Households(7, clients)
	for i, c := range clients {
		c.ClientAccountID = new(int64(i + 1))
	}
	clients[0].Lifecycle, clients[0].Blocked = client.Live, false
	if err := p.service.Import(t.Context(), ownerScope(), clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []client.Identity{
		{Role: client.RoleOwner},
		{Role: client.RoleAdmin},
		{Role: client.RoleLocationSuperUser, LocationIDs: []int64{1, 2, 3}},
		{Role: client.RoleStaff, StaffID: 501},
		{Role: client.RoleClient, ClientAccountID: 1},
	} {
		who.BusinessID, who.User, who.Permissions = testBusiness, "tester", who.Role.Permissions()
		recorded.taken()
		scope, err := p.service.Scope(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		checkPlans(t, explainer, string(who.Role)+" scope", recorded.taken())
		for name, read := range reads(clients) {
			if err := read(t.Context(), p.service, scope); err != nil {
				t.Fatalf("%s %s: %v", who.Role, name, err)
			}
			commands := recorded.taken()
			if len(commands) == 0 {
				t.Errorf("%s %s read nothing", who.Role, name)
			}
			checkPlans(t, explainer, string(who.Role)+" "+name, commands)
		}
	}
}

type read func(ctx context.Context, service *service.Service, scope client.Scope) error

// reads are all reads of the service, by name, and those that writes make.
func reads(clients []*client.Client) map[string]read {
	all := map[string]read{
		"client": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Client(ctx, scope, clients[0].ID(), client.SelectAll())
			return err
		},
		"nodes": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Nodes(ctx, scope, []client.ID{clients[0].ID(), clients[1].ID(), {Number: -5}}, client.Selection{})
			return err
		},
		"count": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Count(ctx, scope, reading.Filter{})
			return err
		},
		"viewClients": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			viewer := &client.Client{SubjectIDs: []int64{clients[0].ClientID, clients[1].ClientID}}
			_, err := s.Subjects(ctx, scope, []*client.Client{viewer}, client.Selection{})
			return err
		},
		"viewByClients": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Viewers(ctx, scope, clients[:50], client.Selection{})
			return err
		},
		"formList": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Forms(ctx, scope, clients[:50])
			return err
		},
		"appointments": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			var ids []int64
			for _, c := range clients[:50] {
				ids = append(ids, c.ClientID)
			}
			_, err := s.Appointments(ctx, scope, ids, reading.AppointmentArgs{})
			return err
		},
		"business": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Business(ctx, scope)
			return err
		},
		"definitions": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Definitions(ctx, scope)
			return err
		},
		"a write": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			expected := int64(999)
			_, err := s.Patch(ctx, scope, clients[0].ID(), client.Values{"city": "x"}, &expected)
			if client.HasCode(err, client.CodeVersionConflict) || client.HasCode(err, client.CodeNotFound) {
				return nil
			}
			return err
		},
		"an edge write": func(ctx context.Context, s *service.Service, scope client.Scope) error {
			values := client.Values{"viewClientAccountIds": []any{"77777"}, "clientIdsClientCanView": []any{"88888"}}
			if _, err := s.Patch(ctx, scope, clients[0].ID(), values, nil); client.AsErrors(err) == nil {
				return fmt.Errorf("want unknown viewers refused, got %w", err)
			}
			return nil
		},
	}
	for _, order := range []store.Order{
		{Field: store.OrderByFullName},
		{Field: store.OrderByEmailAddress, Descending: true},
		{Field: store.OrderByCreatedDate},
		{Field: store.OrderByModifiedDate, Descending: true},
	} {
		all[fmt.Sprintf("clients by %s", order.Field)] = func(ctx context.Context, s *service.Service, scope client.Scope) error {
			_, err := s.Clients(ctx, scope, order, reading.Page{PageNumber: 2, PageSize: 5}, client.Selection{})
			return err
		}
		for name, filter := range map[string]reading.Filter{
			"live":         {},
			"with deleted": {IncludeDeleted: true},
			"of a status":  {Statuses: []client.Status{client.StatusActive}},
			"of ids":       {ClientIDs: []int64{clients[0].ClientID, clients[1].ClientID}},
		} {
			all[fmt.Sprintf("connection %s by %s", name, order.Field)] = func(ctx context.Context, s *service.Service, scope client.Scope) error {
				return readConnection(ctx, s, scope, reading.ConnectionArgs{Filter: filter, Order: order})
			}
		}
	}
	return all
}

// readConnection reads two parts and all that a part has lazily.
func readConnection(ctx context.Context, s *service.Service, scope client.Scope, args reading.ConnectionArgs) error {
	args.First = new(int64(1))
	first, err := s.Connection(ctx, scope, args, client.Selection{})
	if err != nil || len(first.Cursors) == 0 {
		return err
	}
	args.After = &first.Cursors[0]
	second, err := s.Connection(ctx, scope, args, client.Selection{})
	if err != nil {
		return err
	}
	if _, err := s.HasPreviousPage(ctx, second); err != nil {
		return err
	}
	_, err = s.TotalCount(ctx, second)
	return err
}

// checkPlans holds commands to plans that begin at an index.
func checkPlans(t *testing.T, p *process, name string, commands []bson.D) {
	t.Helper()
	var parts []bson.D
	for _, command := range commands {
		parts = append(parts, bench.Parts(command)...)
	}
	for _, command := range parts {
		var plan bson.D
		err := p.db.RunCommand(t.Context(), bson.D{{Key: "explain", Value: command}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&plan)
		if err != nil {
			t.Errorf("%s: explain %v: %v", name, command, err)
			continue
		}
		stages := planStages(plan)
		indexed := slices.ContainsFunc(stages, func(stage string) bool {
			return slices.Contains([]string{"IXSCAN", "IDHACK", "EXPRESS_IXSCAN", "EXPRESS_CLUSTERED_IXSCAN", "EOF", "COUNT_SCAN"}, stage)
		})
		if slices.Contains(stages, "COLLSCAN") || !indexed {
			t.Errorf("%s: the plan has the stages %v: %v\n%v", name, stages, command, plan)
		}
	}
}

// planStages are the names of the stages of the plan that won, in whatever
// shape this server tells of it.
func planStages(value any) []string {
	var stages []string
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			if name, ok := e.Value.(string); ok && e.Key == "stage" {
				stages = append(stages, name)
			}
			if e.Key != "rejectedPlans" && e.Key != "command" {
				stages = append(stages, planStages(e.Value)...)
			}
		}
	case bson.A:
		for _, entry := range v {
			stages = append(stages, planStages(entry)...)
		}
	}
	return stages
}
