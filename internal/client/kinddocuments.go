package client

import (
	"strconv"
	"time"
)

func fieldValueElement() element[FieldValue] {
	return element[FieldValue]{
		equal: same[FieldValue],
		encode: func(v FieldValue) any {
			return Document{{"definitionId", v.DefinitionID}, {"value", EncodeCustom(v.Value)}}
		},
		decode: func(from Stored) (FieldValue, bool) {
			r := readParts(from)
			v := FieldValue{DefinitionID: r.int("definitionId"), Value: readPart(r, "value", DecodeCustom)}
			return v, !r.failed && v.Value != nil
		},
		show: func(v FieldValue) any {
			return map[string]any{"definitionId": strconv.FormatInt(v.DefinitionID, 10), "value": ShowCustom(v.Value)}
		},
		bytes: func(v FieldValue) int {
			text, _ := v.Value.(string)
			return len(text)
		},
	}
}

// EncodeCustom returns a custom value in the form that a store keeps, see Document.
func EncodeCustom(value any) any {
	if day, isDay := value.(Date); isDay {
		return day.UTC()
	}
	return value
}

// DecodeCustom decodes a stored custom value; false if it is not one.
func DecodeCustom(from Stored) (any, bool) {
	value, ok := from.Scalar()
	if t, isDay := value.(time.Time); isDay {
		return DateOf(t), ok
	}
	return value, ok
}

// ShowCustom returns a custom value in the form of history: a day is text.
func ShowCustom(value any) any {
	if day, isDay := value.(Date); isDay {
		return day.String()
	}
	return value
}

func appointmentElement() element[Appointment] {
	return element[Appointment]{
		equal: Appointment.equal,
		encode: func(a Appointment) any {
			return Document{
				{"appointmentId", a.AppointmentID},
				{"locationId", a.LocationID},
				{"staffId", a.StaffID},
				{"reasonId", a.ReasonID},
				{"start", a.Start},
				{"status", string(a.Status)},
				{"modifiedDate", a.ModifiedDate},
			}
		},
		decode: func(from Stored) (Appointment, bool) {
			r := readParts(from)
			a := Appointment{
				AppointmentID: r.int("appointmentId"),
				LocationID:    r.int("locationId"),
				StaffID:       r.int("staffId"),
				ReasonID:      r.int("reasonId"),
				Start:         r.instant("start"),
				Status:        AppointmentStatus(r.text("status")),
				ModifiedDate:  r.instant("modifiedDate"),
			}
			return a, !r.failed
		},
		show: func(a Appointment) any {
			return map[string]any{
				"appointmentId": strconv.FormatInt(a.AppointmentID, 10), "locationId": strconv.FormatInt(a.LocationID, 10),
				"staffId": strconv.FormatInt(a.StaffID, 10), "reasonId": strconv.FormatInt(a.ReasonID, 10),
				"start": FormatInstant(a.Start), "status": string(a.Status), "modifiedDate": FormatInstant(a.ModifiedDate),
			}
		},
		bytes: noText[Appointment],
	}
}

func mergedClientElement() element[MergedClient] {
	return element[MergedClient]{
		equal: MergedClient.equal,
		encode: func(m MergedClient) any {
			document := Document{{"clientId", m.ClientID}, {"mergeId", m.MergeID}, {"mergedDate", m.MergedDate}}
			if m.AccountID != nil {
				document = append(document, Part{"clientAccountId", *m.AccountID})
			}
			if m.CreatedUser != nil {
				document = append(document, Part{"createdUser", *m.CreatedUser})
			}
			return document
		},
		decode: func(from Stored) (MergedClient, bool) {
			r := readParts(from)
			m := MergedClient{
				ClientID: r.int("clientId"), MergeID: r.int("mergeId"), MergedDate: r.instant("mergedDate"),
				AccountID: optionalPart(r, "clientAccountId", Stored.Int), CreatedUser: optionalPart(r, "createdUser", Stored.Text),
			}
			return m, !r.failed
		},
		show: func(m MergedClient) any {
			return map[string]any{
				"clientId": strconv.FormatInt(m.ClientID, 10), "mergeId": strconv.FormatInt(m.MergeID, 10), "mergedDate": FormatInstant(m.MergedDate),
			}
		},
		bytes: noText[MergedClient],
	}
}

func aliasElement() element[Alias] {
	return element[Alias]{
		equal: same[Alias],
		encode: func(a Alias) any {
			return Document{{"field", a.Field}, {"value", a.Value}, {"clientId", a.ClientID}}
		},
		decode: func(from Stored) (Alias, bool) {
			r := readParts(from)
			a := Alias{Field: r.text("field"), Value: r.text("value"), ClientID: r.int("clientId")}
			return a, !r.failed
		},
		show: func(a Alias) any {
			return map[string]any{"field": a.Field, "value": a.Value, "clientId": strconv.FormatInt(a.ClientID, 10)}
		},
		bytes: func(a Alias) int { return len(a.Value) },
	}
}
