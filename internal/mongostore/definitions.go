package mongostore

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

type definitionDocument struct {
	DefinitionID int64         `bson:"_id"`
	BusinessID   int64         `bson:"businessId"`
	Label        string        `bson:"label"`
	Type         string        `bson:"type"`
	PropertyCode *string       `bson:"propertyCode,omitempty"`
	Choices      []string      `bson:"choices,omitempty"`
	Known        []knownChoice `bson:"known,omitempty"`
	Retired      bool          `bson:"retired"`
	Version      int64         `bson:"version"`
}

// knownChoice is a choice whose stored value differs from its name, or that was removed.
type knownChoice struct {
	Name   string `bson:"name"`
	Stored string `bson:"stored"`
}

func (d *definitionDocument) definition() client.FieldDefinition {
	return client.FieldDefinition{
		DefinitionID: d.DefinitionID,
		BusinessID:   d.BusinessID,
		Label:        d.Label,
		Type:         client.FieldType(d.Type),
		PropertyCode: d.PropertyCode,
		Choices:      d.Choices,
		Known:        convertKnown[client.KnownChoice](d.Known),
		Retired:      d.Retired,
		Version:      d.Version,
	}
}

func encodeDefinition(d client.FieldDefinition) definitionDocument {
	return definitionDocument{
		DefinitionID: d.DefinitionID,
		BusinessID:   d.BusinessID,
		Label:        d.Label,
		Type:         string(d.Type),
		PropertyCode: d.PropertyCode,
		Choices:      d.Choices,
		Known:        convertKnown[knownChoice](d.Known),
		Retired:      d.Retired,
		Version:      d.Version,
	}
}

func convertKnown[B, A knownChoice | client.KnownChoice](known []A) []B {
	var converted []B
	for _, k := range known {
		converted = append(converted, B(k))
	}
	return converted
}

// Definitions implements store.Store.
func (b *businesses) Definitions(ctx context.Context, scope client.Scope) (client.Definitions, error) {
	stored, err := query.FindAll[definitionDocument](ctx, b.db.Collection(schema.Definitions), "field definitions", bson.D{{Key: schema.FieldBusiness, Value: scope.BusinessID}}, options.Find())
	if err != nil {
		return nil, err
	}
	definitions := make([]client.FieldDefinition, len(stored))
	for i := range stored {
		definitions[i] = stored[i].definition()
	}
	return client.NewDefinitions(definitions), nil
}

// definitionCounter is the counter of definition ids.
const definitionCounter = "fieldDefinitionId"

// NextDefinitionID implements store.Store. Ids are taken one by one, so that a business's
// fields are listed in the order of their creation.
func (b *businesses) NextDefinitionID(ctx context.Context) (int64, error) {
	return counters.Increment(ctx, b.db.Collection(schema.Counters), counters.Ref{BusinessID: counters.OfDeployment, Name: definitionCounter}, 1)
}

// PutDefinitions inserts or replaces custom fields by id, and raises the counter of
// NextDefinitionID above their ids.
func (b *businesses) PutDefinitions(ctx context.Context, definitions []client.FieldDefinition) error {
	highest := int64(0)
	for _, d := range definitions {
		d.Version = max(d.Version, 1)
		highest = max(highest, d.DefinitionID)
		_, err := b.db.Collection(schema.Definitions).ReplaceOne(ctx, definitionFilter(d), encodeDefinition(d), options.Replace().SetUpsert(true))
		if err != nil {
			return fmt.Errorf("store a field definition: %w", err)
		}
	}
	ids := counters.NewBlock(b.db.Collection(schema.Counters), definitionCounter)
	return ids.Reserve(ctx, highest)
}

func definitionFilter(d client.FieldDefinition) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: d.BusinessID}, {Key: schema.FieldID, Value: d.DefinitionID}}
}

// Definitions implements store.DefinitionTx.
func (t *settingsTx) Definitions(ctx context.Context) (client.Definitions, error) {
	if err := t.lock(ctx, schema.Definitions); err != nil {
		return nil, err
	}
	return t.store.Definitions(ctx, t.scope)
}

// InsertDefinition implements store.DefinitionTx.
func (t *settingsTx) InsertDefinition(ctx context.Context, definition client.FieldDefinition) error {
	_, err := t.store.db.Collection(schema.Definitions).InsertOne(ctx, encodeDefinition(definition))
	if mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("%w: %w", store.ErrIDTaken, err)
	}
	if err != nil {
		return fmt.Errorf("write a field definition: %w", err)
	}
	return nil
}

// SaveDefinition implements store.DefinitionTx. The document is deleted and inserted: on
// the embedded engine, an update that removes it from a unique index leaves its key in
// the index.
func (t *settingsTx) SaveDefinition(ctx context.Context, definition client.FieldDefinition) error {
	definitions := t.store.db.Collection(schema.Definitions)
	if _, err := definitions.DeleteOne(ctx, definitionFilter(definition)); err != nil {
		return fmt.Errorf("write a field definition: %w", err)
	}
	return t.InsertDefinition(ctx, definition)
}
