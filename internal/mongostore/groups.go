package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

type groupDocument struct {
	BusinessID   int64     `bson:"businessId"`
	GroupID      int64     `bson:"locationGroupId"`
	Name         string    `bson:"name,omitempty"`
	LocationIDs  []int64   `bson:"locationIds,omitempty"`
	ModifiedDate time.Time `bson:"modifiedDate"`
	Removed      bool      `bson:"removed"`
}

func (d *groupDocument) group() store.LocationGroup {
	return store.LocationGroup{
		LocationGroupID: d.GroupID,
		Name:            d.Name,
		LocationIDs:     d.LocationIDs,
		ModifiedDate:    d.ModifiedDate.UTC(),
	}
}

// LocationGroups implements store.Store.
func (b *businesses) LocationGroups(ctx context.Context, scope client.Scope, ids []int64) (map[int64][]int64, error) {
	found, err := b.groups(ctx, bson.D{
		{Key: schema.FieldBusiness, Value: scope.BusinessID},
		{Key: schema.FieldGroup, Value: query.In(query.NonNil(ids))},
	})
	if err != nil {
		return nil, err
	}
	locations := make(map[int64][]int64, len(found))
	for i := range found {
		if !found[i].Removed {
			locations[found[i].GroupID] = found[i].LocationIDs
		}
	}
	return locations, nil
}

// ListLocationGroups implements store.Store.
func (b *businesses) ListLocationGroups(ctx context.Context, scope client.Scope) ([]store.LocationGroup, error) {
	found, err := b.groups(ctx, bson.D{{Key: schema.FieldBusiness, Value: scope.BusinessID}})
	if err != nil {
		return nil, err
	}
	groups := make([]store.LocationGroup, 0, len(found))
	for i := range found {
		if !found[i].Removed {
			groups = append(groups, found[i].group())
		}
	}
	return groups, nil
}

// groups finds location groups by id, including removed ones.
func (b *businesses) groups(ctx context.Context, filter bson.D) ([]groupDocument, error) {
	found, err := query.FindAll[groupDocument](ctx, b.db.Collection(schema.Groups), "location groups", filter, options.Find().SetSort(schema.Ascending(schema.FieldGroup)))
	if err != nil {
		return nil, err
	}
	return found, nil
}

// LocationGroup implements store.FeedTx.
func (t *schedulerTx) LocationGroup(ctx context.Context, id int64) (*store.KnownGroup, error) {
	if err := t.lock(ctx, schema.Groups); err != nil {
		return nil, err
	}
	found, err := t.store.groups(ctx, groupFilter(t.scope, id))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &store.KnownGroup{LocationGroup: found[0].group(), Removed: found[0].Removed}, nil
}

// CountLocationGroups implements store.FeedTx.
func (t *schedulerTx) CountLocationGroups(ctx context.Context) (int64, error) {
	count, err := t.store.db.Collection(schema.Groups).CountDocuments(ctx, bson.D{
		{Key: schema.FieldBusiness, Value: t.scope.BusinessID},
		{Key: schema.FieldRemoved, Value: false},
	})
	if err != nil {
		return 0, fmt.Errorf("count location groups: %w", err)
	}
	return count, nil
}

// PutLocationGroup implements store.FeedTx.
func (t *schedulerTx) PutLocationGroup(ctx context.Context, group store.KnownGroup) error {
	document := groupDocument{
		BusinessID:   t.scope.BusinessID,
		GroupID:      group.LocationGroupID,
		Name:         group.Name,
		LocationIDs:  group.LocationIDs,
		ModifiedDate: group.ModifiedDate,
		Removed:      group.Removed,
	}
	_, err := t.store.db.Collection(schema.Groups).ReplaceOne(ctx, groupFilter(t.scope, group.LocationGroupID), document, options.Replace().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("write a location group: %w", err)
	}
	return nil
}

func groupFilter(scope client.Scope, id int64) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: scope.BusinessID}, {Key: schema.FieldGroup, Value: id}}
}
