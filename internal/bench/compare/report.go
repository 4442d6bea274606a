package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientgraph/internal/bench/lab"
	"clientgraph/internal/bench/plot"
	"clientgraph/internal/bench/queries"
)

// report prints the tables, and writes them with their plots to the folder of the command
// line.
func (m *measurement) report(w io.Writer) error {
	var b strings.Builder
	m.writeHead(&b)
	m.writeSummary(&b, m.rounds)
	m.writeRatios(&b)
	for _, q := range m.queries {
		m.writeQuery(&b, q)
	}
	m.writeMemory(&b)
	m.writeDirect(&b)
	if m.options.out == "" {
		_, err := io.WriteString(w, b.String())
		return err
	}
	if err := os.MkdirAll(m.options.out, 0o750); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(m.options.out, "README.md"), []byte(b.String()), 0o600),
		os.WriteFile(filepath.Join(m.options.out, "cpu.svg"), []byte(m.plot()), 0o600),
	)
}

func (m *measurement) writeHead(b *strings.Builder) {
	b.WriteString("# What a request costs\n\n`make bench` wrote this page.\n\n")
	for _, line := range m.machine {
		fmt.Fprintf(b, "- %s\n", line)
	}
	fmt.Fprintf(b, `- %s clients of one business, as %s makes them. Each may view five others: those 1, 17, 101, 577 and 2,903
  places behind it by id. So 50 clients name 250, and below 10 clients three levels have 50, 250 and 1,250 places.
- Each server runs alone on one core; the load and the database on the other. Of each query, the same values of its
  variable are asked in turn. Before anything is measured, all servers' answers are compared: they are equal as JSON,
  but for the text of cursors.
- The database's replies are recorded once and then answered from memory by one stand-in (%s), which all
  servers share: the development engine is slower than any of them. The last table is without it.
- %s rounds of %s over %d connections and %s over one, in each of which every server is asked every query. Figures
  are medians of the rounds, ratios medians of the rounds' ratios. CPU is what the server's process took, in its own
  code and the kernel's, by /proc. The other libraries' servers check no token; clientgraph and the handlers check
  one signed with ES256. clientgraph has all its guards on, some of them widened so that the load passes: points a minute,
  operations that wait.
- *By hand* is one Go handler a query, over net/http and MongoDB's driver, which checks a token, remembers the ones that it
  checked, and writes the answer from the database's bytes: it answers that one query and nothing else
  (%s). *Copying* is the same program sending the same commands and copying the documents as they are.
- Allocations are objects of the Go runtime's own count, with one connection: the server runs once more with a
  private address that tells it (%s).

`, group(m.options.clients), "`seed`", "`internal/bench/standin`", strconv.Itoa(m.options.rounds), m.options.window, manyConnections, m.options.single,
		"`internal/bench/hand`", "`internal/bench/meter`")
	b.WriteString("![CPU time a request](cpu.svg)\n\n")
}

// of returns the figures of a cell's rounds.
func of(samples []sample, figure func(sample) float64) []float64 {
	figures := make([]float64, len(samples))
	for i, s := range samples {
		figures[i] = figure(s)
	}
	return figures
}

