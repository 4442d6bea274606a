package schema

import (
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/store"
)

// Collection is a collection that the database must have.
type Collection struct {
	Name string
	// ShardKey is the field that a cluster shards the collection by; "" for a collection
	// that is not sharded.
	ShardKey string
	Indexes  []Index
}

// Index is an index of a collection.
type Index struct {
	Name   string
	Keys   bson.D
	Unique bool
	// Partial is the filter of a partial index; nil for an index of all documents.
	Partial bson.D
	// Expire is how long documents are kept after the date in the index's only field; 0
	// means for ever.
	Expire time.Duration
}

// Model returns the index in the form of the driver.
func (ix *Index) Model() mongo.IndexModel {
	o := options.Index().SetName(ix.Name)
	if ix.Unique {
		o.SetUnique(true)
	}
	if ix.Partial != nil {
		o.SetPartialFilterExpression(ix.Partial)
	}
	if ix.Expire > 0 {
		o.SetExpireAfterSeconds(int32(ix.Expire / time.Second)) //nolint:gosec // Some weeks in seconds fit.
	}
	return mongo.IndexModel{Keys: ix.Keys, Options: o}
}

// Collections returns all collections. Those that grow are sharded by the business.
// A unique index of a sharded collection must begin with the whole shard key, so each
// unique index begins with the business. So do all others, except the indexes that expire
// documents and those that find work of any business. Every write names its business too.
//
// Two collections are not sharded, because they are about the whole deployment:
// secretKeys, with a document for each key, and switches.
func Collections() []Collection {
	return slices.Concat(feedCollections(), webhookCollections(), jobCollections(), []Collection{importCollection()}, []Collection{
		{Clients, FieldBusiness, ClientIndexes()},
		{History, FieldBusiness, []Index{
			{Name: "byVersion", Keys: Ascending(FieldBusiness, FieldClient, FieldVersion), Unique: true},
		}},
		{Changes, FieldBusiness, []Index{
			{Name: "bySequence", Keys: Ascending(FieldBusiness, FieldSequence), Unique: true},
			// All rows about one client, to export and erase them.
			{Name: "byClient", Keys: Ascending(FieldBusiness, FieldClient, FieldSequence)},
			// Rows for callers who see clients by visibility keys.
			{Name: IndexSeenBefore, Keys: Ascending(FieldBusiness, FieldSeenBefore, FieldSequence)},
			{Name: IndexSeenAfter, Keys: Ascending(FieldBusiness, FieldSeenAfter, FieldSequence)},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.FeedRetention},
		}},
		// The _id of a business's document is the business's id.
		{Businesses, FieldID, []Index{
			// Businesses whose clients are being rekeyed.
			{Name: "byRekeyedTo", Keys: Ascending("rekeyedTo"), Partial: bson.D{{Key: "rekeyedTo", Value: RekeyPending()}}},
		}},
		{Definitions, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// A property has at most one field in use.
			{
				Name: "byPropertyCode", Keys: Ascending(FieldBusiness, "propertyCode"), Unique: true,
				Partial: bson.D{{Key: "propertyCode", Value: bson.D{{Key: "$exists", Value: true}}}, {Key: "retired", Value: false}},
			},
		}},
		// Scheduler data: at most one document for each id of the scheduler.
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
			// All answers about one client, to export and erase them.
			{Name: "byClient", Keys: Ascending(FieldBusiness, "clients.clientId")},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.KeyLifetime},
		}},
		{Tombstones, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// Erasures in any business that are not finished. The server looks for them when
			// it starts.
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
			// All entries about one client, to export and erase them.
			{Name: "byClient", Keys: Ascending(FieldBusiness, "clientIds")},
		}},
		// Counters of the whole deployment belong to business 0.
		{Counters, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
		}},
		{Secrets, "", nil},
		{Switches, "", nil},
	})
}

// feedCollections returns the collections that the change feed and concurrent writers need.
func feedCollections() []Collection {
	return []Collection{
		// Rows of the feed without a number. They do not expire.
		{Outbox, FieldBusiness, []Index{
			{Name: "byChange", Keys: Ascending(FieldBusiness, FieldClient, FieldChange), Unique: true},
			// Rows that are being numbered.
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
		}},
		{Feeds, FieldBusiness, []Index{
			{Name: "byPart", Keys: Ascending(FieldBusiness, FieldPart), Unique: true},
		}},
		// Clients that a long transaction writes; see Leases.
		{Leases, FieldBusiness, []Index{
			{Name: "byClients", Keys: Ascending(FieldBusiness, "clientIds")},
			{Name: "byOwner", Keys: Ascending(FieldBusiness, FieldOwner)},
			{Name: "expiry", Keys: Ascending(FieldUntil), Expire: LeaseKept},
		}},
	}
}

// LeaseKept is how long the database keeps a lease after its end.
const LeaseKept = time.Hour

