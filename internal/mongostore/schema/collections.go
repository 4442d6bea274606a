package schema

import (
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/store"
)

// Collection is a collection as the database is to have it.
type Collection struct {
	Name string
	// ShardKey is the one field that a cluster shards the collection by; "" for a
	// collection that stays whole, on one shard.
	ShardKey string
	Indexes  []Index
}

// Index is one index and how it is made.
type Index struct {
	Name    string
	Keys    bson.D
	Unique  bool
	Partial bson.D
	// Expire is for how long documents stay after the date of the one key; 0 is for
	// ever.
	Expire time.Duration
}

// Model is the index as the driver makes it.
func (ix *Index) Model() mongo.IndexModel {
	o := options.Index().SetName(ix.Name)
	if ix.Unique {
		o.SetUnique(true)
	}
	if ix.Partial != nil {
		o.SetPartialFilterExpression(ix.Partial)
	}
	if ix.Expire > 0 {
		o.SetExpireAfterSeconds(int32(ix.Expire / time.Second)) //nolint:gosec // The seconds of some weeks fit.
	}
	return mongo.IndexModel{Keys: ix.Keys, Options: o}
}

// Collections are all of them. A collection that grows is sharded by the business:
// a unique index of a sharded collection must begin with the whole shard key, so
// each unique index begins with the business, and so does every other one but the
// expiries and those by which work of any business is found. Every write names its
// business too.
//
// secretKeys stays whole: it has a document for each key of the deployment. So does
// switches, of what is turned on for all of it.
func Collections() []Collection {
	return slices.Concat(feedCollections(), webhookCollections(), jobCollections(), []Collection{importCollection()}, []Collection{
		{Clients, FieldBusiness, ClientIndexes()},
		{History, FieldBusiness, []Index{
			{Name: "byVersion", Keys: Ascending(FieldBusiness, FieldClient, FieldVersion), Unique: true},
		}},
		{Changes, FieldBusiness, []Index{
			{Name: "bySequence", Keys: Ascending(FieldBusiness, FieldSequence), Unique: true},
			// Every row about one client, for its export and erasure.
			{Name: "byClient", Keys: Ascending(FieldBusiness, FieldClient, FieldSequence)},
			// Rows that tell callers who see clients by visibility keys.
			{Name: IndexSeenBefore, Keys: Ascending(FieldBusiness, FieldSeenBefore, FieldSequence)},
			{Name: IndexSeenAfter, Keys: Ascending(FieldBusiness, FieldSeenAfter, FieldSequence)},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.FeedRetention},
		}},
		// A business's id is the _id of its document.
		{Businesses, FieldID, []Index{
			// Businesses whose clients' keys are being remade.
			{Name: "byRekeyedTo", Keys: Ascending("rekeyedTo"), Partial: bson.D{{Key: "rekeyedTo", Value: Marked()}}},
		}},
		{Definitions, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// One field in use for a property.
			{
				Name: "byPropertyCode", Keys: Ascending(FieldBusiness, "propertyCode"), Unique: true,
				Partial: bson.D{{Key: "propertyCode", Value: bson.D{{Key: "$exists", Value: true}}}, {Key: "retired", Value: false}},
			},
		}},
		// What the scheduler feeds: each thing by its id, once.
		{Appointments, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldAppointment), Unique: true},
			{Name: "byClient", Keys: Ascending(FieldBusiness, FieldClient)},
		}},
		{Groups, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldGroup), Unique: true},
			{Name: "byRemoved", Keys: Ascending(FieldBusiness, FieldRemoved)},
		}},
		{Forms, FieldBusiness, []Index{
			{Name: "byClient", Keys: Ascending(FieldBusiness, FieldClient, "formId"), Unique: true},
		}},
		{Answers, FieldBusiness, []Index{
			{Name: "byKey", Keys: Ascending(FieldBusiness, "key"), Unique: true},
			// What is kept of one client, to be erased and exported.
			{Name: "byClient", Keys: Ascending(FieldBusiness, "clients.clientId")},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.KeyLifetime},
		}},
		{Tombstones, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// Whose erasure is not at its end, in any business: a start looks for them.
			{Name: "byPending", Keys: Ascending(FieldPending)},
		}},
		{UpsertSlots, FieldBusiness, []Index{
			{Name: "bySlot", Keys: Ascending(FieldBusiness, "slot"), Unique: true},
		}},
		{Dismissals, FieldBusiness, []Index{
			{Name: "byPair", Keys: Ascending(FieldBusiness, "first", "second"), Unique: true},
			{Name: "bySecond", Keys: Ascending(FieldBusiness, "second")},
		}},
		{Journal, FieldBusiness, []Index{
			{Name: "byMerge", Keys: Ascending(FieldBusiness, "mergeId", "part"), Unique: true},
			// All that the journal holds of a client, to be erased and exported.
			{Name: "byClient", Keys: Ascending(FieldBusiness, "clientIds")},
		}},
		// Those of the deployment are business 0's.
		{Counters, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
		}},
		{Secrets, "", nil},
		{Switches, "", nil},
	})
}

