package app

import (
	"context"
	"log/slog"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/sample"
	"clientgraph/internal/service"
)

const (
	// sampleSeed and sampleSize generate a part of the sample: the same clients on every
	// machine.
	sampleSeed = 1
	sampleSize = 500
)

// owner is the scope in which data are loaded.
func owner(businessID int64, user string) client.Scope {
	return client.Scope{
		BusinessID:  businessID,
		User:        user,
		Role:        client.RoleOwner,
		Permissions: client.AllPermissions,
		Rows:        client.Rows{All: true},
	}
}

// loadSample stores the sample in a database without clients.
func loadSample(ctx context.Context, store *mongostore.Store, service *service.Service, logger *slog.Logger) error {
	empty, err := store.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	began := time.Now()
	data, err := sample.Reference()
	if err != nil {
		return err
	}
	if err := store.PutBusiness(ctx, data.Business); err != nil {
		return err
	}
	if err := store.PutDefinitions(ctx, data.Definitions); err != nil {
		return err
	}
	scope := owner(sample.BusinessID, "sample")
	// The clients of the reference first, so that generated ids are above theirs.
	if err := service.AssignIDs(ctx, data.Clients); err != nil {
		return err
	}
	clients, err := generate(ctx, service, sampleSeed, sample.BusinessID, sampleSize)
	if err != nil {
		return err
	}
	clients = append(data.Clients, clients...)
	if err := service.Import(ctx, scope, clients, func(int) {}); err != nil {
		return err
	}
	logger.Info("sample loaded", "clients", len(clients), "ms", time.Since(began).Milliseconds())
	return nil
}

// generate makes clients with ids, and viewer edges between them.
func generate(ctx context.Context, service *service.Service, seed uint64, businessID int64, n int) ([]*client.Client, error) {
	clients := sample.Generate(seed, businessID, n, service.Now())
	if err := service.AssignIDs(ctx, clients); err != nil {
		return nil, err
	}
	sample.Households(seed, clients)
	return clients, nil
}
