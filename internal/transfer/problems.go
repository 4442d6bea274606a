package transfer

import (
	"strconv"
	"strings"

	"clientgraph/internal/sheet"
)

// ProblemHeader returns the header of a table of problems.
func ProblemHeader() []string { return []string{"row", "column", "code", "message"} }

// Cells returns the problem as a row of a table, safe for spreadsheets.
func (p Problem) Cells() []string {
	row, column := "", ""
	if p.Row > 0 {
		row = strconv.FormatInt(p.Row, 10)
	}
	if p.Column != "" {
		// A header is text from callers.
		column = sheet.Neutral(strings.ToValidUTF8(p.Column, "\uFFFD"))
	}
	return []string{row, column, string(p.Code), p.Message}
}
