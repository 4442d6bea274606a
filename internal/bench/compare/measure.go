package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"clientgraph/internal/bench/lab"
	"clientgraph/internal/bench/load"
	"clientgraph/internal/bench/queries"
)

// manyConnections is the number of concurrent callers, measured besides a single one.
const manyConnections = 32

// warmTime is how long a server gets requests before it is measured: just-in-time
// compilers need it.
const warmTime = 2 * time.Second

// cell identifies a figure by its query and server.
type cell struct{ query, variant string }

// sample has the results of one round for a cell.
type sample struct{ many, single load.Result }

// measurement is one run of the benchmark.
type measurement struct {
	lab      *lab.Lab
	options  options
	queries  []queries.Query
	variants []lab.Variant
	progress io.Writer
	machine  []string

	// rounds are measured with the stand-in, direct with the database.
	rounds, direct map[cell][]sample
	allocations    map[cell]float64
	commands       map[cell]float64
	memory         map[string]load.Memory
	answerBytes    map[string]int64
}

func (m *measurement) run() error {
	m.allocations, m.commands = map[cell]float64{}, map[cell]float64{}
	m.memory, m.answerBytes = map[string]load.Memory{}, map[string]int64{}
	m.machine = m.lab.Machine()
	err := m.overStandIn(m.variants, func(servers []*lab.Server) error {
		if err := m.warm(servers); err != nil {
			return err
		}
		var err error
		if m.rounds, err = m.interleave(servers, m.options.rounds); err != nil {
			return err
		}
		for _, s := range servers {
			if m.memory[s.Name], err = load.MemoryOf(s.PID); err != nil {
				return err
			}
		}
		return m.countCommands(servers)
	})
	if err != nil {
		return err
	}
	if err := m.countAllocations(); err != nil {
		return err
	}
	if m.options.direct == 0 {
		return nil
	}
	servers, stop, err := m.start(m.variants, m.lab.URI())
	defer stop()
	if err != nil {
		return err
	}
	if err := lab.Compare(servers, m.queries); err != nil {
		return err
	}
	if err := m.warm(servers); err != nil {
		return err
	}
	m.direct, err = m.interleave(servers, m.options.direct)
	return err
}

// overStandIn starts servers with the stand-in, lets it record their commands, compares
// their answers, and then measures without the database.
func (m *measurement) overStandIn(variants []lab.Variant, do func([]*lab.Server) error) error {
	m.lab.Record()
	servers, stop, err := m.start(variants, m.lab.StandIn.URI())
	defer stop()
	if err != nil {
		return err
	}
	if err := lab.Compare(servers, m.queries); err != nil {
		return err
	}
	m.lab.StandIn.Replay()
	m.lab.StandIn.Missed()
	if err := lab.Compare(servers, m.queries); err != nil {
		return err
	}
	return errors.Join(do(servers), m.nothingMissed())
}

// nothingMissed returns an error if a server sent a read of clients that the stand-in has
// not recorded: then other answers were measured.
func (m *measurement) nothingMissed() error {
	var err error
	for command, times := range m.lab.StandIn.Missed() {
		switch command {
		case "find clients", "aggregate clients", "count clients":
			err = errors.Join(err, fmt.Errorf("the stand-in was asked %d times for a %s that was not recorded", times, command))
		}
	}
	return err
}

// start starts servers; stop ends them.
func (m *measurement) start(variants []lab.Variant, uri string) (servers []*lab.Server, stop func(), err error) {
	stop = func() {
		for _, s := range servers {
			s.Stop()
		}
	}
	for _, v := range variants {
		fmt.Fprintf(m.progress, "starting %s ...\n", v.Name)
		s, err := m.lab.Start(v, uri)
		if err != nil {
			return servers, stop, err
		}
		servers = append(servers, s)
	}
	return servers, stop, nil
}

func (m *measurement) warm(servers []*lab.Server) error {
	fmt.Fprintln(m.progress, "warming up ...")
	return m.each(servers, func(s *lab.Server, q queries.Query) error {
		_, err := s.Load(q, manyConnections, warmTime)
		return err
	})
}

