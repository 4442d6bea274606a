package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// ClientCount returns the number of live clients that the caller sees.
func (r queryResolver) ClientCount(ctx context.Context) (*int64, error) {
	return r.ClientReportCount(ctx, nil)
}

// ClientReportCount returns the number of clients that a filter selects.
func (r queryResolver) ClientReportCount(ctx context.Context, filter *model.ClientReportFilter) (*int64, error) {
	count, err := r.service.Count(ctx, requestOf(ctx).scope, reportFilter(filter))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &count, nil
}

// ClientReport returns a page of a report.
func (r queryResolver) ClientReport(ctx context.Context, filter *model.ClientReportFilter, orderField store.OrderField, descending bool, pageNumber, pageSize int64) ([]*loader.Client, error) {
	args := reportArgs(filter, orderField, descending, pageNumber, pageSize)
	if p := planClients(ctx); p != nil {
		report, err := r.reportRows(ctx, &p.planned, args.InRows(), p.plan.Need)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if p.answers(ctx, report.Rows) {
			return nil, nil
		}
		return p.request.wrapRows(report.Rows)
	}
	report, err := r.report(ctx, args, selected(ctx))
	if err != nil {
		return nil, err
	}
	return report.Clients, nil
}

// ClientReportWithCount returns a page of a report and its count.
func (r queryResolver) ClientReportWithCount(ctx context.Context, filter *model.ClientReportFilter, orderField store.OrderField, descending bool, pageNumber, pageSize int64) (*model.ClientReport, error) {
	args := reportArgs(filter, orderField, descending, pageNumber, pageSize)
	if field, ok := plannedField(ctx); ok {
		if p := planReport(field); p != nil {
			report, err := r.reportRows(ctx, &p.planned, p.of(args), p.need)
			if err != nil {
				return nil, fail(ctx, err)
			}
			if p.answers(ctx, report) {
				return nil, nil
			}
			clients, err := p.request.wrapRows(report.Rows)
			return &model.ClientReport{Clients: clients, Count: report.Count}, err
		}
	}
	args.WithClients, args.WithCount = asked(ctx, "clients"), asked(ctx, "count")
	return r.report(ctx, args, selected(ctx, "clients"))
}

// reportRows reads a report for a plan.
func (r *Resolver) reportRows(ctx context.Context, p *planned, args reading.ReportArgs, need client.Selection) (*reading.Report, error) {
	return readOnce(p, func() (*reading.Report, error) { return r.service.Report(ctx, p.request.scope, args, need) })
}

func (r queryResolver) report(ctx context.Context, args reading.ReportArgs, need client.Selection) (*model.ClientReport, error) {
	req := requestOf(ctx)
	report, err := r.service.Report(ctx, req.scope, args, need)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.ClientReport{Clients: req.loaders.Wrap(report.Clients), Count: report.Count}, nil
}

// ClientIDList returns a page of the ids of the clients that a filter selects.
func (r queryResolver) ClientIDList(ctx context.Context, filter *model.ClientReportFilter, pageNumber, pageSize int64) ([]*client.ID, error) {
	found, err := r.service.IDs(ctx, requestOf(ctx).scope, reportFilter(filter), reading.Page{PageNumber: pageNumber, PageSize: pageSize})
	if err != nil {
		return nil, fail(ctx, err)
	}
	ids := make([]*client.ID, len(found))
	for i, number := range found {
		ids[i] = &client.ID{Number: number}
	}
	return ids, nil
}

// reportArgs returns arguments for a page of a report without its count.
func reportArgs(filter *model.ClientReportFilter, orderField store.OrderField, descending bool, pageNumber, pageSize int64) reading.ReportArgs {
	return reading.ReportArgs{
		Filter:      reportFilter(filter),
		Order:       store.Order{Field: orderField, Descending: descending},
		Page:        reading.Page{PageNumber: pageNumber, PageSize: pageSize},
		WithClients: true,
	}
}

func reportFilter(filter *model.ClientReportFilter) reading.Filter {
	if filter == nil {
		return reading.Filter{}
	}
	converted := reading.Filter{
		ClientIDs:        numbers(filter.ClientIDList, client.TypeClient),
		StartDate:        filter.StartDate,
		EndDate:          filter.EndDate,
		LocationGroupIDs: numbers(filter.LocationGroupIDList, client.TypeAny),
		LocationIDs:      numbers(filter.LocationIDList, client.TypeAny),
		ReasonIDs:        numbers(filter.ReasonIDList, client.TypeAny),
		StaffIDs:         numbers(filter.StaffIDList, client.TypeAny),
		Statuses:         filter.StatusList,
		Tags:             filter.TagsList,
		Has:              filter.Has,
		HasNot:           filter.HasNot,
		IncludeDeleted:   filter.IncludeDeleted != nil && *filter.IncludeDeleted,
	}
	converted.Appointment = appointmentRange(filter.Appointment)
	converted.NoAppointment = appointmentRange(filter.NoAppointment)
	if filter.Birthday != nil {
		converted.Birthday = &reading.Birthdays{From: filter.Birthday.From, To: filter.Birthday.To}
	}
	if filter.SearchTerm != nil {
		converted.SearchTerm = *filter.SearchTerm
	}
	for _, f := range filter.FieldFilters {
		converted.Fields = append(converted.Fields, reading.FieldFilter{
			DefinitionID: f.SchedulerPreferenceFieldDefnID.As(client.TypeFieldDefinition),
			Values:       f.Values,
		})
	}
	return converted
}

func appointmentRange(within *model.AppointmentRange) *reading.AppointmentRange {
	if within == nil {
		return nil
	}
	return &reading.AppointmentRange{From: within.From, To: within.To, Statuses: within.StatusList}
}

// numbers returns the numbers of ids of a type; nil stays nil, because it differs from an
// empty list.
func numbers(ids []*client.ID, typeName string) []int64 {
	if ids == nil {
		return nil
	}
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = id.As(typeName)
	}
	return list
}
