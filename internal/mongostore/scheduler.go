package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

type appointmentDocument struct {
	BusinessID    int64     `bson:"businessId"`
	AppointmentID int64     `bson:"appointmentId"`
	ClientID      int64     `bson:"clientId,omitempty"`
	ModifiedDate  time.Time `bson:"modifiedDate"`
	Removed       bool      `bson:"removed"`
}

func (d *appointmentDocument) known() client.KnownAppointment {
	return client.KnownAppointment{
		AppointmentID: d.AppointmentID, ClientID: d.ClientID, ModifiedDate: d.ModifiedDate.UTC(), Removed: d.Removed,
	}
}

// schedulerTx implements store.FeedTx, for scheduler data.
type schedulerTx struct {
	*unit
	// known and seenForms are the appointments and forms that are stored already: all
	// others are new.
	known        map[int64]bool
	seenForms    map[formKey]bool
	appointments []mongo.WriteModel
	forms        []mongo.WriteModel
}

type formKey struct {
	clientID int64
	formID   string
}

// KnownAppointments implements store.FeedTx.
func (t *schedulerTx) KnownAppointments(ctx context.Context, ids []int64) (map[int64]client.KnownAppointment, error) {
	if t.known == nil {
		t.known = map[int64]bool{}
	}
	found, err := query.FindAll[appointmentDocument](ctx, t.store.db.Collection(schema.Appointments), "appointments",
		bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: schema.FieldAppointment, Value: query.In(query.NonNil(ids))}},
		options.Find().SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, err
	}
	known := make(map[int64]client.KnownAppointment, len(found))
	for _, d := range found {
		t.known[d.AppointmentID] = true
		known[d.AppointmentID] = d.known()
	}
	return known, nil
}

// KnowAppointments implements store.FeedTx.
func (t *schedulerTx) KnowAppointments(known []client.KnownAppointment) {
	for _, k := range known {
		document := appointmentDocument{
			BusinessID: t.scope.BusinessID, AppointmentID: k.AppointmentID,
			ClientID: k.ClientID, ModifiedDate: k.ModifiedDate, Removed: k.Removed,
		}
		if !t.known[k.AppointmentID] {
			t.appointments = append(t.appointments, mongo.NewInsertOneModel().SetDocument(document))
			continue
		}
		t.appointments = append(t.appointments, mongo.NewReplaceOneModel().
			SetFilter(bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: schema.FieldAppointment, Value: k.AppointmentID}}).
			SetReplacement(document))
	}
}

// Refresh implements store.FeedTx.
func (t *schedulerTx) Refresh(before, after *client.Client, at time.Time, properties []string) error {
	after.ChangeNumber = t.raise(before.ClientID, before.ChangeNumber)
	t.update(before, t.store.codec.Difference(before, after))
	t.announceFeed(before, after, at, properties)
	return nil
}

// announceFeed adds the feed row for a client's scheduler data.
func (t *schedulerTx) announceFeed(before, after *client.Client, at time.Time, properties []string) {
	paths := make(bson.A, len(properties))
	for i, property := range properties {
		paths[i] = property
	}
	t.announce(before, after, history.Entry{ClientID: after.ClientID, Version: after.Version, At: at}, history.KindUpserted, paths)
}

// Forms implements store.FeedTx.
func (t *schedulerTx) Forms(ctx context.Context, clientIDs []int64) ([]client.Form, error) {
	found, err := t.store.forms(ctx, t.scope, clientIDs, bson.D{{Key: "data", Value: 0}})
	if err != nil {
		return nil, err
	}
	if t.seenForms == nil {
		t.seenForms = map[formKey]bool{}
	}
	for _, form := range found {
		t.seenForms[formKey{form.ClientID, form.FormID}] = true
	}
	return found, nil
}

// PutForms implements store.FeedTx.
func (t *schedulerTx) PutForms(c *client.Client, forms []client.Form, at time.Time, properties []string) {
	for _, form := range forms {
		document := bson.D{
			{Key: schema.FieldBusiness, Value: t.scope.BusinessID},
			{Key: "clientId", Value: form.ClientID},
			{Key: "formId", Value: form.FormID},
			{Key: "data", Value: string(form.Data)},
			{Key: "modifiedDate", Value: form.ModifiedDate},
		}
		key := document[:3:3]
		if form.Name != nil {
			document = append(document, bson.E{Key: "name", Value: *form.Name})
		}
		if form.SignedDate != nil {
			document = append(document, bson.E{Key: "signedDate", Value: *form.SignedDate})
		}
		if t.seenForms[formKey{form.ClientID, form.FormID}] {
			t.forms = append(t.forms, mongo.NewReplaceOneModel().SetFilter(key).SetReplacement(document))
		} else {
			t.forms = append(t.forms, mongo.NewInsertOneModel().SetDocument(document))
		}
	}
	// So two writers of a client's forms or visibility conflict: the feed row has the
	// visibility, and the number of forms is bounded.
	number := t.raise(c.ClientID, c.ChangeNumber)
	t.update(c, bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldChange, Value: number}}}})
	t.announceFeed(c, c, at, properties)
}

// parts returns the writes of scheduler data. A duplicate key says that another request
// stored the same at the same time.
func (t *schedulerTx) parts() []transact.Part {
	insertsFirst(t.appointments)
	insertsFirst(t.forms)
	return []transact.Part{
		{Collection: schema.Appointments, Writes: t.appointments, Affected: int64(len(t.appointments)), Taken: transact.AsConflict},
		{Collection: schema.Forms, Writes: t.forms, Affected: int64(len(t.forms)), Taken: transact.AsConflict},
	}
}

// insertsFirst sorts inserts before replacements, which are of other documents: the
// driver sends a new command each time the kind of write changes.
func insertsFirst(writes []mongo.WriteModel) {
	rank := func(write mongo.WriteModel) int {
		if _, is := write.(*mongo.InsertOneModel); is {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(writes, func(a, b mongo.WriteModel) int { return rank(a) - rank(b) })
}
