package app

import (
	"context"
	"time"

	"clientgraph/internal/mongostore"
	"clientgraph/internal/store"
	"clientgraph/internal/telemetry"
)

// backlogInterval is how often a server reads the backlog from the database.
const backlogInterval = 15 * time.Second

// watchBacklog reports the background work that waits in the database in metrics, until
// stop is called. Every server reports it, because any of them may hang.
func watchBacklog(ctx context.Context, db *mongostore.Store, watched *telemetry.Telemetry) (stop func()) {
	if watched == nil {
		return func() {}
	}
	return inBackground(ctx, func(ctx context.Context) {
		repeat(ctx, backlogInterval, nil, func() {
			watched.Job(ctx, "backlog", func(ctx context.Context) error {
				found, err := db.Backlog(ctx)
				if err != nil {
					watched.Backlog(nil)
					return err
				}
				watched.Backlog(shownBacklog(&found, time.Now()))
				return nil
			})
		})
	})
}

func shownBacklog(found *store.Backlog, now time.Time) *telemetry.Backlog {
	b := telemetry.Backlog{Transfers: map[[2]string]int64{}, Webhooks: map[string]int64{}}
	for of, n := range found.Jobs {
		b.Transfers[[2]string{string(of.Kind), string(of.State)}] = n
	}
	for health, n := range found.Webhooks {
		b.Webhooks[string(health)] = n
	}
	if found.UnnumberedSince != nil {
		b.Feed = now.Sub(*found.UnnumberedSince)
	}
	return &b
}
