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

type importDocument struct {
	BusinessID   int64     `bson:"businessId"`
	Key          []byte    `bson:"key"`
	Phase        string    `bson:"phase"`
	Part         int64     `bson:"part"`
	Row          int64     `bson:"row"`
	FirstID      int64     `bson:"firstId"`
	Rows         int64     `bson:"rows"`
	Created      int64     `bson:"created"`
	Changed      int64     `bson:"changed"`
	Left         int64     `bson:"left"`
	Refused      int64     `bson:"refused"`
	Edges        int64     `bson:"edges"`
	EdgesRefused int64     `bson:"edgesRefused"`
	Began        time.Time `bson:"began"`
	At           time.Time `bson:"at"`
}

// importTx implements store.ImportTx.
type importTx struct {
	*unit
	// imported is the import's progress after the transaction; nil for other writes.
	imported *importDocument
}

func (t *importTx) importFilter(key []byte) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: "key", Value: key}}
}

// Imported implements store.ImportTx.
func (t *importTx) Imported(ctx context.Context, key []byte) (*store.ImportProgress, error) {
	var d importDocument
	err := t.store.db.Collection(schema.Imports).FindOne(ctx, t.importFilter(key)).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find how far an import came: %w", err)
	}
	return &store.ImportProgress{
		Key: d.Key, Phase: store.ImportPhase(d.Phase), Part: d.Part, Row: d.Row, FirstID: d.FirstID, Rows: d.Rows,
		ImportCounts: store.ImportCounts{Created: d.Created, Changed: d.Changed, Left: d.Left, Refused: d.Refused},
		Edges:        d.Edges, EdgesRefused: d.EdgesRefused, Began: d.Began.UTC(), At: d.At.UTC(),
	}, nil
}

// KeepImported implements store.ImportTx.
func (t *importTx) KeepImported(p store.ImportProgress) {
	t.imported = &importDocument{
		BusinessID: t.scope.BusinessID, Key: p.Key, Phase: string(p.Phase), Part: p.Part, Row: p.Row, FirstID: p.FirstID, Rows: p.Rows,
		Created: p.Created, Changed: p.Changed, Left: p.Left, Refused: p.Refused,
		Edges: p.Edges, EdgesRefused: p.EdgesRefused, Began: p.Began, At: p.At,
	}
}

// part returns the write of the progress. It comes before the clients, so that two
// processes with the same import conflict at once. A duplicate key says that both began
// it at the same time.
func (t *importTx) part() transact.Part {
	if t.imported == nil {
		return transact.Part{}
	}
	put := mongo.NewReplaceOneModel().SetFilter(t.importFilter(t.imported.Key)).SetReplacement(t.imported).SetUpsert(true)
	return transact.Part{Collection: schema.Imports, Writes: []mongo.WriteModel{put}, Affected: 1, Taken: transact.AsConflict}
}
