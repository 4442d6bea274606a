package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/store"
)

// answerDocument is what is kept of the answer to a mutation that has an idempotency
// key.
type answerDocument struct {
	BusinessID int64             `bson:"businessId"`
	Key        []byte            `bson:"key"`
	Input      []byte            `bson:"input"`
	At         time.Time         `bson:"at"`
	Begun      bool              `bson:"begun,omitempty"`
	Clients    []versionDocument `bson:"clients,omitempty"`
	Rest       []byte            `bson:"rest,omitempty"`
	Erased     bool              `bson:"erased,omitempty"`
}

type versionDocument struct {
	ClientID int64 `bson:"clientId"`
	Version  int64 `bson:"version"`
}

// answerWrites are the answers that a transaction keeps.
type answerWrites struct {
	// known says which keys something is kept under already, be it too old.
	known  map[string]bool
	writes []mongo.WriteModel
}

func (t *transaction) answerFilter(key []byte) bson.D {
	return bson.D{{Key: keyBusiness, Value: t.scope.BusinessID}, {Key: "key", Value: key}}
}

// Kept implements store.IdempotencyTx. What is too old may be there still: a database
// clears away when it has the time.
func (t *transaction) Kept(ctx context.Context, key []byte, since time.Time) (*store.KeptAnswer, error) {
	var stored answerDocument
	err := t.store.db.Collection(answersName).FindOne(ctx, t.answerFilter(key)).Decode(&stored)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a kept answer: %w", err)
	}
	if t.keys.known == nil {
		t.keys.known = map[string]bool{}
	}
	t.keys.known[string(key)] = true
	if stored.At.Before(since) {
		return nil, nil
	}
	kept := &store.KeptAnswer{Input: stored.Input, At: stored.At.UTC(), Begun: stored.Begun, Rest: stored.Rest, Erased: stored.Erased}
	for _, version := range stored.Clients {
		kept.Clients = append(kept.Clients, store.RecordVersion(version))
	}
	return kept, nil
}

// Keep implements store.IdempotencyTx.
func (t *transaction) Keep(key []byte, kept store.KeptAnswer) {
	document := answerDocument{
		BusinessID: t.scope.BusinessID, Key: key, Input: kept.Input, At: kept.At, Begun: kept.Begun, Rest: kept.Rest,
	}
	for _, version := range kept.Clients {
		t.refer(version.ClientID)
		document.Clients = append(document.Clients, versionDocument(version))
	}
	t.putKey(key, document)
}

// Free implements store.IdempotencyTx: an answer that is there for the transaction alone
// stands in the way of whoever keeps one at once, and is nowhere afterwards.
func (t *transaction) Free(key []byte) {
	if !t.keys.known[string(key)] {
		t.putKey(key, answerDocument{BusinessID: t.scope.BusinessID, Key: key})
	}
	t.keys.writes = append(t.keys.writes, mongo.NewDeleteOneModel().SetFilter(t.answerFilter(key)))
}

func (t *transaction) putKey(key []byte, document answerDocument) {
	if t.keys.known[string(key)] {
		t.keys.writes = append(t.keys.writes, mongo.NewReplaceOneModel().SetFilter(t.answerFilter(key)).SetReplacement(document))
		return
	}
	t.keys.writes = append(t.keys.writes, mongo.NewInsertOneModel().SetDocument(document))
}

func (t *transaction) flushKeys(ctx context.Context) error {
	if len(t.keys.writes) == 0 {
		return nil
	}
	result, err := t.store.db.Collection(answersName).BulkWrite(ctx, t.keys.writes, options.BulkWrite().SetOrdered(true))
	if mongo.IsDuplicateKeyError(err) {
		// The same key was used elsewhere at the same time.
		return asConflict(err)
	}
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	if result.InsertedCount+result.MatchedCount+result.DeletedCount != int64(len(t.keys.writes)) {
		return asConflict(errors.New("a kept answer is gone"))
	}
	return nil
}

type secretDocument struct {
	Name   string `bson:"_id"`
	Sealed []byte `bson:"sealed"`
}

// SealedKey returns the sealed key of that name; nil when there is none.
func (s *Store) SealedKey(ctx context.Context, name string) ([]byte, error) {
	var stored secretDocument
	err := s.db.Collection(secretsName).FindOne(ctx, bson.D{{Key: keyID, Value: name}}).Decode(&stored)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a sealed key: %w", err)
	}
	return stored.Sealed, nil
}

// AddSealedKey stores a sealed key unless there is one of that name.
func (s *Store) AddSealedKey(ctx context.Context, name string, sealed []byte) error {
	_, err := s.db.Collection(secretsName).InsertOne(ctx, secretDocument{Name: name, Sealed: sealed})
	if err != nil && !mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("store a sealed key: %w", err)
	}
	return nil
}

// ReplaceSealedKey stores a sealed key in place of that one, if it is there
// still.
func (s *Store) ReplaceSealedKey(ctx context.Context, name string, was, sealed []byte) error {
	_, err := s.db.Collection(secretsName).UpdateOne(ctx,
		bson.D{{Key: keyID, Value: name}, {Key: "sealed", Value: was}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "sealed", Value: sealed}}}})
	if err != nil {
		return fmt.Errorf("replace a sealed key: %w", err)
	}
	return nil
}
