package main

import (
	"fmt"
	"strconv"
	"strings"

	"clientgraph/internal/bench/lab"
	"clientgraph/internal/bench/load"
	"clientgraph/internal/bench/queries"
)

const twelve = `clientId fullName firstName lastName emailAddress cellPhone city status active tags createdDate version`

// viewersBusiness is the size of the business in which one client may view a thousand:
// some clients are deleted.
const viewersBusiness = 1_100

// some is the number of connections where it does not matter.
const some = 8

// clients measures businesses of several sizes with the database.
func (m *measurement) clients() error {
	s := section{
		name: "clients", title: "Clients of the business", x: "clients", y: "µs", by: "query",
		text: "Over the database itself, one connection: the engine's CPU is what it takes to find a page in a larger\n" +
			"business. The embedded engine reads all that a query's index finds before it applies a limit, where MongoDB reads a\npage; `make bench-reads` tells what each of them examines.",
		columns: []string{"clients", "clientgraph's CPU, µs", "the database's CPU, µs", "p50, ms", "p99, ms"},
	}
	for _, size := range m.options.sizes {
		all, err := m.lab.Use(size)
		if err != nil {
			return err
		}
		server, err := m.lab.Start(m.product, m.lab.URI())
		if err != nil {
			return err
		}
		for _, q := range all {
			if q.Name == "empty" {
				continue
			}
			r, err := m.overDatabase(asked{server, q}, size)
			if err != nil {
				server.Stop()
				return err
			}
			s.rows = append(s.rows, r)
		}
		server.Stop()
	}
	m.sections = append(m.sections, s)
	return nil
}

// overDatabase measures a query, and its cost for the database.
func (m *measurement) overDatabase(a asked, size int) (row, error) {
	if _, err := a.server.Answers(a.query); err != nil {
		return row{}, err
	}
	before, err := m.lab.EngineTime()
	if err != nil {
		return row{}, err
	}
	results, err := m.rounds(a, 1, long*m.options.window)
	if err != nil {
		return row{}, err
	}
	after, err := m.lab.EngineTime()
	if err != nil {
		return row{}, err
	}
	answers := 0
	for _, r := range results {
		answers += r.Answers
	}
	// The engine's time includes the warm-up, which is half a round.
	engine := (after - before).Seconds() * 1e6 / (float64(answers) * (float64(m.options.rounds) + .5) / float64(m.options.rounds))
	return row{
		series: "(" + a.query.Letter + ")", x: float64(size), y: middle(results, cpu) + engine,
		cells: []string{number(float64(size)), number(middle(results, cpu)), number(engine), number(middle(results, p50)), number(middle(results, p99))},
	}, nil
}

// viewers measures a client with more and more subjects.
func (m *measurement) viewers() error {
	// A business of its own, because it is changed.
	if _, err := m.lab.Use(viewersBusiness); err != nil {
		return err
	}
	counts := []int{1, 10, 100, 1_000}
	ids, err := m.lab.Viewing(counts)
	if err != nil {
		return err
	}
	var all []queries.Query
	for i, n := range counts {
		all = append(all, queries.Query{
			Letter: strconv.Itoa(n), Name: "viewers-" + strconv.Itoa(n), Variable: "id", Values: []any{strconv.FormatInt(ids[i], 10)},
			Document: `query Viewers($id: ID!) { client(clientId: $id) { clientId viewClients { clientId fullName emailAddress cellPhone status active } } }`,
		})
	}
	return m.byWidth(section{
		name: "viewers", title: "Clients that a client may view", x: "clients in viewClients", y: "µs", by: "query",
		text: "One client with all of its `viewClients`, of six fields each, over the stand-in.",
	}, all, counts)
}

// pages measures larger and larger pages.
func (m *measurement) pages() error {
	if _, err := m.lab.Use(m.options.sizes[0]); err != nil {
		return err
	}
	sizes := []int{10, 50, 100, 500}
	var all []queries.Query
	for _, size := range sizes {
		all = append(all, queries.Query{
			Letter: strconv.Itoa(size), Name: "page-" + strconv.Itoa(size), Variable: "size", Values: []any{size},
			Document: `query Page($size: Int!) { clients(pageSize: $size) { ` + twelve + ` } }`,
		})
	}
	return m.byWidth(section{
		name: "page", title: "Clients of a page", x: "pageSize", y: "µs", by: "query",
		text: "A page of `clients` with twelve fields each, over the stand-in.",
	}, all, sizes)
}

// spellings is more than the documents of one caller that a server caches.
const spellings = 5_000

// documents measures documents of more and more fields, cached and not cached.
func (m *measurement) documents() error {
	business, err := m.lab.Use(m.options.sizes[0])
	if err != nil {
		return err
	}
	var all []queries.Query
	var widths []int
	for _, size := range []int{1, 10, 50, 100} {
		var fields strings.Builder
		for i := range size {
			fmt.Fprintf(&fields, " f%d: %s", i, []string{"fullName", "emailAddress", "cellPhone", "tags", "version"}[i%5])
		}
		known := queries.Query{
			Letter: strconv.Itoa(size), Name: "known-" + strconv.Itoa(size), Variable: "id", Values: business[0].Values[:1],
			Document: `query Fields($id: ID!) { client(clientId: $id) {` + fields.String() + ` } }`,
		}
		unseen := known
		unseen.Name, unseen.Spellings = "unseen-"+strconv.Itoa(size), spellings
		all, widths = append(all, known, unseen), append(widths, size, size)
	}
	return m.byWidth(section{
		name: "documents", title: "Documents that the server has not seen", x: "fields", y: "µs", by: "document",
		text: "A client by id with more and more fields, over the stand-in: in one document that the server knows, and in documents\n" +
			"that it parses, validates, measures, prices and compiles, for each of them is sent for the first time.",
	}, all, widths)
}

