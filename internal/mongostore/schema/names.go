// Package schema says what the database holds: the names of its collections and of the
// fields that several packages of the store use, the indexes of this version, and those
// of earlier ones that may still be there. It only says so; package admin makes them.
package schema

import (
	"go.mongodb.org/mongo-driver/v2/bson"
)

// The names of the collections.
const (
	Clients     = "clients"
	History     = "clientHistory"
	Changes     = "changes"
	Definitions = "fieldDefinitions"
	Forms       = "clientForms"
	Businesses  = "businesses"
	Counters    = "counters"
	Dismissals  = "dismissals"
	// Answers is the collection of answers kept under their idempotency keys.
	Answers = "idempotency"
	Secrets = "secretKeys"
	// UpsertSlots is the collection of what two upserts of one value both write.
	UpsertSlots = "upsertKeys"
	// Journal is the collection of what undoing a merge takes. A merge has a
	// document of part 0, and further parts that hold its viewers.
	Journal = "mergeJournal"
	// Appointments is the collection of what is known of appointments: whose they
	// are and how new that is, also of removed ones. The appointments themselves are in
	// their client's document.
	Appointments = "appointments"
	// Groups is the collection of location groups. Those that were deleted stay as
	// removals, by which an older group is known when it comes late.
	Groups = "locationGroups"
	// Imports is the collection of how far imports of clients came.
	Imports = "imports"
	// Tombstones is the collection of who was erased, by client id.
	Tombstones = "tombstones"
	// Leases is the collection of the clients that long transactions hold because
	// other transactions kept aborting them. Writers of these clients wait for it.
	Leases = "leases"
	// Outbox is the collection of rows of the feeds that have no number yet. A
	// transaction leaves its rows there, and whoever numbers them moves them to the
	// feed: so writers of different clients have no document in common. Rows stay until
	// they are numbered, however long that takes.
	Outbox = "outbox"
	// Feeds is the collection of the two documents that a business has for its feed:
	// one that writers of clients read, and one that numbers rows.
	Feeds = "feeds"
	// Switches is the collection of what is turned on once for a whole database.
	Switches = "switches"
	// Webhooks is the collection of webhooks, each with how far delivering has come and
	// which process delivers.
	Webhooks = "webhooks"
	// Jobs is the collection of imports and exports, and JobChunks that of their files and
	// results, in chunks.
	Jobs      = "jobs"
	JobChunks = "jobChunks"
	// Deliveries is the collection of the deliveries of webhooks.
	Deliveries = "webhookDeliveries"
)

// Fields of documents that several packages name, beside those of package client's
// table of properties.
const (
	FieldID       = "_id"
	FieldBusiness = "businessId"
	FieldVersion  = "version"
	// FieldLifecycle is whether a client is live, deleted or merged.
	FieldLifecycle = "lifecycle"
	// FieldSchema is the version of a client document's form.
	FieldSchema = "schemaVersion"
	// FieldVisibility has the visibility keys by which roles see a client.
	FieldVisibility = "visibility"
	// FieldSubjects has the ids of the clients whom a client can see.
	FieldSubjects = "viewSubjectIds"
	// FieldAccounts has a client's account, and those of clients merged into it.
	FieldAccounts = "accountIds"
	// FieldIndexKeys has the index keys by which searches and filters find a client.
	FieldIndexKeys = "keys"
	// FieldIdentities has the identity keys that a client shares with its duplicates.
	FieldIdentities = "identityKeys"
	// FieldCustom has the values of custom fields.
	FieldCustom = "fields"
	// FieldMerged lists the clients that were merged into a client.
	FieldMerged = "mergedClients"
	// FieldClient names the client that a row of history, of the feed or of another
	// collection is about.
	FieldClient = "clientId"
	// FieldChange is, in a client's document, the number of its last change; in a row of
	// the feed, that of the change that it tells of. Every write that announces a client
	// raises it, and every one that relies on the client to stay as it is: so two of them
	// refuse each other, and rows about one client have the order of the writes. There
	// may be numbers between them that no row has.
	FieldChange = "change"
	// FieldSequence is the number of a row of the feed.
	FieldSequence = "sequence"
	// FieldSeenBefore and FieldSeenAfter have, in a row of the feed, the visibility keys of
	// its client before the change and after it.
	FieldSeenBefore  = "visibilityBefore"
	FieldSeenAfter   = "visibilityAfter"
	FieldAppointment = "appointmentId"
	FieldGroup       = "locationGroupId"
	FieldRemoved     = "removed"
	// FieldPending is there in a tombstone until nothing is left to purge.
	FieldPending = "pending"
	// FieldPart tells the documents of one feed apart.
	FieldPart = "part"
	// FieldOwner and FieldUntil are of leases: whose, and until when.
	FieldOwner = "owner"
	FieldUntil = "until"
	// FieldEnabled says of a webhook whether deliveries are made.
	FieldEnabled = "enabled"
	// FieldWebhook names the webhook that a delivery is of.
	FieldWebhook = "webhookId"
	// FieldJob names the job that a chunk is of, and FieldOffset the byte at which it
	// begins. FieldOpen says that a job has not ended, FieldStored that there may be chunks
	// of it.
	FieldJob    = "jobId"
	FieldOffset = "offset"
	FieldOpen   = "open"
	FieldStored = "stored"
	// FieldPlace is the place of a delivery in the order of its webhook.
	FieldPlace = "place"
	// FieldState is whether a delivery is pending, delivered or has failed.
	FieldState = "state"
)

// Indexes of the feed that say whom a row tells.
const (
	IndexSeenBefore = "bySeenBefore"
	IndexSeenAfter  = "bySeenAfter"
)

// Ascending is a sort, or the keys of an index, by those fields.
func Ascending(fields ...string) bson.D {
	d := make(bson.D, len(fields))
	for i, field := range fields {
		d[i] = bson.E{Key: field, Value: 1}
	}
	return d
}
