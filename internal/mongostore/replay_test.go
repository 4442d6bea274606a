package mongostore_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// Whatever is written: a client's history, replayed from its first row, makes
// every state that the client was seen in, and so do the later rows, undone from
// the last state back. Imported clients are no exception.
func TestPropertyHistoryMakesEveryState(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	testsize.Check(t, testsize.Of(10, 60, 200), func(rt *rapid.T) {
		p.clear(t)
		w := &pastWorld{process: p, states: map[int64][]*client.Client{}}
		w.prepare(t)
		for range rapid.IntRange(2, 10).Draw(rt, "writes") {
			w.write(t, rt)
			w.look(t)
		}
		for id, states := range w.states {
			w.check(t, rt, id, states)
		}
	})
}

// pastWorld remembers every state of every client, by version.
type pastWorld struct {
	*process
	ids    []int64
	states map[int64][]*client.Client
}

func (w *pastWorld) prepare(t *testing.T) {
	t.Helper()
	definitions := []client.FieldDefinition{
		{BusinessID: testBusiness, DefinitionID: 1, Label: "Points", Type: client.FieldNumber},
		{BusinessID: testBusiness, DefinitionID: 2, Label: "Member", Type: client.FieldBoolean},
		{BusinessID: testBusiness, DefinitionID: 3, Label: "Since", Type: client.FieldDate},
		{BusinessID: testBusiness, DefinitionID: 4, Label: "Drink", Type: client.FieldText},
	}
	if err := w.store.PutDefinitions(t.Context(), definitions); err != nil {
		t.Fatal(err)
	}
	modified := time.UnixMilli(1523982546289).UTC()
	imported := []*client.Client{
		{ClientID: 11, Lifecycle: client.Removed, Status: client.StatusBlacklisted, FirstName: new("Old"), ModifiedDate: &modified, ModifiedUser: new("elsewhere"), SubjectIDs: []int64{12}},
		{
			ClientID: 12, Lifecycle: client.Live, Status: client.StatusActive, CreatedDate: &modified, Sanitized: true, Tags: []string{"A", "B"},
			ParentBusinessID: new(int64(5)), ClientAccountID: new(int64(7)), Latitude: new(1.5), ExcludeEmailCategoryIDList: []int64{4, 2},
		},
	}
	if err := w.service.Import(t.Context(), ownerScope(), imported, func(int) {}); err != nil {
		t.Fatal(err)
	}
	w.ids = []int64{11, 12, w.create(t, nameValues("Ann")).ClientID}
	w.look(t)
}

// write makes one random change.
func (w *pastWorld) write(t *testing.T, rt *rapid.T) {
	t.Helper()
	id := client.ID{Number: rapid.SampledFrom(w.ids).Draw(rt, "who")}
	var err error
	switch rapid.IntRange(0, 9).Draw(rt, "what") {
	case 0:
		values := nameValues("Person")
		values["clientIdsClientCanView"] = w.someIDs(rt, 0)
		var made writing.Result
		if made, err = w.service.Create(t.Context(), ownerScope(), values); err == nil {
			w.ids = append(w.ids, made.Client.ClientID)
		}
	case 1:
		_, err = w.service.Delete(t.Context(), ownerScope(), id, nil)
	case 2:
		_, err = w.service.Restore(t.Context(), ownerScope(), id, nil)
	default:
		_, err = w.service.Patch(t.Context(), ownerScope(), id, w.patch(rt, id.Number), nil)
	}
	if err != nil && client.AsErrors(err) == nil {
		rt.Fatal(err)
	}
}

func (w *pastWorld) someIDs(rt *rapid.T, but int64) []any {
	list := []any{}
	for _, id := range w.ids {
		if id != but && rapid.Bool().Draw(rt, "edge") {
			list = append(list, strconv.FormatInt(id, 10))
		}
	}
	return list
}

