package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/store"
	"clientgraph/internal/testsize"
)

// The businesses of the reports' world: the one that is asked, and another one
// that has the same numbers and must show nowhere.
const (
	reportBusiness  = 1
	foreignBusiness = 2
)

// reportClients is how many clients the business has. Each case is drawn around one
// of them: more clients than cases add little but time.
func reportClients() int64 { return int64(testsize.Of(500, 500, 2_000)) }

// Custom fields of the reports' world.
const (
	fieldDrink = 10 + iota
	fieldVisits
	fieldMember
	fieldJoined
	fieldSource
	fieldCompany
	fieldBirth
	fieldLatitude
	fieldTexts
	fieldCell
	fieldName
	fieldRetired
	fieldForeign
	fieldUnknown
)

// reportWords are what texts are made of, script by script.
var reportWords = []string{
	"Ada", "banana", "café", "cafe\u0301", "ÉMILE", "naïve", "Straße", "STRASSE", "Søren", "Soren", "Łódź", "Æther", "Ａｄａ", "I/O", "o'neil", "x", "y2", //nolint:misspell // A name.
	"Ελλάς", "ΟΔΥΣΣΕΎΣ", "Ёлка", "елка", "Йога", "田中", "山", "東京都庁", "やまだ", "がくせい", "かくせい", "カメラ", "ｶﾞｽ", "พรุ่งนี้", "ไทย",
	"O’Neil", "o´neil", "Jean\u2011Luc", "jean-luc", "“Al”", "かめら", "ヤマダ", "이영숙", "فاطمة", "فاطمه", "مصطفى", "علی",
	"مُحَمَّد", "محـمد", "أحمد", "שָׁלוֹם", "שלום", "किताब", "की", "İstanbul", "ısı", "한국어", "😀", "ok😀", "#1", "$where", ".*", "{\"$gt\":\"\"}", "100%",
}

var (
	reportTags    = []string{"VIP", "vip", "Straße", "Cafe", "Café", "Walk-in", "новый"}
	reportPhones  = []string{"(555) 123-4567", "+1 555 123 4567", "5551234567", "555.987.6543", "０２０ ７９４６ ０１２３", "٠٢٠ ٧٩٤٦ ٠١٢٣", "۰۲۰۷۹۴۶۰۱۲۳", "020 7946 0123 ext. 5", "12", "(555) 123-4567;", "001 555 987 6543", "+1 (555) 987-6543 ext. 12"}
	reportNumbers = []float64{0, 1, -1.5, 42, 0.1, 1200000, 1e21}
	reportSources = []string{"A friend", "Online", "Straße"}
)

// reportZones are time zones and instants at which their days are not what one
// thinks: where midnight is skipped, doubled, or a whole day is missing.
var reportZones = []struct {
	zone   string
	around []time.Time
}{
	{"America/Sao_Paulo", []time.Time{time.Date(2018, 11, 4, 3, 0, 0, 0, time.UTC), time.Date(2018, 2, 18, 2, 0, 0, 0, time.UTC)}},
	{"America/Havana", []time.Time{time.Date(2018, 11, 4, 5, 0, 0, 0, time.UTC), time.Date(2018, 3, 11, 5, 0, 0, 0, time.UTC)}},
	{"Pacific/Apia", []time.Time{time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)}},
	{"Australia/Lord_Howe", []time.Time{time.Date(2018, 10, 6, 15, 30, 0, 0, time.UTC)}},
	{"Pacific/Kiritimati", []time.Time{time.Date(2018, 11, 3, 10, 0, 0, 0, time.UTC)}},
	{"UTC", []time.Time{time.Date(2018, 11, 4, 0, 0, 0, 0, time.UTC)}},
}