// feedCollections are those of what writers leave to be numbered, and of how they keep
// out of each other's way.
func feedCollections() []Collection {
	return []Collection{
		// Rows of the feed that have no number yet. They don't expire.
		{Outbox, FieldBusiness, []Index{
			{Name: "byChange", Keys: Ascending(FieldBusiness, FieldClient, FieldChange), Unique: true},
			// Rows that are being numbered.
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
		}},
		{Feeds, FieldBusiness, []Index{
			{Name: "byPart", Keys: Ascending(FieldBusiness, FieldPart), Unique: true},
		}},
		// Clients that long transactions are about; see lease.
		{Leases, FieldBusiness, []Index{
			{Name: "byClients", Keys: Ascending(FieldBusiness, "clientIds")},
			{Name: "byOwner", Keys: Ascending(FieldBusiness, FieldOwner)},
			{Name: "expiry", Keys: Ascending(FieldUntil), Expire: LeaseKept},
		}},
	}
}

// LeaseKept is how long an ended lease may stay: the database clears it away.
const LeaseKept = time.Hour

// ClientIndexes are the indexes of clients, without which reads would scan.
func ClientIndexes() []Index {
	return []Index{
		// By id, also many, and viewClients.
		{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
		// The rows of a CLIENT.
		{Name: "liveById", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldID)},
		// The two orders of every list, for roles that see all; deleted clients
		// aside, or with them.
		{Name: "liveByName", Keys: Ascending(FieldBusiness, FieldLifecycle, "nameKey")},
		{Name: "liveByEmail", Keys: Ascending(FieldBusiness, FieldLifecycle, "emailKey")},
		{Name: "byName", Keys: Ascending(FieldBusiness, "nameKey")},
		{Name: "byEmail", Keys: Ascending(FieldBusiness, "emailKey")},
		// The same for roles that see rows by key.
		{Name: "liveByVisibility", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldVisibility, "nameKey")},
		{Name: "liveByVisibilityEmail", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldVisibility, "emailKey")},
		{Name: "byVisibility", Keys: Ascending(FieldBusiness, FieldVisibility, "nameKey")},
		// Reports by created date, and the orders by dates, whatever became of a client.
		{Name: "byCreated", Keys: Ascending(FieldBusiness, "createdDate", FieldID)},
		{Name: "byModified", Keys: Ascending(FieldBusiness, "modifiedDate", FieldID)},
		// Tags, appointments, custom values and pieces of texts.
		{Name: "byKey", Keys: Ascending(FieldBusiness, FieldIndexKeys)},
		// Names in other systems, and e-mail addresses below: own ones and aliases.
		{Name: "byExternalUserNames", Keys: Ascending(FieldBusiness, "externalUserNames", "nameKey")},
		// viewByClients.
		{Name: "liveBySubject", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldSubjects)},
		// Clients who have an e-mail address, in the order of names.
		{Name: "liveByEmailsLower", Keys: Ascending(FieldBusiness, FieldLifecycle, "emailsLower", "nameKey")},
		// Who shares an identity with somebody: duplicates.
		{Name: "liveByIdentity", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldIdentities)},
		// A login is one client's.
		{
			Name: "byAccountNumber", Keys: Ascending(FieldBusiness, "clientAccountId"), Unique: true,
			Partial: bson.D{{Key: "clientAccountId", Value: anyAccount()}},
		},
		// Whom a token or an edge list names by account: its own, or one that was
		// merged into it.
		{Name: "byAccounts", Keys: Ascending(FieldBusiness, FieldAccounts)},
		// Whom an id means that was merged.
		{Name: "byMerged", Keys: Ascending(FieldBusiness, FieldMerged+".clientId")},
	}
}

