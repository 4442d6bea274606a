package e2e_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/store"
)

// Few different values, so that callers and clients meet often. One user has a
// name that looks like a member of staff's visibility key.
var (
	worldUsers  = []string{"ann", "bob", "staff:1", "location:1"}
	worldNames  = []string{"Ann", "ann", "ANN", "Ånn", "Aon", "Zoë", "Zoe", "Émile", "Emil", "Öst", "山田", "やまだ", "Ян", "O'Neil", "de la Cruz", "x"}
	worldEmails = []string{"a@example.com", "A@example.com", "a.b@example.com", "ab@example.com", "ä@example.com", "z@example.org"}
)

// drawWorld makes up two or three businesses whose clients share numbers of
// accounts, staff and locations; some edges and forms cross businesses, which
// must show nowhere.
func drawWorld(rt *rapid.T) *modelWorld {
	w := &modelWorld{}
	businesses := rapid.IntRange(2, 3).Draw(rt, "businesses")
	for b := range businesses {
		business := client.DefaultBusiness(int64(b + 1))
		// Locales that order as the library does: internal/search holds the others to CLDR.
		if locale := rapid.SampledFrom([]string{"", "sv", "de", "es", "pl"}).Draw(rt, "locale"); locale != "" {
			business.Locale = &locale
		}
		w.businesses = append(w.businesses, business)
	}
	ids := rapid.SliceOfNDistinct(rapid.Int64Range(1, 60), 0, 24, rapid.ID[int64]).Draw(rt, "ids")
	for i, id := range ids {
		w.clients = append(w.clients, drawClient(rt, id, int64(i%businesses+1), int64(i/businesses+1)))
	}
	for _, c := range w.clients {
		for _, subject := range ids {
			if subject != c.ClientID && rapid.IntRange(0, 3).Draw(rt, "edge") == 0 {
				c.SubjectIDs = append(c.SubjectIDs, subject)
			}
		}
		slices.Sort(c.SubjectIDs)
		for f := range rapid.IntRange(0, 2).Draw(rt, "forms") {
			business := int64(rapid.IntRange(1, businesses).Draw(rt, "form's business"))
			w.forms = append(w.forms, modelForm{business, c.ClientID, "form" + strconv.Itoa(9-f)})
		}
	}
	return w
}

func drawClient(rt *rapid.T, id, business, account int64) *client.Client {
	c := &client.Client{
		ClientID:       id,
		BusinessID:     business,
		Lifecycle:      client.Live,
		Status:         client.StatusActive,
		Blocked:        rapid.IntRange(0, 4).Draw(rt, "blocked") == 1,
		FirstName:      drawMaybe(rt, "first name", worldNames),
		LastName:       drawMaybe(rt, "last name", worldNames),
		EmailAddress:   drawMaybe(rt, "e-mail", worldEmails),
		CreatedUser:    drawMaybe(rt, "creator", worldUsers),
		StoredFullName: drawMaybe(rt, "full name", append([]string{"", "", ""}, worldNames...)),
	}
	if c.StoredFullName != nil && *c.StoredFullName == "" {
		c.StoredFullName = nil
	}
	c.CreatedDate, c.ModifiedDate = drawMaybeDate(rt, "created"), drawMaybeDate(rt, "modified")
	if rapid.IntRange(0, 3).Draw(rt, "deleted") == 1 {
		c.Lifecycle = client.Removed
	}
	if rapid.IntRange(0, 3).Draw(rt, "blacklisted") == 1 {
		c.Status = client.StatusBlacklisted
	}
	if rapid.Bool().Draw(rt, "account") {
		c.ClientAccountID = &account
	}
	for a := range rapid.IntRange(0, 3).Draw(rt, "appointments") {
		c.Appointments = append(c.Appointments, client.Appointment{
			AppointmentID: id*10 + int64(a),
			StaffID:       rapid.Int64Range(0, 3).Draw(rt, "staff"),
			LocationID:    rapid.Int64Range(0, 3).Draw(rt, "location"),
			Start:         time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC),
			Status: rapid.SampledFrom([]client.AppointmentStatus{
				client.AppointmentOpen, client.AppointmentCompleted, client.AppointmentCancelled, client.AppointmentNoShow,
			}).Draw(rt, "appointment's status"),
		})
	}
	return c
}

// drawMaybeDate is often the same date: ties are where orders break.
func drawMaybeDate(rt *rapid.T, label string) *time.Time {
	if rapid.IntRange(0, 3).Draw(rt, "not "+label) == 1 {
		return nil
	}
	return new(time.UnixMilli(rapid.Int64Range(-2, 2).Draw(rt, label)).UTC())
}

func drawMaybe(rt *rapid.T, label string, from []string) *string {
	if rapid.IntRange(0, 3).Draw(rt, "no "+label) == 1 {
		return nil
	}
	return new(rapid.SampledFrom(from).Draw(rt, label))
}

