package mongostore_test

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/service"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// The tests here are of rules between documents that no transaction writes both of.
// In each, one transaction has read all that it reads, of a moment before, when
// another one does its part and commits.

// meanwhile is a service whose next write is overtaken by something else.
func (p *process) meanwhile(t *testing.T, by func() error) *service.Service {
	t.Helper()
	return p.over(&overtaken{Store: p.store, by: func() {
		if err := by(); err != nil {
			t.Errorf("meanwhile: %v", err)
		}
	}})
}

// readingScope makes a transaction's first command a read: from there on it sees one moment.
func readingScope(arguments any) client.Scope { return keyedScope("k", arguments) }

// A client that is made, or changed, while the business gets another locale and all
// keys are made anew has the keys of the new locale.
func TestWriteUnderWayFollowsANewLocale(t *testing.T) {
	for name, write := range map[string]func(ctx context.Context, s *service.Service, c *client.Client) error{
		"create": func(ctx context.Context, s *service.Service, _ *client.Client) error {
			_, err := s.Create(ctx, readingScope("create"), client.Values{"firstName": "Östen", "lastName": "Å", "emailAddress": "o@example.com", "cellPhone": "08-123 45 67"})
			return err
		},
		"patch": func(ctx context.Context, s *service.Service, c *client.Client) error {
			_, err := s.Patch(ctx, readingScope("patch"), c.ID(), client.Values{"firstName": "Äsa", "cellPhone": "08-765 43 21"}, nil)
			return err
		},
		// A client whose keys are the same in both is not written when all are made anew.
		"patch of one without keys to change": func(ctx context.Context, s *service.Service, _ *client.Client) error {
			_, err := s.Patch(ctx, readingScope("blank"), client.ID{Number: 900}, client.Values{"emailAddress": "å@example.com", "cellPhone": "08-765 43 21"}, nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := openProcess(t, testdb.New(t), nil)
			clients := loadNordic(t, p, 5)
			p.importAll(t, ownerScope(), several(1, func(_ int, c *client.Client) { c.ClientID, c.StoredFullName, c.EmailAddress = 900, nil, nil }))
			s := p.meanwhile(t, func() error {
				if _, err := p.service.UpdateBusiness(t.Context(), ownerScope(), client.Values{"locale": "sv", "phoneRegion": "SE"}); err != nil {
					return err
				}
				return p.service.Rekey(t.Context())
			})
			if err := write(t.Context(), s, clients[0]); err != nil && !client.HasCode(err, client.CodeRequired) {
				t.Fatal(err)
			}
			if wrong := misplaced(t, p, search.Settings{Locale: "sv", PhoneRegion: "SE"}); wrong != 0 {
				t.Errorf("%d clients have keys of the old locale", wrong)
			}
			p.checkOrder(t)
		})
	}
}

// A program of an earlier version that has a write under way when a later one makes
// all keys anew leaves word that there are keys of its own.
func TestWriteUnderWayLeavesWordToALaterVersion(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	p.create(t, nameValues("Ann"))
	put := func(state search.RekeyState) error {
		return p.store.Write(t.Context(), ownerScope(), func(ctx context.Context, tx store.Tx) error { return tx.PutRekeyState(ctx, state) })
	}
	s := p.meanwhile(t, func() error { return put(search.RekeyState{Version: "99999"}) })
	_, err := s.Create(t.Context(), readingScope("create"), nameValues("Bob"))
	must(t, err)
	p.number(t)
	state, err := p.store.RekeyState(t.Context(), ownerScope())
	if err != nil || state.Version != search.RulesVersion {
		t.Errorf("the keys are said to be of %+v, %v", state, err)
	}
	p.checkOrder(t)
}

// Two first writers of a business open one feed.
func TestFirstWritersOpenOneFeed(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	s := p.meanwhile(t, func() error {
		_, err := p.service.Create(t.Context(), ownerScope(), nameValues("Ann"))
		return err
	})
	_, err := s.Create(t.Context(), readingScope("create"), nameValues("Bob"))
	must(t, err)
	p.checkOrder(t)
	p.checkHistory(t)
	if feeds := p.rows(t, "feeds", bson.D{}, bson.D{{Key: "part", Value: 1}}); len(feeds) != 2 {
		t.Errorf("the feed's documents are %v", feeds)
	}
}

