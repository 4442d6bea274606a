package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// filterJSON is ClientReportFilter of the schema.
type filterJSON struct {
	ClientIDList        []idJSON `json:"clientIdList"`
	StartDate           *string  `json:"startDate"`
	EndDate             *string  `json:"endDate"`
	LocationGroupIDList []idJSON `json:"locationGroupIdList"`
	LocationIDList      []idJSON `json:"locationIdList"`
	ReasonIDList        []idJSON `json:"reasonIdList"`
	StaffIDList         []idJSON `json:"staffIdList"`
	StatusList          []string `json:"statusList"`
	TagsList            []string `json:"tagsList"`
	SearchTerm          string   `json:"searchTerm"`
	FieldFilters        []struct {
		DefinitionID idJSON `json:"schedulerPreferenceFieldDefnId"`
		Values       []any  `json:"values"`
	} `json:"fieldFilters"`
	Appointment   *appointmentsJSON `json:"appointment"`
	NoAppointment *appointmentsJSON `json:"noAppointment"`
	Birthday      *struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"birthday"`
	Has            []client.Trait `json:"has"`
	HasNot         []client.Trait `json:"hasNot"`
	IncludeDeleted bool           `json:"includeDeleted"`
}

// appointmentsJSON is AppointmentRange of the schema.
type appointmentsJSON struct {
	From       *client.Date               `json:"from"`
	To         *client.Date               `json:"to"`
	StatusList []client.AppointmentStatus `json:"statusList"`
}

// idJSON is a plain or global id, as a text or a number.
type idJSON struct{ id client.ID }

// UnmarshalJSON reads an id. Error: INVALID_ID.
func (i *idJSON) UnmarshalJSON(text []byte) error {
	value, err := decodeJSON(text)
	if err != nil {
		return err
	}
	i.id, err = client.DecodeID(value)
	return err
}

// ParseFilter parses a filter in JSON: a ClientReportFilter of the schema. An empty text
// selects all live clients.
func ParseFilter(text string) (reading.Filter, error) {
	if text == "" {
		return reading.Filter{}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	var in filterJSON
	if err := decoder.Decode(&in); err != nil {
		return reading.Filter{}, fmt.Errorf("want a filter as the schema's ClientReportFilter, as JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return reading.Filter{}, errors.New("want one JSON object as the filter")
	}
	filter := reading.Filter{
		ClientIDs:        idsOf(in.ClientIDList, client.TypeClient),
		LocationGroupIDs: idsOf(in.LocationGroupIDList, client.TypeAny),
		LocationIDs:      idsOf(in.LocationIDList, client.TypeAny),
		ReasonIDs:        idsOf(in.ReasonIDList, client.TypeAny),
		StaffIDs:         idsOf(in.StaffIDList, client.TypeAny),
		Tags:             in.TagsList,
		SearchTerm:       in.SearchTerm,
		Has:              in.Has,
		HasNot:           in.HasNot,
		IncludeDeleted:   in.IncludeDeleted,
	}
	if in.Birthday != nil {
		filter.Birthday = &reading.Birthdays{From: in.Birthday.From, To: in.Birthday.To}
	}
	for _, f := range in.FieldFilters {
		filter.Fields = append(filter.Fields, reading.FieldFilter{DefinitionID: f.DefinitionID.id.As(client.TypeFieldDefinition), Values: f.Values})
	}
	return in.values(filter)
}

// values converts what is checked value by value.
func (in filterJSON) values(filter reading.Filter) (reading.Filter, error) {
	for _, part := range []struct {
		name string
		from *appointmentsJSON
		to   **reading.AppointmentRange
	}{{"appointment", in.Appointment, &filter.Appointment}, {"noAppointment", in.NoAppointment, &filter.NoAppointment}} {
		if part.from == nil {
			continue
		}
		for _, status := range part.from.StatusList {
			if !status.Known() {
				return filter, client.Path{"filter", part.name, "statusList"}.At(&client.Error{Code: client.CodeInvalidStatus, Message: "want OPEN, COMPLETED, CANCELLED or NO_SHOW"})
			}
		}
		*part.to = &reading.AppointmentRange{From: part.from.From, To: part.from.To, Statuses: part.from.StatusList}
	}
	for _, text := range in.StatusList {
		status := client.Status(text)
		if status != client.StatusActive && status != client.StatusBlacklisted {
			return filter, client.Path{"filter", "statusList"}.At(&client.Error{Code: client.CodeInvalidStatus, Message: "want ACTIVE or BLACKLISTED"})
		}
		filter.Statuses = append(filter.Statuses, status)
	}
	for _, trait := range append(append([]client.Trait{}, in.Has...), in.HasNot...) {
		if !slices.Contains(client.Traits(), trait) {
			return filter, client.Path{"filter"}.At(&client.Error{Code: client.CodeInvalidChoice, Message: "want traits that the schema's ClientTrait names"})
		}
	}
	for _, day := range []struct {
		text *string
		to   **client.Date
	}{{in.StartDate, &filter.StartDate}, {in.EndDate, &filter.EndDate}} {
		if day.text == nil {
			continue
		}
		date, err := client.ParseDate(*day.text)
		if err != nil {
			return filter, err
		}
		*day.to = &date
	}
	return filter, nil
}

// idsOf returns the numbers of ids; nil stays nil, because it differs from an empty list.
func idsOf(ids []idJSON, typeName string) []int64 {
	if ids == nil {
		return nil
	}
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		numbers[i] = id.id.As(typeName)
	}
	return numbers
}