// ClientIndexes returns the indexes of clients. Without them reads would scan the
// collection.
func ClientIndexes() []Index {
	return []Index{
		// Look-ups of one or many ids, and viewClients.
		{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
		// Lists of callers with the role CLIENT.
		{Name: "liveById", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldID)},
		// Lists by name or e-mail address of roles that see all clients, without deleted
		// clients and with them.
		{Name: "liveByName", Keys: Ascending(FieldBusiness, FieldLifecycle, "nameKey")},
		{Name: "liveByEmail", Keys: Ascending(FieldBusiness, FieldLifecycle, "emailKey")},
		{Name: "byName", Keys: Ascending(FieldBusiness, "nameKey")},
		{Name: "byEmail", Keys: Ascending(FieldBusiness, "emailKey")},
		// The same lists for roles that see clients by visibility keys.
		{Name: "liveByVisibility", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldVisibility, "nameKey")},
		{Name: "liveByVisibilityEmail", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldVisibility, "emailKey")},
		{Name: "byVisibility", Keys: Ascending(FieldBusiness, FieldVisibility, "nameKey")},
		// Reports by created date, and lists by dates, with or without deleted clients.
		{Name: "byCreated", Keys: Ascending(FieldBusiness, "createdDate", FieldID)},
		{Name: "byModified", Keys: Ascending(FieldBusiness, "modifiedDate", FieldID)},
		// Index keys: tags, appointments, custom values and pieces of texts.
		{Name: "byKey", Keys: Ascending(FieldBusiness, FieldIndexKeys)},
		// External user names; aliases are included here and in liveByEmailsLower.
		{Name: "byExternalUserNames", Keys: Ascending(FieldBusiness, "externalUserNames", "nameKey")},
		// viewByClients.
		{Name: "liveBySubject", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldSubjects)},
		// Clients with an e-mail address, in the order of names.
		{Name: "liveByEmailsLower", Keys: Ascending(FieldBusiness, FieldLifecycle, "emailsLower", "nameKey")},
		// Duplicates: clients that share an identity key.
		{Name: "liveByIdentity", Keys: Ascending(FieldBusiness, FieldLifecycle, FieldIdentities)},
		// A login belongs to one client.
		{
			Name: "byAccountNumber", Keys: Ascending(FieldBusiness, "clientAccountId"), Unique: true,
			Partial: bson.D{{Key: "clientAccountId", Value: hasAccount()}},
		},
		// Clients that a token or an edge list names by an account: the client's own, or
		// that of a client that was merged into it.
		{Name: "byAccounts", Keys: Ascending(FieldBusiness, FieldAccounts)},
		// Survivors by the ids of the clients that were merged into them.
		{Name: "byMerged", Keys: Ascending(FieldBusiness, FieldMerged+".clientId")},
	}
}

// hasAccount is the condition that a client has an account.
func hasAccount() bson.D { return bson.D{{Key: "$gt", Value: int64(0)}} }

// A RetiredIndex is an index of an earlier version that this version does not use, or
// defines in another way.
type RetiredIndex struct {
	Collection, Name string
	Keys             []string
	Unique           bool
}

// RetiredIndexes returns all retired indexes. If you change an index or remove one from
// Collections, add its old definition here.
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

// webhookCollections returns the collections of webhooks and their deliveries.
func webhookCollections() []Collection {
	return []Collection{
		{Webhooks, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// Webhooks of any business that no process delivers for.
			{Name: "byLease", Keys: Ascending(FieldEnabled, FieldUntil)},
			// Webhooks that a process delivers for.
			{Name: "byOwner", Keys: Ascending(FieldOwner)},
		}},
		{Deliveries, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			{Name: "byPlace", Keys: Ascending(FieldBusiness, FieldWebhook, FieldPlace), Unique: true},
			{Name: "byState", Keys: Ascending(FieldBusiness, FieldWebhook, FieldState, FieldPlace)},
			// All deliveries about one client, to export and erase them.
			{Name: "byClient", Keys: Ascending(FieldBusiness, FieldClient)},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.FeedRetention},
		}},
	}
}

// importCollection is the collection of imports. It has one document for each import.
func importCollection() Collection {
	return Collection{Imports, FieldBusiness, []Index{
		{Name: "byKey", Keys: Ascending(FieldBusiness, "key"), Unique: true},
		{Name: "expiry", Keys: Ascending("at"), Expire: store.ImportKept},
	}}
}

// IndexNames lists the indexes that this version needs, in the form collection.index.
func IndexNames() []string {
	var names []string
	for _, c := range Collections() {
		for _, ix := range c.Indexes {
			names = append(names, c.Name+"."+ix.Name)
		}
	}
	return names
}

// RekeyPending is the condition on a business's field rekeyedTo that its clients are
// being rekeyed.
func RekeyPending() bson.D { return bson.D{{Key: "$gte", Value: int64(0)}} }

// jobCollections returns the collections of imports and exports.
func jobCollections() []Collection {
	return []Collection{
		{Jobs, FieldBusiness, []Index{
			{Name: "byId", Keys: Ascending(FieldBusiness, FieldID)},
			// Jobs of a business that have not ended, and those that have chunks.
			{Name: "byOpen", Keys: Ascending(FieldBusiness, FieldOpen)},
			{Name: "byStored", Keys: Ascending(FieldBusiness, FieldStored)},
			// Jobs of any business that no process runs.
			{Name: "byLease", Keys: Ascending(FieldOpen, FieldUntil, FieldID)},
			{Name: "expiry", Keys: Ascending("createdDate"), Expire: store.JobKept},
		}},
		{JobChunks, FieldBusiness, []Index{
			{Name: "byOffset", Keys: Ascending(FieldBusiness, FieldJob, FieldPart, FieldOffset), Unique: true},
			{Name: "expiry", Keys: Ascending("at"), Expire: store.JobFilesKept},
		}},
	}
}
