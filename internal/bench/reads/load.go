package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/sample"
	"clientgraph/internal/service"
	"clientgraph/internal/service/reading"
)

// Landmarks are clients that every business has, whatever its size: reads of them return
// the same in a large business as in a small one, so that only the cost of finding them
// can grow.
const (
	landmarks = 60
	// smallest is the smallest business: its list has all pages that are read.
	smallest = 500
	// tagged is the number of landmarks with the tag, the appointment and the custom
	// value that no other client has.
	tagged = 20

	landmarkName  = "Zyxwq"
	landmarkTag   = "Landmark"
	landmarkEmail = "landmark@example.com"
	landmarkLogin = "landmark"
	landmarkDrink = "Meltwater"
	// The scheduler's ids that only landmarks have.
	rareStaff, rareLocation, rareReason = 901, 902, 903
	rareGroup, commonGroup              = 1, 2
	landmarkAccount                     = 1

	// nobody is an id above all assigned ids.
	nobody = 1 << 40
)

// Ids in the data of sample.Generate: fieldDrink has free text, the others belong to
// appointments.
const (
	fieldDrink                                = 322534
	commonStaff, commonLocation, commonReason = 501, 11, 31
)

const seed = 1

// chunk is the number of clients that are generated at a time.
const chunk = 1_000

// fullEvery is the share of generated clients that keep all generated data: the search
// keys of a hundred thousand addresses and notes would take gigabytes, without other
// results.
const fullEvery = 10

// lean reduces a client to what lists, suggestions and reports need.
func lean(c *client.Client) *client.Client {
	return &client.Client{
		ClientID: c.ClientID, Lifecycle: c.Lifecycle, Status: c.Status, CreatedDate: c.CreatedDate, CreatedUser: c.CreatedUser,
		FirstName: c.FirstName, LastName: c.LastName, StoredFullName: c.StoredFullName, EmailAddress: c.EmailAddress, CellPhone: c.CellPhone,
		Tags: c.Tags, FieldValues: c.FieldValues, Appointments: c.Appointments, SubjectIDs: c.SubjectIDs,
	}
}

// world is a loaded business with its callers.
type world struct {
	service *service.Service
	owner   client.Scope
	// fewRows sees the tagged landmarks; manyKeys too, with more visibility keys than a
	// read uses an index for; manyRows sees a part of the business; own is a CLIENT that
	// sees the other landmarks.
	fewRows, manyKeys, manyRows, own client.Scope
	landmarks                        []*client.Client
	// page is a page of a list, whose relations are read.
	page []*client.Client
	// middle is a cursor in the middle of the list by name, deep one after nine tenths of
	// it, where deepPage begins too; fed is the end of the feed for fewRows.
	middle, deep string
	deepPage     int64
	fed          *string
}

// newWorld returns a business without clients, or whose clients are known.
func newWorld(service *service.Service) *world {
	return &world{service: service, owner: client.Scope{
		BusinessID: sample.BusinessID, User: "bench", Role: client.RoleOwner, Permissions: client.AllPermissions, Rows: client.Rows{All: true},
	}}
}

// load stores a business with that many clients.
func (w *world) load(ctx context.Context, store *mongostore.Store, size int) error {
	data, err := sample.Reference()
	if err != nil {
		return err
	}
	if err := errors.Join(store.PutBusiness(ctx, data.Business), store.PutDefinitions(ctx, data.Definitions)); err != nil {
		return err
	}
	if err := w.loadLandmarks(ctx); err != nil {
		return err
	}
	if err := w.loadOthers(ctx, size-landmarks); err != nil {
		return err
	}
	for id, locations := range map[int64][]any{rareGroup: {rareLocation}, commonGroup: {commonLocation, commonLocation + 1}} {
		_, err := w.service.PutLocationGroup(ctx, w.owner, client.Values{
			"locationGroupId": id, "name": "a group", "locationIds": locations, "modifiedDate": "2026-01-01T00:00:00Z",
		}, false)
		if err != nil {
			return err
		}
	}
	return nil
}

// landmarkIDs identify a loaded business.
func (w *world) landmarkIDs() []int64 {
	ids := make([]int64, len(w.landmarks))
	for i, c := range w.landmarks {
		ids[i] = c.ClientID
	}
	return ids
}

// recall finds the landmarks of a business that was loaded before.
func (w *world) recall(ctx context.Context, ids []int64) error {
	for _, id := range ids {
		c, err := w.service.Client(ctx, w.owner, client.ID{Number: id}, client.SelectAll())
		if err != nil {
			return err
		}
		if c == nil {
			return errors.New("a landmark is gone: remove the data folder, or drop the database")
		}
		w.landmarks = append(w.landmarks, c)
	}
	return nil
}

