package reading

import (
	"context"
	"fmt"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// ConnectionArgs ask for a part of a list by cursors: the First after After, or the Last
// before Before. First and Last are 1 to MaxConnection, and only one may be given;
// without both, First is DefaultConnection. After and Before are empty or cursors of the
// same list.
type ConnectionArgs struct {
	Filter        Filter
	Order         store.Order
	First, Last   *int64
	After, Before *string
}

// Connection is a part of a list. It stays right while clients are added or removed: a
// cursor is a place in the order, not a row number.
type Connection struct {
	Rows    []client.Row
	Cursors []string
	// More says whether the list continues in the direction of reading.
	More bool
	// backward says that the list was read from its end.
	backward bool
	scope    client.Scope
	args     ConnectionArgs
	resolved resolved
	// identity identifies the list.
	identity []byte
	after    string
	before   string
	// keys are the clients' places in the order.
	keys []string
}

// Connection reads a part of a list. Errors: INVALID_PAGINATION, OUT_OF_RANGE,
// INVALID_CURSOR, and
// those of a report's filter.
func (s *Lists) Connection(ctx context.Context, scope client.Scope, args ConnectionArgs, need client.Selection) (*Connection, error) {
	connection := &Connection{scope: scope, args: args}
	limit, err := connection.check()
	if err != nil {
		return nil, err
	}
	if connection.resolved, err = s.resolve(ctx, scope, args.Filter); err != nil {
		return nil, err
	}
	found, err := s.list(ctx, scope, connection.resolved, store.Query{
		Order:    args.Order,
		After:    connection.after,
		Before:   connection.before,
		Backward: connection.backward,
		Limit:    limit + 1,
		Need:     need.With(args.Order.Need()),
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
	connection.Rows = found
	connection.keys = args.Order.KeysOf(found)
	connection.Cursors = encodeCursors(connection.identity, connection.keys)
	return connection, nil
}

// check validates the arguments, and returns the number of clients to read.
func (c *Connection) check() (int64, error) {
	var errs client.Errors
	args := c.args
	errs = append(errs, args.Filter.Check(c.scope, client.Path{"filter"})...)
	limit, argument := args.First, "first"
	switch {
	case args.First != nil && args.Last != nil:
		errs = append(errs, client.Path{"last"}.At(&client.Error{Code: client.CodeInvalidPagination, Message: "give first or last, not both"}))
	case args.First == nil && args.Last == nil:
		limit = new(int64(DefaultConnection))
	case args.Last != nil:
		limit, argument, c.backward = args.Last, "last", true
	}
	if limit != nil && (*limit < 1 || *limit > MaxConnection) {
		errs = append(errs, client.Path{argument}.At(client.OutOfRange(MaxConnection)))
	}
	c.identity = listIdentity(c.scope, args.Filter, args.Order)
	for _, bound := range []struct {
		argument string
		cursor   *string
		key      *string
	}{{"after", args.After, &c.after}, {"before", args.Before, &c.before}} {
		if bound.cursor == nil {
			continue
		}
		key, err := DecodeCursor(c.identity, bound.argument, *bound.cursor)
		if err == nil && !args.Order.IsKey(key) {
			err = invalidCursor(bound.argument)
		}
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

// HasNextPage says whether clients follow the part that was read, also after the cursor
// before.
func (s *Lists) HasNextPage(ctx context.Context, c *Connection) (bool, error) {
	if !c.backward && (c.More || c.before == "") {
		return c.More, nil
	}
	return s.anyBeyond(ctx, c, false)
}

// HasPreviousPage says whether clients precede the part that was read, also before the
// cursor after.
func (s *Lists) HasPreviousPage(ctx context.Context, c *Connection) (bool, error) {
	if c.backward && (c.More || c.after == "") {
		return c.More, nil
	}
	return s.anyBeyond(ctx, c, true)
}

// anyBeyond looks for a client before, or after, the part that was read. It is a read of
// its own, made only if the caller asks for it.
func (s *Lists) anyBeyond(ctx context.Context, c *Connection, before bool) (bool, error) {
	query := store.Query{Order: c.args.Order, Limit: 1, Backward: before}
	switch {
	case len(c.Rows) > 0 && before:
		query.Before = c.keys[0]
	case len(c.Rows) > 0:
		query.After = c.keys[len(c.keys)-1]
	case before && c.after == "", !before && c.before == "":
		return false, nil
	case before:
		// Nothing was found after the cursor: the previous page ends with the client at
		// the cursor, or before it.
		query.Before = query.Order.Neighbour(c.after, !query.Order.Descending)
	default:
		// The reverse: the next page begins with the client at the cursor, or after it.
		query.After = query.Order.Neighbour(c.before, query.Order.Descending)
	}
	found, err := s.list(ctx, c.scope, c.resolved, query)
	if err != nil {
		return false, fmt.Errorf("look beyond connection: %w", err)
	}
	return len(found) > 0, nil
}

// TotalCount counts the whole list. If all of it was read, the database is not asked.
func (s *Lists) TotalCount(ctx context.Context, c *Connection) (int64, error) {
	if !c.More && c.after == "" && c.before == "" {
		return int64(len(c.Rows)), nil
	}
	return s.Count(ctx, c.scope, c.args.Filter)
}
