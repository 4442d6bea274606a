package client

import (
	"context"
	"fmt"
	"slices"
)

// ConnectionArgs ask for a part of a list by cursors: the First after After, or
// the Last before Before. One of First and Last is required, 1 to
// MaxConnection; After and Before are empty or cursors of the same list.
type ConnectionArgs struct {
	Filter        Filter
	Order         Order
	First, Last   *int64
	After, Before *string
}

// Connection is a part of a list. Its clients and cursors stay right while
// others come and go: a cursor is a place in the order, not a row number.
type Connection struct {
	Clients []*Client
	Cursors []string
	// More says whether the list goes on in the direction that was read.
	More bool
	// backward says that the list was read from its end.
	backward bool
	scope    Scope
	args     ConnectionArgs
	after    string
	before   string
}

// Connection reads a part of a list. Errors: INVALID_PAGINATION, OUT_OF_RANGE,
// INVALID_CURSOR, TOO_MANY.
func (s *Service) Connection(ctx context.Context, scope Scope, args ConnectionArgs, need Selection) (*Connection, error) {
	connection := &Connection{scope: scope, args: args}
	limit, errs := connection.check()
	if errs != nil {
		return nil, errs
	}
	found, err := s.store.Clients(ctx, scope, Query{
		Filter:   args.Filter,
		Order:    args.Order,
		After:    connection.after,
		Before:   connection.before,
		Backward: connection.backward,
		Limit:    limit + 1,
		Need:     need.With(args.Order.need()),
	})
	if err != nil {
		return nil, fmt.Errorf("read connection: %w", err)
	}
	connection.More = int64(len(found)) > limit
	if connection.More {
		found = found[:limit]
	}
	if connection.backward {
		slices.Reverse(found)
	}
	connection.Clients = found
	identity := listIdentity(scope, args.Filter, args.Order)
	for _, c := range found {
		connection.Cursors = append(connection.Cursors, encodeCursor(identity, args.Order.KeyOf(c)))
	}
	return connection, nil
}

// check validates the arguments and returns how many clients they ask for.
func (c *Connection) check() (int64, Errors) {
	var errs Errors
	args := c.args
	if err := args.Filter.check(); err != nil {
		errs = append(errs, AsErrors(err)...)
	}
	limit, argument := args.First, "first"
	switch {
	case args.First != nil && args.Last != nil:
		errs = append(errs, path{"last"}.at(&Error{Code: CodeInvalidPagination, Message: "give first or last, not both"}))
	case args.First == nil && args.Last == nil:
		errs = append(errs, path{"first"}.at(&Error{Code: CodeInvalidPagination, Message: "give first, or last"}))
	case args.Last != nil:
		limit, argument, c.backward = args.Last, "last", true
	}
	if limit != nil && (*limit < 1 || *limit > MaxConnection) {
		errs = append(errs, path{argument}.at(&Error{Code: CodeOutOfRange, Message: fmt.Sprintf("want 1 to %d", MaxConnection)}))
	}
	identity := listIdentity(c.scope, args.Filter, args.Order)
	for _, bound := range []struct {
		argument string
		cursor   *string
		key      *string
	}{{"after", args.After, &c.after}, {"before", args.Before, &c.before}} {
		if bound.cursor == nil {
			continue
		}
		key, err := decodeCursor(identity, bound.argument, *bound.cursor)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		*bound.key = key
	}
	if errs != nil {
		return 0, errs
	}
	return *limit, nil
}

// HasNextPage says whether clients follow the part that was read.
func (s *Service) HasNextPage(ctx context.Context, c *Connection) (bool, error) {
	if !c.backward {
		return c.More, nil
	}
	return s.anyBeyond(ctx, c, false)
}

// HasPreviousPage says whether clients precede the part that was read.
func (s *Service) HasPreviousPage(ctx context.Context, c *Connection) (bool, error) {
	if c.backward {
		return c.More, nil
	}
	return s.anyBeyond(ctx, c, true)
}

// anyBeyond looks for one client before, or after, the part that was read. It
// is a read of its own, made only when somebody asks.
func (s *Service) anyBeyond(ctx context.Context, c *Connection, before bool) (bool, error) {
	query := Query{Filter: c.args.Filter, Order: c.args.Order, Limit: 1, Backward: before}
	switch {
	case len(c.Clients) > 0 && before:
		query.Before = c.args.Order.KeyOf(c.Clients[0])
	case len(c.Clients) > 0:
		query.After = c.args.Order.KeyOf(c.Clients[len(c.Clients)-1])
	case before && c.after == "", !before && c.before == "":
		return false, nil
	case before:
		// Nothing was found after the cursor: what lies at it or before it is
		// another page.
		query.Before = c.after + "\x01"
	default:
		// Likewise at the cursor or after it. No key lies between this and it.
		end := len(c.before) - 1
		query.After = c.before[:end] + string(c.before[end]-1) + "~"
	}
	found, err := s.store.Clients(ctx, c.scope, query)
	if err != nil {
		return false, fmt.Errorf("look beyond connection: %w", err)
	}
	return len(found) > 0, nil
}

// TotalCount counts the whole list, whatever part of it was read.
func (s *Service) TotalCount(ctx context.Context, c *Connection) (int64, error) {
	return s.Count(ctx, c.scope, c.args.Filter)
}
