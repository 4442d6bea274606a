package lab

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"clientgraph/internal/bench/load"
	"clientgraph/internal/bench/queries"
)

// Answers sends a query once for each value of its variable, and returns the answers in
// comparable form. Cursors come from the server's own answers.
func (s *Server) Answers(q queries.Query) ([]any, error) {
	var answers []any
	token, err := s.lab.token(0)
	if err != nil {
		return nil, err
	}
	values := q.Values
	for i := 0; i < len(values); i++ {
		request, err := q.Request(s.Kind, s.Address, token, values[i])
		if err != nil {
			return nil, err
		}
		body, err := load.Ask(s.lab.ctx, s.Address, request)
		if err != nil {
			return nil, fmt.Errorf("ask %s for %s: %w", s.Name, q.Name, err)
		}
		if s.Kind == queries.Copy {
			answers = append(answers, nil)
		} else {
			answer, err := q.Normalise(body)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			answers = append(answers, answer)
		}
		if len(q.CursorPath) == 0 || len(values) >= q.Pages {
			continue
		}
		next, err := s.cursorAfter(q, body, len(values))
		if err != nil {
			return nil, err
		}
		if next == nil {
			break
		}
		values = append(values, next)
	}
	s.keep(q, values)
	return answers, nil
}

// cursorAfter returns the cursor at the end of an answer. Copied documents have none, so
// those of the handlers that write JSON are used.
func (s *Server) cursorAfter(q queries.Query, body []byte, n int) (any, error) {
	if s.Kind != queries.Copy {
		return q.Cursor(body)
	}
	if cursors := s.lab.cursors[q.Name]; n < len(cursors) {
		return cursors[n], nil
	}
	return nil, nil //nolint:nilnil // There are no more pages.
}

// keep stores the values for the load.
func (s *Server) keep(q queries.Query, values []any) {
	if s.Kind == queries.Hand {
		s.lab.cursors[q.Name] = values
	}
	s.values[q.Name] = values
	delete(s.requests, q.Name)
}

// Requests returns a query's requests, as one caller sends them.
func (s *Server) Requests(q queries.Query, caller int) ([][]byte, error) {
	for len(s.requests[q.Name]) <= caller {
		token, err := s.lab.token(len(s.requests[q.Name]))
		if err != nil {
			return nil, err
		}
		var all [][]byte
		first := len(s.requests[q.Name]) * q.Spellings
		for i := range max(q.Spellings, 1) {
			for _, value := range s.values[q.Name] {
				request, err := q.Spelled(first+i).Request(s.Kind, s.Address, token, value)
				if err != nil {
					return nil, err
				}
				all = append(all, request)
			}
		}
		s.requests[q.Name] = append(s.requests[q.Name], all)
	}
	return s.requests[q.Name][caller], nil
}

// Load sends a query to the server from that many callers, with one connection each.
func (s *Server) Load(q queries.Query, connections int, length time.Duration) (load.Result, error) {
	requests := make([][][]byte, connections)
	for i := range requests {
		var err error
		if requests[i], err = s.Requests(q, i); err != nil {
			return load.Result{}, err
		}
	}
	result, err := load.Run(s.lab.ctx, load.Plan{
		Address: s.Address, Connections: connections, Time: length, PID: s.PID, Raw: s.Kind == queries.Copy,
		Requests: func(connection int) [][]byte { return requests[connection] },
	})
	if err != nil {
		return result, fmt.Errorf("%s under load of %s: %w; it says: %s", s.Name, q.Name, err, tail(s.said.String()))
	}
	return result, nil
}

// tail returns the end of a text.
func tail(text string) string {
	const most = 2_000
	return text[max(0, len(text)-most):]
}

// Compare sends all queries to all servers, and returns an error if two answers differ.
func Compare(servers []*Server, all []queries.Query) error {
	for _, q := range all {
		var first *Server
		var want []any
		for _, s := range servers {
			if !s.Covers(q) {
				continue
			}
			got, err := s.Answers(q)
			if err != nil {
				return err
			}
			if s.Kind == queries.Copy {
				continue
			}
			if first == nil {
				first, want = s, got
				continue
			}
			if difference := cmp.Diff(want, got); difference != "" {
				return fmt.Errorf("%s and %s answer %s differently: %.3000s", first.Name, s.Name, q.Name, difference)
			}
		}
	}
	return nil
}
