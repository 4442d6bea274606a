package model

import (
	"encoding/json"
	"strconv"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/service/reading"
)

// ClientDataExport is everything that is stored about a person.
type ClientDataExport struct{ *personaldata.Export }

// HeldRecord is what is stored about a person under one id.
type HeldRecord struct{ *personaldata.HeldRecord }

func (e *ClientDataExport) own() *HeldRecord { return &HeldRecord{&e.Export.HeldRecord} }

// ClientID is the id of the client.
func (e *ClientDataExport) ClientID() int64 { return e.own().ClientID() }

// Record is the client's record.
func (e *ClientDataExport) Record() any { return e.own().Record() }

// FieldDataMap has the client's values of custom fields.
func (e *ClientDataExport) FieldDataMap() any { return e.own().FieldDataMap() }

// History is the client's history.
func (e *ClientDataExport) History() []*HistoryEntry { return e.own().History() }

// Changes are the client's rows of the change feed.
func (e *ClientDataExport) Changes() []any { return e.own().Changes() }

// MergedRecords are the records of clients merged into the client.
func (e *ClientDataExport) MergedRecords() []*HeldRecord {
	records := make([]*HeldRecord, len(e.Merged))
	for i := range records {
		records[i] = &HeldRecord{&e.Merged[i]}
	}
	return records
}

// ClientGlobalID is the global id of the client.
func (e *ClientDataExport) ClientGlobalID() client.ID { return e.own().ClientGlobalID() }

// ClientGlobalID is the global id that the record's client had.
func (e *HeldRecord) ClientGlobalID() client.ID { return e.Client.ID() }

// ClientID is the id of the record's client.
func (e *HeldRecord) ClientID() int64 { return e.Client.ClientID }

// ExportedDate is the time as of which the data were read.
func (e *ClientDataExport) ExportedDate() time.Time { return e.At }

// Record has each stored property with a value, by name.
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

// FieldDataMap has the values of custom fields by id.
func (e *HeldRecord) FieldDataMap() any {
	values := map[string]any{}
	for _, field := range e.Fields {
		values[strconv.FormatInt(field.Definition.DefinitionID, 10)] = client.ShowCustom(field.Value)
	}
	return values
}

// CanView are the ids of the client's subjects.
func (e *ClientDataExport) CanView() []int64 { return e.Subjects }

// ViewedBy are the ids of the client's viewers.
func (e *ClientDataExport) ViewedBy() []int64 { return e.Viewers }

// CanViewGlobalIDs are the global ids of the client's subjects.
func (e *ClientDataExport) CanViewGlobalIDs() []*client.ID { return client.GlobalIDs(e.Subjects) }

// ViewedByGlobalIDs are the global ids of the client's viewers.
func (e *ClientDataExport) ViewedByGlobalIDs() []*client.ID { return client.GlobalIDs(e.Viewers) }

// Appointments are the appointments that the scheduler sent.
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

// Forms are the forms that the client signed.
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

// Changes are the rows of the change feed that have not expired.
func (e *HeldRecord) Changes() []any {
	list := make([]any, len(e.HeldRecord.Changes))
	for i, row := range e.HeldRecord.Changes {
		list[i] = map[string]any{
			"at": client.FormatInstant(row.At), "kind": string(row.Kind), "version": row.Version, "changedFields": row.ChangedFields(client.RoleOwner),
		}
	}
	return list
}

// Merges are the journals of merges.
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

// RemovedAppointments are the removed appointments, which stay stored.
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

// DismissedDuplicates are the pairs that users dismissed as duplicates.
func (e *ClientDataExport) DismissedDuplicates() []any {
	list := make([]any, len(e.Dismissed))
	for i, pair := range e.Dismissed {
		list[i] = map[string]any{"clientIds": plainIDs(pair[:])}
	}
	return list
}

// KeptAnswers are the versions that are stored for retries.
func (e *ClientDataExport) KeptAnswers() []any {
	list := make([]any, len(e.Kept))
	for i, kept := range e.Kept {
		list[i] = map[string]any{
			"at": client.FormatInstant(kept.At), "clientId": strconv.FormatInt(kept.ClientID, 10), "version": kept.Version,
		}
	}
	return list
}

// WebhookDeliveries are messages that were sent to webhooks, or will be.
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

// held adds each stored property of a record with a value to record, by name.
func held(record map[string]any, c *client.Client) {
	for _, p := range client.Properties() {
		if p.Held() && !p.Empty(c) {
			record[p.Name] = p.Show(p.Value(c))
		}
	}
}

// plainIDs returns ids as text, in the form of the export.
func plainIDs(ids []int64) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return texts
}
