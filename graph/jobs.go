package graph

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/service/jobs"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/sheet"
	"clientgraph/internal/store"
	"clientgraph/internal/transfer"
)

// Jobs returns a page of the jobs that the caller sees.
func (r queryResolver) Jobs(ctx context.Context, first int64, after *string) (*model.JobConnection, error) {
	page, err := r.service.Jobs(ctx, requestOf(ctx).scope, first, after)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.JobConnection{Page: page}, nil
}

// Job returns a job that the caller sees.
func (r queryResolver) Job(ctx context.Context, jobID client.ID) (*store.Job, error) {
	return r.service.Job(ctx, requestOf(ctx).scope, jobID)
}

// CreatedUser returns the user who made a job.
func (r jobResolver) CreatedUser(_ context.Context, obj *store.Job) (string, error) {
	return obj.Maker.User, nil
}

// UploadPath returns the path to upload a job's file to, if the job waits for it.
func (r jobResolver) UploadPath(_ context.Context, obj *store.Job) (*string, error) {
	if obj.State != store.JobWaiting {
		return nil, nil
	}
	return new(fmt.Sprintf("/jobs/%d/file", obj.JobID)), nil
}

// Result returns the file of an export, or the table of an import's problems.
func (r jobResolver) Result(ctx context.Context, obj *store.Job) (*model.JobResult, error) {
	link, err := r.service.ResultLink(ctx, requestOf(ctx).scope, obj)
	if err != nil || link == nil {
		return nil, err
	}
	return &model.JobResult{Path: link.Path, Expires: link.Expires, Bytes: obj.ResultBytes, FileName: jobs.FileName(obj)}, nil
}

// ExportClients makes a job that exports clients.
func (r mutationResolver) ExportClients(ctx context.Context, input model.ExportClientsInput, idempotencyKey *string) (*model.ExportClientsPayload, error) {
	options := jobs.ExportOptions{Format: formatOf(input.Format), Filter: reportFilter(input.Filter), Wrong: malformedIDs(input.Filter)}
	result, err := r.service.StartExport(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), options)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.ExportClientsPayload{Job: result.Job, UserErrors: userErrors}, nil
}

// malformedIDs are the errors of malformed ids in a filter. Mutations return them together
// with the other errors of their arguments.
func malformedIDs(filter *model.ClientReportFilter) client.Errors {
	if filter == nil {
		return nil
	}
	var errs client.Errors
	where := client.Path{"input", "filter"}
	for _, list := range []struct {
		name string
		ids  []*client.ID
	}{
		{"clientIdList", filter.ClientIDList},
		{"locationGroupIdList", filter.LocationGroupIDList},
		{"locationIdList", filter.LocationIDList},
		{"reasonIdList", filter.ReasonIDList},
		{"staffIdList", filter.StaffIDList},
	} {
		for i, id := range list.ids {
			errs = append(errs, id.Wrong(where.With(list.name, strconv.Itoa(i)))...)
		}
	}
	for i, field := range filter.FieldFilters {
		errs = append(errs, field.SchedulerPreferenceFieldDefnID.Wrong(where.With("fieldFilters", strconv.Itoa(i), "schedulerPreferenceFieldDefnId"))...)
	}
	return errs
}

func formatOf(format model.ClientFileFormat) transfer.Format {
	if format == model.ClientFileFormatJSONL {
		return transfer.JSONL
	}
	return transfer.CSV
}

// ImportClients makes a job that imports a file.
func (r mutationResolver) ImportClients(ctx context.Context, input model.ImportClientsInput, idempotencyKey *string) (*model.ImportClientsPayload, error) {
	result, err := r.service.StartImport(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), importOptions(input))
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.ImportClientsPayload{Job: result.Job, UserErrors: userErrors}, nil
}

// importOptions converts an input to options.
func importOptions(input model.ImportClientsInput) jobs.ImportOptions {
	options := jobs.ImportOptions{
		Format: formatOf(input.Format), Match: matchOf(input.Match), Several: writing.Several(strings.ToLower(string(input.Several))),
		Delimiter: textOf(input.Delimiter), ListSeparator: textOf(input.ListSeparator), Dates: textOf(input.Dates),
		DryRun: input.DryRun, Again: input.Again,
	}
	if input.Encoding != nil {
		options.Encoding = encodingOf(*input.Encoding)
	}
	for _, m := range input.Mapping {
		options.Mapping = append(options.Mapping, jobs.Mapped{Header: m.Header, Column: m.Column})
	}
	return options
}

// PreviewImport returns how the beginning of a file would be read.
func (r queryResolver) PreviewImport(ctx context.Context, input model.ImportClientsInput, head string, whole bool) (*transfer.Preview, error) {
	preview, err := r.service.PreviewImport(ctx, requestOf(ctx).scope, importOptions(input), head, whole)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &preview, nil
}

// Encoding returns the encoding of the file.
func (r importPreviewResolver) Encoding(_ context.Context, obj *transfer.Preview) (model.FileEncoding, error) {
	switch obj.Encoding {
	case sheet.UTF16LE:
		return model.FileEncodingUtf16le, nil
	case sheet.UTF16BE:
		return model.FileEncodingUtf16be, nil
	case sheet.Windows1252:
		return model.FileEncodingWindows1252, nil
	}
	return model.FileEncodingUtf8, nil
}

// Code returns the code of the problem.
func (importProblemResolver) Code(_ context.Context, obj *transfer.Problem) (string, error) {
	return string(obj.Code), nil
}

func matchOf(match model.ImportMatch) transfer.Match {
	switch match {
	case model.ImportMatchClientID:
		return transfer.MatchClientID
	case model.ImportMatchExternalUserName:
		return transfer.MatchExternalUserName
	case model.ImportMatchEmailAddress:
		return transfer.MatchEmailAddress
	}
	return transfer.MatchNone
}

func encodingOf(encoding model.FileEncoding) sheet.Encoding {
	switch encoding {
	case model.FileEncodingUtf16le:
		return sheet.UTF16LE
	case model.FileEncodingUtf16be:
		return sheet.UTF16BE
	case model.FileEncodingWindows1252:
		return sheet.Windows1252
	}
	return sheet.UTF8
}

// textOf returns a text; empty for nil.
func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// CancelJob ends a job.
func (r mutationResolver) CancelJob(ctx context.Context, jobID client.ID, idempotencyKey *string) (*model.CancelJobPayload, error) {
	result, err := r.service.CancelJob(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), jobID)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.CancelJobPayload{Job: result.Job, UserErrors: userErrors}, nil
}

// JobChanged sends a job at once, and again each time it changes.
func (r subscriptionResolver) JobChanged(ctx context.Context, jobID client.ID) (<-chan *store.Job, error) {
	watch, err := r.service.WatchJob(ctx, requestOf(ctx).scope, jobID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return events(ctx, r.service, func() ([]*store.Job, error) {
		job, err := watch.Next(ctx)
		if err == nil && job == nil {
			err = io.EOF
		}
		return []*store.Job{job}, err
	}), nil
}
