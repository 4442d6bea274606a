package transfer

import (
	"context"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/service/scheduler"
)

// Kind is what the lines of a file are.
type Kind string

// The kinds. A line holds what the input of the schema does, by the same names.
const (
	Appointments   Kind = "appointments"
	LocationGroups Kind = "locationGroups"
	Forms          Kind = "forms"
)

// form is how a CSV column's cells are read.
type form int

const (
	// text is a cell as it is.
	text form = iota
	// ids are separated by spaces; an empty cell is an empty list.
	ids
	// anyJSON is a JSON value.
	anyJSON
)

// column is a name that a line may have.
type column struct {
	name     string
	required bool
	form     form
}

// shape is what the lines of a kind hold and who takes them in.
type shape struct {
	columns []column
	// batch is how many lines are taken in at once.
	batch int
	take  func(context.Context, *scheduler.Scheduler, client.Scope, scheduler.Feed) (scheduler.FeedResult, error)
}

// shapeOf is the shape of a kind, if there is one of that name.
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

// putGroup takes in one group. Its errors are those of an entry.
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