// A write under way when the outbox is turned on is numbered before the next write of
// its client, which goes through the outbox.
func TestWriteUnderWayWhenTheOutboxIsTurnedOn(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	p.withoutOutbox(t)
	c := p.create(t, nameValues("Ann"))
	patch := func(s *service.Service, city string) error {
		_, err := s.Patch(t.Context(), readingScope(city), c.ID(), client.Values{"city": city}, nil)
		return err
	}
	s := p.meanwhile(t, func() error { return p.store.SwitchToOutbox(t.Context()) })
	must(t, patch(s, "Bergen"))
	other := p.meanwhile(t, func() error {
		_, err := p.service.Create(t.Context(), ownerScope(), nameValues("Bob"))
		return err
	})
	_, err := other.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": "Oslo"}, nil)
	must(t, err)
	p.checkFeed(t)
	p.checkHistory(t)
	if left := p.rows(t, "counters", bson.D{{Key: "_id", Value: "changes:1"}}, bson.D{}); len(left) != 1 || left[0]["value"] == int64(0) {
		t.Errorf("the counter of before is %v", left)
	}
}

// neighbours are two clients to merge and one whom the second may see.
func (p *process) neighbours(t *testing.T) (survivor, folded, subject client.ID) {
	t.Helper()
	clients := several(3, func(i int, c *client.Client) { c.ClientID = int64(101 + i) })
	clients[1].SubjectIDs = []int64{103}
	p.importAll(t, ownerScope(), clients)
	return clients[0].ID(), clients[1].ID(), clients[2].ID()
}

// A merge announces whom the folded client may see. Of who sees that one its row says
// what was so at its place among the others.
func TestMergeAnnouncesNeighboursAsTheyAre(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	survivor, folded, subject := p.neighbours(t)
	s := p.meanwhile(t, func() error {
		return failed(p.service.RecordAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{{
			"appointmentId": "7", "clientId": subject, "staffId": "501", "start": modified(1), "status": "OPEN", "modifiedDate": modified(1),
		}}}))
	})
	_, err := s.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: survivor, ClientIDs: []client.ID{folded}})
	must(t, err)
	p.checkOrder(t)
}

// Unmerging gives an edge back to whom it was to, or is refused: never to a client who
// was merged meanwhile.
func TestUnmergeBesideAMergeOfANeighbour(t *testing.T) {
	for _, first := range []string{"the merge", "the unmerging"} {
		t.Run(first+" commits first", func(t *testing.T) {
			p := openProcess(t, testdb.New(t), nil)
			survivor, folded, subject := p.neighbours(t)
			heir := p.create(t, nameValues("Heir"))
			merged, err := p.service.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: survivor, ClientIDs: []client.ID{folded}})
			must(t, err)
			unmerge := func(s *service.Service) error {
				_, err := s.Unmerge(t.Context(), ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: merged.MergeID}})
				return err
			}
			merge := func(s *service.Service) error {
				_, err := s.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: heir.ID(), ClientIDs: []client.ID{subject}})
				return err
			}
			switch first {
			case "the merge":
				if err := unmerge(p.meanwhile(t, func() error { return merge(p.service) })); !client.HasCode(err, client.CodeMergeNotLatest) {
					t.Errorf("the unmerging is answered %v", err)
				}
			case "the unmerging":
				// Its clients are written when it has read all: the merge waits for them.
				must(t, unmerge(p.service))
				must(t, merge(p.service))
			}
			for _, c := range p.rows(t, "clients", bson.D{{Key: "lifecycle", Value: bson.D{{Key: "$ne", Value: "merged"}}}}, bson.D{}) {
				for _, id := range edges(c) {
					if id == subject.Number {
						t.Errorf("client %v may see one who was merged", c["_id"])
					}
				}
			}
			p.checkOrder(t)
		})
	}
}

func edges(c bson.M) []int64 {
	var ids []int64
	list, _ := c["viewSubjectIds"].(bson.A)
	for _, id := range list {
		ids = append(ids, id.(int64))
	}
	return ids
}

// Two who write about one client at once are told of one after the other, and count
// its forms together.
func TestFormsBesideAChangeOfWhoSeesTheClient(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	_, _, subject := p.neighbours(t)
	s := p.meanwhile(t, func() error {
		return failed(p.service.RecordAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{{
			"appointmentId": "7", "clientId": subject, "staffId": "501", "start": modified(1), "status": "OPEN", "modifiedDate": modified(1),
		}}}))
	})
	must(t, failed(s.RecordForms(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{{
		"formId": "f", "clientId": subject, "data": "signed", "modifiedDate": modified(1),
	}}})))
	p.checkOrder(t)
}

// An upsert that finds nobody, and a client of its key that is made meanwhile, are one
// client.
func TestUpsertBesideANewClientOfItsKey(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	p.create(t, client.Values{"firstName": "Bob", "lastName": "Test", "emailAddress": "bob@example.com"})
	s := p.meanwhile(t, func() error {
		_, err := p.service.Create(t.Context(), ownerScope(), nameValues("Ann"))
		return err
	})
	result, err := s.Upsert(t.Context(), ownerScope(), writing.UpsertKey{EmailAddress: new("test@example.com")}, nameValues("Eve"), nil)
	if err != nil || result.Created {
		t.Errorf("the upsert answers %+v, %v", result, err)
	}
	p.checkOrder(t)
	p.checkHistory(t)
}