// store puts the world in place of what the database holds.
func (w *modelWorld) store(t *testing.T, api *apitest.API) {
	t.Helper()
	ctx := t.Context()
	names, err := api.Mongo.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := api.Mongo.Collection(name).DeleteMany(ctx, bson.D{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, business := range w.businesses {
		var clients []*client.Client
		for _, c := range w.clients {
			if c.BusinessID == business.BusinessID {
				clients = append(clients, c.Clone())
			}
		}
		api.Load(t, importing.Dataset{Business: business, Clients: clients})
	}
	for _, form := range w.forms {
		_, err := api.Mongo.Collection("clientForms").InsertOne(ctx, bson.D{
			{Key: "businessId", Value: form.businessID},
			{Key: "clientId", Value: form.clientID},
			{Key: "formId", Value: form.formID},
			{Key: "name", Value: "a form"},
			{Key: "data", Value: "{}"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func drawCaller(rt *rapid.T, w *modelWorld) client.Identity {
	who := client.Identity{
		BusinessID: int64(rapid.IntRange(1, len(w.businesses)).Draw(rt, "caller's business")),
		User:       rapid.SampledFrom(worldUsers).Draw(rt, "user"),
		Role: rapid.SampledFrom([]client.Role{
			client.RoleOwner, client.RoleAdmin, client.RoleLocationSuperUser, client.RoleStaff, client.RoleClient,
		}).Draw(rt, "role"),
	}
	who.Permissions = who.Role.Permissions()
	switch who.Role {
	case client.RoleLocationSuperUser:
		who.LocationIDs = rapid.SliceOfN(rapid.Int64Range(1, 4), 1, 3).Draw(rt, "locations")
	case client.RoleStaff:
		who.StaffID = rapid.Int64Range(1, 4).Draw(rt, "staff")
	case client.RoleClient:
		who.ClientAccountID = 1
		var accounts []int64
		for _, c := range w.clients {
			if c.BusinessID == who.BusinessID && c.ClientAccountID != nil {
				accounts = append(accounts, *c.ClientAccountID)
			}
		}
		if accounts != nil {
			who.ClientAccountID = rapid.SampledFrom(accounts).Draw(rt, "account")
		}
	}
	return who
}

// drawID is the id of a client, mostly of one that there is, in one of its
// forms or as that of something else.
func drawID(rt *rapid.T, w *modelWorld) client.ID {
	id := client.ID{Number: rapid.Int64Range(-1, 70).Draw(rt, "id"), Type: rapid.SampledFrom([]string{"", "", "Client", "Client", "Form"}).Draw(rt, "id's type")}
	if len(w.clients) > 0 && rapid.IntRange(0, 4).Draw(rt, "known id") > 0 {
		id.Number = rapid.SampledFrom(w.clients).Draw(rt, "client").ClientID
	}
	return id
}

func drawRead(rt *rapid.T, w *modelWorld) *modelRead {
	ids := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) client.ID { return drawID(rt, w) }), 0, 8)
	r := &modelRead{
		id:         drawID(rt, w),
		ids:        ids.Draw(rt, "ids"),
		pageNumber: rapid.IntRange(1, 3).Draw(rt, "page number"),
		pageSize:   rapid.IntRange(1, 8).Draw(rt, "page size"),
		field:      rapid.SampledFrom(store.OrderFields()).Draw(rt, "order"),
		mode:       rapid.SampledFrom([]string{"ASC", "DESC"}).Draw(rt, "direction"),
		after:      rapid.IntRange(-12, 23).Draw(rt, "after"),
		before:     rapid.IntRange(-12, 23).Draw(rt, "before"),
		subjects:   rapid.SampledFrom([]int{1, 2, 1000}).Draw(rt, "subjects"),
		viewers:    rapid.SampledFrom([]int{1, 2, 1000}).Draw(rt, "viewers"),
	}
	if size := rapid.IntRange(1, 12).Draw(rt, "connection's size"); rapid.Bool().Draw(rt, "backward") {
		r.last = size
	} else {
		r.first = size
	}
	if rapid.Bool().Draw(rt, "filtered") {
		r.filter = &modelFilter{includeDeleted: rapid.Bool().Draw(rt, "deleted ones too")}
		if rapid.IntRange(0, 2).Draw(rt, "by id") == 1 {
			r.filter.ids = ids.Draw(rt, "only these")
		}
		r.filter.statuses = rapid.SampledFrom([][]client.Status{
			nil, {}, {client.StatusActive}, {client.StatusBlacklisted}, {client.StatusActive, client.StatusBlacklisted},
		}).Draw(rt, "statuses")
	}
	return r
}

func (r *modelRead) variables() map[string]any {
	variables := map[string]any{
		"id": r.id.String(), "ids": idTexts(r.ids), "pageNumber": r.pageNumber, "pageSize": r.pageSize,
		"field": r.field, "mode": r.mode, "subjects": r.subjects, "viewers": r.viewers,
	}
	if r.first > 0 {
		variables["first"] = r.first
	} else {
		variables["last"] = r.last
	}
	if r.filter != nil {
		variables["filter"] = map[string]any{
			"clientIdList": idTexts(r.filter.ids), "statusList": r.filter.statuses, "includeDeleted": r.filter.includeDeleted,
		}
	}
	return variables
}

// idTexts keeps no list apart from an empty one.
func idTexts(ids []client.ID) []string {
	if ids == nil {
		return nil
	}
	texts := []string{}
	for _, id := range ids {
		texts = append(texts, id.String())
	}
	return texts
}
