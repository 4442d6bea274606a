package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/bench/queries"
)

// loaded is the one document of a collection that says that a database is completely
// loaded.
type loaded struct {
	Code    string `bson:"code"`
	Clients int    `bson:"clients"`
}

// codeOfData returns a digest of the code that decides what is stored: the product would
// first convert older data, while it is measured.
func (l *Lab) codeOfData() (string, error) {
	hash := sha256.New()
	for _, folder := range []string{"bench/queries", "client", "mongostore", "sample", "search"} {
		names, err := filepath.Glob(filepath.Join(l.root, "internal", folder, "*.go"))
		if err != nil {
			return "", err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return "", fmt.Errorf("read the code that decides what is stored: %w", err)
			}
			hash.Write(text)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Load fills the database with the product's command seed, unless an earlier run did, and
// returns the queries for it.
func (l *Lab) Load() ([]queries.Query, error) {
	if err := buildProduct(l); err != nil {
		return nil, err
	}
	db := l.mongo.Database(l.database)
	marks := db.Collection("benchLoaded")
	var found loaded
	err := marks.FindOne(l.ctx, bson.D{}).Decode(&found)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return nil, fmt.Errorf("look for what was loaded: %w", err)
	}
	code, err := l.codeOfData()
	if err != nil {
		return nil, err
	}
	want := loaded{Code: code, Clients: l.clients}
	if found == want {
		ids, err := queries.Sampled(l.ctx, db, BusinessID)
		return queries.All(ids), err
	}
	if err := db.Drop(l.ctx); err != nil {
		return nil, fmt.Errorf("drop what was loaded otherwise: %w", err)
	}
	l.sayf("loading %d clients ...", l.clients)
	began := time.Now()
	err = l.call(l.root, l.path("bin", "clientgraph"), "seed", "--clients="+strconv.Itoa(l.clients),
		"--mongodb-uri="+l.engine.URI, "--database="+l.database, "--data-dir="+l.path("unused"))
	if err != nil {
		return nil, err
	}
	ids, err := queries.Connect(l.ctx, db, BusinessID)
	if err != nil {
		return nil, err
	}
	if _, err := marks.InsertOne(l.ctx, want); err != nil {
		return nil, fmt.Errorf("say what was loaded: %w", err)
	}
	l.sayf("loaded in %s", time.Since(began).Round(time.Second))
	return queries.All(ids), nil
}

// Viewing gives clients of the business these numbers of subjects, and returns their ids.
func (l *Lab) Viewing(counts []int) ([]int64, error) {
	return queries.Widen(l.ctx, l.mongo.Database(l.database), BusinessID, counts)
}
