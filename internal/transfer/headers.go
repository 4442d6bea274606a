package transfer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"clientgraph/internal/client"
	"clientgraph/internal/sheet"
)

// Error codes of files, besides those of package sheet and of the mutations.
const (
	CodeEmptyFile       client.Code = "EMPTY_FILE"
	CodeUnknownColumn   client.Code = "UNKNOWN_COLUMN"
	CodeDuplicateColumn client.Code = "DUPLICATE_COLUMN"
	CodeMissingColumn   client.Code = "MISSING_COLUMN"
	CodeRaggedRow       client.Code = "RAGGED_ROW"
	CodeDuplicateKey    client.Code = "DUPLICATE_KEY"
	CodeInvalidJSON     client.Code = "INVALID_JSON"
)

// every stands in a mapping for all unknown headers.
const every = "*"

// Mapping maps headers of the file to columns; an empty column leaves the header out. The
// header "*" stands for all unknown headers, and can only be left out.
type Mapping map[string]string

// ParseMapping parses entries such as "First name=firstName" and "Fax=".
func ParseMapping(entries []string) (Mapping, error) {
	mapping := Mapping{}
	for _, entry := range entries {
		// A header may have an equals sign, and so may a label; other names of columns
		// have none.
		at := strings.LastIndex(entry, "=")
		if label := strings.Index(entry, "="+fieldPrefix); label >= 0 {
			at = label
		}
		if at < 1 {
			return nil, fmt.Errorf("want a header and a column, such as --map %q, or no column to leave it out", "Mobile=cellPhone")
		}
		header, column := strings.TrimSpace(entry[:at]), strings.TrimSpace(entry[at+1:])
		if _, twice := mapping[header]; twice {
			return nil, fmt.Errorf("the header %q is mapped twice", header)
		}
		if header == every && column != "" {
			return nil, fmt.Errorf("all other headers can only be left out: --map %q", every+"=")
		}
		mapping[header] = column
	}
	return mapping, nil
}

// headers finds the columns of a file's headers.
type headers struct {
	columns []*Column
	mapping Mapping
	// named and spelt find columns by their exact names, and by usual spellings in the
	// form of letters.
	named, spelt map[string]*Column
	// ignoredHeaders are headers of other systems without a column, in the form of
	// letters.
	ignoredHeaders map[string]bool
}

func newHeaders(columns []*Column, definitions client.Definitions, mapping Mapping) *headers {
	h := &headers{columns: columns, mapping: mapping, named: map[string]*Column{}, spelt: map[string]*Column{}, ignoredHeaders: ignoredHeaders()}
	for _, c := range columns {
		h.named[c.Name] = c
		h.spelt[letters(c.Name)] = c
	}
	for header, name := range foreignHeaders() {
		if _, known := h.spelt[header]; !known {
			h.spelt[header] = h.named[name]
		}
	}
	// Names of the business take precedence over those of other systems. A label that two
	// fields have identifies neither.
	labels := map[string]*Column{}
	for i := range definitions {
		d := &definitions[i]
		if d.Retired {
			continue
		}
		label := letters(d.Label)
		if _, twice := labels[label]; twice {
			labels[label] = nil
			continue
		}
		labels[label] = h.ofDefinition(d)
	}
	for label, c := range labels {
		if label == "" {
			continue
		}
		if c == nil {
			delete(h.spelt, label)
		} else if p := h.spelt[label]; p == nil || p.property == nil || letters(p.Name) != label {
			h.spelt[label] = c
		}
		if c != nil && c.property != nil {
			// A field that stands for a property shares its column.
			h.spelt[letters(fieldPrefix)+label] = c
		}
	}
	return h
}

// ofDefinition returns the column of a custom field, or of the property that it stands
// for.
func (h *headers) ofDefinition(d *client.FieldDefinition) *Column {
	if d.PropertyCode != nil {
		return h.named[*d.PropertyCode]
	}
	i := slices.IndexFunc(h.columns, func(c *Column) bool { return c.definition == d })
	return h.columns[i]
}

// letters reduces a header to its letters and digits in lower case: "E-mail Address"
// becomes "emailaddress".
func letters(header string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, header)
}

// plainHeader returns a header without escapes and outer spaces.
func plainHeader(header string) string { return strings.TrimSpace(sheet.Text(header)) }

// column returns the column of a header; nil for one that is left out. Error:
// UNKNOWN_COLUMN.
func (h *headers) column(header string) (*Column, *client.Error) {
	header = plainHeader(header)
	if name, mapped := h.mapping[header]; mapped {
		if name == "" {
			return nil, nil
		}
		if c := h.named[name]; c != nil {
			return c, nil
		}
		return nil, &client.Error{Code: CodeUnknownColumn, Message: "the mapping names an unknown column: want the name of a property, or \"field: \" and the label of a custom field"}
	}
	if c := h.named[header]; c != nil {
		return c, nil
	}
	if c := h.spelt[letters(header)]; c != nil {
		return c, nil
	}
	if _, rest := h.mapping[every]; rest || header == "" || h.isIgnored(letters(header)) {
		return nil, nil
	}
	return nil, &client.Error{Code: CodeUnknownColumn, Message: `no column with this name is known: map the header to a column, or to none to leave it out (on the command line --map "HEADER=column" and --map "HEADER=")`}
}

// Mapped is a header of the file with its column; Column is empty for a header that is
// left out.
type Mapped struct{ Header, Column string }

// all returns the columns of all headers in order, and the errors by the index of the
// header.
func (h *headers) all(names []string) (columns []*Column, wrong map[int]*client.Error) {
	wrong = map[int]*client.Error{}
	seen := map[string]bool{}
	for i, name := range names {
		c, err := h.column(name)
		if err == nil && c != nil && seen[c.Name] {
			c, err = nil, &client.Error{Code: CodeDuplicateColumn, Message: "an earlier header is read as the same column: map one of the two headers to no column"}
		}
		if err != nil {
			wrong[i] = err
		}
		if c != nil {
			seen[c.Name] = true
		}
		columns = append(columns, c)
	}
	return columns, wrong
}
