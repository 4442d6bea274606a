package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clientgraph/internal/bench/plot"
)

// report prints the tables, and writes them with their plots to the folder of the command
// line.
func (m *measurement) report(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# How cost grows\n\n`make bench-scale` wrote this page; [scale.md](scale.md) plans by it.\n\n")
	for _, line := range m.machine {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	fmt.Fprintf(&b, "- clientgraph alone on one core, the load and the database on the other; medians of %d rounds of %s\n\n", m.options.rounds, m.options.window)
	var err error
	for _, s := range m.sections {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", s.title, s.text)
		if m.options.out != "" {
			name := "scale-" + s.name + ".svg"
			fmt.Fprintf(&b, "![%s](%s)\n\n", s.title, name)
			err = errors.Join(err, os.WriteFile(filepath.Join(m.options.out, name), []byte(plot.Lines(s.title, s.x, s.y, s.lines())), 0o600))
		}
		s.write(&b)
	}
	if m.options.out == "" {
		_, err := io.WriteString(w, b.String())
		return err
	}
	return errors.Join(err, os.WriteFile(filepath.Join(m.options.out, "scale-figures.md"), []byte(b.String()), 0o600))
}

// write writes the section's table.
func (s *section) write(b *strings.Builder) {
	columns := s.columns
	several := len(s.lines()) > 1
	if several {
		columns = append([]string{s.by}, columns...)
	}
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---:|", len(columns)))
	for _, r := range s.rows {
		cells := r.cells
		if several {
			cells = append([]string{r.series}, cells...)
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
	b.WriteByte('\n')
}

// lines returns the section's rows as lines of a plot.
func (s *section) lines() []plot.Series {
	var lines []plot.Series
	for _, r := range s.rows {
		i := slices.IndexFunc(lines, func(l plot.Series) bool { return l.Title == r.series })
		if i < 0 {
			i = len(lines)
			lines = append(lines, plot.Series{Title: r.series})
		}
		lines[i].Points = append(lines[i].Points, plot.Point{X: r.x, Y: max(r.y, .01)})
	}
	return lines
}
