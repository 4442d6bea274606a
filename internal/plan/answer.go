package plan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clientgraph/internal/client"
)

// Reads reads what a level needs besides its rows. SubjectRows and ViewerRows return the
// live clients that the caller sees, ordered by id and without duplicates.
type Reads interface {
	// SubjectRows finds the clients with those ids.
	SubjectRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error)
	// ViewerRows finds the viewers of any of those clients, with their subjects.
	ViewerRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error)
	// Definitions returns the custom fields of the business.
	Definitions(ctx context.Context) (client.Definitions, error)
	// SSN returns a client's social security number in the form that the caller may read.
	SSN(c *client.Client) (*string, error)
	// Now returns the time at which time zones are described.
	Now() time.Time
}

// List writes rows as a list. Free takes its memory back.
func (c *Clients) List(ctx context.Context, reads Reads, rows []client.Row) ([]byte, error) {
	return c.AppendList(ctx, reads, nil, rows)
}

// AppendList appends rows as a list. If dst is nil, Free takes its memory back.
func (c *Clients) AppendList(ctx context.Context, reads Reads, dst []byte, rows []client.Row) ([]byte, error) {
	level, err := c.write(ctx, reads, dst, rows)
	if err != nil {
		return nil, err
	}
	return level.all, nil
}

// Free reuses the memory of a list or an object, which must not be read afterwards.
func (c *Clients) Free(list []byte) { c.buffers.Give(list) }

// One writes a row as an object. Free takes its memory back.
func (c *Clients) One(ctx context.Context, reads Reads, row client.Row) ([]byte, error) {
	level, err := c.write(ctx, reads, nil, []client.Row{row})
	if err != nil {
		return nil, err
	}
	return level.of(0), nil
}

// Objects are rows written as objects, by their places in rows.
type Objects struct {
	clients *Clients
	level   *level
}

// Objects writes rows as objects.
func (c *Clients) Objects(ctx context.Context, reads Reads, rows []client.Row) (Objects, error) {
	level, err := c.write(ctx, reads, nil, rows)
	return Objects{c, level}, err
}

// Of returns the row at that place as an object, valid until Free.
func (o Objects) Of(i int) []byte { return o.level.of(i) }

// Size returns the bytes of all objects.
func (o Objects) Size() int { return len(o.level.text) }

// Free reuses the memory of the objects, which must not be read afterwards. The zero
// Objects has none.
func (o Objects) Free() {
	if o.level != nil {
		o.clients.buffers.Give(o.level.text)
	}
}

// level is the rows of a level, written as a list of objects.
type level struct {
	// text is the list; all also has the text before it.
	text, all []byte
	// ends has the end of each object; what separates two objects follows it.
	ends []int
}

func (l *level) of(i int) []byte {
	begin := 0
	if i > 0 {
		begin = l.ends[i-1]
	}
	return l.text[begin+1 : l.ends[i]]
}

// write appends a level. It writes the level below first, with each client once, however
// many clients of this level have it. If dst is nil, it takes a buffer.
func (c *Clients) write(ctx context.Context, reads Reads, dst []byte, rows []client.Row) (*level, error) {
	var around [2]*around
	common, err := c.shared(ctx, reads, rows)
	if err != nil {
		return nil, err
	}
	for i := range c.relations {
		if !c.relations[i].used {
			continue
		}
		if around[i], err = c.relations[i].read(ctx, reads, side(i), rows); err != nil {
			return nil, err
		}
	}
	size := c.size(rows, around)
	if dst == nil {
		dst = c.buffers.Take(size)
	}
	begin, ends := len(dst), make([]int, len(rows))
	dst = append(slices.Grow(dst, size), '[')
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		at := current{Row: row, place: i}
		dst = append(dst, '{')
		for s := range c.steps {
			step := &c.steps[s]
			dst = append(dst, step.key...)
			if dst, err = step.append(dst, &at, around[step.side], common); err != nil {
				return nil, err
			}
		}
		dst = append(dst, '}')
		ends[i] = len(dst) - begin
	}
	for i := range around {
		c.relations[i].free(around[i])
	}
	dst = append(dst, ']')
	return &level{dst[begin:], dst, ends}, nil
}

// size estimates the bytes of a level, so that its memory need not grow and be copied.
// Most of it is the level below.
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

// shared returns what the steps of a level share. Nothing is read for a level without
// clients.
func (c *Clients) shared(ctx context.Context, reads Reads, rows []client.Row) (*shared, error) {
	common := &shared{reads: reads}
	if len(rows) == 0 {
		return common, nil
	}
	var err error
	if c.custom {
		if common.definitions, err = reads.Definitions(ctx); err != nil {
			return nil, fmt.Errorf("read the custom fields: %w", err)
		}
	}
	common.survivors, err = c.writeSurvivors(ctx, reads, rows)
	return common, err
}

// current is the row of a level that is being written.
type current struct {
	client.Row
	// place is the row's place in the level.
	place  int
	record *client.Client
}

// decoded returns the row as a record, which is decoded once for all steps.
func (c *current) decoded() (*client.Client, error) {
	if c.record == nil {
		record, err := c.Record()
		if err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		c.record = record
	}
	return c.record, nil
}

// append appends the field of a row.
func (s *step) append(dst []byte, row *current, around *around, common *shared) ([]byte, error) {
	switch s.kind {
	case stepProperty:
		return row.Append(dst, s.place)
	case stepText:
		return append(dst, s.text...), nil
	case stepBase:
		return s.base(dst, row.Base()), nil
	case stepFullName:
		return client.AppendFullName(dst, row.Row), nil
	case stepZone, stepZoneCode:
		return s.appendZone(dst, common.zone(row.Row))
	case stepRelated:
		return around.appendObjects(dst, row.place, s.below, s.first), nil
	case stepRelatedIDs:
		return around.appendIDs(dst, row.place), nil
	case stepRelatedAccounts:
		return around.appendAccounts(dst, row.place), nil
	}
	record, err := row.decoded()
	if err != nil {
		return dst, err
	}
	switch s.kind {
	case stepRecord:
		return s.record(dst, record, common)
	case stepFields:
		return writeAll(dst, s.fields, common.definitions.Fields(record))
	case stepData:
		return writeAll(dst, s.data, common.definitions.DataList(record))
	case stepAliases:
		return writeAll(dst, s.aliases, record.Aliases)
	case stepMerged:
		return s.appendMerged(dst, record, row.place, common.survivors)
	}
	return dst, fmt.Errorf("a step of no kind")
}

func (s *step) appendZone(dst []byte, zone *client.TimeZone) ([]byte, error) {
	switch {
	case zone == nil:
		return append(dst, "null"...), nil
	case s.kind == stepZoneCode:
		return appendZoneCode(dst, zone), nil
	}
	return s.zone.write(dst, zone)
}
