package plan

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
)

// Relations read those around the clients of a level: the live ones that the caller
// sees, by id, each once.
type Relations interface {
	// SubjectRows finds the clients of those ids.
	SubjectRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error)
	// ViewerRows finds who may see one of those clients. Their subjects are loaded.
	ViewerRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error)
}

// List is rows as a list of what was selected. Free takes its memory back.
func (c *Clients) List(ctx context.Context, relations Relations, rows []client.Row) ([]byte, error) {
	level, err := c.write(ctx, relations, rows)
	if err != nil {
		return nil, err
	}
	return level.text, nil
}

// Free lets other answers be written where a list was: nobody may read it afterwards.
func (c *Clients) Free(list []byte) { c.buffers.Give(list) }

// One is a row as an object.
func (c *Clients) One(ctx context.Context, relations Relations, row client.Row) ([]byte, error) {
	objects, err := c.Objects(ctx, relations, []client.Row{row})
	if err != nil {
		return nil, err
	}
	return objects(0), nil
}

// Objects are rows as objects, by their places in rows.
func (c *Clients) Objects(ctx context.Context, relations Relations, rows []client.Row) (func(i int) []byte, error) {
	level, err := c.write(ctx, relations, rows)
	if err != nil {
		return nil, err
	}
	return level.of, nil
}

// level are the rows of a level as a list of objects.
type level struct {
	text []byte
	// ends says where each object ends; after it comes what is between two.
	ends []int
}

func (l *level) of(i int) []byte {
	begin := 0
	if i > 0 {
		begin = l.ends[i-1]
	}
	return l.text[begin+1 : l.ends[i]]
}

// write writes a level: what is below it first, each client there once, however many
// clients of the level have it.
func (c *Clients) write(ctx context.Context, relations Relations, rows []client.Row) (*level, error) {
	var around [2]*around
	for i := range c.relations {
		if !c.relations[i].used {
			continue
		}
		var err error
		if around[i], err = c.relations[i].read(ctx, relations, side(i), rows); err != nil {
			return nil, err
		}
	}
	dst, ends := c.buffers.Take(c.size(rows, around)), make([]int, len(rows))
	dst = append(dst, '[')
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		for s := range c.steps {
			step := &c.steps[s]
			dst = append(dst, step.key...)
			var err error
			if dst, err = step.append(dst, row, i, around[step.side]); err != nil {
				return nil, err
			}
		}
		dst = append(dst, '}')
		ends[i] = len(dst)
	}
	for i := range around {
		c.relations[i].free(around[i])
	}
	return &level{append(dst, ']'), ends}, nil
}

// size is about how many bytes a level takes: memory that grows is copied, and what is
// below the level is most of it.
func (c *Clients) size(rows []client.Row, around [2]*around) int {
	const aField = 16
	size := 2
	for s := range c.steps {
		step := &c.steps[s]
		size += len(rows) * (len(step.key) + aField)
		if step.kind == stepRelated {
			size += around[step.side].size(len(rows), step.below, step.first)
		}
	}
	return size
}

// append writes the field of the i-th row of the level.
func (s *step) append(dst []byte, row client.Row, i int, around *around) ([]byte, error) {
	switch s.kind {
	case stepProperty:
		return row.Append(dst, s.place)
	case stepText:
		return append(dst, s.text...), nil
	case stepBase:
		return s.base(dst, row.Base()), nil
	case stepFullName:
		return client.AppendFullName(dst, row), nil
	case stepRecord:
		record, err := row.Record()
		if err != nil {
			return dst, fmt.Errorf("read a row: %w", err)
		}
		return s.write(dst, record), nil
	case stepRelated:
		return around.appendObjects(dst, i, s.below, s.first), nil
	case stepRelatedIDs:
		return around.appendIDs(dst, i), nil
	case stepRelatedAccounts:
		return around.appendAccounts(dst, i), nil
	}
	return dst, fmt.Errorf("a step of no kind")
}
