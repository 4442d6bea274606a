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

// listSeparator stands between the entries of a list in a cell.
const listSeparator = ';'

// cellOf is a value, as Column.value answers it, as a cell. Texts and lists are
// neutralised; nothing else can be taken for a formula. Nothing is an empty cell.
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

// Reading is how the cells of a file are read.
type Reading struct {
	// Dates is how its days are written, with YYYY, MM or M, and DD or D, such as
	// DD.MM.YYYY; empty is YYYY-MM-DD.
	Dates string
	// Separator stands between the entries of a list; 0 is a semicolon.
	Separator rune
}

// Check says what is wrong with it.
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

// notAsStated begins what stands for a date in another form than the one stated, which
// no rule takes for a date.
const notAsStated = "not as stated: "

// day is a date of the file as YYYY-MM-DD. One that is written otherwise stays as it
// is: the property's rule refuses it.
func (r Reading) day(cell string) string {
	if r.Dates == "" {
		return cell
	}
	layout := strings.NewReplacer("YYYY", "2006", "MM", "01", "M", "1", "DD", "02", "D", "2").Replace(r.Dates)
	t, err := time.Parse(layout, cell)
	if err != nil {
		// What is YYYY-MM-DD all the same is not in the form that was stated.
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

// valueOf reads a cell as the input of a mutation has its value; false for an empty
// cell, which says nothing. What is not of the column's type stays text: the
// property's rule refuses it.
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
