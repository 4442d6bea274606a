package transfer

import (
	"context"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/service/scheduler"
)

// Kind is the kind of entries in a file.
type Kind string

// The kinds. A line has the properties of the schema's input.
const (
	Appointments   Kind = "appointments"
	LocationGroups Kind = "locationGroups"
	Forms          Kind = "forms"
)

// form says how to read a CSV column's cells.
type form int

const (
	// text is a cell as it is.
	text form = iota
	// ids are separated by spaces; an empty cell is an empty list.
	ids
	// anyJSON is a JSON value.
	anyJSON
)

// column is a property that a line may have.
type column struct {
	name     string
	required bool
	form     form
}

// shape has the columns of a kind, and the use case that imports them.
type shape struct {
	columns []column
	// batch is how many lines are imported at once.
	batch int
	take  func(context.Context, *scheduler.Scheduler, client.Scope, scheduler.Feed) (scheduler.FeedResult, error)
}

// shapeOf returns the shape of a kind; false if there is none.
func shapeOf(kind Kind) (shape, bool) {
	switch kind {
	case Appointments:
		return shape{
			columns: []column{
				{"appointmentId", true, text},
				{"clientId", true, text},
				{"locationId", false, text},
				{"staffId", false, text},
				{"reasonId", false, text},
				{"start", true, text},
				{"status", true, text},
				{"modifiedDate", true, text},
			},
			batch: scheduler.MaxFeed,
			take: func(ctx context.Context, s *scheduler.Scheduler, scope client.Scope, feed scheduler.Feed) (scheduler.FeedResult, error) {
				return s.RecordAppointments(ctx, scope, feed)
			},
		}, true
	case Forms:
		return shape{
			columns: []column{
				{"formId", true, text},
				{"clientId", true, text},
				{"name", false, text},
				{"signedDate", false, text},
				{"data", false, anyJSON},
				{"modifiedDate", true, text},
			},
			batch: scheduler.MaxFeed,
			take: func(ctx context.Context, s *scheduler.Scheduler, scope client.Scope, feed scheduler.Feed) (scheduler.FeedResult, error) {
				return s.RecordForms(ctx, scope, feed)
			},
		}, true
	case LocationGroups:
		return shape{
			columns: []column{
				{"locationGroupId", true, text}, {"name", true, text}, {"locationIds", true, ids}, {"modifiedDate", true, text},
			},
			batch: 1,
			take:  putGroup,
		}, true
	}
	return shape{}, false
}

// putGroup imports one group. Its errors are converted to those of an entry.
func putGroup(ctx context.Context, s *scheduler.Scheduler, scope client.Scope, feed scheduler.Feed) (scheduler.FeedResult, error) {
	taken, err := s.PutLocationGroup(ctx, scope, feed.Entries[0], feed.DryRun)
	failures := client.AsErrors(err)
	if err != nil && (failures == nil || client.HasCode(err, client.CodeForbidden)) {
		return scheduler.FeedResult{}, err
	}
	result := scheduler.FeedResult{}
	if taken.Changed {
		result.Changed = 1
	}
	for _, failure := range failures {
		entry := *failure
		entry.Field = append([]string{"input", "0"}, failure.Field[1:]...)
		result.Errors = append(result.Errors, &entry)
	}
	return result, nil
}

func (s shape) column(name string) *column {
	i := slices.IndexFunc(s.columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &s.columns[i]
}