func cpu(s sample) float64 { return micros(s.many.PerRequest()) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// median returns the median of figures; 0 of none.
func median(figures []float64) float64 {
	if len(figures) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(figures))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratio returns the median of the ratios of two cells' CPU times, round by round; 0 if
// one was not measured.
func (m *measurement) ratio(query, over, under string) float64 {
	above, below := m.rounds[cell{query, over}], m.rounds[cell{query, under}]
	var ratios []float64
	for i := range min(len(above), len(below)) {
		if d := cpu(below[i]); d > 0 {
			ratios = append(ratios, cpu(above[i])/d)
		}
	}
	return median(ratios)
}

func (m *measurement) writeSummary(b *strings.Builder, rounds map[cell][]sample) {
	b.WriteString("## CPU time a request, in µs\n\n| query |")
	for _, v := range m.variants {
		fmt.Fprintf(b, " %s |", v.Title)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(m.variants)) + "\n")
	for _, q := range m.queries {
		fmt.Fprintf(b, "| (%s) %s |", q.Letter, q.Title)
		for _, v := range m.variants {
			fmt.Fprintf(b, " %s |", figure(median(of(rounds[cell{q.Name, v.Name}], cpu))))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}

// writeRatios writes how the product compares.
func (m *measurement) writeRatios(b *strings.Builder) {
	b.WriteString("## How clientgraph stands\n\nIts share of the handler by hand is the handler's CPU time divided by its own; how many times the others take is\ntheirs divided by its own. The last column is the handler's own share of a program that copies the documents.\n\n")
	b.WriteString("| query | share of by hand |")
	var others []lab.Variant
	for _, v := range m.variants {
		if v.Kind == queries.GraphQL && v.Name != "product" {
			others = append(others, v)
			fmt.Fprintf(b, " %s |", v.Title)
		}
	}
	b.WriteString(" by hand, of copying |\n|---|---:|" + strings.Repeat("---:|", len(others)) + "---:|\n")
	for _, q := range m.queries {
		fmt.Fprintf(b, "| (%s) | %s |", q.Letter, share(m.ratio(q.Name, "hand", "product")))
		for _, v := range others {
			fmt.Fprintf(b, " %s |", times(m.ratio(q.Name, v.Name, "product")))
		}
		fmt.Fprintf(b, " %s |\n", share(m.ratio(q.Name, "copy", "hand")))
	}
	b.WriteByte('\n')
}

func (m *measurement) writeQuery(b *strings.Builder, q queries.Query) {
	fmt.Fprintf(b, "## (%s) %s\n\n```graphql\n%s\n```\n\n", q.Letter, q.Title, q.Document)
	if size := m.answerBytes[q.Name]; size > 0 {
		fmt.Fprintf(b, "An answer has %s bytes.\n\n", group(int(size)))
	}
	fmt.Fprintf(b, "| server | CPU, µs | answers a second, %d connections | p50 and p99, ms | p50 and p99 over one connection, ms | database commands | allocations |\n|---|---:|---:|---:|---:|---:|---:|\n", manyConnections)
	for _, v := range m.variants {
		samples := m.rounds[cell{q.Name, v.Name}]
		if len(samples) == 0 {
			continue
		}
		quantile := func(part float64, single bool) string {
			return millis(median(of(samples, func(s sample) float64 {
				if single {
					return micros(s.single.Quantile(part))
				}
				return micros(s.many.Quantile(part))
			})))
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s · %s | %s · %s | %s | %s |\n", v.Title, figure(median(of(samples, cpu))),
			figure(median(of(samples, func(s sample) float64 { return s.many.Throughput() }))),
			quantile(.5, false), quantile(.99, false), quantile(.5, true), quantile(.99, true),
			count(m.commands, cell{q.Name, v.Name}), count(m.allocations, cell{q.Name, v.Name}))
	}
	b.WriteByte('\n')
}

func (m *measurement) writeMemory(b *strings.Builder) {
	b.WriteString("## Memory\n\n| server | resident after all rounds, MiB | at most, MiB |\n|---|---:|---:|\n")
	for _, v := range m.variants {
		const mib = 1 << 20
		memory := m.memory[v.Name]
		fmt.Fprintf(b, "| %s | %s | %s |\n", v.Title, figure(float64(memory.Now)/mib), figure(float64(memory.Most)/mib))
	}
	b.WriteByte('\n')
}

// writeDirect writes what was measured with the database.
func (m *measurement) writeDirect(b *strings.Builder) {
	if len(m.direct) == 0 {
		return
	}
	b.WriteString("# Over the database itself\n\nThe development engine, on the core of the load. Its answers are waited for, so that throughput and times are those\nof the engine; the CPU time is still the server's own.\n\n")
	m.writeSummary(b, m.direct)
	b.WriteString("| query | server | answers a second | p50 and p99 over one connection, ms |\n|---|---|---:|---:|\n")
	for _, q := range m.queries {
		for _, v := range m.variants {
			samples := m.direct[cell{q.Name, v.Name}]
			if len(samples) == 0 {
				continue
			}
			fmt.Fprintf(b, "| (%s) | %s | %s | %s · %s |\n", q.Letter, v.Title,
				figure(median(of(samples, func(s sample) float64 { return s.many.Throughput() }))),
				millis(median(of(samples, func(s sample) float64 { return micros(s.single.Quantile(.5)) }))),
				millis(median(of(samples, func(s sample) float64 { return micros(s.single.Quantile(.99)) }))))
		}
	}
}

func (m *measurement) plot() string {
	var groups []plot.Group
	for _, q := range m.queries {
		group := plot.Group{Title: "(" + q.Letter + ") " + q.Title}
		for _, v := range m.variants {
			value := median(of(m.rounds[cell{q.Name, v.Name}], cpu))
			if value == 0 {
				continue
			}
			group.Bars = append(group.Bars, plot.Bar{Label: v.Title, Value: value, Text: figure(value) + " µs", Ours: v.Name == "product"})
		}
		groups = append(groups, group)
	}
	return plot.Bars("CPU time a request, each query on a scale of its own", groups)
}
