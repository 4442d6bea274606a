package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/schema"
)

// sealedKeys stores the secret keys of the deployment in encrypted form.
type sealedKeys struct{ db *mongo.Database }

type secretDocument struct {
	Name   string `bson:"_id"`
	Sealed []byte `bson:"sealed"`
}

// SealedKey returns the encrypted key with that name; nil if there is none.
func (k *sealedKeys) SealedKey(ctx context.Context, name string) ([]byte, error) {
	var stored secretDocument
	err := k.db.Collection(schema.Secrets).FindOne(ctx, bson.D{{Key: schema.FieldID, Value: name}}).Decode(&stored)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a sealed key: %w", err)
	}
	return stored.Sealed, nil
}

// AddSealedKey stores an encrypted key unless there is one with that name.
func (k *sealedKeys) AddSealedKey(ctx context.Context, name string, sealed []byte) error {
	_, err := k.db.Collection(schema.Secrets).InsertOne(ctx, secretDocument{Name: name, Sealed: sealed})
	if err != nil && !mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("store a sealed key: %w", err)
	}
	return nil
}

// ReplaceSealedKey replaces an encrypted key if its value is still was.
func (k *sealedKeys) ReplaceSealedKey(ctx context.Context, name string, was, sealed []byte) error {
	_, err := k.db.Collection(schema.Secrets).UpdateOne(ctx,
		bson.D{{Key: schema.FieldID, Value: name}, {Key: "sealed", Value: was}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "sealed", Value: sealed}}}})
	if err != nil {
		return fmt.Errorf("replace a sealed key: %w", err)
	}
	return nil
}
