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

// upsertSlots is how many documents stand for all the values that upserts find
// clients by, and for the clients that are referred to. Each value has one, by its
// digest: enough of them that two writers seldom share one by chance, few enough
// that they never need clearing, and none tells whose value it stands for.
const upsertSlots = 1 << 16

// touch remembers which values, that upserts find clients by, a write gives a live client,
// be it one that is live again. Two transactions that give one value at once refuse each
// other so, and the second finds what the first one made.
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

// refer remembers that the transaction writes something about clients outside
// their records. An erasure refers to whom it erases: of the two, when they run at
// once, the second runs again, so that what was written is there to be purged, or
// its writer finds nobody to write it about.
func (t *unit) refer(clientIDs ...int64) {
	t.referred = append(t.referred, clientIDs...)
}

// touchReferred touches the slots of those clients whom the transaction refers to
// and whose records it does not write: to these an erasure is a conflict anyhow.
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

// slotPart is what is written of slots. Where one is taken, two first writers made it at
// once.
func (t *unit) slotPart() transact.Part {
	t.touchReferred()
	var writes []mongo.WriteModel
	// In one order everywhere, so that two writers wait for each other instead of
	// refusing each other.
	for _, slot := range slices.Sorted(maps.Keys(t.slots)) {
		writes = append(writes, mongo.NewUpdateOneModel().
			SetFilter(bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: "slot", Value: slot}}).
			SetUpdate(bson.D{{Key: "$inc", Value: bson.D{{Key: "writes", Value: int64(1)}}}}).
			SetUpsert(true))
	}
	return transact.Part{Collection: schema.UpsertSlots, Writes: writes, Affected: int64(len(writes)), Taken: transact.AsConflict}
}
