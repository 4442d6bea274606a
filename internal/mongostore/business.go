package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
)

type businessDocument struct {
	BusinessID  int64   `bson:"_id"`
	Name        *string `bson:"name,omitempty"`
	TimeZoneID  string  `bson:"timeZone"`
	Locale      *string `bson:"locale,omitempty"`
	PhoneRegion string  `bson:"phoneRegion"`
}

type definitionDocument struct {
	DefinitionID int64    `bson:"_id"`
	BusinessID   int64    `bson:"businessId"`
	Label        string   `bson:"label"`
	Type         string   `bson:"type"`
	PropertyCode *string  `bson:"propertyCode,omitempty"`
	Choices      []string `bson:"choices,omitempty"`
	Retired      bool     `bson:"retired"`
}

type formDocument struct {
	FormID     string     `bson:"formId"`
	ClientID   int64      `bson:"clientId"`
	Name       string     `bson:"name"`
	SignedDate *time.Time `bson:"signedDate,omitempty"`
	// Data is JSON as text: its shape is the business's own.
	Data string `bson:"data"`
}

// Business implements client.Store.
func (s *Store) Business(ctx context.Context, scope client.Scope) (*client.Business, error) {
	var stored businessDocument
	err := s.db.Collection(businessesName).FindOne(ctx, bson.D{{Key: keyID, Value: scope.BusinessID}}).Decode(&stored)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return client.DefaultBusiness(scope.BusinessID), nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the business: %w", err)
	}
	return new(client.Business(stored)), nil
}

// PutBusiness stores a business, in place of what is stored of it.
func (s *Store) PutBusiness(ctx context.Context, business *client.Business) error {
	_, err := s.db.Collection(businessesName).ReplaceOne(ctx,
		bson.D{{Key: keyID, Value: business.BusinessID}}, businessDocument(*business), options.Replace().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("store the business: %w", err)
	}
	return nil
}

// Definitions implements client.Store.
func (s *Store) Definitions(ctx context.Context, scope client.Scope) (client.Definitions, error) {
	cursor, err := s.db.Collection(definitionsName).Find(ctx, bson.D{{Key: keyBusiness, Value: scope.BusinessID}})
	if err != nil {
		return nil, fmt.Errorf("find field definitions: %w", err)
	}
	var stored []definitionDocument
	if err := cursor.All(ctx, &stored); err != nil {
		return nil, fmt.Errorf("read field definitions: %w", err)
	}
	definitions := make([]client.FieldDefinition, len(stored))
	for i, d := range stored {
		definitions[i] = client.FieldDefinition{
			DefinitionID: d.DefinitionID,
			BusinessID:   d.BusinessID,
			Label:        d.Label,
			Type:         client.FieldType(d.Type),
			PropertyCode: d.PropertyCode,
			Choices:      d.Choices,
			Retired:      d.Retired,
		}
	}
	return client.NewDefinitions(definitions), nil
}

// PutDefinitions stores custom fields, each in place of the one of its id.
func (s *Store) PutDefinitions(ctx context.Context, definitions []client.FieldDefinition) error {
	for _, d := range definitions {
		document := definitionDocument{
			DefinitionID: d.DefinitionID,
			BusinessID:   d.BusinessID,
			Label:        d.Label,
			Type:         string(d.Type),
			PropertyCode: d.PropertyCode,
			Choices:      d.Choices,
			Retired:      d.Retired,
		}
		_, err := s.db.Collection(definitionsName).ReplaceOne(ctx,
			bson.D{{Key: keyBusiness, Value: d.BusinessID}, {Key: keyID, Value: d.DefinitionID}}, document, options.Replace().SetUpsert(true))
		if err != nil {
			return fmt.Errorf("store a field definition: %w", err)
		}
	}
	return nil
}

// Forms implements client.Store.
func (s *Store) Forms(ctx context.Context, scope client.Scope, clientIDs []int64) ([]client.Form, error) {
	cursor, err := s.db.Collection(formsName).Find(ctx,
		bson.D{{Key: keyBusiness, Value: scope.BusinessID}, {Key: "clientId", Value: in(nonNil(clientIDs))}},
		options.Find().SetSort(ascending("clientId", "formId")))
	if err != nil {
		return nil, fmt.Errorf("find forms: %w", err)
	}
	var stored []formDocument
	if err := cursor.All(ctx, &stored); err != nil {
		return nil, fmt.Errorf("read forms: %w", err)
	}
	forms := make([]client.Form, len(stored))
	for i, f := range stored {
		forms[i] = client.Form{FormID: f.FormID, ClientID: f.ClientID, Name: f.Name, SignedDate: f.SignedDate, Data: []byte(f.Data)}
	}
	return forms, nil
}
