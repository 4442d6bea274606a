package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// cost is the cost of a read in one business.
type cost struct {
	keys, documents int64
	// commands and returned are what the driver saw; found is what the caller got.
	commands, returned, found int
	indexes                   []string
	embedded                  bool
}

// use notes an index; indexes of clients are noted without their collection.
func (c *cost) use(collection, index string) {
	name := index
	if collection != "clients" {
		name = collection + "." + index
	}
	if !slices.Contains(c.indexes, name) {
		c.indexes = append(c.indexes, name)
	}
}

// report has the cost of all reads, by business in the order of size.
type report struct {
	sizes []int
	rows  []*row
}

type row struct {
	read  read
	costs []cost
}

func (r *report) add(read read, c cost) {
	for _, row := range r.rows {
		if row.read.name == read.name {
			row.costs = append(row.costs, c)
			return
		}
	}
	r.rows = append(r.rows, &row{read, []cost{c}})
}

// grows says whether the largest business cost more than the smallest, apart from chance.
func (r *row) grows() bool {
	first, last := r.costs[0], r.costs[len(r.costs)-1]
	const chance = 2
	return last.documents > chance*max(first.documents, 1) || last.commands > first.commands
}

// expected says whether the read grows as it is known to.
func (r *row) expected() bool {
	switch r.read.growth {
	case flat:
		return !r.grows()
	case paged:
		return r.grows() == r.costs[0].embedded
	case matched:
		return r.grows() || !r.costs[0].embedded
	}
	return r.grows()
}

// surprises returns an error with the reads that grow and should not, or the reverse:
// then the table of reads is wrong.
func (r *report) surprises() error {
	if len(r.sizes) < 2 {
		return nil
	}
	var names []string
	for _, row := range r.rows {
		if !row.expected() {
			names = append(names, row.read.name)
		}
	}
	if names == nil {
		return nil
	}
	return fmt.Errorf("not as the table of reads says: %s", strings.Join(names, "; "))
}

// print writes a Markdown table with aligned columns.
func (r *report) print(w io.Writer) {
	head := []string{"Read", "Index", "Found", "Commands", "Documents returned"}
	for _, size := range r.sizes {
		head = append(head, "Keys / documents examined at "+thousands(int64(size)))
	}
	head = append(head, "Grows because")
	table := [][]string{head}
	for _, row := range r.rows {
		table = append(table, r.line(row))
	}
	widths := make([]int, len(head))
	for _, line := range table {
		for i, cell := range line {
			widths[i] = max(widths[i], len(cell))
		}
	}
	rule := make([]string, len(head))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
	}
	for _, line := range slices.Insert(table, 1, rule) {
		for i, cell := range line {
			fmt.Fprintf(w, "| %-*s ", widths[i], cell)
		}
		fmt.Fprintln(w, "|")
	}
}

func (r *report) line(row *row) []string {
	var found, commands, returned []string
	var examined []string
	for _, c := range row.costs {
		found = append(found, thousands(int64(c.found)))
		commands = append(commands, strconv.Itoa(c.commands))
		returned = append(returned, thousands(int64(c.returned)))
		examined = append(examined, thousands(c.keys)+" / "+thousands(c.documents))
	}
	why := ""
	if row.grows() {
		why = row.read.growth.why()
	}
	if !row.expected() && len(r.sizes) > 1 {
		why = "UNEXPECTED " + why
	}
	line := []string{row.read.name, strings.Join(row.costs[0].indexes, ", "), same(found), same(commands), same(returned)}
	return append(append(line, examined...), why)
}

// The marks in a page around its table.
const (
	tableBegins = "<!-- bench-reads begins -->\n"
	tableEnds   = "<!-- bench-reads ends -->\n"
)

// write replaces the table in a page by the short form of this one.
func (r *report) write(page string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	before, rest, begun := strings.Cut(string(text), tableBegins)
	_, after, ended := strings.Cut(rest, tableEnds)
	if !begun || !ended {
		return fmt.Errorf("%s has no marks to write a table between: %s and %s", page, strings.TrimSpace(tableBegins), strings.TrimSpace(tableEnds))
	}
	if err := os.WriteFile(page, []byte(before+tableBegins+r.short()+tableEnds+after), 0o644); err != nil { //nolint:gosec // A page of docs is for everybody.
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// short returns the table without details for the person who measures.
func (r *report) short() string {
	var b strings.Builder
	b.WriteString("| read | index |")
	for _, size := range r.sizes {
		b.WriteString(" " + thousands(int64(size)) + " |")
	}
	b.WriteString(" grows for |\n|---|---|" + strings.Repeat("--:|", len(r.sizes)) + "---|\n")
	for _, row := range r.rows {
		indexes := make([]string, len(row.costs[0].indexes))
		for i, index := range row.costs[0].indexes {
			indexes[i] = "`" + index + "`"
		}
		fmt.Fprintf(&b, "| %s | %s |", row.read.name, strings.Join(indexes, ", "))
		for _, c := range row.costs {
			b.WriteString(" " + thousands(c.documents) + " |")
		}
		why := ""
		if row.grows() {
			why = row.read.growth.word()
		}
		b.WriteString(" " + why + " |\n")
	}
	return b.String()
}

// same returns the one value of a list, or all values.
func same(values []string) string {
	return strings.Join(slices.Compact(slices.Clone(values)), ", ")
}

// thousands formats a number with commas.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
