package graph

import (
	"context"
	"encoding/json"
	"fmt"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
)

// TimeZone describes the client's time zone.
func (r clientResolver) TimeZone(_ context.Context, obj *loader.Client) (*client.TimeZone, error) {
	if obj.TimeZoneID == nil {
		return nil, nil
	}
	return client.DescribeZone(*obj.TimeZoneID, r.service.Now()), nil
}

// TimeZoneCode is today's abbreviation of the client's time zone.
func (r clientResolver) TimeZoneCode(ctx context.Context, obj *loader.Client) (*string, error) {
	zone, err := r.TimeZone(ctx, obj)
	if err != nil || zone == nil {
		return nil, err
	}
	return &zone.TimeZoneCode, nil
}

// Ssn is the social security number in the form that the caller may read.
func (r clientResolver) Ssn(ctx context.Context, obj *loader.Client) (*string, error) {
	return r.service.SSN(requestOf(ctx).scope, obj.Client)
}

// ViewClients are the client's subjects.
func (clientResolver) ViewClients(ctx context.Context, obj *loader.Client, first int64) ([]*loader.Client, error) {
	return obj.Subjects(ctx, first, siblingsSelected(ctx, "viewClients"))
}

// ViewByClients are the client's viewers.
func (clientResolver) ViewByClients(ctx context.Context, obj *loader.Client, first int64) ([]*loader.Client, error) {
	return obj.Viewers(ctx, first, viewersSelected(ctx))
}

// ClientIdsClientCanView are the ids of the client's subjects.
func (clientResolver) ClientIdsClientCanView(ctx context.Context, obj *loader.Client) ([]*client.ID, error) {
	subjects, err := obj.AllSubjects(ctx, siblingsSelected(ctx, "viewClients"))
	if err != nil {
		return nil, err
	}
	ids := make([]*client.ID, len(subjects))
	for i, subject := range subjects {
		ids[i] = &client.ID{Number: subject.ClientID}
	}
	return ids, nil
}

// ViewClientAccountIds are the accounts of the client's viewers.
func (clientResolver) ViewClientAccountIds(ctx context.Context, obj *loader.Client) ([]*client.ID, error) {
	viewers, err := obj.AllViewers(ctx, viewersSelected(ctx))
	if err != nil {
		return nil, err
	}
	ids := []*client.ID{}
	for _, viewer := range viewers {
		if viewer.ClientAccountID != nil {
			ids = append(ids, &client.ID{Number: *viewer.ClientAccountID})
		}
	}
	return ids, nil
}

// viewersSelected is what all selected fields of viewers need of them.
func viewersSelected(ctx context.Context) client.Selection {
	return siblingsSelected(ctx, "viewByClients").With(client.Select("clientAccountId"))
}

// FormList are the forms that the client signed.
func (clientResolver) FormList(ctx context.Context, obj *loader.Client) ([]*client.Form, error) {
	forms, err := obj.Forms(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]*client.Form, len(forms))
	for i := range forms {
		list[i] = &forms[i]
	}
	return list, nil
}

// Data is the content of the form.
func (formResolver) Data(_ context.Context, obj *client.Form) (any, error) {
	if len(obj.Data) == 0 {
		return nil, nil
	}
	return json.RawMessage(obj.Data), nil
}

// Fields are the client's custom fields, one for each definition.
func (clientResolver) Fields(ctx context.Context, obj *loader.Client) ([]*model.ClientField, error) {
	definitions, err := requestOf(ctx).loaders.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	fields := definitions.Fields(obj.Client)
	list := make([]*model.ClientField, len(fields))
	for i, field := range fields {
		d := field.Definition
		list[i] = &model.ClientField{
			SchedulerPreferenceFieldDefnID: client.ID{Number: d.DefinitionID},
			Label:                          d.Label,
			Type:                           d.Type,
			PropertyCode:                   d.PropertyCode,
			Choices:                        d.Choices,
			Value:                          field.Value,
		}
	}
	return list, nil
}

// FieldDataList are the custom fields that have a value.
func (clientResolver) FieldDataList(ctx context.Context, obj *loader.Client) ([]*model.FieldData, error) {
	definitions, err := requestOf(ctx).loaders.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	filled := definitions.DataList(obj.Client)
	list := make([]*model.FieldData, len(filled))
	for i, field := range filled {
		list[i] = &model.FieldData{SchedulerPreferenceFieldDefnID: client.ID{Number: field.ID}, Value: field.Value}
	}
	return list, nil
}

// FieldDataListJSON is FieldDataList as the reference writes it.
func (clientResolver) FieldDataListJSON(ctx context.Context, obj *loader.Client) (string, error) {
	definitions, err := requestOf(ctx).loaders.Definitions(ctx)
	if err != nil {
		return "", err
	}
	return asJSON(definitions.DataList(obj.Client))
}

// FieldDataMap has the values by definition id.
func (clientResolver) FieldDataMap(ctx context.Context, obj *loader.Client) (any, error) {
	definitions, err := requestOf(ctx).loaders.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	return definitions.DataMap(obj.Client), nil
}

// FieldDataMapJSON is FieldDataMap as text.
func (r clientResolver) FieldDataMapJSON(ctx context.Context, obj *loader.Client) (string, error) {
	byID, err := r.FieldDataMap(ctx, obj)
	if err != nil {
		return "", err
	}
	return asJSON(byID)
}

// TextSearchable is the text in which report searches find the client.
func (clientResolver) TextSearchable(ctx context.Context, obj *loader.Client) (*string, error) {
	definitions, err := requestOf(ctx).loaders.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	return definitions.TextSearchable(obj.Client), nil
}

func asJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write JSON: %w", err)
	}
	return string(data), nil
}