// An edge to a client that is deleted meanwhile is refused; one that a merge takes
// goes to the survivor or is refused.
func TestEdgeBesideTheEndOfItsOtherClient(t *testing.T) {
	for name, end := range map[string]func(p *process, subject, other client.ID) error{
		"deleted": func(p *process, subject, _ client.ID) error {
			_, err := p.service.Delete(context.Background(), ownerScope(), subject, nil)
			return err
		},
		"merged": func(p *process, subject, other client.ID) error {
			_, err := p.service.Merge(context.Background(), ownerScope(), merging.MergeArgs{ClientID: other, ClientIDs: []client.ID{subject}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := openProcess(t, testdb.New(t), nil)
			viewer, other, subject := p.neighbours(t)
			s := p.meanwhile(t, func() error { return end(p, subject, other) })
			_, err := s.AddViewers(t.Context(), ownerScope(), subject, []client.ID{viewer}, nil)
			if !client.HasCode(err, client.CodeClientDeleted) && !client.HasCode(err, client.CodeClientMerged) {
				t.Errorf("the edge is answered %v", err)
			}
			if sees := edges(p.rows(t, "clients", bson.D{{Key: "_id", Value: viewer.Number}}, bson.D{})[0]); len(sees) != 0 {
				t.Errorf("the viewer sees %v", sees)
			}
			p.checkOrder(t)
		})
	}
}

// A list of subjects that leaves a deleted one out, or names one again, was given after
// what happens to that one meanwhile: whoever saw that happen sees the list come later.
func TestSubjectsThatStayBesideTheirOwnChange(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	viewer, other, subject := p.neighbours(t)
	give := func(s *service.Service, scope client.Scope, ids ...client.ID) error {
		list := make([]any, len(ids))
		for i, id := range ids {
			list[i] = id
		}
		_, err := s.Patch(t.Context(), scope, viewer, client.Values{client.InputSubjects: list}, nil)
		return err
	}
	must(t, give(p.service, ownerScope(), other, subject))
	_, err := p.service.Delete(t.Context(), ownerScope(), subject, nil)
	must(t, err)

	restored := p.meanwhile(t, func() error {
		_, err := p.service.Restore(t.Context(), ownerScope(), subject, nil)
		return err
	})
	must(t, give(restored, keyedScope("leave out", nil)))
	if sees := edges(p.rows(t, "clients", bson.D{{Key: "_id", Value: viewer.Number}}, bson.D{})[0]); len(sees) != 0 {
		t.Errorf("beside the restoring of a subject that the list leaves out, the viewer sees %v", sees)
	}

	must(t, give(p.service, ownerScope(), other, subject))
	deleted := p.meanwhile(t, func() error {
		_, err := p.service.Delete(t.Context(), ownerScope(), subject, nil)
		return err
	})
	if err := give(deleted, keyedScope("name again", nil), subject); !client.HasCode(err, client.CodeNotFound) {
		t.Errorf("beside the deletion of a subject that the list names, it is answered %v", err)
	}
	p.checkOrder(t)
	p.checkHistory(t)
}

// An appointment that moves while its client's merge is undone is with one client.
func TestUnmergeBesideAnAppointmentThatMoves(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	survivor, folded, other := p.neighbours(t)
	record := func(of client.ID, day int) error {
		return failed(p.service.RecordAppointments(t.Context(), ownerScope(), scheduler.Feed{Entries: []client.Values{{
			"appointmentId": "7", "clientId": of, "start": modified(1), "status": "OPEN", "modifiedDate": modified(day),
		}}}))
	}
	must(t, record(folded, 1))
	merged, err := p.service.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: survivor, ClientIDs: []client.ID{folded}})
	must(t, err)
	s := p.meanwhile(t, func() error { return record(other, 2) })
	_, err = s.Unmerge(t.Context(), ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: merged.MergeID}})
	must(t, err)
	with := 0
	for _, c := range p.rows(t, "clients", bson.D{}, bson.D{}) {
		if list, _ := c["appointments"].(bson.A); len(list) > 0 {
			with++
		}
	}
	if with != 1 {
		t.Errorf("the appointment is with %d clients", with)
	}
	p.checkOrder(t)
}

// A server of before the outbox can't count on once the outbox is on: it fails, and
// numbers nothing twice.
func TestServersOfBeforeTheOutboxCanNotNumberAnyMore(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	p.withoutOutbox(t)
	p.create(t, nameValues("Ann"))
	must(t, p.store.SwitchToOutbox(t.Context()))
	p.create(t, nameValues("Bob"))
	err := p.db.Collection("counters").FindOneAndUpdate(t.Context(), bson.D{{Key: "_id", Value: "changes:1"}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "value", Value: int64(1)}}}}).Err()
	if err == nil {
		t.Error("the counter counts on")
	}
	p.checkOrder(t)
}
