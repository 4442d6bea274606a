package mongostore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/service"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// overtaken is a store of whose first write all is read, and nothing committed,
// when something else happens.
type overtaken struct {
	store.Store
	by func()
}

func (o *overtaken) Write(ctx context.Context, scope client.Scope, do func(context.Context, store.Tx) error) error {
	return o.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		err := do(ctx, tx)
		if by := o.by; by != nil {
			o.by = nil
			by()
		}
		return err
	})
}

// bystanders are clients of whom gone is erased while something is written about
// it; viewer sees it.
type bystanders struct {
	*process
	gone, other, viewer client.ID
	// mergeID is of viewer into other, where that was done before.
	mergeID int64
}

// unmistakable is an id that no other number in the database begins with.
const unmistakable = 7_654_321_000_000_001

// bystanders empties the database and makes them in it.
func (p *process) bystanders(t *testing.T) *bystanders {
	t.Helper()
	p.clear(t)
	b := &bystanders{process: p}
	clients := several(3, func(int, *client.Client) {})
	for i, id := range []*client.ID{&b.gone, &b.other, &b.viewer} {
		clients[i].ClientID = unmistakable + int64(i)
		*id = clients[i].ID()
	}
	b.importAll(t, ownerScope(), clients)
	_, err := b.service.AddViewers(t.Context(), ownerScope(), b.gone, []client.ID{b.viewer}, nil)
	must(t, err)
	return b
}

func (b *bystanders) erase(ctx context.Context, s *service.Service) error {
	c, err := b.service.Client(ctx, ownerScope(), b.gone, client.Selection{})
	if err != nil {
		return err
	}
	_, err = s.Erase(ctx, ownerScope(), personaldata.EraseArgs{ID: b.gone, Confirm: b.gone, ExpectedVersion: c.Version})
	return err
}

// check holds the database to nothing about the erased client, and nobody to
// seeing it. Its tombstone and the feed's row stay, and other clients' histories
// keep the bare id.
func (b *bystanders) check(t *testing.T) {
	t.Helper()
	b.number(t)
	for collection, rows := range b.dump(t) {
		for _, row := range rows {
			text, err := bson.MarshalExtJSON(row, false, false)
			must(t, err)
			about := strings.Contains(string(text), fmt.Sprint(int64(unmistakable)))
			switch collection {
			case "tombstones", "counters":
				about = false
			case "changes":
				about = row["clientId"] == b.gone.Number && row["kind"] != "ERASED"
			case "clientHistory":
				about = row["clientId"] == b.gone.Number
			case "mergeJournal":
				about = strings.Contains(fmt.Sprint(row["clientIds"]), fmt.Sprint(int64(unmistakable)))
			}
			if about {
				t.Errorf("%s is about the erased client: %s", collection, text)
			}
		}
	}
	b.checkFeed(t)
}

// failed is what the one entry of a feed is answered.
func failed(result scheduler.FeedResult, err error) error {
	if err == nil && len(result.Errors) > 0 {
		return result.Errors
	}
	return err
}

func (b *bystanders) recordAppointment(ctx context.Context, s *service.Service, day int) error {
	return failed(s.RecordAppointments(ctx, ownerScope(), scheduler.Feed{Entries: []client.Values{{
		"appointmentId": "7", "clientId": b.gone, "start": modified(1), "status": "OPEN", "modifiedDate": modified(day),
	}}}))
}

func (*bystanders) removeAppointment(ctx context.Context, s *service.Service, day int) error {
	return failed(s.RemoveAppointments(ctx, ownerScope(), scheduler.Feed{Entries: []client.Values{{"appointmentId": "7", "modifiedDate": modified(day)}}}))
}

func modified(day int) string { return fmt.Sprintf("2030-01-%02dT00:00:00Z", day) }

func (b *bystanders) mergeViewer(ctx context.Context, s *service.Service) error {
	merged, err := s.Merge(ctx, ownerScope(), merging.MergeArgs{ClientID: b.other, ClientIDs: []client.ID{b.viewer}})
	b.mergeID = merged.MergeID
	return err
}

// mention is a write that refers to the client that is erased meanwhile.
type mention struct {
	name string
	// before is what happened earlier; nil for nothing.
	before func(ctx context.Context, b *bystanders) error
	write  func(ctx context.Context, b *bystanders, s *service.Service) error
	// refused is whether it is answered NOT_FOUND once the client is erased.
	refused bool
}

