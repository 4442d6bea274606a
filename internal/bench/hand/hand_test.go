package hand_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/apitest"
	"clientgraph/internal/bench/hand"
	"clientgraph/internal/bench/load"
	"clientgraph/internal/bench/queries"
	"clientgraph/internal/bench/standin"
	"clientgraph/internal/sample"
	"clientgraph/internal/testdb"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// few is enough for a second page of every query but the report.
const few = 105

// server is one of the two that are compared.
type server struct {
	kind           queries.Kind
	address, token string
}

// answers asks a query for each value of its variable.
func (s server) answers(t *testing.T, q queries.Query) []any {
	t.Helper()
	var answers []any
	values := q.Values
	for i := 0; i < len(values); i++ {
		request, err := q.Request(s.kind, s.address, s.token, values[i])
		if err != nil {
			t.Fatal(err)
		}
		body, err := load.Ask(t.Context(), s.address, request)
		if err != nil {
			t.Fatalf("%s by %s: %v", q.Name, s.kind, err)
		}
		answer, err := q.Normalise(body)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer)
		if len(q.CursorPath) == 0 || len(values) == q.Pages {
			continue
		}
		if next, err := q.Cursor(body); err != nil {
			t.Fatal(err)
		} else if next != nil {
			values = append(values, next)
		}
	}
	return answers
}

// handTokens are the tokens of the handlers, and one of them.
func handTokens(t *testing.T) (hand.Tokens, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": "issuer", "aud": "audience", "sub": "owner", "exp": time.Now().Add(time.Hour).Unix(),
		"businessId": sample.BusinessID, "role": "OWNER",
	}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return hand.Tokens{Key: &key.PublicKey, Issuer: "issuer", Audience: "audience"}, token
}

// world is the product and the handlers over one stand-in, which records.
func world(t *testing.T) (product, byHand server, all []queries.Query, replayed *standin.StandIn) {
	t.Helper()
	db := testdb.New(t)
	replayed, err := standin.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := replayed.Close(); err != nil {
			t.Error(err)
		}
	})
	address, err := url.Parse(db.URI)
	if err != nil {
		t.Fatal(err)
	}
	replayed.Record(address.Host)
	api := apitest.On(t, testdb.DB{URI: replayed.URI(), Name: db.Name})
	data, err := sample.Reference()
	if err != nil {
		t.Fatal(err)
	}
	data.Clients = sample.Generate(1, sample.BusinessID, few, time.Now())
	api.Load(t, data)
	ids, err := queries.Connect(t.Context(), api.Mongo, sample.BusinessID)
	if err != nil {
		t.Fatal(err)
	}
	tokens, token := handTokens(t)
	connection, err := mongo.Connect(options.Client().ApplyURI(replayed.URI()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Disconnect(t.Context()) })
	served := httptest.NewServer(hand.New(connection.Database(db.Name), tokens))
	t.Cleanup(served.Close)
	product = server{queries.GraphQL, strings.TrimPrefix(api.URL, "http://"), api.Token(t, apitest.Owner(sample.BusinessID))}
	byHand = server{queries.Hand, strings.TrimPrefix(served.URL, "http://"), token}
	return product, byHand, queries.All(ids), replayed
}

// difference is what differs between answers; finding out where takes much longer
// than finding out that there is none.
func difference(want, got []any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}

func TestHandlersAnswerAsTheProductDoes(t *testing.T) {
	t.Parallel()
	product, byHand, all, _ := world(t)
	for _, q := range all {
		want, got := product.answers(t, q), byHand.answers(t, q)
		if difference := difference(want, got); difference != "" {
			t.Errorf("%s: %s", q.Name, difference)
		}
		if len(q.CursorPath) > 0 && len(want) < 3 {
			t.Errorf("%s has %d pages of %d clients: nothing was read behind a cursor", q.Name, len(want), few)
		}
	}
}

func TestStandInAnswersAsTheDatabaseDid(t *testing.T) {
	t.Parallel()
	product, byHand, all, replayed := world(t)
	recorded := map[queries.Kind][][]any{}
	for _, server := range []server{product, byHand} {
		for _, q := range all {
			recorded[server.kind] = append(recorded[server.kind], server.answers(t, q))
		}
	}
	replayed.Replay()
	replayed.Missed()
	for _, server := range []server{product, byHand} {
		for i, q := range all {
			if difference := difference(recorded[server.kind][i], server.answers(t, q)); difference != "" {
				t.Errorf("%s by %s: %s", q.Name, server.kind, difference)
			}
		}
		if missed := replayed.Missed(); len(missed) > 0 {
			t.Errorf("%s asked for what was not recorded: %v", server.kind, missed)
		}
	}
}

func TestHandlersWantAToken(t *testing.T) {
	t.Parallel()
	served := httptest.NewServer(hand.New(nil, hand.Tokens{}))
	defer served.Close()
	q := queries.All(nil)[4]
	for _, token := range []string{"", "not a token"} {
		request, err := q.Request(queries.Hand, strings.TrimPrefix(served.URL, "http://"), token, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := load.Ask(t.Context(), strings.TrimPrefix(served.URL, "http://"), request); err == nil {
			t.Errorf("the token %q is answered %s", token, body)
		}
	}
}
