package transfer

import (
	"strconv"
	"strings"

	"clientgraph/internal/sheet"
)

// ProblemHeader names the cells of a table of problems.
func ProblemHeader() []string { return []string{"row", "column", "code", "message"} }

// Cells are the problem as a row of a table, of which no spreadsheet executes a cell.
func (p Problem) Cells() []string {
	row, column := "", ""
	if p.Row > 0 {
		row = strconv.FormatInt(p.Row, 10)
	}
	if p.Column != "" {
		// A header is somebody's text.
		column = sheet.Neutral(strings.ToValidUTF8(p.Column, "\uFFFD"))
	}
	return []string{row, column, string(p.Code), p.Message}
}
