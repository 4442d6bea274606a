package mongostore

import (
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

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

// Collections are all of them. A collection that grows is sharded by the business:
// a unique index of a sharded collection must begin with the whole shard key, so
// each unique index begins with the business, and so does every other one but the
// expiries and those by which work of any business is found. Every write names its
// business too.
//
// secretKeys stays whole: it has a document for each key of the deployment. So does
// switches, of what is turned on for all of it.
func Collections() []Collection {
	return slices.Concat(feedCollections(), webhookCollections(), []Collection{importCollection()}, []Collection{
		{clientsName, keyBusiness, clientIndexes()},
		{historyName, keyBusiness, []Index{
			{Name: "byVersion", Keys: ascending(keyBusiness, keyClient, keyVersion), Unique: true},
		}},
		{changesName, keyBusiness, []Index{
			{Name: "bySequence", Keys: ascending(keyBusiness, keySequence), Unique: true},
			// Every row about one client, for its export and erasure.
			{Name: "byClient", Keys: ascending(keyBusiness, keyClient, keySequence)},
			{Name: "expiry", Keys: ascending("at"), Expire: store.FeedRetention},
		}},
		// A business's id is the _id of its document.
		{businessesName, keyID, []Index{
			// Businesses whose clients' keys are being remade.
			{Name: "byRekeyedTo", Keys: ascending("rekeyedTo"), Partial: bson.D{{Key: "rekeyedTo", Value: rekeying()}}},
		}},
		{definitionsName, keyBusiness, []Index{
			{Name: "byId", Keys: ascending(keyBusiness, keyID)},
			// One field in use for a property.
			{
				Name: "byPropertyCode", Keys: ascending(keyBusiness, "propertyCode"), Unique: true,
				Partial: bson.D{{Key: "propertyCode", Value: bson.D{{Key: "$exists", Value: true}}}, {Key: "retired", Value: false}},
			},
		}},
		// What the scheduler feeds: each thing by its id, once.
		{appointmentsName, keyBusiness, []Index{
			{Name: "byId", Keys: ascending(keyBusiness, keyAppointment), Unique: true},
			{Name: "byClient", Keys: ascending(keyBusiness, keyClient)},
		}},
		{groupsName, keyBusiness, []Index{
			{Name: "byId", Keys: ascending(keyBusiness, keyGroup), Unique: true},
			{Name: "byRemoved", Keys: ascending(keyBusiness, keyRemoved)},
		}},
		{formsName, keyBusiness, []Index{
			{Name: "byClient", Keys: ascending(keyBusiness, keyClient, "formId"), Unique: true},
		}},
		{answersName, keyBusiness, []Index{
			{Name: "byKey", Keys: ascending(keyBusiness, "key"), Unique: true},
			// What is kept of one client, to be erased and exported.
			{Name: "byClient", Keys: ascending(keyBusiness, "clients.clientId")},
			{Name: "expiry", Keys: ascending("at"), Expire: store.KeyLifetime},
		}},
		{tombstonesName, keyBusiness, []Index{
			{Name: "byId", Keys: ascending(keyBusiness, keyID)},
			// Whose erasure is not at its end, in any business: a start looks for them.
			{Name: "byPending", Keys: ascending(keyPending)},
		}},
		{upsertKeysName, keyBusiness, []Index{
			{Name: "bySlot", Keys: ascending(keyBusiness, "slot"), Unique: true},
		}},
		{dismissalsName, keyBusiness, []Index{
			{Name: "byPair", Keys: ascending(keyBusiness, "first", "second"), Unique: true},
			{Name: "bySecond", Keys: ascending(keyBusiness, "second")},
		}},
		{journalName, keyBusiness, []Index{
			{Name: "byMerge", Keys: ascending(keyBusiness, "mergeId", "part"), Unique: true},
			// All that the journal holds of a client, to be erased and exported.
			{Name: "byClient", Keys: ascending(keyBusiness, "clientIds")},
		}},
		// Those of the deployment are business 0's.
		{countersName, keyBusiness, []Index{
			{Name: "byId", Keys: ascending(keyBusiness, keyID)},
		}},
		{secretsName, "", nil},
		{switchesName, "", nil},
	})
}

// feedCollections are those of what writers leave to be numbered, and of how they keep
// out of each other's way.
func feedCollections() []Collection {
	return []Collection{
		// Rows of the feed that have no number yet. They don't expire.
		{outboxName, keyBusiness, []Index{
			{Name: "byChange", Keys: ascending(keyBusiness, keyClient, keyChange), Unique: true},
			// Rows that are being numbered.
			{Name: "byId", Keys: ascending(keyBusiness, keyID)},
		}},
		{feedsName, keyBusiness, []Index{
			{Name: "byPart", Keys: ascending(keyBusiness, keyPart), Unique: true},
		}},
		// Clients that long transactions are about; see lease.
		{leasesName, keyBusiness, []Index{
			{Name: "byClients", Keys: ascending(keyBusiness, "clientIds")},
			{Name: "byOwner", Keys: ascending(keyBusiness, keyOwner)},
			{Name: "expiry", Keys: ascending(keyUntil), Expire: leaseKept},
		}},
	}
}

// leaseKept is how long an ended lease may stay: the database clears it away.
const leaseKept = time.Hour

// clientIndexes are those of clients.
func clientIndexes() []Index {
	return []Index{
		// By id, also many, and viewClients.
		{Name: "byId", Keys: ascending(keyBusiness, keyID)},
		// The rows of a CLIENT.
		{Name: "liveById", Keys: ascending(keyBusiness, keyLifecycle, keyID)},
		// The two orders of every list, for roles that see all; deleted clients
		// aside, or with them.
		{Name: "liveByName", Keys: ascending(keyBusiness, keyLifecycle, "nameKey")},
		{Name: "liveByEmail", Keys: ascending(keyBusiness, keyLifecycle, "emailKey")},
		{Name: "byName", Keys: ascending(keyBusiness, "nameKey")},
		{Name: "byEmail", Keys: ascending(keyBusiness, "emailKey")},
		// The same for roles that see rows by key.
		{Name: "liveByVisibility", Keys: ascending(keyBusiness, keyLifecycle, keyVisibility, "nameKey")},
		{Name: "liveByVisibilityEmail", Keys: ascending(keyBusiness, keyLifecycle, keyVisibility, "emailKey")},
		{Name: "byVisibility", Keys: ascending(keyBusiness, keyVisibility, "nameKey")},
		// Reports by created date.
		{Name: "byCreatedDate", Keys: ascending(keyBusiness, "createdDate")},
		// Tags, appointments, custom values and pieces of texts.
		{Name: "byKey", Keys: ascending(keyBusiness, keyKeys)},
		// Names in other systems, and e-mail addresses below: own ones and aliases.
		{Name: "byExternalUserNames", Keys: ascending(keyBusiness, "externalUserNames", "nameKey")},
		// viewByClients.
		{Name: "liveBySubject", Keys: ascending(keyBusiness, keyLifecycle, keySubjects)},
		// Clients who have an e-mail address, in the order of names.
		{Name: "liveByEmailsLower", Keys: ascending(keyBusiness, keyLifecycle, "emailsLower", "nameKey")},
		// Who shares an identity with somebody: duplicates.
		{Name: "liveByIdentity", Keys: ascending(keyBusiness, keyLifecycle, keyIdentities)},
		// A login is one client's.
		{
			Name: "byAccountNumber", Keys: ascending(keyBusiness, "clientAccountId"), Unique: true,
			Partial: bson.D{{Key: "clientAccountId", Value: anyAccount()}},
		},
		// Whom a token or an edge list names by account: its own, or one that was
		// merged into it.
		{Name: "byAccounts", Keys: ascending(keyBusiness, keyAccounts)},
		// Whom an id means that was merged.
		{Name: "byMerged", Keys: ascending(keyBusiness, keyMerged+".clientId")},
	}
}

// anyAccount is the condition that a client has an account.
func anyAccount() bson.D { return bson.D{{Key: "$gt", Value: int64(0)}} }

// A retiredIndex is an index that an earlier version made, and that this one does
// not use, or makes otherwise.
type retiredIndex struct {
	collection, name string
	keys             []string
	unique           bool
}

// retiredIndexes are all of them. Whoever changes an index, or takes one out of
// Collections, adds what it was.
func retiredIndexes() []retiredIndex {
	of := func(name string, keys ...string) retiredIndex {
		return retiredIndex{collection: clientsName, name: name, keys: append([]string{keyBusiness}, keys...)}
	}
	unique := func(r retiredIndex) retiredIndex {
		r.unique = true
		return r
	}
	return []retiredIndex{
		{collection: feedsName, name: "byClaimed", keys: []string{"claimed"}},
		unique(of("byAccount", "clientAccountId")),
		unique(of("byAccounts", keyAccounts)),
		of("byEmail", keyLifecycle, "emailKey"),
		of("byExternalUserName", "externalUserName", "nameKey"),
		of("byKey", keyKeys, keyLifecycle, "nameKey"),
		of("byName", keyLifecycle, "nameKey"),
		of("bySubject", keySubjects),
		of("liveByEmailLower", keyLifecycle, "emailLower", "nameKey"),
		of("visibleByEmail", keyVisibility, keyLifecycle, "emailKey"),
		of("visibleByName", keyVisibility, keyLifecycle, "nameKey"),
	}
}

// webhookCollections are those of webhooks.
func webhookCollections() []Collection {
	return []Collection{
		{webhooksName, keyBusiness, []Index{
			{Name: "byId", Keys: ascending(keyBusiness, keyID)},
			// Those that no process delivers, in any business.
			{Name: "byLease", Keys: ascending(keyEnabled, keyUntil)},
			// Those that a process delivers.
			{Name: "byOwner", Keys: ascending(keyOwner)},
		}},
		{deliveriesName, keyBusiness, []Index{
			{Name: "byId", Keys: ascending(keyBusiness, keyID)},
			{Name: "byPlace", Keys: ascending(keyBusiness, keyWebhook, keyPlace), Unique: true},
			{Name: "byState", Keys: ascending(keyBusiness, keyWebhook, keyState, keyPlace)},
			// All of one client, to be erased and exported.
			{Name: "byClient", Keys: ascending(keyBusiness, keyClient)},
			{Name: "expiry", Keys: ascending("at"), Expire: store.FeedRetention},
		}},
	}
}

// importCollection has one document for each import.
func importCollection() Collection {
	return Collection{importsName, keyBusiness, []Index{
		{Name: "byKey", Keys: ascending(keyBusiness, "key"), Unique: true},
		{Name: "expiry", Keys: ascending("at"), Expire: store.ImportKept},
	}}
}
