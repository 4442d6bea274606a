package mongostore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// exports reads the data about clients outside their records.
type exports struct {
	db    *mongo.Database
	codec *record.Codec
	feed  *feed.Feed
}

// ClientChangeRows implements store.ExportStore.
func (e *exports) ClientChangeRows(ctx context.Context, scope client.Scope, clientIDs []int64) ([]changefeed.Row, error) {
	return e.feed.ClientRows(ctx, scope, clientIDs)
}

// DismissedPairs implements store.ExportStore, with one command for each end of the
// pairs, by its index.
func (e *exports) DismissedPairs(ctx context.Context, scope client.Scope, clientIDs []int64) ([]store.IDPair, error) {
	var pairs []store.IDPair
	for _, end := range []string{"first", "second"} {
		found, err := query.FindRows[dismissalDocument](ctx, e.db.Collection(schema.Dismissals), "dismissals", append(query.Tenant(scope), bson.E{Key: end, Value: query.In(query.NonNil(clientIDs))}),
			options.Find().SetProjection(bson.D{{Key: "first", Value: 1}, {Key: "second", Value: 1}}))
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			pairs = append(pairs, store.IDPair{d.First, d.Second})
		}
	}
	slices.SortFunc(pairs, func(a, b store.IDPair) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(pairs), nil
}

// KeptVersions implements store.ExportStore.
func (e *exports) KeptVersions(ctx context.Context, scope client.Scope, clientIDs []int64) ([]store.KeptVersion, error) {
	found, err := query.FindRows[answerDocument](ctx, e.db.Collection(schema.Answers), "kept answers", append(query.Tenant(scope), bson.E{Key: "clients.clientId", Value: query.In(query.NonNil(clientIDs))}),
		options.Find().SetProjection(bson.D{{Key: "at", Value: 1}, {Key: "clients", Value: 1}}))
	if err != nil {
		return nil, err
	}
	var versions []store.KeptVersion
	for _, answer := range found {
		for _, version := range answer.Clients {
			// An answer may have versions of other clients too.
			if slices.Contains(clientIDs, version.ClientID) {
				versions = append(versions, store.KeptVersion{RecordVersion: store.RecordVersion(version), At: answer.At.UTC()})
			}
		}
	}
	slices.SortFunc(versions, func(a, b store.KeptVersion) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ClientID, b.ClientID), cmp.Compare(a.Version, b.Version))
	})
	return versions, nil
}

// RemovedAppointments implements store.ExportStore.
func (e *exports) RemovedAppointments(ctx context.Context, scope client.Scope, clientIDs []int64) ([]client.KnownAppointment, error) {
	q := query.Query{Core: append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: query.In(query.NonNil(clientIDs))}), Rest: bson.D{{Key: "removed", Value: true}}}
	cursor, err := e.db.Collection(schema.Appointments).Aggregate(ctx, append(q.Stages(), bson.D{{Key: "$sort", Value: schema.Ascending(schema.FieldAppointment)}}),
		options.Aggregate().SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("find removed appointments: %w", err)
	}
	var found []appointmentDocument
	if err := query.AllRows(ctx, cursor, &found); err != nil {
		return nil, fmt.Errorf("read removed appointments: %w", err)
	}
	removed := make([]client.KnownAppointment, len(found))
	for i := range found {
		removed[i] = found[i].known()
	}
	return removed, nil
}
