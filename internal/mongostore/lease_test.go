package mongostore_test

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// A merge ends though two writers go on changing its viewers, which it repoints: kept
// from its end for a while it has them to itself, and the writers go on after it.
func TestMergeEndsBesideWritersOfItsViewers(t *testing.T) {
	given := &aborts{}
	m := newMergeBeside(t, testsize.Of(400, 1_500, 1_500), given)
	m.run(t, 2, true)
	m.merger.checkFeed(t)
	if left := m.merger.rows(t, "leases", bson.D{}, bson.D{}); len(left) > 0 {
		t.Errorf("%d leases are left", len(left))
	}
}

// lend makes a lease of a process that is no more.
func (p *process) lend(t *testing.T, c *client.Client, term time.Duration) {
	t.Helper()
	p.number(t)
	until := time.Now().Add(term)
	_, err := p.db.Collection("leases").InsertOne(t.Context(), bson.D{
		{Key: "businessId", Value: testBusiness}, {Key: "owner", Value: bson.NewObjectID()}, {Key: "until", Value: until}, {Key: "clientIds", Value: bson.A{c.ClientID}},
	})
	must(t, err)
	_, err = p.db.Collection("feeds").UpdateOne(t.Context(),
		bson.D{{Key: "businessId", Value: testBusiness}, {Key: "part", Value: "keys"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "leasedUntil", Value: until}}}})
	must(t, err)
}

// Writers wait for the lease of their client, which ends with its term though its
// owner died; writers of other clients don't wait.
func TestWritersWaitForALeaseOfTheirClientAlone(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	leased, other := p.create(t, nameValues("Ann")), p.create(t, nameValues("Bob"))
	const term = 1500 * time.Millisecond
	began := time.Now()
	p.lend(t, leased, term)
	ctx := patient(t)
	_, err := p.service.Patch(ctx, ownerScope(), leased.ID(), client.Values{"city": "Here"}, nil)
	must(t, err)
	if waited := time.Since(began); waited < term {
		t.Errorf("the write waited %v for a lease of %v", waited, term)
	}
	p.lend(t, leased, time.Hour)
	_, err = p.service.Patch(ctx, ownerScope(), other.ID(), client.Values{"city": "There"}, nil)
	must(t, err)
}

// A lease whose answer was lost on the way is found there when the driver sends it
// again: the write that takes it goes on.
func TestWriteGoesOnWhereItsLeaseIsThereAlready(t *testing.T) {
	t.Parallel()
	wire, kept := newWire(t, testdb.New(t))
	leased := false
	wire.answersCommands(func(name string, command bson.Raw) bson.D {
		switch collection, _ := command.Lookup(name).StringValueOK(); {
		case name != "insert" && name != "bulkWrite":
			return nil
		case collection == "leases":
			leased = true
			return bson.D{{Key: "ok", Value: 1}, {Key: "n", Value: 0}, {Key: "writeErrors", Value: bson.A{
				bson.D{{Key: "index", Value: 0}, {Key: "code", Value: 11000}, {Key: "errmsg", Value: "duplicate key"}},
			}}}
		case leased:
			return nil
		}
		return failure(112, "WriteConflict", "please retry", "TransientTransactionError")
	})
	if runs, err := writeOne(patient(t), kept, 1); err != nil || !leased {
		t.Errorf("ran %d times, leased %v: %v", runs, leased, err)
	}
}
