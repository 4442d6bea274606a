package mongostore

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

// upsertSlots is the number of documents for all keys that upserts find clients by, and
// for all referred clients. The digest of a key decides its slot: there are so many that
// two writers seldom share one by chance, and so few that they never need deleting. A
// slot does not reveal its keys.
const upsertSlots = 1 << 16

// touch records the keys of upserts that a write gives to a live client, also to one that
// becomes live again. So two transactions that add the same key conflict, and the second
// one finds the client of the first.
func (t *unit) touch(before, after *client.Client) {
	if before == nil || before.Lifecycle != client.Live && after.Lifecycle == client.Live {
		before = &client.Client{}
	}
	t.touchValues("email", before.EmailsLower, after.EmailsLower)
	t.touchValues("externalUserName", before.ExternalUserNames, after.ExternalUserNames)
}

func (t *unit) touchValues(kind string, before, after []string) {
	for _, value := range after {
		if !slices.Contains(before, value) {
			t.touchSlot(kind, value)
		}
	}
}

func (t *unit) touchSlot(kind, value string) {
	if t.slots == nil {
		t.slots = map[int64]bool{}
	}
	digest := sha256.Sum256([]byte(kind + ":" + value))
	t.slots[int64(binary.BigEndian.Uint32(digest[:])%upsertSlots)] = true
}

// refer records that the transaction writes about clients outside their records. An
// erasure refers to the clients that it erases. If both run at the same time, the second
// one runs again: either the erasure finds what was written and purges it, or the writer
// finds no client.
func (t *unit) refer(clientIDs ...int64) {
	t.referred = append(t.referred, clientIDs...)
}

// touchReferred touches the slots of referred clients whose records the transaction does
// not write: writes of records conflict with an erasure anyway.
func (t *unit) touchReferred() {
	if len(t.referred) == 0 {
		return
	}
	written := make(map[int64]bool, len(t.written))
	for _, c := range t.written {
		written[c.ClientID] = true
	}
	for _, id := range t.referred {
		if !written[id] {
			t.touchSlot("client", strconv.FormatInt(id, 10))
		}
	}
}

// slotPart returns the writes of slots. A duplicate key says that two transactions made
// the slot at the same time.
func (t *unit) slotPart() transact.Part {
	t.touchReferred()
	var writes []mongo.WriteModel
	// All writers write in one order, so that they wait for each other instead of
	// conflicting.
	for _, slot := range slices.Sorted(maps.Keys(t.slots)) {
		writes = append(writes, mongo.NewUpdateOneModel().
			SetFilter(bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: "slot", Value: slot}}).
			SetUpdate(bson.D{{Key: "$inc", Value: bson.D{{Key: "writes", Value: int64(1)}}}}).
			SetUpsert(true))
	}
	return transact.Part{Collection: schema.UpsertSlots, Writes: writes, Affected: int64(len(writes)), Taken: transact.AsConflict}
}
