package transfer

import (
	"fmt"
	"time"

	"clientgraph/internal/client"
)

// Names of columns that are not the name of a property.
const (
	columnClientID = "clientId"
	columnDeleted  = "deleted"
	columnSubjects = client.InputSubjects
	columnViewers  = "viewerClientIds"
	// fieldPrefix is the prefix of a custom field's column name, before its label.
	fieldPrefix = "field: "
)

// use says what an import does with a column.
type use int

const (
	// taken columns are imported.
	taken use = iota
	// exported columns exist only in exports: when and by whom a client was created.
	// Imports ignore them.
	exported
	// ownKey is the client's id; see Matching.
	ownKey
	// deletedMark says that the client is deleted; an import refuses such rows.
	deletedMark
	// edges are lists of other clients. They are imported after all rows.
	edges
)

// cellType is the type of a column's values.
type cellType int

const (
	cellText cellType = iota
	cellNumber
	cellFlag
	cellDate
	cellTexts
	cellIDs
)

// Column is a column of a file of clients, for a property or a custom field.
type Column struct {
	// Name is the column's header, and its name in JSON Lines: the property's name in the
	// schema, or "field: " and the label of a custom field.
	Name       string
	use        use
	cells      cellType
	property   *client.Property
	definition *client.FieldDefinition
}

// columnsOf returns the columns of a business's clients, in order: the id, the properties
// in the order of their table, the custom fields that stand for no property, the viewer
// edges. There are no columns of secrets: passwords can't be read, and social security
// numbers do not belong in spreadsheets.
func columnsOf(definitions client.Definitions) []*Column {
	columns := []*Column{{Name: columnClientID, use: ownKey, cells: cellText}, {Name: columnDeleted, use: deletedMark, cells: cellFlag}}
	for i := range client.Properties() {
		if c := propertyColumn(&client.Properties()[i]); c != nil {
			columns = append(columns, c)
		}
	}
	columns = append(columns, fieldColumns(definitions)...)
	return append(columns,
		&Column{Name: columnSubjects, use: edges, cells: cellIDs},
		&Column{Name: columnViewers, use: edges, cells: cellIDs})
}

// propertyColumn returns the column of a property; nil if it has none.
func propertyColumn(p *client.Property) *Column {
	column := &Column{Name: p.Name, property: p, use: exported}
	if p.Is(client.Writable) {
		column.use = taken
	} else if !p.Held() || p.Name == client.NameMergedInto {
		return nil
	}
	switch p.At(&client.Client{}).(type) {
	case **string, *client.Status, **time.Time, **int64, *int64:
		column.cells = cellText
	case **float64:
		column.cells = cellNumber
	case *bool, **bool:
		column.cells = cellFlag
	case **client.Date:
		column.cells = cellDate
	case *[]string:
		column.cells = cellTexts
	case *[]int64:
		column.cells = cellIDs
	default:
		// Lists of documents can't be written in a cell.
		return nil
	}
	return column
}

// fieldColumns returns the columns of the custom fields in use that have values of their
// own. If several have the same label, the second is "field: Label (2)".
func fieldColumns(definitions client.Definitions) []*Column {
	var columns []*Column
	named := map[string]bool{}
	for i := range definitions {
		d := &definitions[i]
		if d.Retired || d.PropertyCode != nil {
			continue
		}
		name := fieldPrefix + d.Label
		for n := 2; named[name]; n++ {
			name = fmt.Sprintf("%s%s (%d)", fieldPrefix, d.Label, n)
		}
		named[name] = true
		columns = append(columns, &Column{Name: name, cells: cellOfField(d.Type), definition: d})
	}
	return columns
}

func cellOfField(t client.FieldType) cellType {
	switch t {
	case client.FieldNumber:
		return cellNumber
	case client.FieldBoolean:
		return cellFlag
	case client.FieldDate:
		return cellDate
	}
	return cellText
}

// value returns a client's value in the column as JSON: a text, a number, true or false,
// or a list of texts; nil for none. The export adds edges.
func (c *Column) value(of *client.Client, definitions client.Definitions) any {
	switch {
	case c.use == ownKey:
		return client.ID{Number: of.ClientID}.String()
	case c.use == deletedMark:
		return of.Deleted()
	case c.property != nil:
		if c.property.IsList() && len(c.property.Entries(of)) == 0 {
			return nil
		}
		return c.property.Show(c.property.Value(of))
	case c.definition != nil:
		for _, field := range definitions.Fields(of) {
			if field.Definition.DefinitionID == c.definition.DefinitionID {
				return client.ShowCustom(field.Value)
			}
		}
	}
	return nil
}

// needOf selects what an export reads of a client.
func needOf(columns []*Column) client.Selection {
	need := client.Select(client.NameFields, client.NameSubjects)
	for _, c := range columns {
		if c.property != nil {
			need.Add(c.property.Name)
		}
	}
	return need
}
