package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// Withdraw deletes, in a transaction that erases clients, all files and results of the
// business that may have them. A reader of a file or a result reads its job first, and
// finds it marked.
func (t JobTx) Withdraw(ctx context.Context, at time.Time) error {
	// A transaction that begins a job takes this lock too. A job that began before is
	// withdrawn here; one that begins later reads the business without the erased
	// clients.
	if err := t.lock(ctx); err != nil {
		return err
	}
	collection := t.jobs.db.Collection(schema.Jobs)
	stored := func(open bool) bson.D {
		return append(query.Tenant(t.scope), bson.E{Key: schema.FieldStored, Value: true}, bson.E{Key: schema.FieldOpen, Value: open})
	}
	gone := bson.D{{Key: "erased", Value: true}, {Key: "fileKept", Value: false}, {Key: "resultKept", Value: false}}
	if _, err := collection.UpdateMany(ctx, stored(false), bson.D{{Key: "$set", Value: gone}}); err != nil {
		return fmt.Errorf("withdraw the results of jobs: %w", err)
	}
	ended := append(slices.Clone(gone),
		bson.E{Key: schema.FieldState, Value: string(store.JobFailed)}, bson.E{Key: "failure", Value: string(store.JobErasure)}, bson.E{Key: "endedDate", Value: at},
		bson.E{Key: schema.FieldOpen, Value: false}, bson.E{Key: schema.FieldOwner, Value: ""})
	update := bson.D{{Key: "$set", Value: ended}, {Key: "$unset", Value: bson.D{{Key: "options", Value: ""}}}}
	if _, err := collection.UpdateMany(ctx, stored(true), update); err != nil {
		return fmt.Errorf("withdraw the files of jobs: %w", err)
	}
	return nil
}

// DropWithdrawn deletes the chunks of the files and results that erasures withdrew in a
// business.
func (j *JobStore) DropWithdrawn(ctx context.Context, businessID int64) error {
	collection := j.db.Collection(schema.Jobs)
	filter := bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldStored, Value: true}, {Key: "erased", Value: true}}
	found, err := j.find(ctx, filter, options.Find().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}}))
	if err != nil {
		return err
	}
	for _, d := range found {
		if _, err := j.db.Collection(schema.JobChunks).DeleteMany(ctx, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldJob, Value: d.JobID}}); err != nil {
			return fmt.Errorf("delete withdrawn files: %w", err)
		}
		if _, err := collection.UpdateOne(ctx, jobFilter(businessID, d.JobID), bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldStored, Value: false}}}}); err != nil {
			return fmt.Errorf("write a job: %w", err)
		}
	}
	return nil
}
