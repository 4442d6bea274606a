package client_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/clienttest"
	"clientgraph/internal/testsize"
)

// partly is what a read of a selection loads of a client.
func partly(whole *client.Client, need client.Selection) *client.Client {
	part := &client.Client{ClientID: whole.ClientID, BusinessID: whole.BusinessID, Version: whole.Version, Lifecycle: whole.Lifecycle}
	for i := range client.Properties() {
		if need.Has(i) {
			client.Properties()[i].Copy(part, whole)
		}
	}
	return part
}

// fieldsOfClient are how the fields of the schema's type Client that are no
// stored property by themselves are made of one.
func fieldsOfClient() map[string]func(client.Definitions, *client.Client) any {
	customs := func(d client.Definitions, c *client.Client) any { return d.Fields(c) }
	return map[string]func(client.Definitions, *client.Client) any{
		"id":                     func(_ client.Definitions, c *client.Client) any { return c.ID() },
		"deleted":                func(_ client.Definitions, c *client.Client) any { return c.Deleted() },
		"active":                 func(_ client.Definitions, c *client.Client) any { return c.Active() },
		"fullName":               func(_ client.Definitions, c *client.Client) any { return c.FullName() },
		"aggregatedNotes":        func(_ client.Definitions, c *client.Client) any { return c.AggregatedNotes() },
		"safeDateOfBirth":        func(_ client.Definitions, c *client.Client) any { return c.SafeDateOfBirth() },
		"createdDateMillis":      func(_ client.Definitions, c *client.Client) any { return c.CreatedDateMillis() },
		"modifiedDateMillis":     func(_ client.Definitions, c *client.Client) any { return c.ModifiedDateMillis() },
		"timeZoneCode":           func(_ client.Definitions, c *client.Client) any { return zoneOf(c) },
		"viewClients":            func(_ client.Definitions, c *client.Client) any { return c.SubjectIDs },
		"clientIdsClientCanView": func(_ client.Definitions, c *client.Client) any { return c.SubjectIDs },
		"textSearchable":         func(d client.Definitions, c *client.Client) any { return d.TextSearchable(c) },
		"fields":                 customs, "fieldDataList": customs, "fieldDataListJson": customs,
		"fieldDataMap": customs, "fieldDataMapJson": customs,
	}
}

func zoneOf(c *client.Client) *client.TimeZone {
	if c.TimeZoneID == nil {
		return nil
	}
	return client.DescribeZone(*c.TimeZoneID, time.Unix(0, 0))
}

// A field is the same whether the whole record was loaded or only what the
// field selects; with every property a custom field may stand for.
func TestPropertyFieldsNeedNoMoreThanTheySelect(t *testing.T) {
	var definitions []client.FieldDefinition
	for i := range client.Properties() {
		definition := client.FieldDefinition{DefinitionID: int64(i + 1), Label: "field", Type: client.FieldText}
		if client.Properties()[i].Mappable() {
			definition.PropertyCode = &client.Properties()[i].Name
		}
		definitions = append(definitions, definition)
	}
	all := client.NewDefinitions(definitions)
	computed := fieldsOfClient()
	testsize.Check(t, testsize.Of(100, 500, 5000), func(rt *rapid.T) {
		whole := clienttest.AnyClient().Draw(rt, "client")
		whole.TimeZoneID = rapid.SampledFrom([]*string{nil, new("Asia/Tokyo")}).Draw(rt, "time zone")
		for field, compute := range computed {
			var need client.Selection
			need.AddField(field)
			if diff := cmp.Diff(compute(all, whole), compute(all, partly(whole, need))); diff != "" {
				rt.Fatalf("%s (-whole +selected):\n%s", field, diff)
			}
		}
		for i := range client.Properties() {
			var need client.Selection
			need.AddField(client.Properties()[i].Name)
			// Appointments are read apart, as many as are asked for.
			if apart := client.Properties()[i].Name == client.NameAppointments; need.Has(i) == apart {
				rt.Fatalf("the field %s selects its property: %t", client.Properties()[i].Name, need.Has(i))
			}
		}
	})
}

func TestSelectionHasWhatWasAdded(t *testing.T) {
	for i := range client.Properties() {
		one := client.Select(client.Properties()[i].Name, "no property")
		for j := range client.Properties() {
			if one.Has(j) != (i == j) {
				t.Fatalf("the selection of %s has %s: %t", client.Properties()[i].Name, client.Properties()[j].Name, one.Has(j))
			}
		}
		if both := one.With(client.Select(client.Properties()[0].Name)); !both.Has(0) || !both.Has(i) {
			t.Errorf("%s is lost beside another selection", client.Properties()[i].Name)
		}
		if !client.SelectAll().Has(i) {
			t.Errorf("the selection of all has no %s", client.Properties()[i].Name)
		}
	}
}

// Each stored part has a name and a place of its own.
func TestPropertiesHavePlacesOfTheirOwn(t *testing.T) {
	c := &client.Client{}
	var names []string
	places := map[any]string{}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		names = append(names, p.Name)
		place := p.At(c)
		if other, taken := places[place]; taken {
			t.Errorf("%s and %s have one place", p.Name, other)
		}
		places[place] = p.Name
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("two properties have one name: %v", names)
	}
}

// unlisted are the fields of the struct that every read loads, and what is no part
// of a client's state: they have no line in the table.
var unlisted = []string{"ClientID", "BusinessID", "Version", "Lifecycle", "Outdated", "KeyedBy", "ChangeNumber"}

// A field of the struct without a line in the table would be lost when the client
// is stored.
func TestEveryFieldOfTheStructIsInTheTable(t *testing.T) {
	c := &client.Client{}
	listed := map[any]bool{}
	for i := range client.Properties() {
		listed[client.Properties()[i].At(c)] = true
	}
	record := reflect.ValueOf(c).Elem()
	for i := range record.NumField() {
		name := record.Type().Field(i).Name
		if !listed[record.Field(i).Addr().Interface()] && !slices.Contains(unlisted, name) {
			t.Errorf("Client.%s has no line in the table of properties (internal/client/properties.go)", name)
		}
	}
}