// anyAccount is the condition that a client has an account.
func anyAccount() bson.D { return bson.D{{Key: "$gt", Value: int64(0)}} }

// A RetiredIndex is an index that an earlier version made, and that this one does
// not use, or makes otherwise.
type RetiredIndex struct {
	Collection, Name string
	Keys             []string
	Unique           bool
}

// RetiredIndexes are all of them. Whoever changes an index, or takes one out of
// Collections, adds what it was.
func RetiredIndexes() []RetiredIndex {
	of := func(name string, keys ...string) RetiredIndex {
		return RetiredIndex{Collection: Clients, Name: name, Keys: append([]string{FieldBusiness}, keys...)}
	}
	unique := func(r RetiredIndex) RetiredIndex {
		r.Unique = true
		return r
	}
	return []RetiredIndex{
		{Collection: Feeds, Name: "byClaimed", Keys: []string{"claimed"}},
		unique(of("byAccount", "clientAccountId")),
		unique(of("byAccounts", FieldAccounts)),
		of("byCreatedDate", "createdDate"),
		of("byEmail", FieldLifecycle, "emailKey"),
		of("byExternalUserName", "externalUserName", "nameKey"),
		of("byKey", FieldIndexKeys, FieldLifecycle, "nameKey"),
		of("byName", FieldLifecycle, "nameKey"),
		of("bySubject", FieldSubjects),
		of("liveByEmailLower", FieldLifecycle, "emailLower", "nameKey"),
		of("visibleByEmail", FieldVisibility, FieldLifecycle, "emailKey"),
		of("visibleByName", FieldVisibility, FieldLifecycle, "nameKey"),
	}
}

// webhookCollections are those of webhooks.
func webhookCollections() []Collection {
	return []Collection{
		{Webhooks, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// Those that no process delivers, in any business.
			{Name: "byLease", Keys: Ascending(FieldEnabled, FieldUntil)},
			// Those that a process delivers.
			{Name: "byOwner", Keys: Ascending(FieldOwner)},
		}},
		{Deliveries, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			{Name: "byPlace", Keys: Ascending(FieldBusiness, FieldWebhook, FieldPlace), Unique: true},
			{Name: "byState", Keys: Ascending(FieldBusiness, FieldWebhook, FieldState, FieldPlace)},
			// All of one client, to be erased and exported.
			{Name: "byClient", Keys: Ascending(FieldBusiness, FieldClient)},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.FeedRetention},
		}},
	}
}

// importCollection has one document for each import.
func importCollection() Collection {
	return Collection{Imports, FieldBusiness, []Index{
		{Name: "byKey", Keys: Ascending(FieldBusiness, "key"), Unique: true},
		{Name: "expiry", Keys: Ascending("at"), Expire: store.ImportKept},
	}}
}

// IndexNames lists the indexes that this version of the program relies on, as
// collection.index.
func IndexNames() []string {
	var names []string
	for _, c := range Collections() {
		for _, ix := range c.Indexes {
			names = append(names, c.Name+"."+ix.Name)
		}
	}
	return names
}

// Marked is the condition that the index keys of a business's clients are being made
// anew.
func Marked() bson.D { return bson.D{{Key: "$gte", Value: int64(0)}} }

// jobCollections are those of imports and exports.
func jobCollections() []Collection {
	return []Collection{
		{Jobs, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// Those that have not ended, and those with a file, of a business.
			{Name: "byOpen", Keys: Ascending(FieldBusiness, FieldOpen)},
			{Name: "byStored", Keys: Ascending(FieldBusiness, FieldStored)},
			// Those that no process does, in any business.
			{Name: "byLease", Keys: Ascending(FieldOpen, FieldUntil, FieldID)},
			{Name: "expiry", Keys: Ascending("createdDate"), Expire: store.JobKept},
		}},
		{JobChunks, FieldBusiness, []Index{
			{Name: "byOffset", Keys: Ascending(FieldBusiness, FieldJob, FieldPart, FieldOffset), Unique: true},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.JobFilesKept},
		}},
	}
}