// askers makes the callers, and the places where reads begin.
func (w *world) askers(ctx context.Context, size int) error {
	w.fewRows = w.staff(rareStaff)
	w.manyRows = w.staff(commonStaff)
	w.manyKeys = w.staff(rareStaff)
	for location := range int64(248) {
		w.manyKeys.Rows.VisibilityKeys = append(w.manyKeys.Rows.VisibilityKeys, client.LocationVisibilityKey(rareLocation+location))
	}
	var err error
	w.own, err = w.service.Scope(ctx, client.Identity{
		BusinessID: sample.BusinessID, User: "landmark", Role: client.RoleClient, Permissions: client.RoleClient.Permissions(), ClientAccountID: landmarkAccount,
	})
	if err != nil {
		return err
	}
	w.page, err = w.service.Clients(ctx, w.owner, byName, reading.Page{PageNumber: 20, PageSize: pageSize}, client.Select("viewClients"))
	if err != nil {
		return err
	}
	middle, err := w.service.Connection(ctx, w.owner, reading.ConnectionArgs{Order: byName, First: new(int64(100))}, client.Selection{})
	if err != nil {
		return err
	}
	w.middle = middle.Cursors[len(middle.Cursors)-1]
	if err := w.goDeep(ctx, size); err != nil {
		return err
	}
	// The few rows are listed soon; then the feed begins.
	for more := true; more; {
		part, err := w.service.ClientChanges(ctx, w.fewRows, w.fed, 100, client.Selection{})
		if err != nil {
			return err
		}
		w.fed, more = &part.Cursor, part.HasMore
	}
	return nil
}

// goDeep reads nine tenths of the list by name.
func (w *world) goDeep(ctx context.Context, size int) error {
	pages := int64(size) * 9 / 10 / pageSize
	args := reading.ConnectionArgs{Order: byName}
	for left := pages * pageSize; left > 0; left -= *args.First {
		args.First = new(min(left, reading.MaxConnection))
		part, err := w.service.Connection(ctx, w.owner, args, client.Selection{})
		if err != nil {
			return err
		}
		args.After = &part.Cursors[len(part.Cursors)-1]
	}
	w.deep, w.deepPage = *args.After, pages+1
	return nil
}

func (w *world) staff(id int64) client.Scope {
	return client.Scope{
		BusinessID: sample.BusinessID, User: "bench", Role: client.RoleStaff, Permissions: client.RoleStaff.Permissions(),
		Rows: client.Rows{VisibilityKeys: []string{client.StaffVisibilityKey(id), client.UserVisibilityKey("bench")}},
	}
}

// loadLandmarks stores the landmarks. The first of them sees all others, and no other
// client has its values.
func (w *world) loadLandmarks(ctx context.Context) error {
	longAgo := time.Date(1999, 12, 31, 12, 0, 0, 0, time.UTC)
	for i := range landmarks {
		c := &client.Client{
			Lifecycle: client.Live, Status: client.StatusActive, CreatedDate: new(longAgo.AddDate(0, 0, i)),
			FirstName: new(fmt.Sprintf("Nobody%d", i)), LastName: new("Else"),
			EmailAddress: new(fmt.Sprintf("nobody%d@example.com", i)),
		}
		if i < tagged {
			c.Tags = []string{landmarkTag}
			c.FieldValues = []client.FieldValue{{DefinitionID: fieldDrink, Value: landmarkDrink}}
			c.Appointments = []client.Appointment{{
				AppointmentID: int64(i + 1), LocationID: rareLocation, StaffID: rareStaff, ReasonID: rareReason,
				Start: longAgo.AddDate(0, 1, i), Status: client.AppointmentCompleted, ModifiedDate: longAgo,
			}}
		}
		w.landmarks = append(w.landmarks, c)
	}
	first := w.landmarks[0]
	first.FirstName, first.EmailAddress, first.ExternalUserName = new(landmarkName), new(landmarkEmail), new(landmarkLogin)
	first.ClientAccountID = new(int64(landmarkAccount))
	if err := w.service.AssignIDs(ctx, w.landmarks); err != nil {
		return err
	}
	for _, c := range w.landmarks[1:] {
		first.SubjectIDs = append(first.SubjectIDs, c.ClientID)
	}
	return w.service.Import(ctx, w.owner, w.landmarks, func(int) {})
}

// loadOthers stores that many generated clients, with one writer: several would wait for
// each other at the feed's counter.
func (w *world) loadOthers(ctx context.Context, count int) error {
	for start := 0; start < count; start += chunk {
		if err := w.loadChunk(ctx, start, min(chunk, count-start)); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) loadChunk(ctx context.Context, start, count int) error {
	own := seed + uint64(start/chunk) //nolint:gosec // start is never negative.
	clients := sample.Generate(own, sample.BusinessID, count, w.service.Now())
	if err := w.service.AssignIDs(ctx, clients); err != nil {
		return err
	}
	sample.Households(own, clients)
	for i := range clients {
		if i%fullEvery != 0 {
			clients[i] = lean(clients[i])
		}
	}
	return w.service.Import(ctx, w.owner, clients, func(int) {})
}
