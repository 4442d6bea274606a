package service

import (
	"time"

	"clientgraph/internal/service/clientsync"
	"clientgraph/internal/service/duplicates"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/service/jobs"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/service/settings"
	"clientgraph/internal/service/webhooks"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Service has all use cases. Each method's comment names the codes of its errors; any
// other error is internal. It is safe for concurrent use.
type Service struct {
	*reading.Reads
	*writing.Writes
	*merging.Merges
	*duplicates.Finder
	*clientsync.Feed
	*scheduler.Scheduler
	*settings.Settings
	*personaldata.Keeper
	*importing.Importer
	*webhooks.Endpoints
	*jobs.Transfers
}

// Secrets has the ciphers, hashers and MACs. A service that writes needs all of them, one
// that reads the feed needs Cursors, others need none.
type Secrets struct {
	Hasher  writing.Hasher
	Cipher  reading.Cipher
	MAC     writing.MAC
	Cursors reading.Sealer
}

// New returns the service over a store. The limiter bounds, for each principal, requests
// whose answers reveal something about clients that it does not see.
func New(store store.Store, secrets Secrets, limiter duplicates.Limiter, clock func() time.Time) *Service {
	reads := reading.New(store, secrets.Cipher, secrets.Cursors, clock)
	writes := writing.New(reads, secrets.Hasher, secrets.MAC)
	return &Service{
		Reads:     reads,
		Writes:    writes,
		Merges:    merging.New(writes),
		Finder:    duplicates.New(writes, limiter),
		Feed:      clientsync.New(reads),
		Scheduler: scheduler.New(writes),
		Settings:  settings.New(writes),
		Keeper:    personaldata.New(writes),
		Importer:  importing.New(reads),
		Endpoints: webhooks.New(writes),
		Transfers: jobs.New(writes),
	}
}