// reportWorld is what the reports are asked about.
type reportWorld struct {
	*modelWorld
	definitions []client.FieldDefinition
	// groups are the location groups of the business.
	groups  map[int64][]int64
	callers []client.Identity

	// What the model needs of every client again and again, by client id.
	texts map[int64]reportTexts
	// lists are, for each caller, the clients of the business that it sees, in
	// each order.
	lists []map[store.OrderField][]*client.Client
}

// newReportWorld makes up the world, always the same one, and stores it.
func newReportWorld(t *testing.T) (*apitest.API, *reportWorld) {
	t.Helper()
	chance := rand.New(rand.NewPCG(4, 2018))
	german := "de"
	w := &reportWorld{modelWorld: &modelWorld{}, groups: map[int64][]int64{71: {1, 2}, 72: {3}, 74: {2, 5, 999}, 76: {888}}}
	for id := range int64(2) {
		business := client.DefaultBusiness(id + 1)
		business.Locale = &german
		w.businesses = append(w.businesses, business)
	}
	w.definitions = reportDefinitions()
	for id := range reportClients() + 100 {
		business := int64(reportBusiness)
		if id >= reportClients() {
			business = foreignBusiness
		}
		w.clients = append(w.clients, reportClient(chance, id+1, business))
	}
	for _, c := range w.clients {
		if c.ClientID%10 == 0 {
			for range chance.IntN(400) {
				if subject := 1 + chance.Int64N(reportClients()+100); subject != c.ClientID {
					c.SubjectIDs = append(c.SubjectIDs, subject)
				}
			}
		}
		slices.Sort(c.SubjectIDs)
		c.SubjectIDs = slices.Compact(c.SubjectIDs)
	}
	w.callers = reportCallers(w.clients)
	w.prepare()

	api := apitest.New(t)
	w.load(t, api)
	w.storeGroups(t, api)
	return api, w
}

func (w *reportWorld) load(t *testing.T, api *apitest.API) {
	t.Helper()
	// A transaction of many more clients with so many pieces each takes the
	// embedded engine, with the cache that tests give it, a very long time.
	const batch = 20
	for i, business := range w.businesses {
		data := importing.Dataset{Business: business}
		if i == 0 {
			data.Definitions = w.definitions
		}
		for _, c := range w.clients {
			if c.BusinessID == business.BusinessID {
				data.Clients = append(data.Clients, c.Clone())
			}
			if len(data.Clients) == batch {
				api.Load(t, data)
				data.Clients = nil
			}
		}
		api.Load(t, data)
	}
}

func reportDefinitions() []client.FieldDefinition {
	mapped := func(id int64, kind client.FieldType, property string) client.FieldDefinition {
		return client.FieldDefinition{DefinitionID: id, BusinessID: reportBusiness, Label: property, Type: kind, PropertyCode: &property}
	}
	own := func(id int64, kind client.FieldType) client.FieldDefinition {
		return client.FieldDefinition{DefinitionID: id, BusinessID: reportBusiness, Label: "own", Type: kind}
	}
	choice, retired, foreign := own(fieldSource, client.FieldChoice), own(fieldRetired, client.FieldText), own(fieldForeign, client.FieldText)
	choice.Choices, retired.Retired, foreign.BusinessID = reportSources, true, foreignBusiness
	return []client.FieldDefinition{
		own(fieldDrink, client.FieldText), own(fieldVisits, client.FieldNumber), own(fieldMember, client.FieldBoolean), own(fieldJoined, client.FieldDate),
		choice, mapped(fieldCompany, client.FieldText, "companyName"), mapped(fieldBirth, client.FieldDate, "dateOfBirth"),
		mapped(fieldLatitude, client.FieldNumber, "latitude"), mapped(fieldTexts, client.FieldBoolean, "allowWaitListText"),
		mapped(fieldCell, client.FieldText, "cellPhone"), mapped(fieldName, client.FieldText, "fullName"), retired, foreign,
	}
}

