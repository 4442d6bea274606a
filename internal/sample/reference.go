package sample

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/importing"
)

//go:embed data/business.json data/definitions.json data/clients.json
var files embed.FS

// Reference returns the business of the reference's examples with its custom fields and
// clients, ordered by id. Every call returns new records. An error means that the
// embedded files are invalid.
func Reference() (importing.Dataset, error) {
	var data datasetRecord
	for path, part := range map[string]any{
		"data/business.json":    &data.Business,
		"data/definitions.json": &data.Definitions,
		"data/clients.json":     &data.Clients,
	} {
		if err := decode(path, part); err != nil {
			return importing.Dataset{}, err
		}
	}
	return data.dataset()
}

// Decode decodes a dataset in the form of the reference: an object with a business, its
// definitions and its clients. Unknown properties are an error.
func Decode(content []byte) (importing.Dataset, error) {
	var data datasetRecord
	if err := decodeStrictly(content, &data); err != nil {
		return importing.Dataset{}, fmt.Errorf("read a dataset: %w", err)
	}
	return data.dataset()
}

// decode reads an embedded file.
func decode(path string, value any) error {
	content, err := files.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read sample data: %w", err)
	}
	if err := decodeStrictly(content, value); err != nil {
		return fmt.Errorf("read sample data %s: %w", path, err)
	}
	return nil
}

// decodeStrictly decodes one JSON value, and refuses properties that value does not have,
// so that a misspelt name is noticed.
func decodeStrictly(content []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the end")
	}
	return nil
}

type datasetRecord struct {
	Business    businessRecord     `json:"business"`
	Definitions []definitionRecord `json:"definitions"`
	Clients     []clientRecord     `json:"clients"`
}

func (r *datasetRecord) dataset() (importing.Dataset, error) {
	business := r.Business
	dataset := importing.Dataset{Business: &client.Business{
		BusinessID:  business.BusinessID,
		Name:        business.Name,
		TimeZoneID:  business.TimeZone,
		Locale:      business.Locale,
		PhoneRegion: business.PhoneRegion,
	}}
	types := map[int64]client.FieldType{}
	for _, d := range r.Definitions {
		types[d.ID] = d.Type
		dataset.Definitions = append(dataset.Definitions, client.FieldDefinition{
			DefinitionID: d.ID,
			BusinessID:   business.BusinessID,
			Label:        d.Label,
			Type:         d.Type,
			PropertyCode: d.PropertyCode,
			Choices:      d.Choices,
		})
	}
	for i := range r.Clients {
		c, err := r.Clients[i].client(business.BusinessID, types)
		if err != nil {
			return importing.Dataset{}, fmt.Errorf("sample client %d: %w", r.Clients[i].ClientID, err)
		}
		dataset.Clients = append(dataset.Clients, c)
	}
	return dataset, nil
}

type businessRecord struct {
	BusinessID  int64   `json:"businessId"`
	Name        *string `json:"name"`
	TimeZone    string  `json:"timeZone"`
	PhoneRegion string  `json:"phoneRegion"`
	Locale      *string `json:"locale"`
}

type definitionRecord struct {
	ID           int64            `json:"schedulerPreferenceFieldDefnId"`
	Label        string           `json:"label"`
	Type         client.FieldType `json:"type"`
	PropertyCode *string          `json:"propertyCode"`
	Choices      []string         `json:"choices"`
}

