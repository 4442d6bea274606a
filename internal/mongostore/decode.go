package mongostore

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
)

// decode reads a document, or the part of it that a projection left, of this
// version or an earlier one. Error: ErrNewer.
func (c *codec) decode(document bson.Raw) (*client.Client, error) {
	document, outdated, err := c.current(document)
	if err != nil {
		return nil, err
	}
	elements, err := document.Elements()
	if err != nil {
		return nil, fmt.Errorf("read a client document: %w", err)
	}
	to := &client.Client{Outdated: outdated}
	for _, element := range elements {
		key, value := element.Key(), element.Value()
		var ok bool
		switch key {
		case keyID:
			to.ClientID, ok = value.AsInt64OK()
		case keyBusiness:
			to.BusinessID, ok = value.AsInt64OK()
		case keyVersion:
			to.Version, ok = value.AsInt64OK()
		case keyChange:
			to.ChangeNumber, ok = value.AsInt64OK()
		case keyLifecycle:
			var text string
			text, ok = value.StringValueOK()
			to.Lifecycle = client.Lifecycle(text)
		default:
			i, known := c.places[key]
			ok = !known || decodePlace(c.properties[i].At(to), value)
		}
		if !ok {
			return nil, fmt.Errorf("client document: %s has the type %s", key, value.Type)
		}
	}
	return to, nil
}

// decodePlace writes a stored value into a property's place, and says whether
// it has the type of that place.
func decodePlace(place any, value bson.RawValue) bool {
	switch p := place.(type) {
	case **string:
		return decodePointer(p, value.StringValueOK)
	case *string:
		return decodeInto(p, value.StringValueOK)
	case **bool:
		return decodePointer(p, value.BooleanOK)
	case *bool:
		return decodeInto(p, value.BooleanOK)
	case **float64:
		return decodePointer(p, value.AsFloat64OK)
	case **int64:
		return decodePointer(p, value.AsInt64OK)
	case *int64:
		return decodeInto(p, value.AsInt64OK)
	case **client.Date:
		return decodePointer(p, func() (client.Date, bool) {
			t, ok := value.TimeOK()
			return client.DateOf(t.UTC()), ok
		})
	case **time.Time:
		return decodePointer(p, func() (time.Time, bool) {
			t, ok := value.TimeOK()
			return t.UTC(), ok
		})
	case *client.Status:
		return decodeInto(p, func() (client.Status, bool) {
			text, ok := value.StringValueOK()
			return client.Status(text), ok
		})
	case *[]byte:
		return decodeInto(p, func() ([]byte, bool) {
			_, data, ok := value.BinaryOK()
			return append([]byte(nil), data...), ok
		})
	case *[]string:
		return decodeList(p, value, bson.RawValue.StringValueOK)
	case *[]int64:
		return decodeList(p, value, bson.RawValue.AsInt64OK)
	case *[]client.FieldValue:
		return decodeList(p, value, decodeFieldValue)
	case *[]client.Appointment:
		return decodeList(p, value, decodeAppointment)
	case *[]client.MergedClient:
		return decodeList(p, value, decodeMerged)
	case *[]client.Alias:
		return decodeList(p, value, decodeAlias)
	}
	return false
}

func decodePointer[T any](to **T, read func() (T, bool)) bool {
	value, ok := read()
	*to = &value
	return ok
}

func decodeInto[T any](to *T, read func() (T, bool)) bool {
	value, ok := read()
	*to = value
	return ok
}

func decodeList[T any](to *[]T, value bson.RawValue, read func(bson.RawValue) (T, bool)) bool {
	array, ok := value.ArrayOK()
	if !ok {
		return false
	}
	entries, err := array.Values()
	if err != nil {
		return false
	}
	list := make([]T, len(entries))
	for i, entry := range entries {
		if list[i], ok = read(entry); !ok {
			return false
		}
	}
	*to = list
	return true
}

func decodeFieldValue(value bson.RawValue) (client.FieldValue, bool) {
	document, ok := value.DocumentOK()
	if !ok {
		return client.FieldValue{}, false
	}
	id, ok := document.Lookup("definitionId").AsInt64OK()
	custom, known := decodeCustom(document.Lookup("value"))
	return client.FieldValue{DefinitionID: id, Value: custom}, ok && known
}

// decodeCustom reads a custom value: its type is the document's.
func decodeCustom(value bson.RawValue) (any, bool) {
	switch value.Type {
	case bson.TypeString:
		return value.StringValueOK()
	case bson.TypeDouble:
		return value.DoubleOK()
	case bson.TypeBoolean:
		return value.BooleanOK()
	case bson.TypeDateTime:
		t, ok := value.TimeOK()
		return client.DateOf(t.UTC()), ok
	}
	return nil, false
}

func decodeAppointment(value bson.RawValue) (client.Appointment, bool) {
	var stored struct {
		AppointmentID int64     `bson:"appointmentId"`
		LocationID    int64     `bson:"locationId"`
		StaffID       int64     `bson:"staffId"`
		ReasonID      int64     `bson:"reasonId"`
		Start         time.Time `bson:"start"`
		Status        string    `bson:"status"`
		ModifiedDate  time.Time `bson:"modifiedDate"`
	}
	if err := value.Unmarshal(&stored); err != nil {
		return client.Appointment{}, false
	}
	return client.Appointment{
		AppointmentID: stored.AppointmentID,
		LocationID:    stored.LocationID,
		StaffID:       stored.StaffID,
		ReasonID:      stored.ReasonID,
		Start:         stored.Start.UTC(),
		Status:        client.AppointmentStatus(stored.Status),
		ModifiedDate:  stored.ModifiedDate.UTC(),
	}, true
}