func (w *pastWorld) patch(rt *rapid.T, id int64) client.Values {
	text := rapid.SampledFrom([]any{nil, "a", "b", "ä"})
	values := client.Values{"city": text.Draw(rt, "city")}
	draws := map[string]func() any{
		"notes":                      func() any { return text.Draw(rt, "notes") },
		"firstName":                  func() any { return rapid.SampledFrom([]any{"Ann", "Bea"}).Draw(rt, "name") },
		"dateOfBirth":                func() any { return rapid.SampledFrom([]any{nil, "1993-02-02", "2000-02-29"}).Draw(rt, "day") },
		"latitude":                   func() any { return rapid.SampledFrom([]any{nil, 0.0, 45.25}).Draw(rt, "latitude") },
		"blocked":                    func() any { return rapid.Bool().Draw(rt, "blocked") },
		"enrollee":                   func() any { return rapid.SampledFrom([]any{nil, true, false}).Draw(rt, "enrollee") },
		"status":                     func() any { return rapid.SampledFrom([]any{"ACTIVE", "BLACKLISTED"}).Draw(rt, "status") },
		"tags":                       func() any { return rapid.SampledFrom([]any{nil, []any{"A"}, []any{"B", "A"}}).Draw(rt, "tags") },
		"excludeEmailTemplateIdList": func() any { return rapid.SampledFrom([]any{nil, []any{"9", "3"}}).Draw(rt, "templates") },
		"ssn":                        func() any { return rapid.SampledFrom([]any{nil, "123-45-6789"}).Draw(rt, "ssn") },
		"password": func() any {
			return rapid.SampledFrom([]any{"a long password", "another password"}).Draw(rt, "password")
		},
		"timeZone":               func() any { return rapid.SampledFrom([]any{nil, "Europe/Paris"}).Draw(rt, "zone") },
		"clientIdsClientCanView": func() any { return w.someIDs(rt, id) },
		"fields": func() any {
			return []any{
				map[string]any{"schedulerPreferenceFieldDefnId": "1", "value": rapid.SampledFrom([]any{nil, 1.5, 2.0}).Draw(rt, "points")},
				map[string]any{"schedulerPreferenceFieldDefnId": "2", "value": rapid.SampledFrom([]any{nil, true, false}).Draw(rt, "member")},
				map[string]any{"schedulerPreferenceFieldDefnId": "3", "value": rapid.SampledFrom([]any{nil, "2001-02-03"}).Draw(rt, "since")},
				map[string]any{"schedulerPreferenceFieldDefnId": "4", "value": text.Draw(rt, "drink")},
			}
		},
	}
	for _, name := range slices.Sorted(maps.Keys(draws)) {
		if rapid.IntRange(0, 3).Draw(rt, name) == 0 {
			values[name] = draws[name]()
		}
	}
	return values
}

// look remembers the states that are new.
func (w *pastWorld) look(t *testing.T) {
	t.Helper()
	for _, id := range w.ids {
		now := w.load(t, id)
		if int64(len(w.states[id])) < now.Version {
			w.states[id] = append(w.states[id], now)
		}
	}
}

func (w *pastWorld) check(t *testing.T, rt *rapid.T, id int64, states []*client.Client) {
	entries, err := w.store.History(t.Context(), ownerScope(), []int64{id}, 0, 0)
	if err != nil {
		rt.Fatal(err)
	}
	if len(entries) != len(states) {
		rt.Fatalf("client %d was seen in %d states, and has %d rows of history", id, len(states), len(entries))
	}
	for i, state := range states {
		if diff := cmp.Diff(recorded(state), recorded(history.Replay(testBusiness, entries[:i+1])), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("client %d, version %d (-seen +replayed):\n%s", id, i+1, diff)
		}
		last := states[len(states)-1]
		if diff := cmp.Diff(recorded(state), recorded(history.Rewind(last, entries[i:])), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("client %d, version %d (-seen +rewound):\n%s", id, i+1, diff)
		}
	}
	// The rows of several clients at once, and of some versions, are those rows.
	some, err := w.store.History(t.Context(), ownerScope(), slices.Concat(w.ids, []int64{-1}), 1, 3)
	if err != nil {
		rt.Fatal(err)
	}
	some = slices.DeleteFunc(some, func(e history.Entry) bool { return e.ClientID != id })
	if diff := cmp.Diff(entries[1:min(3, len(entries))], some, cmpopts.EquateEmpty()); diff != "" {
		rt.Fatalf("client %d, versions 2 and 3 (-alone +among others):\n%s", id, diff)
	}
}

// recorded is the part of a record that history tells of.
func recorded(c *client.Client) client.Client {
	told := *c
	told.SealedSSN, told.PasswordHash, told.Appointments, told.ActiveAppointmentCount = nil, nil, nil, 0
	told.NameSortKey, told.EmailSortKey, told.IdentityKeys, told.IndexKeys = "", "", nil, nil
	told.EmailsLower, told.ExternalUserNames, told.AccountIDs = nil, nil, nil
	told.ChangeNumber = 0
	return told
}
