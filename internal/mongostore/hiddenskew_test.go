package mongostore_test

import (
	"context"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/service"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/testdb"
)

// The clients of the tests here: the viewer may see the subject, the heir nobody.
const (
	viewerID, subjectID, heirID = 101, 102, 103
)

// household stores a viewer, as with makes it, its subject and an heir. All have accounts
// and are clients of staff member 501.
func (p *process) household(t *testing.T, with func(viewer *client.Client)) {
	t.Helper()
	clients := several(3, func(i int, c *client.Client) {
		c.ClientID, c.ClientAccountID = int64(viewerID+i), new(int64(1+i))
		c.Appointments = []client.Appointment{{AppointmentID: int64(1 + i), StaffID: 501, Status: client.AppointmentOpen}}
	})
	clients[0].SubjectIDs = []int64{subjectID}
	with(clients[0])
	p.importAll(t, ownerScope(), clients)
}

// staffScope is staff member 501's.
func staffScope(key string) client.Scope {
	scope := keyedScope(key, nil)
	scope.Role, scope.User = client.RoleStaff, "staff"
	scope.Rows = client.Rows{VisibilityKeys: []string{client.StaffVisibilityKey(501)}}
	return scope
}

// book makes a client one of staff member 501's.
func (p *process) book(ctx context.Context, id int64) error {
	return failed(p.service.RecordAppointments(ctx, ownerScope(), scheduler.Feed{Entries: []client.Values{{
		"appointmentId": "7", "clientId": client.ID{Number: id}, "staffId": "501", "start": modified(1), "status": "OPEN", "modifiedDate": modified(1),
	}}}))
}

func errOf[T any](_ T, err error) error { return err }

func (p *process) sees(t *testing.T, id int64) []int64 {
	t.Helper()
	return edges(p.rows(t, "clients", bson.D{{Key: "_id", Value: id}}, bson.D{})[0])
}

// A list of viewers passes over those who are hidden from the caller. It was given after
// what happens to one of them meanwhile, and takes away the edge of one who is not hidden
// any more.
func TestHiddenViewersBesideTheirOwnChange(t *testing.T) {
	for name, test := range map[string]struct {
		hide func(viewer *client.Client)
		show func(ctx context.Context, p *process) error
		// left are the edges that stay.
		left int
	}{
		"one that is deleted is restored": {
			hide: func(viewer *client.Client) { viewer.Lifecycle = client.Removed },
			show: func(ctx context.Context, p *process) error {
				return errOf(p.service.Restore(ctx, ownerScope(), client.ID{Number: viewerID}, nil))
			},
		},
		"one without an account gets one": {
			hide: func(viewer *client.Client) { viewer.ClientAccountID = nil },
			show: func(ctx context.Context, p *process) error {
				return errOf(p.service.Patch(ctx, ownerScope(), client.ID{Number: viewerID}, client.Values{"password": "a long password"}, nil))
			},
		},
		"one that the caller does not see becomes visible": {
			hide: func(viewer *client.Client) { viewer.Appointments = nil },
			show: func(ctx context.Context, p *process) error { return p.book(ctx, viewerID) },
		},
		"one without an account is merged into one with an account": {
			hide: func(viewer *client.Client) { viewer.ClientAccountID = nil },
			show: func(ctx context.Context, p *process) error {
				return errOf(p.service.Merge(ctx, ownerScope(), merging.MergeArgs{ClientID: client.ID{Number: heirID}, ClientIDs: []client.ID{{Number: viewerID}}}))
			},
			// The merged one keeps its edges for its return.
			left: 1,
		},
		"one that is shown is deleted": {
			hide: func(*client.Client) {},
			show: func(ctx context.Context, p *process) error {
				return errOf(p.service.Delete(ctx, ownerScope(), client.ID{Number: viewerID}, nil))
			},
			left: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openProcess(t, testdb.New(t), nil)
			p.household(t, test.hide)
			s := p.meanwhile(t, func() error { return test.show(t.Context(), p) })
			// A write that changes nothing relies on nobody.
			values := client.Values{client.InputAccounts: []any{}, "city": "Bergen"}
			must(t, errOf(s.Patch(t.Context(), staffScope("list"), client.ID{Number: subjectID}, values, nil)))
			if left := len(p.sees(t, viewerID)) + len(p.sees(t, heirID)); left != test.left {
				t.Errorf("%d edges are left, want %d", left, test.left)
			}
			p.checkOrder(t)
		})
	}
}

