package mongostore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
)

// historyDocument is a row of history; transaction.record writes it.
type historyDocument struct {
	ClientID  int64            `bson:"clientId"`
	Version   int64            `bson:"version"`
	At        time.Time        `bson:"at"`
	User      string           `bson:"user"`
	Role      string           `bson:"role"`
	Operation string           `bson:"operation"`
	RequestID string           `bson:"requestId"`
	Changes   []changeDocument `bson:"changes"`
}

type changeDocument struct {
	Path   string        `bson:"path"`
	Before bson.RawValue `bson:"before"`
	After  bson.RawValue `bson:"after"`
}

// Entries implements client.KeyTx.
func (t *transaction) Entries(ctx context.Context, clientID, from int64) ([]client.Entry, error) {
	query := bson.D{
		{Key: keyBusiness, Value: t.scope.BusinessID},
		{Key: "clientId", Value: clientID},
		{Key: keyVersion, Value: bson.D{{Key: "$gte", Value: from}}},
	}
	cursor, err := t.store.db.Collection(historyName).Find(ctx, query, options.Find().SetSort(ascending(keyVersion)))
	if err != nil {
		return nil, fmt.Errorf("find history: %w", err)
	}
	var rows []historyDocument
	if err := cursor.All(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	entries := make([]client.Entry, len(rows))
	for i := range rows {
		if entries[i], err = t.store.codec.entry(&rows[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (c *codec) entry(row *historyDocument) (client.Entry, error) {
	entry := client.Entry{
		ClientID:  row.ClientID,
		Version:   row.Version,
		At:        row.At.UTC(),
		User:      row.User,
		Role:      client.Role(row.Role),
		Operation: client.Operation(row.Operation),
		RequestID: row.RequestID,
		Changes:   make([]client.Change, len(row.Changes)),
	}
	for i, change := range row.Changes {
		before, ok := c.changed(change.Path, change.Before)
		after, known := c.changed(change.Path, change.After)
		if !ok || !known {
			return client.Entry{}, fmt.Errorf("history of client %d, version %d: %s has a value of another type", row.ClientID, row.Version, change.Path)
		}
		entry.Changes[i] = client.Change{Path: change.Path, Before: before, After: after}
	}
	return entry, nil
}

// changed reads a value of history, by what its path is of; nil for none.
func (c *codec) changed(path string, value bson.RawValue) (any, bool) {
	if value.Type == 0 || value.Type == bson.TypeNull {
		return nil, true
	}
	name, entry, _ := strings.Cut(path, ".")
	i, known := c.places[name]
	switch {
	case entry != "" && value.Type == bson.TypeInt64:
		return value.AsInt64OK()
	case entry != "" || !known:
		return decodeCustom(value)
	}
	var blank client.Client
	ok := decodePlace(c.properties[i].At(&blank), value)
	return c.properties[i].Value(&blank), ok
}
