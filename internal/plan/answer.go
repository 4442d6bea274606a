package plan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clientgraph/internal/client"
)

// Reads are what is asked for beside the rows of a level. Of those around its clients
// they read the live ones that the caller sees, by id, each once.
type Reads interface {
	// SubjectRows finds the clients of those ids.
	SubjectRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error)
	// ViewerRows finds who may see one of those clients. Their subjects are loaded.
	ViewerRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error)
	// Definitions are the custom fields of the business.
	Definitions(ctx context.Context) (client.Definitions, error)
	// SSN is the social security number of a client, as far as the caller may read it.
	SSN(c *client.Client) (*string, error)
	// Now is the moment that is told of.
	Now() time.Time
}

// List is rows as a list of what was selected. Free takes its memory back.
func (c *Clients) List(ctx context.Context, reads Reads, rows []client.Row) ([]byte, error) {
	return c.AppendList(ctx, reads, nil, rows)
}

// AppendList appends rows as a list of what was selected. Where dst is nil, Free takes
// back the memory.
func (c *Clients) AppendList(ctx context.Context, reads Reads, dst []byte, rows []client.Row) ([]byte, error) {
	level, err := c.write(ctx, reads, dst, rows)
	if err != nil {
		return nil, err
	}
	return level.all, nil
}

// Free lets other answers be written where a list, or one object, was: nobody may read it
// afterwards.
func (c *Clients) Free(list []byte) { c.buffers.Give(list) }

// One is a row as an object. Free takes its memory back.
func (c *Clients) One(ctx context.Context, reads Reads, row client.Row) ([]byte, error) {
	level, err := c.write(ctx, reads, nil, []client.Row{row})
	if err != nil {
		return nil, err
	}
	return level.of(0), nil
}

// Objects are rows as objects, by their places in rows.
type Objects struct {
	clients *Clients
	level   *level
}

// Objects writes rows as objects.
func (c *Clients) Objects(ctx context.Context, reads Reads, rows []client.Row) (Objects, error) {
	level, err := c.write(ctx, reads, nil, rows)
	return Objects{c, level}, err
}

// Of is the row at that place as an object, until Free.
func (o Objects) Of(i int) []byte { return o.level.of(i) }

// Size is how many bytes they have together.
func (o Objects) Size() int { return len(o.level.text) }

// Free lets other answers be written where the objects were: nobody may read them
// afterwards. There need not be any.
func (o Objects) Free() {
	if o.level != nil {
		o.clients.buffers.Give(o.level.text)
	}
}

// level are the rows of a level as a list of objects.
type level struct {
	// text is the list, and all that with what it was appended to.
	text, all []byte
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

// write appends a level: what is below it first, each client there once, however many
// clients of the level have it. Where dst is nil it takes a buffer.
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

// shared is what the steps of a level share. Nothing is read for a level of nobody.
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
	// place is the row's in the level.
	place  int
	record *client.Client
}

// decoded is the row as a record, which is made once for all steps.
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

// append writes the field of a row of the level.
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
