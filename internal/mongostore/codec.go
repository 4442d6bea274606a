package mongostore

import (
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
)

// Names in a client document that are no property of package client's table.
const (
	keyID         = "_id"
	keyBusiness   = "businessId"
	keyVersion    = "version"
	keyLifecycle  = "lifecycle"
	keySchema     = "schemaVersion"
	keyVisibility = "visibility"
	keySubjects   = "viewSubjectIds"
	keyAccounts   = "accountIds"
	keyKeys       = "keys"
	keyIdentities = "identityKeys"
	keyFields     = "fields"
	keyMerged     = "mergedClients"
)

// codec turns clients into documents and back, by package client's table of
// properties: a property is stored under its name.
type codec struct {
	properties []client.Property
	// places is where each stored name stands in the table.
	places   map[string]int
	upgrades []upgrade
}

func newCodec(upgrades []upgrade) *codec {
	c := &codec{properties: client.Properties(), places: map[string]int{}, upgrades: upgrades}
	for i := range c.properties {
		c.places[c.properties[i].Name] = i
	}
	return c
}

// encode is the client's whole document. What is absent or an empty list takes
// no place.
func (c *codec) encode(from *client.Client) bson.D {
	document := bson.D{
		{Key: keyID, Value: from.ClientID},
		{Key: keyBusiness, Value: from.BusinessID},
		{Key: keySchema, Value: c.schemaVersion()},
		{Key: keyVersion, Value: from.Version},
		{Key: keyChange, Value: from.ChangeNumber},
		{Key: keyLifecycle, Value: string(from.Lifecycle)},
		{Key: keyVisibility, Value: from.VisibilityKeys()},
	}
	for i := range c.properties {
		if value := encodePlace(c.properties[i].At(from)); value != nil {
			document = append(document, bson.E{Key: c.properties[i].Name, Value: value})
		}
	}
	return document
}

// encodePlace is the value of a property as documents hold it; nil for none.
func encodePlace(place any) any {
	switch p := place.(type) {
	case **string:
		return pointed(*p)
	case *string:
		// A client in no list has no place in an order.
		if *p != "" {
			return *p
		}
	case **bool:
		return pointed(*p)
	case *bool:
		return *p
	case **float64:
		return pointed(*p)
	case **int64:
		return pointed(*p)
	case *int64:
		return *p
	case **client.Date:
		if *p != nil {
			return (*p).UTC()
		}
	case **time.Time:
		return pointed(*p)
	case *client.Status:
		return string(*p)
	case *[]string:
		return unlessEmpty(*p)
	case *[]int64:
		return unlessEmpty(*p)
	case *[]byte:
		return unlessEmpty(*p)
	case *[]client.FieldValue:
		return encodeFieldValues(*p)
	case *[]client.Appointment:
		return encodeAppointments(*p)
	case *[]client.MergedClient, *[]client.Alias:
		return encodeMerges(p)
	default:
		panic(fmt.Sprintf("mongostore: a property in a %T", place))
	}
	return nil
}

func pointed[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func unlessEmpty[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

func encodeFieldValues(values []client.FieldValue) any {
	if len(values) == 0 {
		return nil
	}
	list := make(bson.A, len(values))
	for i, v := range values {
		list[i] = bson.D{{Key: "definitionId", Value: v.DefinitionID}, {Key: "value", Value: encodeValue(v.Value)}}
	}
	return list
}

// encodeValue is a custom value, or a value in history, as documents hold it.
func encodeValue(value any) any {
	switch v := value.(type) {
	case client.Date:
		return v.UTC()
	case client.Status:
		return string(v)
	case []client.MergedClient:
		return encodeMerges(&v)
	case []client.Alias:
		return encodeMerges(&v)
	}
	return value
}

func encodeAppointments(appointments []client.Appointment) any {
	if len(appointments) == 0 {
		return nil
	}
	list := make(bson.A, len(appointments))
	for i, a := range appointments {
		list[i] = bson.D{
			{Key: "appointmentId", Value: a.AppointmentID},
			{Key: "locationId", Value: a.LocationID},
			{Key: "staffId", Value: a.StaffID},
			{Key: "reasonId", Value: a.ReasonID},
			{Key: "start", Value: a.Start},
			{Key: "status", Value: string(a.Status)},
			{Key: "modifiedDate", Value: a.ModifiedDate},
		}
	}
	return list
}

// projection is what a find returns for a selection.
func (c *codec) projection(need client.Selection) bson.D {
	names := []string{keyID, keyBusiness, keySchema, keyVersion, keyChange, keyLifecycle}
	for i := range c.properties {
		if need.Has(i) {
			names = append(names, c.properties[i].Name)
		}
	}
	for _, name := range names {
		for _, earlier := range c.earlier(name) {
			if !slices.Contains(names, earlier) {
				names = append(names, earlier)
			}
		}
	}
	return ascending(names...)
}
