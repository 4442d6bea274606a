package jobs

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// MaxJobs bounds the jobs in one page.
const MaxJobs = 100

// Job finds a job that the caller sees; nil if there is none with that id.
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

// Page is a page of the jobs of a business, latest first.
type Page = reading.LatestPage[store.Job]

// Jobs reads a page of the jobs that the caller sees: the first ones, 1 to 100, after a
// cursor. Errors: OUT_OF_RANGE, INVALID_CURSOR.
func (s *Transfers) Jobs(ctx context.Context, scope client.Scope, first int64, after *string) (*Page, error) {
	asked, err := reading.AskLatest(fmt.Appendf(nil, "jobs %d", scope.BusinessID), first, MaxJobs, after)
	if err != nil {
		return nil, err
	}
	query := store.JobQuery{Before: asked.Before, Limit: asked.Limit, Kinds: kindsOf(scope)}
	if query.Kinds == nil {
		return &Page{}, nil
	}
	if !scope.MaySeeAll() {
		query.User = scope.User
	}
	found, err := s.Store.Jobs(ctx, scope, query)
	if err != nil {
		return nil, err
	}
	return reading.NewLatestPage(asked, found, func(job *store.Job) int64 { return job.JobID }), nil
}
