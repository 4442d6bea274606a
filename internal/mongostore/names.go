package mongostore

import "go.mongodb.org/mongo-driver/v2/bson"

// Collections.
const (
	clientsName     = "clients"
	historyName     = "clientHistory"
	changesName     = "changes"
	definitionsName = "fieldDefinitions"
	formsName       = "clientForms"
	businessesName  = "businesses"
	countersName    = "counters"
	dismissalsName  = "dismissals"
	// answersName is the collection of answers kept under their idempotency keys.
	answersName = "idempotency"
	secretsName = "secretKeys"
	// upsertKeysName is the collection of what two upserts of one value both write.
	upsertKeysName = "upsertKeys"
	// journalName is the collection of what undoing a merge takes. A merge has a
	// document of part 0, and further parts that hold its viewers.
	journalName = "mergeJournal"
	// appointmentsName is the collection of what is known of appointments: whose they
	// are and how new that is, also of removed ones. The appointments themselves are in
	// their client's document.
	appointmentsName = "appointments"
	// groupsName is the collection of location groups. Those that were deleted stay as
	// removals, by which an older group is known when it comes late.
	groupsName = "locationGroups"
	// tombstonesName is the collection of who was erased, by client id.
	tombstonesName = "tombstones"
	// leasesName is the collection of the clients that long transactions hold because
	// other transactions kept aborting them. Writers of these clients wait for it.
	leasesName = "leases"
	// outboxName is the collection of rows of the feeds that have no number yet. A
	// transaction leaves its rows there, and whoever numbers them moves them to the
	// feed: so writers of different clients have no document in common. Rows stay until
	// they are numbered, however long that takes.
	outboxName = "outbox"
	// feedsName is the collection of the two documents that a business has for its feed:
	// one that writers of clients read, and one that numbers rows.
	feedsName = "feeds"
	// switchesName is the collection of what is turned on once for a whole database.
	switchesName = "switches"
	// webhooksName is the collection of webhooks, each with how far delivering has come
	// and which process delivers; deliveriesName that of their deliveries.
	webhooksName   = "webhooks"
	deliveriesName = "webhookDeliveries"
	// importsName is the collection of how far imports of clients came.
	importsName = "imports"
)

// Fields of documents that several packages name, beside those of package client's
// table of properties.
const (
	keyID         = "_id"
	keyBusiness   = "businessId"
	keyVersion    = "version"
	keyLifecycle  = "lifecycle"
	keySchema     = "schemaVersion"
	keyVisibility = "visibility"
	keySubjects   = "viewSubjectIds"
	keyAccounts   = "accountIds"
	keyKeys       = "keys"
	keyIdentities = "identityKeys"
	keyFields     = "fields"
	keyMerged     = "mergedClients"
	// keyClient names the client that a row of history, of the feed or of another
	// collection is about.
	keyClient = "clientId"
	// keyChange is, in a client's document, how many rows of the feed there were about
	// the client; in a row, which of them it is. Every write that announces a client
	// raises it, so that two of them refuse each other, and rows about one client have
	// the order of the writes.
	keyChange = "change"
	// keySequence is the number of a row of the feed.
	keySequence    = "sequence"
	keyAppointment = "appointmentId"
	keyGroup       = "locationGroupId"
	keyRemoved     = "removed"
	// keyPending is there in a tombstone until nothing is left to purge.
	keyPending = "pending"
	// keyPart tells the documents of one feed apart.
	keyPart = "part"
	// keyOwner and keyUntil are of leases: whose, and until when.
	keyOwner = "owner"
	keyUntil = "until"
	// keyWebhook names the webhook that a delivery is of.
	keyWebhook = "webhookId"
	keyEnabled = "enabled"
	keyPlace   = "place"
	keyState   = "state"
)

// ascending is a sort, or the keys of an index, by those fields.
func ascending(fields ...string) bson.D {
	d := make(bson.D, len(fields))
	for i, field := range fields {
		d[i] = bson.E{Key: field, Value: 1}
	}
	return d
}
