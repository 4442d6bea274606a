package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
)

// FeedTx is the part of Tx by which feeds are written. A write of it is no new
// version of a client and has no history, but a row of the change feed.
type FeedTx interface {
	// KnownAppointments finds what is known of appointments, removed ones
	// included, by appointment id.
	KnownAppointments(ctx context.Context, ids []int64) (map[int64]client.KnownAppointment, error)
	// KnowAppointments keeps what is known of appointments from now on. Those that
	// are known already were found by KnownAppointments in this transaction.
	KnowAppointments(known []client.KnownAppointment)
	// Refresh writes what differs between two states of a client, and a feed row
	// that names the properties.
	Refresh(before, after *client.Client, at time.Time, properties []string) error
	// Forms finds the forms of those clients, without what was filled in.
	Forms(ctx context.Context, clientIDs []int64) ([]client.Form, error)
	// PutForms writes forms that a client, or one who was merged into it, signed,
	// each in place of the one of its id where Forms found that, and a feed row of
	// the client that names the properties.
	PutForms(c *client.Client, forms []client.Form, at time.Time, properties []string)
	// LocationGroup finds a location group, also one that was deleted; nil when
	// nothing is known of it. Other writers of the business's groups wait for the
	// end of the transaction.
	LocationGroup(ctx context.Context, id int64) (*KnownGroup, error)
	// CountLocationGroups counts the groups that were not deleted.
	CountLocationGroups(ctx context.Context) (int64, error)
	// PutLocationGroup writes a group in place of the one of its id.
	PutLocationGroup(ctx context.Context, group KnownGroup) error
}
