package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
)

// FeedTx is the part of Tx that writes scheduler data. Its writes make a row in the change
// feed, but no new version of a client and no history.
type FeedTx interface {
	// KnownAppointments finds what is stored about these appointments, also removed ones,
	// by appointment id.
	KnownAppointments(ctx context.Context, ids []int64) (map[int64]client.KnownAppointment, error)
	// KnowAppointments stores what is known about appointments. KnownAppointments must have
	// been called for them in this transaction.
	KnowAppointments(known []client.KnownAppointment)
	// Refresh writes the difference between two states of a client, and a feed row that
	// names the properties.
	Refresh(before, after *client.Client, at time.Time, properties []string) error
	// Forms finds the forms of these clients, without their content.
	Forms(ctx context.Context, clientIDs []int64) ([]client.Form, error)
	// PutForms inserts or replaces forms that were signed by a client or by clients merged
	// into it, and writes a feed row about the client that names the properties. Forms must
	// have been called for them in this transaction.
	PutForms(c *client.Client, forms []client.Form, at time.Time, properties []string)
	// LocationGroup finds a location group, also a deleted one; nil if there is none. Other
	// transactions that write groups of the business wait until this one ends.
	LocationGroup(ctx context.Context, id int64) (*KnownGroup, error)
	// CountLocationGroups counts the groups that are not deleted.
	CountLocationGroups(ctx context.Context) (int64, error)
	// PutLocationGroup inserts or replaces the group with that id.
	PutLocationGroup(ctx context.Context, group KnownGroup) error
}
