package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
)

type formDocument struct {
	FormID     string     `bson:"formId"`
	ClientID   int64      `bson:"clientId"`
	Name       *string    `bson:"name,omitempty"`
	SignedDate *time.Time `bson:"signedDate,omitempty"`
	// Data is JSON as text, because each business defines its own shape.
	Data         string    `bson:"data"`
	ModifiedDate time.Time `bson:"modifiedDate"`
}

func (d *formDocument) form() client.Form {
	form := client.Form{FormID: d.FormID, ClientID: d.ClientID, Name: d.Name, Data: []byte(d.Data), ModifiedDate: d.ModifiedDate.UTC()}
	if d.SignedDate != nil {
		form.SignedDate = new(d.SignedDate.UTC())
	}
	return form
}

// Forms implements store.Store.
func (r *clientReads) Forms(ctx context.Context, scope client.Scope, clientIDs []int64) ([]client.Form, error) {
	return r.forms(ctx, scope, clientIDs, bson.D{})
}

// forms finds the forms of those clients, with the fields of the projection.
func (r *clientReads) forms(ctx context.Context, scope client.Scope, clientIDs []int64, projection bson.D) ([]client.Form, error) {
	var stored []formDocument
	for chunk := range query.IDChunks(clientIDs) {
		cursor, err := r.db.Collection(schema.Forms).Find(ctx, append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: query.In(chunk)}),
			options.Find().SetSort(schema.Ascending(schema.FieldClient, "formId")).SetProjection(projection))
		if err != nil {
			return nil, fmt.Errorf("find forms: %w", err)
		}
		if err := query.AllRows(ctx, cursor, &stored); err != nil {
			return nil, fmt.Errorf("read forms: %w", err)
		}
	}
	forms := make([]client.Form, len(stored))
	for i := range stored {
		forms[i] = stored[i].form()
	}
	return forms, nil
}
