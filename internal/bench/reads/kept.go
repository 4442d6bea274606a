package main

import (
	"context"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"golang.org/x/crypto/chacha20poly1305"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/sample"
	"clientgraph/internal/search"
	"clientgraph/internal/service"
)

// kept is the one document of a collection that says what a database was loaded with. It
// is written after everything else.
type kept struct {
	Fingerprint string  `bson:"fingerprint"`
	Landmarks   []int64 `bson:"landmarks"`
}

// open opens the business that an earlier run loaded, or loads it.
func open(ctx context.Context, db *mongo.Database, size int, stderr io.Writer) (*world, error) {
	store := mongostore.New(db.Client(), db.Name())
	now := monday(time.Now())
	service := service.New(store, service.Secrets{Cursors: unkept{}}, unlimited{}, func() time.Time { return now })
	w, loaded := newWorld(service), db.Collection("benchLoaded")
	loading, err := fingerprint(now)
	if err != nil {
		return nil, err
	}
	var found kept
	err = loaded.FindOne(ctx, bson.D{}).Decode(&found)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return nil, fmt.Errorf("look for what was loaded: %w", err)
	}
	if found.Fingerprint == loading {
		// Some reads depend on the indexes that the store has seen.
		if err := store.EnsureIndexes(ctx); err != nil {
			return nil, err
		}
		if err := w.recall(ctx, found.Landmarks); err != nil {
			return nil, err
		}
		if err := w.askers(ctx, size); err != nil {
			return nil, err
		}
		return w, nil
	}
	if err := db.Drop(ctx); err != nil {
		return nil, fmt.Errorf("drop what was loaded otherwise: %w", err)
	}
	if err := store.EnsureIndexes(ctx); err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "loading a business of %d clients ...\n", size)
	began := time.Now()
	if err := w.load(ctx, store, size); err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "loaded in %s\n", time.Since(began).Round(time.Second/10))
	if _, err := loaded.InsertOne(ctx, kept{Fingerprint: loading, Landmarks: w.landmarkIDs()}); err != nil {
		return nil, fmt.Errorf("say what was loaded: %w", err)
	}
	if err := w.askers(ctx, size); err != nil {
		return nil, err
	}
	return w, nil
}

// monday returns the beginning of a time's week. It is the clock of all loaded data, so
// that stored data stay the same, and the database does not expire rows of the feed yet.
func monday(t time.Time) time.Time {
	t = t.UTC().Truncate(24 * time.Hour)
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// fingerprint differs if other clients would be loaded, or the same ones with other keys
// or indexes.
func fingerprint(now time.Time) (string, error) {
	const few = 100
	clients := sample.Generate(seed, sample.BusinessID, few, now)
	indexer := search.SettingsOf(client.DefaultBusiness(sample.BusinessID)).Indexer()
	for i, c := range clients {
		if i%fullEvery != 0 {
			clients[i] = lean(c)
		}
		indexer.Prepare(clients[i])
	}
	hash := sha256.New()
	if err := json.NewEncoder(hash).Encode(clients); err != nil {
		return "", fmt.Errorf("tell what would be loaded: %w", err)
	}
	for _, name := range slices.Sorted(slices.Values(schema.IndexNames())) {
		fmt.Fprintln(hash, name)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// unlimited allows any number of requests.
type unlimited struct{}

func (unlimited) Take(string) (time.Duration, bool) { return 0, true }

// unkept encrypts the feed's cursors with a key that is not stored.
type unkept struct{}

func (unkept) AEAD(context.Context) (cipher.AEAD, error) {
	return chacha20poly1305.NewX(make([]byte, chacha20poly1305.KeySize))
}
