package mongostore_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// Merges one upon the other, undone from the last to the first, leave every
// document of clients as it was before each of them: history, version,
// modifiedDate, modifiedUser and the password of an adopted login aside. Every
// preview tells to the byte what the merge then answers.
func TestPropertyUnmergeGivesBackWhatTheMergeTook(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	testsize.Check(t, testsize.Of(10, 50, 400), func(rt *rapid.T) {
		p.clear(t)
		w := &mergeWorld{process: p}
		w.prepare(t, rt)
		type done struct {
			id     int64
			before map[int64]bson.M
		}
		var merges []done
		for range rapid.IntRange(1, 4).Draw(rt, "merges") {
			before := w.documents(t)
			if id := w.merge(t, rt); id != 0 {
				merges = append(merges, done{id, before})
				w.checkEdges(t, rt)
			}
		}
		for _, m := range slices.Backward(merges) {
			if _, err := p.service.Unmerge(t.Context(), ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: m.id}}); err != nil {
				rt.Fatalf("unmerge %d: %v", m.id, err)
			}
			if diff := cmp.Diff(m.before, w.documents(t)); diff != "" {
				rt.Fatalf("after unmerging %d (-before +after):\n%s", m.id, diff)
			}
		}
		p.checkFeed(t)
		w.checkReplay(t, rt)
	})
}

// Merges undone in any order that is allowed leave every document of clients as it
// was before all of them: with whom the one knows whom the others took, and when
// they went back, makes no difference.
func TestPropertyUnmergingInAnyOrderGivesBackWhatAllMergesTook(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	testsize.Check(t, testsize.Of(6, 20, 200), func(rt *rapid.T) {
		p.clear(t)
		w := &mergeWorld{process: p}
		w.prepare(t, rt)
		before := w.documents(t)
		var merges []int64
		for range rapid.IntRange(2, 5).Draw(rt, "merges") {
			if id := w.merge(t, rt); id != 0 {
				merges = append(merges, id)
			}
		}
		for len(merges) > 0 {
			merges = slices.DeleteFunc(rapid.Permutation(merges).Draw(rt, "order"), func(id int64) bool {
				_, err := p.service.Unmerge(t.Context(), ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: id}})
				if err != nil && !client.HasCode(err, client.CodeMergeNotLatest) {
					rt.Fatalf("unmerge %d: %v", id, err)
				}
				return err == nil
			})
			w.checkEdges(t, rt)
		}
		if diff := cmp.Diff(before, w.documents(t)); diff != "" {
			rt.Fatalf("after all are undone (-before +after):\n%s", diff)
		}
		p.checkFeed(t)
		w.checkReplay(t, rt)
	})
}

// mergeWorld is a few clients with everything that a merge moves.
type mergeWorld struct {
	*process
	ids []int64
}