// clientRecord has the properties of the reference's clients and of fixtures, by their
// names in the schema; businessId and version are the same for all.
type clientRecord struct {
	ClientID               int64               `json:"clientId"`
	ClientAccountID        *int64              `json:"clientAccountId"`
	CreatedDate            *time.Time          `json:"createdDate"`
	CreatedUser            *string             `json:"createdUser"`
	ModifiedDate           *time.Time          `json:"modifiedDate"`
	ModifiedUser           *string             `json:"modifiedUser"`
	Deleted                bool                `json:"deleted"`
	Status                 client.Status       `json:"status"`
	FirstName              *string             `json:"firstName"`
	LastName               *string             `json:"lastName"`
	EmailAddress           *string             `json:"emailAddress"`
	ExternalUserName       *string             `json:"externalUserName"`
	CompanyName            *string             `json:"companyName"`
	DateOfBirth            *string             `json:"dateOfBirth"`
	CellPhone              *string             `json:"cellPhone"`
	HomePhone              *string             `json:"homePhone"`
	City                   *string             `json:"city"`
	State                  *string             `json:"state"`
	Locale                 *string             `json:"locale"`
	TimeZone               *string             `json:"timeZone"`
	AllowWaitListText      *bool               `json:"allowWaitListText"`
	Tags                   []string            `json:"tags"`
	Fields                 []fieldRecord       `json:"fields"`
	ClientIDsClientCanView []int64             `json:"clientIdsClientCanView"`
	Appointments           []appointmentRecord `json:"appointments"`
}

type fieldRecord struct {
	ID    int64 `json:"schedulerPreferenceFieldDefnId"`
	Value any   `json:"value"`
}

type appointmentRecord struct {
	AppointmentID int64                    `json:"appointmentId"`
	LocationID    int64                    `json:"locationId"`
	StaffID       int64                    `json:"staffId"`
	ReasonID      int64                    `json:"reasonId"`
	Start         time.Time                `json:"start"`
	Status        client.AppointmentStatus `json:"status"`
	ModifiedDate  time.Time                `json:"modifiedDate"`
}

func (r *clientRecord) client(businessID int64, types map[int64]client.FieldType) (*client.Client, error) {
	c := &client.Client{
		ClientID:          r.ClientID,
		BusinessID:        businessID,
		ClientAccountID:   r.ClientAccountID,
		Version:           1,
		Lifecycle:         client.Live,
		CreatedDate:       r.CreatedDate,
		CreatedUser:       r.CreatedUser,
		ModifiedDate:      r.ModifiedDate,
		ModifiedUser:      r.ModifiedUser,
		Status:            r.Status,
		FirstName:         r.FirstName,
		LastName:          r.LastName,
		EmailAddress:      r.EmailAddress,
		ExternalUserName:  r.ExternalUserName,
		CompanyName:       r.CompanyName,
		CellPhone:         r.CellPhone,
		HomePhone:         r.HomePhone,
		City:              r.City,
		State:             r.State,
		Locale:            r.Locale,
		TimeZoneID:        r.TimeZone,
		AllowWaitListText: r.AllowWaitListText,
		Tags:              r.Tags,
		SubjectIDs:        r.ClientIDsClientCanView,
	}
	if r.Deleted {
		c.Lifecycle = client.Removed
	}
	if r.DateOfBirth != nil {
		day, err := client.ParseDate(*r.DateOfBirth)
		if err != nil {
			return nil, fmt.Errorf("dateOfBirth: %w", err)
		}
		c.DateOfBirth = &day
	}
	for _, field := range r.Fields {
		value, err := field.value(types[field.ID])
		if err != nil {
			return nil, fmt.Errorf("custom field %d: %w", field.ID, err)
		}
		c.FieldValues = append(c.FieldValues, client.FieldValue{DefinitionID: field.ID, Value: value})
	}
	for _, a := range r.Appointments {
		c.Appointments = append(c.Appointments, client.Appointment(a))
	}
	return c, nil
}

// value returns the field's value in the Go type of its definition.
func (f fieldRecord) value(want client.FieldType) (any, error) {
	ok := false
	switch want {
	case client.FieldNumber:
		_, ok = f.Value.(float64)
	case client.FieldBoolean:
		_, ok = f.Value.(bool)
	case client.FieldText, client.FieldChoice:
		_, ok = f.Value.(string)
	case client.FieldDate:
		if text, isText := f.Value.(string); isText {
			return client.ParseDate(text)
		}
	}
	if !ok {
		return nil, fmt.Errorf("want a %q, got a %T", want, f.Value)
	}
	return f.Value, nil
}
