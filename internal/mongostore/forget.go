package mongostore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// changesDocument has the fields of a history row that forgetMerge reads.
type changesDocument struct {
	Version   int64     `bson:"version"`
	At        time.Time `bson:"at"`
	Operation string    `bson:"operation"`
	Changes   []bson.D  `bson:"changes"`
}

// forgetMerges deletes the erased client's values from the histories of other clients,
// where undone merges with it left them. It must run before the journals of those merges
// are deleted.
func (e *erasures) forgetMerges(ctx context.Context, erasure store.Erasure) error {
	scope := client.Scope{BusinessID: erasure.BusinessID, Rows: client.Rows{All: true}}
	journals, err := e.exports.Journals(ctx, scope, []int64{erasure.ClientID})
	if err != nil {
		return err
	}
	for i := range journals {
		if j := &journals[i]; j.Undone && j.ClientID != erasure.ClientID {
			if err := e.forgetMerge(ctx, scope, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetMerge deletes the values that a merge changed from the survivor's history, from the
// merge to its undoing. The values before and after stay, so that replaying the history
// still leads to the survivor as it is.
func (e *erasures) forgetMerge(ctx context.Context, scope client.Scope, j *merge.Journal) error {
	history := e.db.Collection(schema.History)
	rows, err := query.FindAll[changesDocument](ctx, history, "the history of a merge", append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: j.ClientID}),
		options.Find().SetSort(schema.Ascending(schema.FieldVersion)).SetProjection(bson.D{{Key: schema.FieldVersion, Value: 1}, {Key: "at", Value: 1}, {Key: "operation", Value: 1}, {Key: "changes", Value: 1}}))
	if err != nil {
		return err
	}
	rows = sinceMerge(rows, j.At)
	touched := map[int]bool{}
	for _, name := range j.Changed {
		if isPersonal(name) {
			forgetValues(rows, name, touched)
		}
	}
	for i := range rows {
		if !touched[i] {
			continue
		}
		update := bson.D{{Key: "$set", Value: bson.D{{Key: "changes", Value: rows[i].Changes}}}}
		if _, err := history.UpdateOne(ctx, append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: j.ClientID}, bson.E{Key: schema.FieldVersion, Value: rows[i].Version}), update); err != nil {
			return fmt.Errorf("forget a merge: %w", err)
		}
	}
	return nil
}

// sinceMerge returns the rows from a merge to its undoing, both included. Merges are
// undone in reverse order, so merges and undoings pair like brackets.
func sinceMerge(rows []changesDocument, at time.Time) []changesDocument {
	from := slices.IndexFunc(rows, func(row changesDocument) bool {
		return row.Operation == string(history.OperationMerge) && row.At.Equal(at)
	})
	if from < 0 {
		return nil
	}
	open := 0
	for i, row := range rows[from:] {
		switch history.Operation(row.Operation) {
		case history.OperationMerge:
			open++
		case history.OperationUnmerge:
			open--
		}
		if open == 0 {
			return rows[from : from+i+1]
		}
	}
	return rows[from:]
}

// isPersonal says whether a property has personal data. The others are ids and properties
// that every record has.
func isPersonal(name string) bool {
	return !slices.Contains([]string{"status", "blocked", "mergedClients", "clientIdsClientCanView"}, name)
}

// forgetValues deletes the values of a property, or of one of its parts, from rows,
// except the first value before and the last value after.
func forgetValues(rows []changesDocument, name string, touched map[int]bool) {
	type place struct{ row, change int }
	places := map[string][]place{}
	for i := range rows {
		for j, change := range rows[i].Changes {
			path, _ := change[0].Value.(string)
			if top, _, _ := strings.Cut(path, "."); top == name {
				places[path] = append(places[path], place{i, j})
			}
		}
	}
	for _, list := range places {
		for n, at := range list {
			change := &rows[at.row].Changes[at.change]
			*change = slices.DeleteFunc(*change, func(e bson.E) bool {
				return e.Key == "before" && n > 0 || e.Key == "after" && n < len(list)-1
			})
			touched[at.row] = true
		}
	}
}