// storeGroups stores the groups, and others that are none of them: another
// business's, and one that was deleted.
func (w *reportWorld) storeGroups(t *testing.T, api *apitest.API) {
	t.Helper()
	documents := []any{
		bson.D{{Key: "businessId", Value: int64(foreignBusiness)}, {Key: "locationGroupId", Value: int64(75)}, {Key: "locationIds", Value: []int64{1, 2}}, {Key: "removed", Value: false}},
		bson.D{{Key: "businessId", Value: int64(reportBusiness)}, {Key: "locationGroupId", Value: int64(73)}, {Key: "locationIds", Value: []int64{1, 2}}, {Key: "removed", Value: true}},
	}
	for id, locations := range w.groups {
		documents = append(documents, bson.D{
			{Key: "businessId", Value: int64(reportBusiness)},
			{Key: "locationGroupId", Value: id},
			{Key: "name", Value: "group"},
			{Key: "locationIds", Value: locations},
			{Key: "removed", Value: false},
		})
	}
	if _, err := api.Mongo.Collection("locationGroups").InsertMany(t.Context(), documents); err != nil {
		t.Fatal(err)
	}
}

// maybe is a value three times of four.
func maybe[T any](chance *rand.Rand, from []T) *T {
	if chance.IntN(4) == 0 {
		return nil
	}
	return &from[chance.IntN(len(from))]
}

func reportText(chance *rand.Rand, most int) string {
	words := make([]string, 1+chance.IntN(most))
	for i := range words {
		words[i] = reportWords[chance.IntN(len(reportWords))]
	}
	return strings.Join(words, []string{" ", " ", "-", "  ", ""}[chance.IntN(5)])
}

func reportClient(chance *rand.Rand, id, business int64) *client.Client {
	c := &client.Client{
		ClientID: id, BusinessID: business, Lifecycle: client.Live, Status: client.StatusActive,
		FirstName:         maybe(chance, worldNames),
		LastName:          maybe(chance, worldNames),
		EmailAddress:      maybe(chance, worldEmails),
		CreatedUser:       maybe(chance, worldUsers),
		CellPhone:         maybe(chance, reportPhones),
		HomePhone:         maybe(chance, reportPhones),
		AllowWaitListText: maybe(chance, []bool{true, false}),
		Latitude:          maybe(chance, []float64{0, 51.5, -33.25}),
		DateOfBirth:       maybe(chance, []client.Date{{Year: 1993, Month: 2, Day: 2}, {Year: 2000, Month: 2, Day: 29}}),
		// No custom field stands for these two: no report searches them.
		City:     maybe(chance, reportWords),
		Address1: maybe(chance, reportWords),
	}
	if id%7 == 0 {
		c.Lifecycle = client.Removed
	}
	if id%5 == 0 {
		c.Status = client.StatusBlacklisted
	}
	if id%10 == 0 || chance.IntN(3) == 0 {
		c.ClientAccountID = new(id % reportClients())
	}
	if chance.IntN(3) == 0 {
		c.CompanyName = new(reportText(chance, 2))
	}
	if chance.IntN(4) == 0 {
		c.StoredFullName = maybe(chance, reportWords)
	}
	if chance.IntN(2) == 0 {
		c.Notes = new(reportText(chance, 4))
	}
	if id%150 == 0 {
		// More pieces than a client may put into the index.
		var long strings.Builder
		for range 400 {
			fmt.Fprintf(&long, "%x ", chance.Uint32())
		}
		c.Notes = new(long.String() + reportText(chance, 4))
	}
	for range chance.IntN(3) {
		c.AlertNotes = append(c.AlertNotes, reportText(chance, 2))
	}
	seen := map[string]bool{}
	for range chance.IntN(4) {
		if tag := reportTags[chance.IntN(len(reportTags))]; !seen[strings.ToLower(tag)] {
			seen[strings.ToLower(tag)] = true
			c.Tags = append(c.Tags, tag)
		}
	}
	if zone := reportZones[chance.IntN(len(reportZones))]; chance.IntN(20) > 0 {
		c.CreatedDate = new(reportInstant(chance, zone.around[chance.IntN(len(zone.around))]))
		c.ModifiedDate = new(c.CreatedDate.AddDate(0, 0, chance.IntN(3)))
	}
	for a := range chance.IntN(4) {
		c.Appointments = append(c.Appointments, client.Appointment{
			AppointmentID: id*10 + int64(a), StaffID: chance.Int64N(6), LocationID: chance.Int64N(6), ReasonID: chance.Int64N(6),
			Start:  reportStart(chance),
			Status: []client.AppointmentStatus{client.AppointmentOpen, client.AppointmentCompleted, client.AppointmentCancelled, client.AppointmentNoShow}[chance.IntN(4)],
		})
	}
	c.FieldValues = reportFieldValues(chance)
	return c
}

