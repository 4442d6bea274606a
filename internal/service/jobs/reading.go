package jobs

import (
	"context"
	"fmt"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// MaxJobs bounds how many jobs are read at once.
const MaxJobs = 100

// Job finds a job that the caller sees; nil when there is none of that id.
func (s *Transfers) Job(ctx context.Context, scope client.Scope, id client.ID) (*store.Job, error) {
	kinds := kindsOf(scope)
	if kinds == nil {
		return nil, nil
	}
	job, err := s.Store.Job(ctx, scope, id.As(client.TypeJob))
	if err != nil || job == nil || !sees(scope, kinds, job) {
		return nil, err
	}
	return job, nil
}

// JobsByID finds jobs that the caller sees, by id.
func (s *Transfers) JobsByID(ctx context.Context, scope client.Scope, ids []int64) (map[int64]*store.Job, error) {
	kinds := kindsOf(scope)
	if kinds == nil {
		return nil, nil
	}
	found, err := s.Store.Jobs(ctx, scope, store.JobQuery{Kinds: kinds, IDs: ids})
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*store.Job, len(found))
	for i := range found {
		if sees(scope, kinds, &found[i]) {
			byID[found[i].JobID] = &found[i]
		}
	}
	return byID, nil
}

// Page is a part of the jobs of a business, latest first.
type Page struct {
	Jobs    []store.Job
	Cursors []string
	// Later and Earlier say whether there are more, before and behind.
	Later, Earlier bool
}

// Jobs reads a part of the jobs that the caller sees: the first ones, 1 to 100, behind
// a cursor. Errors: OUT_OF_RANGE, INVALID_CURSOR.
func (s *Transfers) Jobs(ctx context.Context, scope client.Scope, first int64, after *string) (*Page, error) {
	kinds := kindsOf(scope)
	var errs client.Errors
	if first < 1 || first > MaxJobs {
		errs = append(errs, client.Path{"first"}.At(client.OutOfRange(MaxJobs)))
	}
	query := store.JobQuery{Limit: first + 1, Kinds: kinds}
	if !scope.MaySeeAll() {
		query.User = scope.User
	}
	identity := fmt.Appendf(nil, "jobs %d", scope.BusinessID)
	if after != nil {
		key, err := reading.DecodeCursor(identity, "after", *after)
		if err != nil {
			errs = append(errs, err)
		}
		query.Before, _ = client.ParseNumber(key)
	}
	if errs != nil {
		return nil, errs
	}
	if kinds == nil {
		return &Page{}, nil
	}
	found, err := s.Store.Jobs(ctx, scope, query)
	if err != nil {
		return nil, err
	}
	page := &Page{Jobs: found, Later: after != nil, Earlier: int64(len(found)) > first}
	if page.Earlier {
		page.Jobs = found[:first]
	}
	page.Cursors = make([]string, len(page.Jobs))
	for i := range page.Jobs {
		page.Cursors[i] = reading.EncodeCursor(identity, strconv.FormatInt(page.Jobs[i].JobID, 10))
	}
	return page, nil
}
