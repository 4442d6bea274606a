package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
)

// index is one index and the reads that it is there for.
type index struct {
	name    string
	keys    bson.D
	unique  bool
	partial bson.D
	// expire is for how long documents stay after the date of the one key.
	expire time.Duration
}

// indexes lists them by collection. Every one but the expiry begins with the
// business, the tenant and shard key, except those on _id alone.
func indexes() map[string][]index {
	return map[string][]index{
		clientsName: clientIndexes(),
		historyName: {
			{name: "byVersion", keys: ascending("businessId", "clientId", "version"), unique: true},
		},
		changesName: {
			{name: "bySequence", keys: ascending("businessId", "sequence"), unique: true},
			// What is told of one client: to be exported, or erased.
			{name: "byClient", keys: ascending("businessId", "clientId", "sequence")},
			{name: "expiry", keys: ascending("at"), expire: client.FeedRetention},
		},
		businessesName: {
			// Those whose clients' keys are being made anew.
			{name: "byRekeyedTo", keys: ascending("rekeyedTo"), partial: bson.D{{Key: "rekeyedTo", Value: rekeying()}}},
		},
		definitionsName: {
			{name: "byId", keys: ascending("businessId", "_id")},
			// One field in use for a property.
			{
				name: "byPropertyCode", keys: ascending("businessId", "propertyCode"), unique: true,
				partial: bson.D{{Key: "propertyCode", Value: bson.D{{Key: "$exists", Value: true}}}, {Key: "retired", Value: false}},
			},
		},
		// What the scheduler feeds: each thing by its id, once.
		appointmentsName: {
			{name: "byId", keys: ascending("businessId", "appointmentId"), unique: true},
			{name: "byClient", keys: ascending("businessId", "clientId")},
		},
		groupsName: {
			{name: "byId", keys: ascending("businessId", "locationGroupId"), unique: true},
			{name: "byRemoved", keys: ascending("businessId", "removed")},
		},
		answersName: {
			{name: "byKey", keys: ascending("businessId", "key"), unique: true},
			// What is kept of one client, to be erased and exported.
			{name: "byClient", keys: ascending("businessId", "clients.clientId")},
			{name: "expiry", keys: ascending("at"), expire: client.KeyLifetime},
		},
		// Whose erasure is not at its end, in any business: a start looks for them.
		tombstonesName: {
			{name: "byPending", keys: ascending("pending")},
		},
		upsertKeysName: {
			{name: "bySlot", keys: ascending("businessId", "slot"), unique: true},
		},
		dismissalsName: {
			{name: "byPair", keys: ascending("businessId", "first", "second"), unique: true},
			{name: "bySecond", keys: ascending("businessId", "second")},
		},
		journalName: {
			{name: "byMerge", keys: ascending("businessId", "mergeId", "part"), unique: true},
			// All that the journal holds of a client, to be erased and exported.
			{name: "byClient", keys: ascending("businessId", "clientIds")},
		},
		formsName: {
			{name: "byClient", keys: ascending("businessId", "clientId", "formId"), unique: true},
		},
	}
}

// clientIndexes are those of clients.
func clientIndexes() []index {
	return []index{
		// By id, also many, and viewClients.
		{name: "byId", keys: ascending("businessId", "_id")},
		// The rows of a CLIENT.
		{name: "liveById", keys: ascending("businessId", "lifecycle", "_id")},
		// The two orders of every list, for roles that see all; deleted clients
		// aside, or with them.
		{name: "liveByName", keys: ascending("businessId", "lifecycle", "nameKey")},
		{name: "liveByEmail", keys: ascending("businessId", "lifecycle", "emailKey")},
		{name: "byName", keys: ascending("businessId", "nameKey")},
		{name: "byEmail", keys: ascending("businessId", "emailKey")},
		// The same for roles that see rows by key.
		{name: "liveByVisibility", keys: ascending("businessId", "lifecycle", "visibility", "nameKey")},
		{name: "liveByVisibilityEmail", keys: ascending("businessId", "lifecycle", "visibility", "emailKey")},
		{name: "byVisibility", keys: ascending("businessId", "visibility", "nameKey")},
		// Reports by created date.
		{name: "byCreatedDate", keys: ascending("businessId", "createdDate")},
		// Tags, appointments, custom values and pieces of texts.
		{name: "byKey", keys: ascending("businessId", "keys")},
		// Names in other systems, and e-mail addresses below: own ones and aliases.
		{name: "byExternalUserNames", keys: ascending("businessId", "externalUserNames", "nameKey")},
		// viewByClients.
		{name: "liveBySubject", keys: ascending("businessId", "lifecycle", "viewSubjectIds")},
		// Whoever has an e-mail address, in the order of names.
		{name: "liveByEmailsLower", keys: ascending("businessId", "lifecycle", "emailsLower", "nameKey")},
		// Who shares an identity with somebody: duplicates.
		{name: "liveByIdentity", keys: ascending("businessId", "lifecycle", "identityKeys")},
		// A login is one client's.
		{
			name: "byAccountNumber", keys: ascending("businessId", "clientAccountId"), unique: true,
			partial: bson.D{{Key: "clientAccountId", Value: anyAccount()}},
		},
		// Whom a token or an edge list names by account: its own, or one that was
		// merged into it.
		{name: "byAccounts", keys: ascending("businessId", "accountIds")},
		// Whom an id means that was merged.
		{name: "byMerged", keys: ascending("businessId", "mergedClients.clientId")},
	}
}

// anyAccount is the condition that a client has an account.
func anyAccount() bson.D { return bson.D{{Key: "$gt", Value: int64(0)}} }

func ascending(keys ...string) bson.D {
	d := make(bson.D, len(keys))
	for i, key := range keys {
		d[i] = bson.E{Key: key, Value: 1}
	}
	return d
}

// EnsureIndexes makes the indexes that are missing. It is idempotent and may
// run in several processes at once.
func (s *Store) EnsureIndexes(ctx context.Context) error {
	for collection, list := range indexes() {
		models := make([]mongo.IndexModel, len(list))
		for i, ix := range list {
			o := options.Index().SetName(ix.name)
			if ix.unique {
				o.SetUnique(true)
			}
			if ix.partial != nil {
				o.SetPartialFilterExpression(ix.partial)
			}
			if ix.expire > 0 {
				o.SetExpireAfterSeconds(int32(ix.expire / time.Second)) //nolint:gosec // The seconds of some weeks fit.
			}
			models[i] = mongo.IndexModel{Keys: ix.keys, Options: o}
		}
		if _, err := s.db.Collection(collection).Indexes().CreateMany(ctx, models); err != nil {
			return fmt.Errorf("make the indexes of %s: %w", collection, err)
		}
	}
	// A transaction can't make a collection everywhere: those without an index
	// of their own are made here.
	for _, collection := range []string{businessesName, countersName, secretsName} {
		err := s.db.CreateCollection(ctx, collection)
		if code, ok := serverCode(err); err != nil && (!ok || code != codeNamespaceExists) {
			return fmt.Errorf("make the collection %s: %w", collection, err)
		}
	}
	return nil
}

// IndexNames lists the indexes that this version of the program relies on, as
// collection.index.
func IndexNames() []string {
	var names []string
	for collection, list := range indexes() {
		for _, ix := range list {
			names = append(names, collection+"."+ix.name)
		}
	}
	return names
}

func (s *Store) indexNames(ctx context.Context, collection string) (map[string]bool, error) {
	specifications, err := s.db.Collection(collection).Indexes().ListSpecifications(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]bool, len(specifications))
	for _, specification := range specifications {
		names[specification.Name] = true
	}
	return names, nil
}