func reportFieldValues(chance *rand.Rand) []client.FieldValue {
	var all []client.FieldValue
	for id, value := range map[int64]any{
		fieldDrink:   reportText(chance, 2),
		fieldVisits:  reportNumbers[chance.IntN(len(reportNumbers))],
		fieldMember:  chance.IntN(2) == 0,
		fieldJoined:  client.Date{Year: 2018, Month: 11, Day: 1 + chance.IntN(5)},
		fieldSource:  reportSources[chance.IntN(len(reportSources))],
		fieldRetired: "retired " + strconv.Itoa(chance.IntN(5)),
	} {
		all = append(all, client.FieldValue{DefinitionID: id, Value: value})
	}
	slices.SortFunc(all, func(a, b client.FieldValue) int { return int(a.DefinitionID - b.DefinitionID) })
	return slices.DeleteFunc(all, func(client.FieldValue) bool { return chance.IntN(2) == 0 })
}

// reportStart is when an appointment begins: around the moments that filters ask for.
func reportStart(chance *rand.Rand) time.Time {
	zone := reportZones[chance.IntN(len(reportZones))]
	return reportInstant(chance, zone.around[chance.IntN(len(zone.around))])
}

// reportInstant is a moment at, right beside, or somewhere around another one.
func reportInstant(chance *rand.Rand, at time.Time) time.Time {
	const hour = time.Hour
	beside := []time.Duration{0, -time.Millisecond, time.Millisecond, -hour, hour - time.Millisecond, hour, -24 * hour, 24 * hour, 23 * hour, -25*hour - time.Millisecond}
	if chance.IntN(2) == 0 {
		return at.Add(beside[chance.IntN(len(beside))])
	}
	return at.Add(time.Duration(chance.Int64N(int64(96*hour/time.Millisecond)))*time.Millisecond - 48*hour)
}

// reportCallers are callers of every role, of both businesses.
func reportCallers(clients []*client.Client) []client.Identity {
	of := func(role client.Role, user string) client.Identity {
		return client.Identity{BusinessID: reportBusiness, User: user, Role: role, Permissions: role.Permissions()}
	}
	wide, narrow := of(client.RoleLocationSuperUser, "ann"), of(client.RoleLocationSuperUser, "lou")
	wide.LocationIDs, narrow.LocationIDs = []int64{2, 5}, []int64{3}
	creator, member := of(client.RoleStaff, "bob"), of(client.RoleStaff, "stella")
	creator.StaffID, member.StaffID = 1, 4
	foreign := of(client.RoleOwner, "owner")
	foreign.BusinessID = foreignBusiness
	callers := []client.Identity{of(client.RoleOwner, "owner"), of(client.RoleAdmin, "admin"), wide, narrow, creator, member, foreign}
	for _, c := range clients {
		if c.BusinessID == reportBusiness && c.ClientAccountID != nil && c.Lifecycle == client.Live && len(c.SubjectIDs) > 0 && len(callers) < 10 {
			own := of(client.RoleClient, "web")
			own.ClientAccountID = *c.ClientAccountID
			callers = append(callers, own)
		}
	}
	return callers
}
