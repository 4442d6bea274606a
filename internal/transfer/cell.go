package transfer

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/sheet"
)

// listSeparator separates the entries of a list in a cell.
const listSeparator = ';'

// cellOf returns a value of Column.value as a cell. Texts and lists are made safe for
// spreadsheets; other values can't be formulas. nil is an empty cell.
func cellOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return sheet.Neutral(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case []any:
		entries := make([]string, len(v))
		for i, entry := range v {
			entries[i] = fmt.Sprint(entry)
		}
		return sheet.Neutral(sheet.Join(entries, listSeparator))
	}
	return sheet.Neutral(fmt.Sprint(value))
}

// Reading says how to read the cells of a file.
type Reading struct {
	// Dates is the format of its days, with YYYY, MM or M, and DD or D, such as
	// DD.MM.YYYY; empty means YYYY-MM-DD.
	Dates string
	// Separator separates the entries of a list; 0 means a semicolon.
	Separator rune
}

// Check returns an error if the formats are invalid.
func (r Reading) Check() error {
	if r.Dates == "" {
		return nil
	}
	rest := r.Dates
	for _, part := range []string{"YYYY", "M", "D"} {
		if strings.Count(r.Dates, part) == 0 {
			return fmt.Errorf("dates are written with YYYY, MM or M, and DD or D, such as DD.MM.YYYY")
		}
		rest = strings.ReplaceAll(rest, part, "")
	}
	if strings.ContainsFunc(rest, func(r rune) bool { return r >= 'A' && r <= 'z' || r >= '0' && r <= '9' }) ||
		strings.Count(r.Dates, "YYYY") > 1 || strings.Count(r.Dates, "M") > 2 || strings.Count(r.Dates, "D") > 2 {
		return fmt.Errorf("dates are written with YYYY, MM or M, and DD or D, once each, such as DD.MM.YYYY")
	}
	return nil
}

// notAsStated is put before a date that is not in the stated format, so that the
// property's rule refuses it.
const notAsStated = "not as stated: "

// day converts a date in the stated format to YYYY-MM-DD. Any other text is returned so
// that the property's rule refuses it.
func (r Reading) day(cell string) string {
	if r.Dates == "" {
		return cell
	}
	layout := strings.NewReplacer("YYYY", "2006", "MM", "01", "M", "1", "DD", "02", "D", "2").Replace(r.Dates)
	t, err := time.Parse(layout, cell)
	if err != nil {
		// A date as YYYY-MM-DD is not in the stated format either.
		return notAsStated + cell
	}
	return t.Format(time.DateOnly)
}

func (r Reading) separator() rune {
	if r.Separator == 0 {
		return listSeparator
	}
	return r.Separator
}

// valueOf converts a cell to the value of an input; false for an empty cell, which sets
// nothing. A cell that does not match the column's type stays text, and the property's
// rule refuses it.
func (c *Column) valueOf(cell string, reading Reading) (value any, given bool) {
	if sheet.IsEmpty(cell) {
		return nil, false
	}
	text := sheet.Text(cell)
	plain := strings.TrimSpace(text)
	switch c.cells {
	case cellNumber:
		if _, ok := client.DecimalOf(plain); ok {
			return json.Number(plain), true
		}
		return plain, true
	case cellFlag:
		switch strings.ToLower(plain) {
		case "true", "yes", "1":
			return true, true
		case "false", "no", "0":
			return false, true
		}
		return plain, true
	case cellDate:
		return reading.day(plain), true
	case cellTexts, cellIDs:
		return sheet.Split(text, reading.separator()), true
	}
	return text, true
}
