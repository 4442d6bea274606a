// Package schema describes the database: the names of its collections, the names of the
// fields that several packages of the store use, the indexes of this version, and the
// indexes of earlier versions that may still exist. Package admin creates them.
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
	// Answers has the answers of mutations by their idempotency keys.
	Answers = "idempotency"
	Secrets = "secretKeys"
	// UpsertSlots has a document for each value that upserts match by. Two upserts of the
	// same value both write it, so that they conflict.
	UpsertSlots = "upsertKeys"
	// Journal has what is needed to undo merges. A merge has a document with the part 0,
	// and further parts with its viewers.
	Journal = "mergeJournal"
	// Appointments has, for each appointment, its client and its modified date, also for
	// removed appointments. The appointments themselves are in their client's document.
	Appointments = "appointments"
	// Groups has the location groups. A deleted group stays as a removal, so that an older
	// message that arrives late does not bring it back.
	Groups = "locationGroups"
	// Imports has the progress of imports of clients.
	Imports = "imports"
	// Tombstones has a document for each erased client id.
	Tombstones = "tombstones"
	// Leases has the clients that a long transaction has to itself, after shorter ones kept
	// aborting it. Other writers of these clients wait until the lease ends.
	Leases = "leases"
	// Outbox has the rows of feeds that have no number yet. A transaction writes its rows
	// here, and a process numbers them and moves them to the feed. So writers of different
	// clients share no document. Rows stay until they are numbered, however long that takes.
	Outbox = "outbox"
	// Feeds has two documents for the feed of each business: one that writers of clients
	// read, and one for numbering rows.
	Feeds = "feeds"
	// Switches has what is turned on once for the whole database.
	Switches = "switches"
	// Webhooks has the webhooks, each with the progress of its deliveries and the process
	// that makes them.
	Webhooks = "webhooks"
	// Jobs has imports and exports, and JobChunks their files and results in chunks.
	Jobs      = "jobs"
	JobChunks = "jobChunks"
	// Deliveries has the deliveries of webhooks.
	Deliveries = "webhookDeliveries"
)

// Fields of documents that several packages use. Package client's table of properties
// has the others.
const (
	FieldID       = "_id"
	FieldBusiness = "businessId"
	FieldVersion  = "version"
	// FieldLifecycle says whether a client is live, deleted or merged.
	FieldLifecycle = "lifecycle"
	// FieldSchema is the schema version of a client's document: see package record.
	FieldSchema = "schemaVersion"
	// FieldVisibility has the visibility keys by which roles see a client.
	FieldVisibility = "visibility"
	// FieldSubjects has the ids of the clients that a client may see.
	FieldSubjects = "viewSubjectIds"
	// FieldAccounts has the accounts of a client and of the clients merged into it.
	FieldAccounts = "accountIds"
	// FieldIndexKeys has the index keys by which searches and filters find a client.
	FieldIndexKeys = "keys"
	// FieldIdentities has the identity keys that a client shares with its duplicates.
	FieldIdentities = "identityKeys"
	// FieldCustom has the values of custom fields.
	FieldCustom = "fields"
	// FieldMerged has the clients that were merged into a client.
	FieldMerged = "mergedClients"
	// FieldClient is the id of the client that a row of history, of the feed or of another
	// collection is about.
	FieldClient = "clientId"
	// FieldChange is the number of a change of a client: in the client's document the
	// latest number, in a row of the feed the number of its change. It is raised by every
	// write that makes a row about the client, and by every write that needs the client not
	// to change. So two such writes conflict, and the rows about a client are in the order
	// of the writes. Not every number has a row.
	FieldChange = "change"
	// FieldSequence is the number of a row of the feed.
	FieldSequence = "sequence"
	// FieldSeenBefore and FieldSeenAfter are, in a row of the feed, the client's visibility
	// keys before and after the change.
	FieldSeenBefore  = "visibilityBefore"
	FieldSeenAfter   = "visibilityAfter"
	FieldAppointment = "appointmentId"
	FieldGroup       = "locationGroupId"
	FieldRemoved     = "removed"
	// FieldPending exists in a tombstone until everything about the client is purged.
	FieldPending = "pending"
	// FieldPart says which document of a feed it is, or whether a chunk is of a job's file
	// or of its result.
	FieldPart = "part"
	// FieldOwner is the holder of a lease, a webhook or a job, and FieldUntil is until when
	// it holds it.
	FieldOwner = "owner"
	FieldUntil = "until"
	// FieldEnabled says whether a webhook is enabled.
	FieldEnabled = "enabled"
	// FieldWebhook is the id of a delivery's webhook.
	FieldWebhook = "webhookId"
	// FieldJob is the id of a chunk's job, and FieldOffset the chunk's first byte in the
	// file. FieldOpen says that a job has not ended, FieldStored that it may have chunks.
	FieldJob    = "jobId"
	FieldOffset = "offset"
	FieldOpen   = "open"
	FieldStored = "stored"
	// FieldPlace is the place of a delivery in the order of its webhook.
	FieldPlace = "place"
	// FieldState says whether a delivery is pending, delivered or failed.
	FieldState = "state"
)

// Indexes of the feed by the visibility keys of a row.
const (
	IndexSeenBefore = "bySeenBefore"
	IndexSeenAfter  = "bySeenAfter"
)

// Ascending returns an ascending sort by those fields, or the keys of an index.
func Ascending(fields ...string) bson.D {
	d := make(bson.D, len(fields))
	for i, field := range fields {
		d[i] = bson.E{Key: field, Value: 1}
	}
	return d
}
