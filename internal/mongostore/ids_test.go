package mongostore_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
)

// Who waits for ids that somebody else asks for waits as long as it may itself.
func TestWaitForIDsEndsWithTheDeadlineOfWhoWaits(t *testing.T) {
	t.Parallel()
	wire, store := newWire(t, testdb.New(t))
	asked := make(chan struct{}, 1)
	wire.answers(func(name string) bson.D {
		if name == "findAndModify" {
			asked <- struct{}{}
			return silence()
		}
		return nil
	})
	first, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := store.NextClientID(first)
		left <- err
	}()
	<-asked
	second, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := store.NextClientID(second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ends with %v", err)
	}
	wire.answers(nil)
	third := make(chan error, 1)
	go func() {
		_, err := store.NextClientID(t.Context())
		third <- err
	}()
	// When the one who asked has left, another one asks.
	leave()
	if err := <-left; err == nil {
		t.Error("who had no answer has an id")
	}
	if err := <-third; err != nil {
		t.Errorf("who waited has no id: %v", err)
	}
}

// Lists of ids beyond what one condition may hold are asked for in parts, and
// answered as if they were not.
func TestManyIDsAreFoundInParts(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	viewer := p.create(t, nameValues("Viewer"))
	subject := p.create(t, nameValues("Subject"))
	_, err := p.service.Patch(t.Context(), ownerScope(), viewer.ID(), client.Values{"clientIdsClientCanView": []any{subject.ID().String()}}, nil)
	must(t, err)
	ids := make([]int64, 0, 25_001)
	for i := range int64(25_000) {
		ids = append(ids, 1_000_000-i)
	}
	ids = append(ids, subject.ClientID, viewer.ClientID, subject.ClientID)
	idsOf := func(found []*client.Client) []int64 {
		list := []int64{}
		for _, c := range found {
			list = append(list, c.ClientID)
		}
		return list
	}
	found, err := p.store.ClientsByID(t.Context(), ownerScope(), ids, false, client.Selection{})
	must(t, err)
	if got, want := idsOf(found), []int64{viewer.ClientID, subject.ClientID}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	// Found by two of the parts, and told once.
	_, err = p.db.Collection("clients").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: viewer.ClientID}},
		bson.D{{Key: "$push", Value: bson.D{{Key: "viewSubjectIds", Value: int64(1_000_000)}}}})
	must(t, err)
	found, err = p.store.Viewers(t.Context(), ownerScope(), ids, client.Selection{})
	must(t, err)
	if got, want := idsOf(found), []int64{viewer.ClientID}; !slices.Equal(got, want) {
		t.Errorf("the viewers are %v, want %v", got, want)
	}
	if _, err := p.store.Forms(t.Context(), ownerScope(), ids); err != nil {
		t.Error(err)
	}
}
