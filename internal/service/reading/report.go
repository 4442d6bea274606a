package reading

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// MaxIDPage bounds the size of a page of clientIdList.
const MaxIDPage = 10_000

// ReportArgs ask for a page of a report, its count, or both.
type ReportArgs struct {
	Filter Filter
	Order  store.Order
	Page   Page
	// WithClients and WithCount say which of the two is wanted.
	WithClients, WithCount bool
	asRows                 bool
}

// InRows returns the same arguments, for rows instead of clients.
func (a ReportArgs) InRows() ReportArgs {
	a.asRows = true
	return a
}

// Report is a page of the clients that a filter selects, and their total number.
type Report struct {
	Clients []*client.Client
	// Rows are the clients if rows were asked for.
	Rows  []client.Row
	Count int64
}

// Report reads the page and the count from one snapshot. Errors: OUT_OF_RANGE, TOO_MANY,
// TOO_LONG, INVALID_DATE_RANGE, FORBIDDEN, INVALID_FIELD_VALUE.
func (s *Lists) Report(ctx context.Context, scope client.Scope, args ReportArgs, need client.Selection) (*Report, error) {
	if args.WithCount && !args.WithClients {
		count, err := s.Count(ctx, scope, args.Filter)
		return &Report{Count: count}, err
	}
	return s.report(ctx, scope, args, need)
}

func (s *Lists) report(ctx context.Context, scope client.Scope, args ReportArgs, need client.Selection) (*Report, error) {
	if args.WithClients {
		if errs := args.Page.check(); errs != nil {
			return nil, errs
		}
	}
	m, err := s.resolve(ctx, scope, args.Filter)
	if err != nil {
		return nil, err
	}
	if m.nothing {
		return &Report{Clients: []*client.Client{}}, nil
	}
	if m.term != nil {
		return s.searchReport(ctx, scope, m, args, need)
	}
	report := &Report{}
	read := func(ctx context.Context) error {
		*report = Report{}
		var err error
		switch {
		case args.WithClients && args.asRows:
			report.Rows, err = s.Store.Rows(ctx, scope, args.query(m, need))
		case args.WithClients:
			report.Clients, err = s.Store.Clients(ctx, scope, args.query(m, need))
		}
		if err != nil || !args.WithCount {
			return err
		}
		if found := len(report.Rows) + len(report.Clients); args.endsWith(found) {
			report.Count = (args.Page.PageNumber-1)*args.Page.PageSize + int64(found)
			return nil
		}
		report.Count, err = s.Store.Count(ctx, scope, m.conditions)
		return err
	}
	if args.WithClients && args.WithCount {
		err = s.Store.Snapshot(ctx, read)
	} else {
		err = read(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return report, nil
}

// endsWith says whether a page with that many clients is the last one: then the total is
// known without counting. An empty page tells it only if it is the first.
func (a ReportArgs) endsWith(found int) bool {
	return a.WithClients && int64(found) < a.Page.PageSize && (found > 0 || a.Page.PageNumber == 1)
}

func (a ReportArgs) query(m resolved, need client.Selection) store.Query {
	return store.Query{
		Conditions: m.conditions,
		Order:      a.Order,
		Skip:       (a.Page.PageNumber - 1) * a.Page.PageSize,
		Limit:      a.Page.PageSize,
		Need:       need,
	}
}

// searchReport checks all clients that may have the term, once for both the page and the
// count.
func (s *Lists) searchReport(ctx context.Context, scope client.Scope, m resolved, args ReportArgs, need client.Selection) (*Report, error) {
	query := args.query(m, need)
	if !args.WithClients {
		query.Need, query.Limit = client.Selection{}, 0
	}
	report := &Report{Clients: []*client.Client{}}
	end := query.Skip + query.Limit
	err := s.search(ctx, scope, m, query, func(c *client.Client) bool {
		if report.Count >= query.Skip && report.Count < end {
			report.Clients = append(report.Clients, c)
		}
		report.Count++
		return args.WithCount || report.Count < end
	})
	if err != nil {
		return nil, fmt.Errorf("search report: %w", err)
	}
	if args.asRows {
		report.Rows = client.RowsOf(report.Clients)
	}
	return report, nil
}

// search visits the clients that have the term, in the query's order and from its place,
// ignoring its skip and limit, until visit returns false.
func (s *Lists) search(ctx context.Context, scope client.Scope, m resolved, query store.Query, visit func(*client.Client) bool) error {
	query.Conditions, query.Skip, query.Limit = m.conditions, 0, 0
	query.Need = query.Need.With(m.need())
	return s.Store.Scan(ctx, scope, query, func(c *client.Client) bool {
		return !m.term.Found(c, m.definitions, scope.Role) || visit(c)
	})
}

// list returns the clients that match, within the query's skip and limit.
func (s *Lists) list(ctx context.Context, scope client.Scope, m resolved, query store.Query) ([]client.Row, error) {
	if m.nothing {
		return nil, nil
	}
	query.Conditions = m.conditions
	if m.term == nil {
		return s.Store.Rows(ctx, scope, query)
	}
	var found []*client.Client
	passed := int64(0)
	err := s.search(ctx, scope, m, query, func(c *client.Client) bool {
		if passed++; passed > query.Skip {
			found = append(found, c)
		}
		return int64(len(found)) < query.Limit
	})
	return client.RowsOf(found), err
}

// Count counts the clients that a filter selects. Errors: those of Report, except
// OUT_OF_RANGE.
func (s *Lists) Count(ctx context.Context, scope client.Scope, filter Filter) (int64, error) {
	return client.CountedOnce(ctx, "clients "+string(listIdentity(scope, filter, store.Order{})), func() (int64, error) {
		report, err := s.report(ctx, scope, ReportArgs{Filter: filter, WithCount: true}, client.Selection{})
		if err != nil {
			return 0, err
		}
		return report.Count, nil
	})
}

// IDs lists a page of the ids of the clients that a filter selects, ascending. Errors:
// those of Report.
func (s *Lists) IDs(ctx context.Context, scope client.Scope, filter Filter, page Page) ([]int64, error) {
	if errs := page.checkWithin(MaxIDPage); errs != nil {
		return nil, errs
	}
	m, err := s.resolve(ctx, scope, filter)
	if err != nil {
		return nil, err
	}
	args := ReportArgs{Page: page}
	found, err := s.list(ctx, scope, m, args.query(m, client.Selection{}))
	if err != nil {
		return nil, fmt.Errorf("list ids: %w", err)
	}
	ids := make([]int64, len(found))
	for i, row := range found {
		ids[i] = row.Base().ClientID
	}
	return ids, nil
}