func (w *mergeWorld) prepare(t *testing.T, rt *rapid.T) {
	t.Helper()
	var clients []*client.Client
	count := rapid.IntRange(2, 7).Draw(rt, "clients")
	for i := range int64(count) {
		w.ids = append(w.ids, 101+i)
	}
	for _, id := range w.ids {
		clients = append(clients, w.draw(rt, id))
	}
	if err := w.store.PutDefinitions(t.Context(), []client.FieldDefinition{
		{BusinessID: testBusiness, DefinitionID: 1, Label: "Points", Type: client.FieldNumber},
		{BusinessID: testBusiness, DefinitionID: 2, Label: "Drink", Type: client.FieldText},
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Import(t.Context(), ownerScope(), clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
	for _, id := range w.ids {
		if rapid.IntRange(0, 2).Draw(rt, "ssn") == 0 {
			ssn := rapid.SampledFrom([]any{"123-45-6789", "987-65-4321"}).Draw(rt, "number")
			if _, err := w.service.Patch(t.Context(), ownerScope(), client.ID{Number: id}, client.Values{"ssn": ssn}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if rapid.IntRange(0, 3).Draw(rt, "deleted") == 0 {
			if _, err := w.service.Delete(t.Context(), ownerScope(), client.ID{Number: id}, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (w *mergeWorld) draw(rt *rapid.T, id int64) *client.Client {
	text := func(name string, from ...string) *string {
		if rapid.IntRange(0, 2).Draw(rt, "no "+name) == 0 {
			return nil
		}
		return new(rapid.SampledFrom(from).Draw(rt, name))
	}
	flag := func(name string) *bool {
		return rapid.SampledFrom([]*bool{nil, new(true), new(false)}).Draw(rt, name)
	}
	some := func(name string, from ...string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(string) bool { return rapid.Bool().Draw(rt, name) })
	}
	c := &client.Client{
		ClientID: id, Lifecycle: client.Live, Status: rapid.SampledFrom([]client.Status{client.StatusActive, client.StatusBlacklisted}).Draw(rt, "status"),
		Blocked: rapid.Bool().Draw(rt, "blocked"), CreatedUser: text("creator", "ann", "bob"), ModifiedUser: text("modifier", "bob"),
		FirstName: text("first name", "Ann", "Bea"), LastName: text("last name", "Lee"), StoredFullName: text("full name", "A. Lee", " "),
		EmailAddress: text("address", "a@example.com", "A@example.com", "b@example.com"), ExternalUserName: text("login", "ann", "bea"),
		StripeCustomerID: text("stripe", "s1", "s2"), City: text("city", "Rome", ""), Notes: text("notes", "one", "two\nlines"),
		AllowWaitListText: flag("waiting list"), InvitationOptIn: flag("invitations"), Enrollee: flag("enrollee"),
		AlertNotes: some("alert", "late", "loud"), Tags: some("tag", "Red", "red ", "Blue"), SSOTags: some("sso", "x", "y"),
		RequisitionIDsSent: some("requisition", "1", "2"),
	}
	if rapid.Bool().Draw(rt, "excluded") {
		c.ExcludeEmailTemplateIDList = []int64{id % 3, 9}
	}
	if rapid.Bool().Draw(rt, "points") {
		c.FieldValues = append(c.FieldValues, client.FieldValue{DefinitionID: 1, Value: float64(id % 2)})
	}
	if rapid.Bool().Draw(rt, "drink") {
		c.FieldValues = append(c.FieldValues, client.FieldValue{DefinitionID: 2, Value: rapid.SampledFrom([]string{"tea", " "}).Draw(rt, "which")})
	}
	if rapid.Bool().Draw(rt, "account") {
		c.ClientAccountID, c.PasswordHash = new(id+1000), text("hash", "hash "+strconv.FormatInt(id, 10))
	}
	for a := range int64(rapid.IntRange(0, 2).Draw(rt, "appointments")) {
		c.Appointments = append(c.Appointments, client.Appointment{
			AppointmentID: id*10 + a, StaffID: id % 4, LocationID: a, Status: client.AppointmentOpen, Start: time.UnixMilli(1e12).UTC(), ModifiedDate: time.UnixMilli(1e12).UTC(),
		})
	}
	for _, other := range w.ids {
		if other != id && rapid.IntRange(0, 2).Draw(rt, "edge") == 0 {
			c.SubjectIDs = append(c.SubjectIDs, other)
		}
	}
	return c
}

// merge merges some clients, if they can be, and returns the id of the merge.
func (w *mergeWorld) merge(t *testing.T, rt *rapid.T) int64 {
	t.Helper()
	all := rapid.Permutation(w.ids).Draw(rt, "who")
	args := merging.MergeArgs{ClientID: client.ID{Number: all[0]}}
	for _, id := range all[1 : 1+rapid.IntRange(1, min(3, len(all)-1)).Draw(rt, "how many")] {
		args.ClientIDs = append(args.ClientIDs, client.ID{Number: id})
	}
	for _, field := range []string{"emailAddress", "city", "fullName", "fields.2", "ssn", "stripeCustomerId"} {
		if rapid.IntRange(0, 3).Draw(rt, "choose "+field) == 0 {
			from := rapid.SampledFrom(append(args.ClientIDs, args.ClientID)).Draw(rt, "from")
			args.Choices = append(args.Choices, merge.Choice{Field: field, FromClientID: from})
		}
	}
	preview, refused := w.service.PreviewMerge(t.Context(), ownerScope(), args)
	merged, err := w.service.Merge(t.Context(), ownerScope(), args)
	if diff := cmp.Diff(preview, merged.Report); diff != "" {
		rt.Fatalf("preview and merge differ (-preview +merge):\n%s", diff)
	}
	if diff := cmp.Diff(client.AsErrors(refused), client.AsErrors(err)); diff != "" || (err != nil && client.AsErrors(err) == nil) {
		rt.Fatalf("the preview is refused with %v, the merge with %v", refused, err)
	}
	for _, refusal := range client.AsErrors(err) {
		chosen := refusal.Code == client.CodeInvalidChoice && refusal.Field[0] == "choices"
		if !chosen && refusal.Code != client.CodeClientDeleted && refusal.Code != client.CodeClientMerged {
			rt.Fatalf("the merge is refused with %v", refusal)
		}
	}
	return merged.MergeID
}

// documents are all clients by id, without what unmerging does not give back.
func (w *mergeWorld) documents(t *testing.T) map[int64]bson.M {
	t.Helper()
	byID := map[int64]bson.M{}
	for _, document := range w.rows(t, "clients", bson.D{}, bson.D{{Key: "_id", Value: 1}}) {
		for _, name := range []string{"version", "change", "modifiedDate", "modifiedUser"} {
			delete(document, name)
		}
		byID[document["_id"].(int64)] = document
	}
	return byID
}

// checkEdges holds the edges of live and deleted clients to lead to such ones, in
// order and never to the client itself.
func (w *mergeWorld) checkEdges(t *testing.T, rt *rapid.T) {
	t.Helper()
	documents := w.documents(t)
	for id, document := range documents {
		if document["lifecycle"] == "merged" {
			continue
		}
		subjects, _ := document["viewSubjectIds"].(bson.A)
		last := int64(0)
		for _, subject := range subjects {
			other := subject.(int64)
			if other == id || other <= last || documents[other]["lifecycle"] == "merged" {
				rt.Fatalf("client %d sees %v", id, subjects)
			}
			last = other
		}
	}
}

// checkReplay holds the history of every client to its record, edges aside: a
// merge moves those of neighbours without a row.
func (w *mergeWorld) checkReplay(t *testing.T, rt *rapid.T) {
	t.Helper()
	entries, err := w.store.History(t.Context(), ownerScope(), w.ids, 0, 0)
	if err != nil {
		rt.Fatal(err)
	}
	for _, id := range w.ids {
		of := slices.DeleteFunc(slices.Clone(entries), func(e history.Entry) bool { return e.ClientID != id })
		got, want := recorded(history.Replay(testBusiness, of)), recorded(w.load(t, id))
		got.SubjectIDs, want.SubjectIDs = nil, nil
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("client %d (-is +replayed):\n%s", id, diff)
		}
	}
}
