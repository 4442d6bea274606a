package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/store"
)

// answerDocument is the stored answer of a mutation with an idempotency key.
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

// answerTx implements store.IdempotencyTx.
type answerTx struct {
	*unit
	// known are the idempotency keys with a stored answer, even one that has expired.
	known   map[string]bool
	answers []mongo.WriteModel
}

func (t *answerTx) answerFilter(key []byte) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: "key", Value: key}}
}

// Kept implements store.IdempotencyTx. Expired answers may still be stored, because the
// database deletes them with a delay.
func (t *answerTx) Kept(ctx context.Context, key []byte, since time.Time) (*store.KeptAnswer, error) {
	var stored answerDocument
	err := t.store.db.Collection(schema.Answers).FindOne(ctx, t.answerFilter(key)).Decode(&stored)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a kept answer: %w", err)
	}
	if t.known == nil {
		t.known = map[string]bool{}
	}
	t.known[string(key)] = true
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
func (t *answerTx) Keep(key []byte, kept store.KeptAnswer) {
	document := answerDocument{
		BusinessID: t.scope.BusinessID, Key: key, Input: kept.Input, At: kept.At, Begun: kept.Begun, Rest: kept.Rest,
	}
	for _, version := range kept.Clients {
		t.refer(version.ClientID)
		document.Clients = append(document.Clients, versionDocument(version))
	}
	t.putAnswer(key, document)
}

// Free implements store.IdempotencyTx. It writes an answer and deletes it in the same
// transaction, so that it conflicts with one that stores an answer under the key at the
// same time.
func (t *answerTx) Free(key []byte) {
	if !t.known[string(key)] {
		t.putAnswer(key, answerDocument{BusinessID: t.scope.BusinessID, Key: key})
	}
	t.answers = append(t.answers, mongo.NewDeleteOneModel().SetFilter(t.answerFilter(key)))
}

func (t *answerTx) putAnswer(key []byte, document answerDocument) {
	if t.known[string(key)] {
		t.answers = append(t.answers, mongo.NewReplaceOneModel().SetFilter(t.answerFilter(key)).SetReplacement(document))
		return
	}
	t.answers = append(t.answers, mongo.NewInsertOneModel().SetDocument(document))
}

// part returns the writes of answers. A duplicate key says that the idempotency key was
// used elsewhere at the same time.
func (t *answerTx) part() transact.Part {
	return transact.Part{Collection: schema.Answers, Writes: t.answers, Affected: int64(len(t.answers)), Taken: transact.AsConflict}
}
