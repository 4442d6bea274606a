package model

import (
	"encoding/json"
	"strconv"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/service/reading"
)

// ClientDataExport is everything that is held about a person.
type ClientDataExport struct{ *personaldata.Export }

// HeldRecord is what is held about a person under one id.
type HeldRecord struct{ *personaldata.HeldRecord }

func (e *ClientDataExport) own() *HeldRecord { return &HeldRecord{&e.Export.HeldRecord} }

// ClientID is the client.
func (e *ClientDataExport) ClientID() int64 { return e.own().ClientID() }

// Record is the client's.
func (e *ClientDataExport) Record() any { return e.own().Record() }

// FieldDataMap are the client's values of custom fields.
func (e *ClientDataExport) FieldDataMap() any { return e.own().FieldDataMap() }

// History is the client's.
func (e *ClientDataExport) History() []*HistoryEntry { return e.own().History() }

// Changes are the client's.
func (e *ClientDataExport) Changes() []any { return e.own().Changes() }

// MergedRecords are those of who was merged into the client.
func (e *ClientDataExport) MergedRecords() []*HeldRecord {
	records := make([]*HeldRecord, len(e.Merged))
	for i := range records {
		records[i] = &HeldRecord{&e.Merged[i]}
	}
	return records
}

// ClientGlobalID is the client.
func (e *ClientDataExport) ClientGlobalID() client.ID { return e.own().ClientGlobalID() }

// ClientGlobalID is whose record it is, by the id that it had.
func (e *HeldRecord) ClientGlobalID() client.ID { return e.Client.ID() }

// ClientID is whose record it is.
func (e *HeldRecord) ClientID() int64 { return e.Client.ClientID }

// ExportedDate is the moment that the data are of.
func (e *ClientDataExport) ExportedDate() time.Time { return e.At }

// Record is each stored part that has a value, by name.
func (e *HeldRecord) Record() any {
	c := e.Client
	record := map[string]any{
		"clientId": strconv.FormatInt(c.ClientID, 10), "businessId": strconv.FormatInt(c.BusinessID, 10),
		"version": c.Version, "deleted": c.Deleted(),
	}
	held(record, c)
	record["activeAppointmentCount"] = c.ActiveAppointmentCount
	if e.SSN != nil {
		record["ssn"] = *e.SSN
	}
	if e.HasPassword {
		record["hasPassword"] = true
	}
	return record
}

// FieldDataMap are the values of custom fields, by id.
func (e *HeldRecord) FieldDataMap() any {
	values := map[string]any{}
	for _, field := range e.Fields {
		values[strconv.FormatInt(field.Definition.DefinitionID, 10)] = client.ShowCustom(field.Value)
	}
	return values
}

// CanView are whom the client may see.
func (e *ClientDataExport) CanView() []int64 { return e.Subjects }

// ViewedBy are who may see the client.
func (e *ClientDataExport) ViewedBy() []int64 { return e.Viewers }

// CanViewGlobalIDs are whom the client may see.
func (e *ClientDataExport) CanViewGlobalIDs() []*client.ID { return client.GlobalIDs(e.Subjects) }

// ViewedByGlobalIDs are who may see the client.
func (e *ClientDataExport) ViewedByGlobalIDs() []*client.ID { return client.GlobalIDs(e.Viewers) }

// Appointments are those that the scheduler sent.
func (e *ClientDataExport) Appointments() []any {
	list := make([]any, len(e.Client.Appointments))
	for i, a := range e.Client.Appointments {
		appointment := map[string]any{
			"appointmentId": strconv.FormatInt(a.AppointmentID, 10), "start": client.FormatInstant(a.Start),
			"status": string(a.Status), "modifiedDate": client.FormatInstant(a.ModifiedDate),
		}
		for name, id := range map[string]int64{"locationId": a.LocationID, "staffId": a.StaffID, "reasonId": a.ReasonID} {
			if id != 0 {
				appointment[name] = strconv.FormatInt(id, 10)
			}
		}
		list[i] = appointment
	}
	return list
}