// The same of a subject that the caller does not see.
func TestHiddenSubjectsBesideTheirOwnChange(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	clients := several(2, func(i int, c *client.Client) { c.ClientID = int64(viewerID + i) })
	clients[0].SubjectIDs = []int64{subjectID}
	clients[0].Appointments = []client.Appointment{{AppointmentID: 1, StaffID: 501, Status: client.AppointmentOpen}}
	p.importAll(t, ownerScope(), clients)
	s := p.meanwhile(t, func() error { return p.book(t.Context(), subjectID) })
	values := client.Values{client.InputSubjects: []any{}, "city": "Bergen"}
	must(t, errOf(s.Patch(t.Context(), staffScope("list"), client.ID{Number: viewerID}, values, nil)))
	if sees := p.sees(t, viewerID); len(sees) != 0 {
		t.Errorf("the viewer sees %v", sees)
	}
	p.checkOrder(t)
}

// A subject that is erased, and of which the edge is still there, holds no write up.
func TestListsPassOverSubjectsThatAreErased(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	p.household(t, func(viewer *client.Client) { viewer.SubjectIDs = []int64{subjectID, 999} })
	values := client.Values{client.InputSubjects: []any{}, "city": "Bergen"}
	must(t, errOf(p.service.Patch(t.Context(), staffScope("list"), client.ID{Number: viewerID}, values, nil)))
	if sees := p.sees(t, viewerID); len(sees) != 1 || sees[0] != 999 {
		t.Errorf("the viewer sees %v", sees)
	}
}

// An upsert passes over a deleted client who has its key. When that one is restored
// meanwhile, it is found.
func TestUpsertBesideTheReturnOfAClientOfItsKey(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	p.create(t, client.Values{"firstName": "Bob", "lastName": "Test", "emailAddress": "bob@example.com"})
	c := p.create(t, nameValues("Ann"))
	must(t, errOf(p.service.Delete(t.Context(), ownerScope(), c.ID(), nil)))
	s := p.meanwhile(t, func() error { return errOf(p.service.Restore(t.Context(), ownerScope(), c.ID(), nil)) })
	result, err := s.Upsert(t.Context(), ownerScope(), writing.UpsertKey{EmailAddress: new("test@example.com")}, nameValues("Eve"), nil)
	if err != nil || result.Created {
		t.Errorf("the upsert answers %+v, %v", result, err)
	}
	p.checkOrder(t)
	p.checkHistory(t)
}

// Viewers that are named one by one, and of whom nothing is to change, are as they are
// when the list is answered.
func TestViewersThatStayBesideTheirOwnChange(t *testing.T) {
	named := []client.ID{{Number: viewerID}, {Number: heirID}}
	for name, test := range map[string]struct {
		subjects []int64
		list     func(ctx context.Context, s *service.Service) error
	}{
		"one that is a viewer is added": {[]int64{subjectID}, func(ctx context.Context, s *service.Service) error {
			return errOf(s.AddViewers(ctx, keyedScope("add", nil), client.ID{Number: subjectID}, named, nil))
		}},
		"one that is no viewer is removed": {nil, func(ctx context.Context, s *service.Service) error {
			return errOf(s.RemoveViewers(ctx, keyedScope("remove", nil), client.ID{Number: subjectID}, named, nil))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openProcess(t, testdb.New(t), nil)
			p.household(t, func(viewer *client.Client) { viewer.SubjectIDs = test.subjects })
			if test.subjects == nil {
				must(t, errOf(p.service.AddViewers(t.Context(), ownerScope(), client.ID{Number: subjectID}, named[1:], nil)))
			}
			before := p.sees(t, heirID)
			s := p.meanwhile(t, func() error {
				return errOf(p.service.Delete(t.Context(), ownerScope(), client.ID{Number: viewerID}, nil))
			})
			if err := test.list(t.Context(), s); !client.HasCode(err, client.CodeNotFound) {
				t.Errorf("the list is answered %v", err)
			}
			if after := p.sees(t, heirID); !slices.Equal(before, after) {
				t.Errorf("a list that is refused made %v of %v", after, before)
			}
			p.checkOrder(t)
		})
	}
}
