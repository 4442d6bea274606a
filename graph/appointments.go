package graph

import (
	"context"
	"time"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/reading"
)

// Appointments returns a page of the client's appointments.
func (clientResolver) Appointments(ctx context.Context, obj *loader.Client, first int64, after *string, status []client.AppointmentStatus, from, to *time.Time) (*model.AppointmentConnection, error) {
	page, err := obj.Appointments(ctx, reading.AppointmentFilter{Statuses: status, From: from, To: to}, first, after)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.AppointmentConnection{AppointmentPage: page}, nil
}