// Forms are those that the client signed.
func (e *ClientDataExport) Forms() []*client.Form {
	forms := make([]*client.Form, len(e.Export.Forms))
	for i := range forms {
		forms[i] = &e.Export.Forms[i]
	}
	return forms
}

// History is the whole history.
func (e *HeldRecord) History() []*HistoryEntry {
	page := HistoryConnection{HistoryPage: &reading.HistoryPage{Entries: e.HeldRecord.History}}
	return page.Nodes()
}

// Changes are the rows of the change feed that are still kept.
func (e *HeldRecord) Changes() []any {
	list := make([]any, len(e.HeldRecord.Changes))
	for i, row := range e.HeldRecord.Changes {
		list[i] = map[string]any{
			"at": client.FormatInstant(row.At), "kind": string(row.Kind), "version": row.Version, "changedFields": row.ChangedFields(client.RoleOwner),
		}
	}
	return list
}

// Merges are what is kept of merges, to undo them.
func (e *ClientDataExport) Merges() []any {
	list := make([]any, len(e.Export.Merges))
	for i, j := range e.Export.Merges {
		merge := map[string]any{
			"mergeId": strconv.FormatInt(j.MergeID, 10), "at": client.FormatInstant(j.At), "user": j.User, "undone": j.Undone,
			"clientIds": plainIDs(j.ClientIDs),
		}
		if j.ClientID != 0 {
			merge["clientId"] = strconv.FormatInt(j.ClientID, 10)
		}
		if !j.Undone {
			before, after := map[string]any{}, map[string]any{}
			held(before, j.Before)
			held(after, j.After)
			merge["report"], merge["before"], merge["after"] = json.RawMessage(j.Report), before, after
		}
		list[i] = merge
	}
	return list
}

// RemovedAppointments are those that are remembered to be gone.
func (e *ClientDataExport) RemovedAppointments() []any {
	list := make([]any, len(e.Removed))
	for i, known := range e.Removed {
		list[i] = map[string]any{
			"appointmentId": strconv.FormatInt(known.AppointmentID, 10), "clientId": strconv.FormatInt(known.ClientID, 10),
			"modifiedDate": client.FormatInstant(known.ModifiedDate),
		}
	}
	return list
}

// DismissedDuplicates are the pairs that users dismissed: they are two people.
func (e *ClientDataExport) DismissedDuplicates() []any {
	list := make([]any, len(e.Dismissed))
	for i, pair := range e.Dismissed {
		list[i] = map[string]any{"clientIds": plainIDs(pair[:])}
	}
	return list
}

// KeptAnswers are what is kept for retries.
func (e *ClientDataExport) KeptAnswers() []any {
	list := make([]any, len(e.Kept))
	for i, kept := range e.Kept {
		list[i] = map[string]any{
			"at": client.FormatInstant(kept.At), "clientId": strconv.FormatInt(kept.ClientID, 10), "version": kept.Version,
		}
	}
	return list
}

// WebhookDeliveries are what webhooks were told, or are to be told.
func (e *ClientDataExport) WebhookDeliveries() []any {
	list := make([]any, len(e.Deliveries))
	for i := range e.Deliveries {
		d := &e.Deliveries[i]
		list[i] = map[string]any{
			"webhookId": strconv.FormatInt(d.WebhookID, 10), "clientId": strconv.FormatInt(d.ClientID, 10), "kind": string(d.Kind),
			"changedDate": client.FormatInstant(d.ChangedDate), "changedFields": append([]string{}, d.ChangedFields...), "state": string(d.State),
		}
	}
	return list
}

// held puts each stored part of a record that has a value under its name.
func held(record map[string]any, c *client.Client) {
	for _, p := range client.Properties() {
		if p.Held() && !p.Empty(c) {
			record[p.Name] = p.Show(p.Value(c))
		}
	}
}

// plainIDs are ids as the export writes them, as text.
func plainIDs(ids []int64) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return texts
}