// each visits every query, and every server that answers it.
func (m *measurement) each(servers []*lab.Server, do func(*lab.Server, queries.Query) error) error {
	for _, q := range m.queries {
		for _, s := range servers {
			if !s.Covers(q) {
				continue
			}
			if err := do(s, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// interleave measures in rounds. In each round every server gets every query, so that a
// disturbance of the machine affects all of them.
func (m *measurement) interleave(servers []*lab.Server, rounds int) (map[cell][]sample, error) {
	samples := map[cell][]sample{}
	for round := range rounds {
		fmt.Fprintf(m.progress, "round %d of %d ...\n", round+1, rounds)
		err := m.each(servers, func(s *lab.Server, q queries.Query) error {
			many, err := s.Load(q, manyConnections, m.options.window)
			if err != nil {
				return err
			}
			single, err := s.Load(q, 1, m.options.single)
			if err != nil {
				return err
			}
			if refused := many.Refused + single.Refused; refused > 0 {
				return fmt.Errorf("%s refused %d requests of %s", s.Name, refused, q.Name)
			}
			at := cell{q.Name, s.Name}
			samples[at] = append(samples[at], sample{many, single})
			if s.Name == "product" {
				m.answerBytes[q.Name] = many.Bytes / int64(max(many.Answers, 1))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return samples, nil
}

// countCommands counts the database commands of a request.
func (m *measurement) countCommands(servers []*lab.Server) error {
	return m.each(servers, func(s *lab.Server, q queries.Query) error {
		before := m.lab.StandIn.Commands()
		result, err := s.Load(q, 1, m.options.single)
		if err != nil || result.Answers == 0 {
			return err
		}
		m.commands[cell{q.Name, s.Name}] = float64(m.lab.StandIn.Commands()-before) / float64(result.Answers)
		return nil
	})
}

// countAllocations measures the allocations of a request, for servers in Go: they run
// again with an address for that.
func (m *measurement) countAllocations() error {
	return m.overStandIn(m.observable(), func(servers []*lab.Server) error {
		return m.each(servers, func(s *lab.Server, q queries.Query) error {
			if _, err := s.Load(q, 1, m.options.single); err != nil {
				return err
			}
			before, err := s.Counters()
			if err != nil {
				return err
			}
			result, err := s.Load(q, 1, m.options.window)
			if err != nil {
				return err
			}
			after, err := s.Counters()
			if err != nil {
				return err
			}
			m.allocations[cell{q.Name, s.Name}] = float64(after.Objects-before.Objects) / float64(max(result.Answers, 1))
			return nil
		})
	})
}

func (m *measurement) observable() []lab.Variant {
	var observable []lab.Variant
	for _, v := range m.variants {
		if v.IsGo() {
			observable = append(observable, v.Observed())
		}
	}
	return observable
}

// profile writes profiles of CPU time and of allocations, for each server in Go and each
// query, into the build folder.
func (m *measurement) profile() error {
	return m.overStandIn(m.observable(), func(servers []*lab.Server) error {
		if err := m.warm(servers); err != nil {
			return err
		}
		return m.each(servers, func(s *lab.Server, q queries.Query) error {
			for kind, ending := range map[string]string{lab.ProfileCPU: ".pprof", lab.ProfileAllocations: "-allocs.pprof"} {
				data, err := m.profileOf(s, q, kind)
				if err != nil {
					return err
				}
				name := filepath.Join(m.options.dir, "profile-"+s.Name+"-"+q.Name+ending)
				fmt.Fprintln(m.progress, "wrote", name)
				if err := os.WriteFile(name, data, 0o600); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// profileOf returns a profile of a server under the load of a query.
func (m *measurement) profileOf(s *lab.Server, q queries.Query, kind string) ([]byte, error) {
	type profiled struct {
		data []byte
		err  error
	}
	done := make(chan profiled, 1)
	go func() {
		data, err := s.Profile(kind, m.options.profile)
		done <- profiled{data, err}
	}()
	_, err := s.Load(q, manyConnections, m.options.profile)
	got := <-done
	return got.data, errors.Join(err, got.err)
}
