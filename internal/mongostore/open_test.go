package mongostore_test

import (
	"context"
	"crypto/cipher"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/crypto/chacha20poly1305"

	"clientgraph/internal/client"
	"clientgraph/internal/mongorules"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/service"
	"clientgraph/internal/testdb"
)

const testBusiness = 1

// process is what one copy of the server holds of a database.
type process struct {
	store   *mongostore.Store
	service *service.Service
	// db is the test's own connection, which nobody watches.
	db *mongo.Database
}

// openProcess joins a database as a process of its own, whose commands are held to
// MongoDB's rules; monitor may be nil.
func openProcess(t testing.TB, db testdb.DB, monitor *event.CommandMonitor) *process {
	t.Helper()
	store := mongostore.New(connect(t, db.URI, mongorules.Watch(t, db.Name, monitor)), db.Name)
	if err := store.EnsureIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &process{store: store, service: service.New(store, service.Secrets{Hasher: plain{}, Cipher: plain{}, MAC: plain{}, Cursors: plain{}}, unlimited{}, time.Now), db: connect(t, db.URI, nil).Database(db.Name)}
}

func connect(t testing.TB, uri string, monitor *event.CommandMonitor) *mongo.Client {
	t.Helper()
	connection, err := mongo.Connect(options.Client().ApplyURI(uri).SetMonitor(monitor))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = connection.Disconnect(ctx)
	})
	return connection
}

// plain hashes and seals nothing.
type plain struct{}

func (plain) Hash(_ context.Context, password string) (string, error) {
	return "hash of " + password, nil
}

func (plain) Seal(text string, _, _ int64, _ string) ([]byte, error) { return []byte(text), nil }

func (plain) Open(sealed []byte, _, _ int64, _ string) (string, error) { return string(sealed), nil }

// AEAD seals by a key that is no secret.
func (plain) AEAD(context.Context) (cipher.AEAD, error) {
	return chacha20poly1305.NewX(make([]byte, chacha20poly1305.KeySize))
}

func (plain) Sum(_ context.Context, message []byte) ([]byte, error) { return message, nil }

func ownerScope() client.Scope {
	return client.Scope{
		BusinessID: testBusiness, User: "owner", Role: client.RoleOwner, Permissions: client.AllPermissions, Rows: client.Rows{All: true},
	}
}

func nameValues(name string) client.Values {
	return client.Values{"firstName": name, "lastName": "Test", "emailAddress": "test@example.com"}
}

func passwordValues(name string) client.Values {
	values := nameValues(name)
	values["password"] = "a long password"
	return values
}

func (p *process) create(t *testing.T, values client.Values) *client.Client {
	t.Helper()
	result, err := p.service.Create(t.Context(), ownerScope(), values)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return result.Client
}

func (p *process) load(t *testing.T, id int64) *client.Client {
	t.Helper()
	found, err := p.service.Client(t.Context(), ownerScope(), client.ID{Number: id}, client.SelectAll())
	if err != nil || found == nil {
		t.Fatalf("client %d: %v, %v", id, found, err)
	}
	return found
}

// rows are all documents of a collection that match, in that order.
func (p *process) rows(t *testing.T, collection string, filter, sort bson.D) []bson.M {
	t.Helper()
	cursor, err := p.db.Collection(collection).Find(t.Context(), filter, options.Find().SetSort(sort))
	if err != nil {
		t.Fatal(err)
	}
	rows := []bson.M{}
	if err := cursor.All(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// withoutOutbox makes a database one whose rows are numbered in their transactions,
// as one of before the outbox is.
func (p *process) withoutOutbox(t testing.TB) {
	t.Helper()
	for _, collection := range []string{"switches", "feeds"} {
		if _, err := p.db.Collection(collection).DeleteMany(t.Context(), bson.D{}); err != nil {
			t.Fatal(err)
		}
	}
}

// number has all rows of the feed numbered.
func (p *process) number(t testing.TB) {
	t.Helper()
	if err := p.store.NumberChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// checkFeed holds the business's feed to sequence numbers without a gap, and the
// outbox to having nothing left.
func (p *process) checkFeed(t *testing.T) {
	t.Helper()
	p.number(t)
	if left := p.rows(t, "outbox", bson.D{}, bson.D{{Key: "_id", Value: 1}}); len(left) > 0 {
		t.Fatalf("%d rows wait in the outbox", len(left))
	}
	rows := p.rows(t, "changes", bson.D{{Key: "businessId", Value: testBusiness}}, bson.D{{Key: "sequence", Value: 1}})
	for i, row := range rows {
		if row["sequence"] != int64(i+1) {
			t.Fatalf("row %d of the feed has the sequence number %v", i+1, row["sequence"])
		}
	}
}

// checkHistory holds each client's history and feed to one row for each of its
// versions, each row starting from what the one before it left.
func (p *process) checkHistory(t *testing.T) {
	t.Helper()
	p.number(t)
	for _, c := range p.rows(t, "clients", bson.D{}, bson.D{{Key: "_id", Value: 1}}) {
		of := bson.D{{Key: "businessId", Value: c["businessId"]}, {Key: "clientId", Value: c["_id"]}}
		history := p.rows(t, "clientHistory", of, bson.D{{Key: "version", Value: 1}})
		feed := p.rows(t, "changes", of, bson.D{{Key: "sequence", Value: 1}})
		if int64(len(history)) != c["version"] || len(feed) != len(history) {
			t.Fatalf("client %v has version %v, %d rows of history and %d of the feed", c["_id"], c["version"], len(history), len(feed))
		}
		last := map[any]any{}
		for i, row := range history {
			if row["version"] != int64(i+1) || feed[i]["version"] != int64(i+1) {
				t.Fatalf("client %v: row %d is of version %v in history, %v in the feed", c["_id"], i+1, row["version"], feed[i]["version"])
			}
			for _, entry := range row["changes"].(bson.A) {
				change := bson.M{}
				for _, e := range entry.(bson.D) {
					change[e.Key] = e.Value
				}
				if before, known := last[change["path"]]; known && before != change["before"] {
					t.Fatalf("client %v version %d: %v was %v, history begins at %v", c["_id"], i+1, change["path"], before, change["before"])
				}
				last[change["path"]] = change["after"]
			}
		}
	}
}

// unlimited is a budget without end.
type unlimited struct{}

func (unlimited) Take(string) (time.Duration, bool) { return 0, true }
