package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// storedAppointment is an appointment in its client's document.
type storedAppointment struct {
	AppointmentID int64     `bson:"appointmentId"`
	LocationID    int64     `bson:"locationId"`
	StaffID       int64     `bson:"staffId"`
	ReasonID      int64     `bson:"reasonId"`
	Start         time.Time `bson:"start"`
	Status        string    `bson:"status"`
	ModifiedDate  time.Time `bson:"modifiedDate"`
}

func (a *storedAppointment) appointment() client.Appointment {
	return client.Appointment{
		AppointmentID: a.AppointmentID, LocationID: a.LocationID, StaffID: a.StaffID, ReasonID: a.ReasonID,
		Start: a.Start.UTC(), Status: client.AppointmentStatus(a.Status), ModifiedDate: a.ModifiedDate.UTC(),
	}
}

// Appointments implements store.Store. The database filters and sorts them: a client may
// have thousands, and few are wanted.
func (r *clientReads) Appointments(ctx context.Context, scope client.Scope, clientIDs []int64, asked store.AppointmentQuery) (map[int64][]client.Appointment, error) {
	picked := bson.D{{Key: "$filter", Value: bson.D{{Key: "input", Value: "$appointments"}, {Key: "as", Value: "a"}, {Key: "cond", Value: bson.D{{Key: "$and", Value: appointmentConditions(asked)}}}}}}
	ordered := bson.D{{Key: "$sortArray", Value: bson.D{{Key: "input", Value: picked}, {Key: "sortBy", Value: schema.Ascending("start", schema.FieldAppointment)}}}}
	first := bson.D{{Key: "$slice", Value: bson.A{ordered, asked.Limit}}}
	found := make(map[int64][]client.Appointment, len(clientIDs))
	for chunk := range query.IDChunks(clientIDs) {
		cursor, err := r.db.Collection(schema.Clients).Aggregate(ctx, mongo.Pipeline{
			{{Key: "$match", Value: append(query.Tenant(scope), bson.E{Key: schema.FieldID, Value: query.In(chunk)})}},
			{{Key: "$project", Value: bson.D{{Key: "appointments", Value: first}}}},
		})
		if err != nil {
			return nil, fmt.Errorf("find appointments: %w", err)
		}
		var stored []struct {
			ClientID     int64               `bson:"_id"`
			Appointments []storedAppointment `bson:"appointments"`
		}
		if err := query.AllRows(ctx, cursor, &stored); err != nil {
			return nil, fmt.Errorf("read appointments: %w", err)
		}
		for _, of := range stored {
			// Each appointment counts as a row of the operation.
			if err := client.CountRows(ctx, int64(len(of.Appointments))); err != nil {
				return nil, err
			}
			for i := range of.Appointments {
				found[of.ClientID] = append(found[of.ClientID], of.Appointments[i].appointment())
			}
		}
	}
	return found, nil
}

// appointmentConditions returns a query's conditions on an appointment, the variable a of
// an expression.
func appointmentConditions(query store.AppointmentQuery) bson.A {
	const start, id = "$$a.start", "$$a.appointmentId"
	compare := func(operator, field string, value any) bson.D {
		return bson.D{{Key: operator, Value: bson.A{field, value}}}
	}
	conditions := bson.A{}
	if len(query.Statuses) > 0 {
		conditions = append(conditions, compare("$in", "$$a.status", query.Statuses))
	}
	if query.From != nil {
		conditions = append(conditions, compare("$gte", start, *query.From))
	}
	if query.To != nil {
		conditions = append(conditions, compare("$lt", start, *query.To))
	}
	if after := query.After; after != nil {
		conditions = append(conditions, bson.D{{Key: "$or", Value: bson.A{
			compare("$gt", start, after.Start),
			bson.D{{Key: "$and", Value: bson.A{compare("$eq", start, after.Start), compare("$gt", id, after.AppointmentID)}}},
		}}})
	}
	return conditions
}