// byWidth measures queries with wider and wider answers. What stands before the dash of a
// query's name says to which line it belongs.
func (m *measurement) byWidth(s section, all []queries.Query, widths []int) error {
	s.columns = []string{s.x, "CPU, µs", "CPU for each, µs", "answers a second", "p50, ms", "p99, ms"}
	err := m.over(m.product, all, func(prepared []asked) error {
		for i, a := range prepared {
			results, err := m.rounds(a, some, m.options.window)
			if err != nil {
				return err
			}
			took, width := middle(results, cpu), float64(widths[i])
			series, _, _ := strings.Cut(a.query.Name, "-")
			s.rows = append(s.rows, row{series: series, x: width, y: took, cells: []string{
				number(width), number(took), number(took / width), number(middle(results, throughput)), number(middle(results, p50)), number(middle(results, p99)),
			}})
		}
		return nil
	})
	m.sections = append(m.sections, s)
	return err
}

// connections measures more and more concurrent callers, with the default bounds on
// running and waiting operations.
func (m *measurement) connections() error {
	all, err := m.lab.Use(m.options.sizes[0])
	if err != nil {
		return err
	}
	s := section{
		name: "connections", title: "Callers at once", x: "connections", y: "answers a second", by: "query",
		text: "Page (b) of `make bench`, each connection a caller of its own, over the stand-in. The bounds on what runs and waits\n" +
			"are the defaults: who gets no turn in time is answered 503 and stays away for a second, as Retry-After says.",
		columns: []string{"connections", "answers a second", "refused a second", "p50, ms", "p99, ms", "CPU, µs"},
	}
	product := m.product.WithDefaultTurns()
	err = m.over(product, []queries.Query{all[1]}, func(prepared []asked) error {
		for _, connections := range []int{1, 4, 32, 128, 512, 1_024} {
			results, err := m.rounds(prepared[0], connections, long*m.options.window)
			if err != nil {
				return err
			}
			answers := middle(results, throughput)
			refused := middle(results, func(r load.Result) float64 { return float64(r.Refused) / r.Elapsed.Seconds() })
			s.rows = append(s.rows, row{series: "answers", x: float64(connections), y: answers, cells: []string{
				number(float64(connections)), number(answers), number(refused), number(middle(results, p50)), number(middle(results, p99)), number(middle(results, cpu)),
			}})
		}
		return nil
	})
	m.sections = append(m.sections, s)
	return err
}

// processes measures several servers on one core.
func (m *measurement) processes() error {
	all, err := m.lab.Use(m.options.sizes[0])
	if err != nil {
		return err
	}
	s := section{
		name: "processes", title: "Processes", x: "processes", y: "answers a second", by: "query",
		text: "Page (b), over the stand-in, by several processes that share the servers' one core, eight connections each: what\n" +
			"another process costs. Processes share nothing but the database, so that cores and machines add up.",
		columns: []string{"processes", "answers a second, together", "CPU a request, µs", "memory of all, MiB"},
	}
	m.lab.Record()
	var servers []*lab.Server
	defer func() {
		for _, server := range servers {
			server.Stop()
		}
	}()
	for _, n := range []int{1, 2, 4} {
		m.lab.Record()
		for len(servers) < n {
			server, err := m.lab.Start(m.product, m.lab.StandIn.URI())
			if err != nil {
				return err
			}
			servers = append(servers, server)
			if _, err := server.Answers(all[1]); err != nil {
				return err
			}
		}
		m.lab.StandIn.Replay()
		r, err := m.together(servers, all[1])
		if err != nil {
			return err
		}
		s.rows = append(s.rows, r)
	}
	m.sections = append(m.sections, s)
	return nil
}

// together measures several servers at the same time.
func (m *measurement) together(servers []*lab.Server, q queries.Query) (row, error) {
	type outcome struct {
		results []load.Result
		err     error
	}
	outcomes := make(chan outcome, len(servers))
	for _, server := range servers {
		go func() {
			results, err := m.rounds(asked{server, q}, some, m.options.window)
			outcomes <- outcome{results, err}
		}()
	}
	var answers, took, memory float64
	for range servers {
		got := <-outcomes
		if got.err != nil {
			return row{}, got.err
		}
		answers += middle(got.results, throughput)
		took += middle(got.results, cpu)
	}
	for _, server := range servers {
		held, err := load.MemoryOf(server.PID)
		if err != nil {
			return row{}, err
		}
		memory += float64(held.Now) / (1 << 20)
	}
	n := float64(len(servers))
	return row{series: "answers", x: n, y: answers, cells: []string{number(n), number(answers), number(took / n), number(memory)}}, nil
}

// number formats a figure with three significant digits.
func number(value float64) string {
	switch {
	case value == 0:
		return "0"
	case value < 10:
		return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(value, 'f', 2, 64), "0"), ".")
	case value < 100:
		return strings.TrimSuffix(strconv.FormatFloat(value, 'f', 1, 64), ".0")
	}
	text := strconv.Itoa(int(value + .5))
	for i := len(text) - 3; i > 0; i -= 3 {
		text = fmt.Sprintf("%s,%s", text[:i], text[i:])
	}
	return text
}
