package mongostore_test

import (
	"os"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// loadVersion1 fills a database with what the program stored before keys had
// versions.
func loadVersion1(t *testing.T) *process {
	t.Helper()
	p := openProcess(t, testdb.New(t), nil)
	text, err := os.ReadFile("testdata/version1.json")
	if err != nil {
		t.Fatal(err)
	}
	var dump map[string][]bson.D
	if err := bson.UnmarshalExtJSON(text, true, &dump); err != nil {
		t.Fatal(err)
	}
	for collection, documents := range dump {
		if _, err := p.db.Collection(collection).InsertMany(t.Context(), documents); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *process) suggested(t *testing.T, search string) []string {
	t.Helper()
	found, err := p.service.Suggest(t.Context(), ownerScope(), search, store.Order{Field: store.OrderByFullName}, 50, client.Select("firstName"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, c := range found.Clients {
		names = append(names, *c.FirstName)
	}
	slices.Sort(names)
	return names
}

func (p *process) byEmail(t *testing.T, address string) int {
	t.Helper()
	found, err := p.service.ByEmail(t.Context(), ownerScope(), address, reading.Page{PageNumber: 1, PageSize: 50}, client.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// What was stored before keys had versions is found as before until its keys are
// made anew, and then as the rules are now; what was dismissed stays so.
func TestKeysOfBeforeServeUntilTheyAreMadeAnew(t *testing.T) {
	p := loadVersion1(t)
	for search, want := range map[string][]string{
		"O’Brien": {"Siobhán"}, "O'Brien": {"Siobhan"}, "Jean\u2011Luc": {"Jean\u2011Luc"}, "カタ": {"カタカナ"}, "أحمد": {"أحمد"}, "7700 900456": {"Siobhan", "Siobhán"},
	} {
		got := p.suggested(t, search)
		for _, name := range want {
			if !slices.Contains(got, name) {
				t.Errorf("with old keys %q finds %q, want %q", search, got, want)
			}
		}
	}
	if n := p.byEmail(t, "u@bücher.test"); n != 2 {
		t.Errorf("with old keys, %d clients have the address", n)
	}
	if err := p.service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	for search, want := range map[string][]string{
		"O’Brien": {"Siobhan", "Siobhán"}, "o'brien": {"Siobhan", "Siobhán"}, "jean-luc": {"Jean\u2011Luc"}, "かたかな": {"カタカナ"}, "احمد": {"أحمد"},
		"숙": {"이영숙"}, "07700 900456": {"Siobhan", "Siobhán"}, "0044 7700 900456": {"Siobhan", "Siobhán"}, "+44 20 7946 0123": {"Jean\u2011Luc"},
	} {
		if diff := gocmp.Diff(want, p.suggested(t, search)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", search, diff)
		}
	}
	if n := p.byEmail(t, "u@bücher.test"); n != 2 {
		t.Errorf("%d clients have the address, want both spellings", n)
	}
	if wrong := misplaced(t, p, search.Settings{Locale: "nb", PhoneRegion: "GB"}); wrong != 0 {
		t.Errorf("%d clients have old keys", wrong)
	}
	duplicates, err := p.service.Duplicates(t.Context(), ownerScope(), 50, nil, client.Select("firstName"))
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range duplicates.Groups {
		if *group.Clients[0].FirstName == "Twin" {
			t.Error("the dismissed pair shows again")
		}
	}
	other := ownerScope()
	other.BusinessID = 2
	for _, scope := range []client.Scope{ownerScope(), other} {
		state, err := p.store.RekeyState(t.Context(), scope)
		if err != nil || state.Version != search.RulesVersion || state.Target != "" {
			t.Errorf("business %d has keys of %+v, %v", scope.BusinessID, state, err)
		}
	}
	if marked, err := p.store.RekeyingBusinesses(t.Context()); err != nil || len(marked) != 0 {
		t.Errorf("marked are %v, %v", marked, err)
	}
}

// A program of an earlier version leaves the keys of a later one as they are, and
// says so where it writes.
func TestKeysOfALaterVersionAreNotMadeAnew(t *testing.T) {
	const later = "99999"
	p := openProcess(t, testdb.New(t), nil)
	c := p.create(t, nameValues("Ann"))
	set := func(collection string, of, fields bson.D) {
		t.Helper()
		if _, err := p.db.Collection(collection).UpdateOne(t.Context(), of, bson.D{{Key: "$set", Value: fields}}); err != nil {
			t.Fatal(err)
		}
	}
	set("feeds", bson.D{{Key: "businessId", Value: testBusiness}, {Key: "part", Value: "keys"}}, bson.D{{Key: "keyVersion", Value: later}})
	set("clients", bson.D{{Key: "_id", Value: c.ClientID}}, bson.D{{Key: "nameKey", Value: "a later key"}})
	if _, err := p.service.UpdateBusiness(t.Context(), ownerScope(), client.Values{"locale": "sv"}); err != nil {
		t.Fatal(err)
	}
	if err := p.service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.rows(t, "clients", bson.D{}, bson.D{})[0]["nameKey"]; got != "a later key" {
		t.Errorf("the later key became %v", got)
	}
	state := func() search.RekeyState {
		t.Helper()
		state, err := p.store.RekeyState(t.Context(), ownerScope())
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	if got := state(); got.Version != later {
		t.Errorf("without a write the version is %+v", got)
	}
	p.create(t, nameValues("Bob"))
	if got := state(); got.Version != search.RulesVersion {
		t.Errorf("after a write of an earlier program the version is %+v", got)
	}
}

// While keys are made anew not every client has those of its birthday and of what it
// lacks: the clients themselves answer then.
func TestBirthdaysAndTraitsAreFoundWithKeysOfBefore(t *testing.T) {
	p := loadVersion1(t)
	clients := p.db.Collection("clients")
	live := bson.D{{Key: "businessId", Value: ownerScope().BusinessID}, {Key: "lifecycle", Value: client.Live}}
	born := bson.D{{Key: "$set", Value: bson.D{{Key: "dateOfBirth", Value: time.Date(1990, 12, 31, 0, 0, 0, 0, time.UTC)}}}}
	if changed, err := clients.UpdateOne(t.Context(), live, born); err != nil || changed.ModifiedCount != 1 {
		t.Fatalf("%+v, %v", changed, err)
	}
	all, err := p.service.Count(t.Context(), ownerScope(), reading.Filter{})
	if err != nil || all < 2 {
		t.Fatalf("%d clients, %v", all, err)
	}
	const bornInWinter, unborn, reached = "born in winter", "without a date of birth", "with an address"
	counts := func() map[string]int64 {
		counted := map[string]int64{}
		for name, filter := range map[string]reading.Filter{
			bornInWinter: {Birthday: &reading.Birthdays{From: "12-30", To: "01-02"}},
			"in summer":  {Birthday: &reading.Birthdays{From: "07-01", To: "08-31"}},
			unborn:       {HasNot: []client.Trait{client.TraitDateOfBirth}},
			"both":       {HasNot: []client.Trait{client.TraitDateOfBirth}, Birthday: &reading.Birthdays{From: "01-01", To: "12-31"}},
			reached:      {Has: []client.Trait{client.TraitEmailAddress}},
			"unphoned":   {HasNot: []client.Trait{client.TraitPhone, client.TraitAccount}},
		} {
			count, err := p.service.Count(t.Context(), ownerScope(), filter)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			counted[name] = count
		}
		return counted
	}
	want, err := clients.CountDocuments(t.Context(), append(live, bson.E{Key: "dateOfBirth", Value: nil}))
	if err != nil {
		t.Fatal(err)
	}
	before := counts()
	if before[bornInWinter] == 0 || before[unborn] != want || before["both"] != 0 || before["in summer"] != 0 || before[reached] == 0 {
		t.Errorf("of %d clients with old keys: %v", all, before)
	}
	if err := p.service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(before, counts()); diff != "" {
		t.Errorf("with new keys (-before +after):\n%s", diff)
	}
}