// mentions are all kinds of writes after which something about a client is
// outside its own record.
func mentions() []mention {
	return []mention{
		{
			name: "dismissal", refused: true,
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.DismissDuplicates(ctx, ownerScope(), []client.ID{b.other, b.gone})
				return err
			},
		},
		{
			name: "kept answer to a patch that changes nothing", refused: true,
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.Patch(ctx, keyedScope("k", "patch"), b.gone, client.Values{"fullName": "Person 0"}, nil)
				return err
			},
		},
		{
			name: "kept answer to a viewer who is one already", refused: true,
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.AddViewers(ctx, keyedScope("k", "add"), b.gone, []client.ID{b.viewer}, nil)
				return err
			},
		},
		{
			name: "kept answers of a batch", refused: false, // The batch is answered; its entry is not found.
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.PatchAll(ctx, keyedScope("k", "patches"), []writing.PatchEntry{{ClientID: b.gone, Patch: client.Values{"fullName": "Person 0"}}})
				return err
			},
		},
		{
			name: "form", refused: true,
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				return failed(s.RecordForms(ctx, ownerScope(), scheduler.Feed{Entries: []client.Values{{
					"formId": "f", "clientId": b.gone, "data": "signed", "modifiedDate": modified(1),
				}}}))
			},
		},
		{
			name: "appointment", refused: true,
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				return b.recordAppointment(ctx, s, 1)
			},
		},
		{
			name: "removal of a removed appointment",
			before: func(ctx context.Context, b *bystanders) error {
				if err := b.recordAppointment(ctx, b.service, 1); err != nil {
					return err
				}
				return b.removeAppointment(ctx, b.service, 2)
			},
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				return b.removeAppointment(ctx, s, 3)
			},
		},
		{
			name: "edge to it", refused: true,
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.AddViewers(ctx, ownerScope(), b.gone, []client.ID{b.other}, nil)
				return err
			},
		},
		{
			name: "edge from it", refused: true,
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.AddViewers(ctx, ownerScope(), b.other, []client.ID{b.gone}, nil)
				return err
			},
		},
		{
			name: "journal of its merge", refused: true,
			// Whom a merge repoints it holds until its end, and the purge would wait.
			before: func(ctx context.Context, b *bystanders) error {
				_, err := b.service.RemoveViewers(ctx, ownerScope(), b.gone, []client.ID{b.viewer}, nil)
				return err
			},
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.Merge(ctx, keyedScope("k", "merge"), merging.MergeArgs{ClientID: b.other, ClientIDs: []client.ID{b.gone}})
				return err
			},
		},
		{
			name:  "edge to it that a merge moves",
			write: func(ctx context.Context, b *bystanders, s *service.Service) error { return b.mergeViewer(ctx, s) },
		},
		{
			name:   "edge to it that an unmerge gives back",
			before: func(ctx context.Context, b *bystanders) error { return b.mergeViewer(ctx, b.service) },
			write: func(ctx context.Context, b *bystanders, s *service.Service) error {
				_, err := s.Unmerge(ctx, ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: b.mergeID}})
				return err
			},
		},
	}
}

// What is written about a client while it is erased is there before, and is
// purged, or finds the client gone: whichever of both commits first, and although
// the other one has read all by then.
func TestNothingIsWrittenAboutAClientWhileItIsErased(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	for _, m := range mentions() {
		prepare := func(t *testing.T) *bystanders {
			t.Helper()
			b := p.bystanders(t)
			if m.before != nil {
				must(t, m.before(t.Context(), b))
			}
			return b
		}
		t.Run(m.name+", erased first", func(t *testing.T) {
			b := prepare(t)
			var erased error
			err := m.write(t.Context(), b, b.over(&overtaken{Store: b.store, by: func() { erased = b.erase(t.Context(), b.service) }}))
			must(t, erased)
			if m.refused != client.HasCode(err, client.CodeNotFound) || !m.refused && err != nil {
				t.Errorf("the write is answered %v", err)
			}
			b.check(t)
		})
		t.Run(m.name+", written first", func(t *testing.T) {
			b := prepare(t)
			var written error
			erased := b.erase(t.Context(), b.over(&overtaken{Store: b.store, by: func() { written = m.write(t.Context(), b, b.service) }}))
			must(t, written)
			if client.HasCode(erased, client.CodeVersionConflict) || client.HasCode(erased, client.CodeClientMerged) {
				// It is refused, of a client that changed.
				return
			}
			must(t, erased)
			b.check(t)
		})
	}
}
