package transfer

import (
	"fmt"
	"time"

	"clientgraph/internal/client"
)

// Names of columns that are no property of the table, or not by that name.
const (
	columnClientID = "clientId"
	columnDeleted  = "deleted"
	columnSubjects = client.InputSubjects
	columnViewers  = "viewerClientIds"
	// fieldPrefix begins the name of a custom field's column; its label follows.
	fieldPrefix = "field: "
)

// use is what an import does with a column.
type use int

const (
	// taken columns are brought into the client.
	taken use = iota
	// exported columns are of an export alone: when and by whom a client was made. An
	// import passes them over.
	exported
	// ownKey is the client's id; see Matching.
	ownKey
	// deletedMark says that the client is deleted; rows of such are refused.
	deletedMark
	// edges are lists of other clients. They are brought in when all rows are.
	edges
)

// cellType is what the cells of a column hold.
type cellType int

const (
	cellText cellType = iota
	cellNumber
	cellFlag
	cellDate
	cellTexts
	cellIDs
)

// Column is a column of a file of clients: what it holds, and of which property or
// custom field.
type Column struct {
	// Name is the column's header, and the name in a line of JSON: that of the property
	// in the schema, or "field: " and the label of a custom field.
	Name       string
	use        use
	cells      cellType
	property   *client.Property
	definition *client.FieldDefinition
}

// columnsOf are the columns of a business's clients, in their order: the id, the
// properties in the order of their table, the custom fields that stand for none of
// them, the viewer edges. Secrets are in no column: a password is known to nobody,
// and a social security number does not belong into a spreadsheet.
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

// propertyColumn is the column of a property; nil for one that has none.
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
		// Lists of documents have no form in a cell.
		return nil
	}
	return column
}

// fieldColumns are the columns of the custom fields that are in use and have values of
// their own. Of several with one label the second is "field: Label (2)".
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

// value is what a client has in the column, as JSON has it: text, a number, true or
// false, or a list of texts; nil for nothing. Edges are the export's to know.
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

// needOf is what an export reads of a client.
func needOf(columns []*Column) client.Selection {
	need := client.Select(client.NameFields, client.NameSubjects)
	for _, c := range columns {
		if c.property != nil {
			need.Add(c.property.Name)
		}
	}
	return need
}
