package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/sample"
)

// Landmarks are clients that every business has, whatever its size: what is
// read of them is as much in a large business as in a small one, so that what
// grows is the cost of finding it.
const (
	landmarks = 60
	// tagged is how many landmarks have the tag, the appointment and the custom
	// value that nobody else has.
	tagged = 20

	landmarkName  = "Zyxwq"
	landmarkTag   = "Landmark"
	landmarkEmail = "landmark@example.com"
	landmarkLogin = "landmark"
	landmarkDrink = "Meltwater"
	// The scheduler's ids that landmarks alone have.
	rareStaff, rareLocation, rareReason = 901, 902, 903
	rareGroup, commonGroup              = 1, 2
	landmarkAccount                     = 1
)

// Ids of what sample.Generate makes: fieldDrink has free text, the others are
// of appointments.
const (
	fieldDrink                                = 322534
	commonStaff, commonLocation, commonReason = 501, 11, 31
)

const seed = 1

// loaders is how many goroutines import at once: the engine runs their
// transactions side by side.
const loaders = 4

// chunk is how many clients are made at a time, batch how many of them are
// imported in one transaction: a hundred have twenty thousand keys, and the
// embedded engine, with its small cache, may not come to an end with that many.
const (
	chunk = 1_000
	batch = 25
)

// world is a loaded business and who asks.
type world struct {
	service *client.Service
	owner   client.Scope
	// fewRows sees the tagged landmarks, manyRows a part of the business, own is
	// a CLIENT who sees the other landmarks.
	fewRows, manyRows, own client.Scope
	landmarks              []*client.Client
	// page is what a list shows: clients whose relations are read.
	page []*client.Client
	// middle is a cursor in the middle of the list of names.
	middle string
}

func load(ctx context.Context, store *mongostore.Store, service *client.Service, size int) (*world, error) {
	data, err := sample.Reference()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(store.PutBusiness(ctx, data.Business), store.PutDefinitions(ctx, data.Definitions)); err != nil {
		return nil, err
	}
	w := &world{service: service, owner: client.Scope{
		BusinessID: sample.BusinessID, User: "bench", Role: client.RoleOwner, Permissions: client.AllPermissions, Rows: client.Rows{All: true},
	}}
	if err := w.loadLandmarks(ctx); err != nil {
		return nil, err
	}
	if err := w.loadOthers(ctx, size-landmarks); err != nil {
		return nil, err
	}
	for id, locations := range map[int64][]any{rareGroup: {rareLocation}, commonGroup: {commonLocation, commonLocation + 1}} {
		_, err := service.PutLocationGroup(ctx, w.owner, client.Values{
			"locationGroupId": id, "name": "a group", "locationIds": locations, "modifiedDate": "2026-01-01T00:00:00Z",
		}, false)
		if err != nil {
			return nil, err
		}
	}
	return w, w.askers(ctx)
}

// askers makes the callers, and the places that reads begin at.
func (w *world) askers(ctx context.Context) error {
	w.fewRows = w.staff(rareStaff)
	w.manyRows = w.staff(commonStaff)
	var err error
	w.own, err = w.service.Scope(ctx, client.Identity{
		BusinessID: sample.BusinessID, User: "landmark", Role: client.RoleClient, Permissions: client.RoleClient.Permissions(), ClientAccountID: landmarkAccount,
	})
	if err != nil {
		return err
	}
	w.page, err = w.service.Clients(ctx, w.owner, byName, client.Page{PageNumber: 20, PageSize: pageSize}, client.Select("viewClients"))
	if err != nil {
		return err
	}
	middle, err := w.service.Connection(ctx, w.owner, client.ConnectionArgs{Order: byName, First: new(int64(100))}, client.Selection{})
	if err != nil {
		return err
	}
	w.middle = middle.Cursors[len(middle.Cursors)-1]
	return nil
}

func (w *world) staff(id int64) client.Scope {
	return client.Scope{
		BusinessID: sample.BusinessID, User: "bench", Role: client.RoleStaff, Permissions: client.RoleStaff.Permissions(),
		Rows: client.Rows{Keys: []string{client.StaffKey(id), client.UserKey("bench")}},
	}
}

// loadLandmarks stores the landmarks. The first of them sees all others, and
// its values are unlike anybody's.
func (w *world) loadLandmarks(ctx context.Context) error {
	longAgo := time.Date(1999, 12, 31, 12, 0, 0, 0, time.UTC)
	for i := range landmarks {
		c := &client.Client{
			Lifecycle: client.Live, Status: client.StatusActive, CreatedDate: new(longAgo.AddDate(0, 0, i)),
			FirstName: new(fmt.Sprintf("Nobody%d", i)), LastName: new("Else"),
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
	for part := range slices.Chunk(w.landmarks, batch) {
		if err := w.service.Import(ctx, w.owner, part, func(int) {}); err != nil {
			return err
		}
	}
	return nil
}

// loadOthers stores that many generated clients.
func (w *world) loadOthers(ctx context.Context, count int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	chunks := make(chan int)
	var group sync.WaitGroup
	for range loaders {
		group.Go(func() {
			for start := range chunks {
				if err := w.loadChunk(ctx, start, min(chunk, count-start)); err != nil {
					cancel(err)
				}
			}
		})
	}
	for start := 0; start < count && ctx.Err() == nil; start += chunk {
		chunks <- start
	}
	close(chunks)
	group.Wait()
	return context.Cause(ctx)
}

func (w *world) loadChunk(ctx context.Context, start, count int) error {
	own := seed + uint64(start/chunk) //nolint:gosec // start is never negative.
	clients := sample.Generate(own, sample.BusinessID, count, w.service.Now())
	if err := w.service.AssignIDs(ctx, clients); err != nil {
		return err
	}
	sample.Households(own, clients)
	for part := range slices.Chunk(clients, batch) {
		if err := w.service.Import(ctx, w.owner, part, func(int) {}); err != nil {
			return err
		}
	}
	return nil
}
