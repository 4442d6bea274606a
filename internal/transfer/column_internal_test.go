package transfer

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/clienttest"
	"clientgraph/internal/testsize"
)

func definitions() client.Definitions {
	return client.NewDefinitions([]client.FieldDefinition{
		{DefinitionID: 1, Label: "Shoe size", Type: client.FieldNumber},
		{DefinitionID: 2, Label: "Team", Type: client.FieldText},
		{DefinitionID: 3, Label: "Team", Type: client.FieldChoice, Choices: []string{"A"}},
		{DefinitionID: 4, Label: "Gone", Type: client.FieldText, Retired: true},
		{DefinitionID: 5, Label: "Town", Type: client.FieldText, PropertyCode: new("city")},
		{DefinitionID: 6, Label: "Member", Type: client.FieldBoolean},
		{DefinitionID: 7, Label: "Since", Type: client.FieldDate},
		{DefinitionID: 8, Label: "Team (2)", Type: client.FieldText},
	})
}

// TestEveryPropertyThatIsWrittenHasAColumn, and no secret has one.
func TestEveryPropertyThatIsWrittenHasAColumn(t *testing.T) {
	columns := map[string]*Column{}
	for _, c := range columnsOf(definitions()) {
		if columns[c.Name] != nil {
			t.Errorf("two columns are called %s", c.Name)
		}
		columns[c.Name] = c
	}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		c := columns[p.Name]
		if p.Is(client.Writable) != (c != nil && c.use == taken) {
			t.Errorf("%s: the column is %+v", p.Name, c)
		}
		if p.Is(client.Secret) && c != nil {
			t.Errorf("the secret %s has a column", p.Name)
		}
	}
	for _, name := range []string{"field: Shoe size", "field: Team", "field: Team (2)", "field: Team (2) (2)", "field: Member", "field: Since", "clientIdsClientCanView", "viewerClientIds", "createdDate", "clientAccountId"} {
		if columns[name] == nil {
			t.Errorf("no column %s", name)
		}
	}
	for _, name := range []string{"field: Gone", "field: Town", "password", "ssn"} {
		if columns[name] != nil {
			t.Errorf("a column %s", name)
		}
	}
}

// TestCellsGiveBackWhatTheyWereMadeOf, for any value of a record.
func TestCellsGiveBackWhatTheyWereMadeOf(t *testing.T) {
	all := definitions()
	columns := columnsOf(all)
	testsize.Check(t, testsize.Of(200, 1_000, 20_000), func(r *rapid.T) {
		of := clienttest.AnyClient().Draw(r, "client")
		for _, c := range columns {
			value := c.value(of, all)
			if c.definition != nil && mismatched(c, value) {
				continue
			}
			cell := cellOf(value)
			read, given := c.valueOf(cell, Reading{})
			if given != (value != nil) || given && fmt.Sprintf("%q", plainly(value)) != fmt.Sprintf("%q", plainly(read)) {
				r.Fatalf("%s: %#v is written as %q and read as %#v", c.Name, value, cell, read)
			}
		}
	})
}

// mismatched says whether a generated value does not have the type of its custom field.
func mismatched(c *Column, value any) bool {
	switch value.(type) {
	case float64:
		return c.cells != cellNumber
	case bool:
		return c.cells != cellFlag
	case string:
		return c.cells != cellText
	}
	return false
}

// plainly returns a value as text, whatever its Go type.
func plainly(value any) any {
	switch v := value.(type) {
	case float64:
		return fmt.Sprint(v)
	case json.Number:
		f, _ := v.Float64()
		return fmt.Sprint(f)
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			texts[i] = v[i].(string)
		}
		return texts
	}
	return value
}

// TestDatesAreReadInTheFormThatIsStated, and in no other.
func TestDatesAreReadInTheFormThatIsStated(t *testing.T) {
	born := &Column{cells: cellDate}
	for _, c := range []struct{ form, cell, want string }{
		{"", "1993-02-01", "1993-02-01"},
		{"DD.MM.YYYY", "01.02.1993", "1993-02-01"},
		{"M/D/YYYY", "2/1/1993", "1993-02-01"},
		{"YYYYMMDD", "19930201", "1993-02-01"},
	} {
		if got, _ := born.valueOf(c.cell, Reading{Dates: c.form}); got != c.want {
			t.Errorf("%s in %s is read as %v", c.cell, c.form, got)
		}
	}
	read, _ := born.valueOf("1993-02-01", Reading{Dates: "DD.MM.YYYY"})
	if _, err := client.ParseDate(read.(string)); err == nil {
		t.Error("a date in another form than the stated one is taken")
	}
	bad := []string{"DD.MM", "Y-M-D", "YYYY-MM-DD hh", "YYYY MM MM DD", "2006"}
	if i := slices.IndexFunc(bad, func(form string) bool { return (Reading{Dates: form}).Check() == nil }); i >= 0 {
		t.Errorf("%s is a form of dates", bad[i])
	}
}

// A file of JSON Lines has unknown names in every line.
func TestUnknownHeaderIsToldWithoutReadingAllKnownOnes(t *testing.T) {
	h := headersFor(nil)
	if allocations := testing.AllocsPerRun(100, func() { _, _ = h.column("no such column") }); allocations > 10 {
		t.Errorf("an unknown header takes %v allocations", allocations)
	}
}
