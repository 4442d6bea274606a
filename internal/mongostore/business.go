package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/search"
)

// businesses stores businesses: their settings, custom fields and location groups.
type businesses struct {
	db   *mongo.Database
	feed *feed.Feed
}

type businessDocument struct {
	BusinessID  int64   `bson:"_id"`
	Name        *string `bson:"name,omitempty"`
	TimeZoneID  string  `bson:"timeZone"`
	Locale      *string `bson:"locale,omitempty"`
	PhoneRegion string  `bson:"phoneRegion"`
	RekeyedTo   *int64  `bson:"rekeyedTo,omitempty"`
}

// Business implements store.Store.
func (b *businesses) Business(ctx context.Context, scope client.Scope) (*client.Business, error) {
	var stored businessDocument
	err := b.db.Collection(schema.Businesses).FindOne(ctx, bson.D{{Key: schema.FieldID, Value: scope.BusinessID}}).Decode(&stored)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return client.DefaultBusiness(scope.BusinessID), nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the business: %w", err)
	}
	return new(client.Business(stored)), nil
}

// PutBusiness inserts or replaces a business. It does not rekey clients, so use it only
// for businesses without clients, or with the same locale and phone region.
func (b *businesses) PutBusiness(ctx context.Context, business *client.Business) error {
	if err := b.saveBusiness(ctx, business); err != nil {
		return err
	}
	return b.feed.CorrectSettings(ctx, business.BusinessID, search.SettingsOf(business))
}

func (b *businesses) saveBusiness(ctx context.Context, business *client.Business) error {
	_, err := b.db.Collection(schema.Businesses).ReplaceOne(ctx,
		bson.D{{Key: schema.FieldID, Value: business.BusinessID}}, businessDocument(*business), options.Replace().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("store the business: %w", err)
	}
	return nil
}
