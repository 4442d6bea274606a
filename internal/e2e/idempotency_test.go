package e2e_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/sample"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// everyRow is all that the database holds.
func everyRow(t *testing.T, api *apitest.API) contents {
	t.Helper()
	names, err := api.Mongo.ListCollectionNames(t.Context(), bson.D{{Key: "name", Value: bson.D{{Key: "$ne", Value: "counters"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return collections(t, api, names)
}

// TestKeyedMutationIsDoneOnce makes every mutation of the schema twice under a
// key, on two servers: the second time it is answered as the first, and writes
// nothing. With another input, or under a key of another mutation, it is
// refused.
func TestKeyedMutationIsDoneOnce(t *testing.T) {
	db := testdb.New(t)
	api, other := apitest.On(t, db), apitest.On(t, db)
	api.LoadReference(t)
	for _, id := range []int64{9_001, 9_002} {
		webhook := store.Webhook{WebhookID: id, BusinessID: sample.BusinessID, URL: "https://example.com/", Enabled: true, Version: 1, Secret: []byte{1}}
		delivery := store.WebhookDelivery{Place: 2, MessageID: "msg_1", Kind: history.KindUpserted, ClientID: 4658091, ChangedDate: time.Now(), State: store.DeliveryPending}
		err := api.Store.Write(t.Context(), apitest.OwnerScope(sample.BusinessID), func(ctx context.Context, tx store.Tx) error { return tx.InsertWebhook(ctx, webhook, 0) })
		if err == nil {
			err = api.Store.QueueDeliveries(t.Context(), webhook.Key(), []store.WebhookDelivery{delivery})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []int64{9_001, 9_002} {
		job := store.Job{JobID: id, BusinessID: sample.BusinessID, Kind: store.ExportClients, State: store.JobQueued, CreatedDate: time.Now()}
		err := api.Store.Write(t.Context(), apitest.OwnerScope(sample.BusinessID), func(ctx context.Context, tx store.Tx) error { return tx.InsertJob(ctx, job) })
		if err != nil {
			t.Fatal(err)
		}
	}
	mutations := keyedMutations()
	for _, name := range mutationNames(t, api) {
		m, ok := mutations[name]
		if !ok {
			t.Errorf("%s is not tried", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			first := api.MustDo(t, owner(), m.text, m.with("key of "+name, m.variables))
			if codes := refusals(only(t, first)); codes != nil {
				t.Fatalf("refused: %v", codes)
			}
			before := everyRow(t, api)
			for _, server := range []*apitest.API{api, other} {
				if diff := gocmp.Diff(first, server.MustDo(t, owner(), m.text, m.with("key of "+name, m.variables))); diff != "" {
					t.Errorf("the second answer differs (-first +second):\n%s", diff)
				}
			}
			for key, variables := range map[string]values{"key of " + name: m.other, "key of another": m.variables} {
				if key == "key of another" && len(only(t, first)) == 2 && only(t, first)["results"] != nil {
					// The key of a batch is of each entry.
					continue
				}
				if key == "key of another" && name == "createClient" {
					// It is the first of them all.
					api.MustDo(t, owner(), patchMutationKeyed, values{"id": "5966842", "patch": values{"city": "There"}, "key": key})
					before = everyRow(t, api)
				}
				answered := only(t, other.MustDo(t, owner(), m.text, m.with(key, variables)))
				if codes := refusals(answered); len(codes) == 0 || slices.ContainsFunc(codes, func(code string) bool { return code != "IDEMPOTENCY_KEY_REUSED" }) {
					t.Errorf("another input is answered %v", answered)
				}
			}
			if diff := difference(t, before, everyRow(t, api)); diff != "" {
				t.Errorf("something was written (-before +after):\n%s", diff)
			}
		})
	}
}

const patchMutationKeyed = `mutation ($key: String, $id: ID!, $patch: ClientPatch!, $version: Int) {
	patchClient(clientId: $id, patch: $patch, expectedVersion: $version, idempotencyKey: $key) { client { ` + everything + ` ssn } userErrors { code message field } } }`

// mutationNames are those of the schema, createClient first. Each has the
// argument.
func mutationNames(t *testing.T, api *apitest.API) []string {
	t.Helper()
	var names []string
	for _, f := range api.MustDo(t, owner(), `{ __type(name: "Mutation") { fields { name args { name } } } }`, nil)["__type"].(values)["fields"].([]any) {
		field := f.(values)
		names = append(names, field["name"].(string))
		if !slices.ContainsFunc(field["args"].([]any), func(a any) bool { return a.(values)["name"] == "idempotencyKey" }) {
			t.Errorf("%s takes no key", field["name"])
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		switch "createClient" {
		case a:
			return -1
		case b:
			return 1
		}
		return strings.Compare(a, b)
	})
	return names
}

// TestRetryAnswersTheRecordThatWasCommitted, whatever became of it since: but for
// the ssn, which is in no retry's answer, and relations, which are today's.
func TestRetryAnswersTheRecordThatWasCommitted(t *testing.T) {
	api := reference(t)
	do := func(key string, id string, change values) values {
		t.Helper()
		return payload(t, api, owner(), patchMutationKeyed, values{"key": key, "id": id, "patch": change})["client"].(values)
	}
	full := values{
		"firstName": "Ada", "tags": []any{"a", "b"}, "notes": "one", "dateOfBirth": "1990-01-02", "latitude": 1.5, "blocked": true,
		"fields": []any{field("322530", 37.5), field("322532", "2018-04-17"), field("322534", "Root beer")}, "ssn": "123-45-6789",
	}
	first := do("one", "4658091", full)
	if first["ssn"] != "123-45-6789" {
		t.Errorf("the first answer is %v", first)
	}
	nothing := do("nothing", "4658091", full)
	do("two", "4658091", values{
		"firstName": "Bea", "tags": nil, "notes": nil, "dateOfBirth": nil, "latitude": nil, "blocked": false, "ssn": "987-65-4321",
		"fields": []any{field("322530", nil), field("322532", "2019-04-17")},
	})
	payload(t, api, owner(), deleteMutation, values{"id": "4658091"})
	for key, want := range map[string]values{"one": first, "nothing": nothing} {
		want["ssn"] = nil
		if diff := gocmp.Diff(want, do(key, "4658091", full)); diff != "" {
			t.Errorf("%s is answered another record (-first +retry):\n%s", key, diff)
		}
	}
	if got := read(t, api, owner(), "4658091", everything); got["version"] != 4.0 || got["deleted"] != true || got["firstName"] != "Bea" {
		t.Errorf("the client is now %v", got)
	}
}

// TestRetryIsHeldToTodaysRights: who sees the client no more is answered no
// record, and who may not write any more nothing at all.
func TestRetryIsHeldToTodaysRights(t *testing.T) {
	api := reference(t)
	variables := values{"key": "k", "id": "5143212", "patch": values{"city": "Here"}}
	if got := payload(t, api, superUser(), patchMutationKeyed, variables); got["client"] == nil {
		t.Fatalf("answered %v", got)
	}
	elsewhere := superUser()
	elsewhere.LocationIDs = []int64{99}
	before := stored(t, api)
	if got := payload(t, api, elsewhere, patchMutationKeyed, variables); got["client"] != nil {
		t.Errorf("who sees the client no more is answered %v", got)
	}
	reader := superUser()
	reader.Permissions = client.Export
	if response := api.Do(t, reader, patchMutationKeyed, variables); len(response.Errors) != 1 || response.Errors[0].Code() != "FORBIDDEN" {
		t.Errorf("who may not write is answered %s", response.Body)
	}
	unchanged(t, api, before)
}

// TestKeyIsOfABusinessAndAUser: others have keys of their own.
func TestKeyIsOfABusinessAndAUser(t *testing.T) {
	api := reference(t)
	colleague, stranger := owner(), owner()
	colleague.User = "colleague"
	stranger.BusinessID = 77
	m := keyedMutations()["createClient"]
	seen := map[any]bool{}
	for _, who := range []client.Identity{owner(), colleague, stranger} {
		for range 2 {
			seen[payload(t, api, who, m.text, m.with("k", m.variables))["client"].(values)["clientId"]] = true
		}
	}
	if len(seen) != 3 {
		t.Errorf("made %v", seen)
	}
}

// TestRefusedWriteFreesItsKey, whatever it was refused for.
func TestRefusedWriteFreesItsKey(t *testing.T) {
	api := reference(t)
	for _, refused := range []values{
		{"id": "4658091", "patch": values{"emailAddress": "nobody"}},
		{"id": "4658091", "patch": values{}},
		{"id": "4658091", "patch": values{"city": "Here"}, "version": 9},
		{"id": "1", "patch": values{"city": "Here"}},
		{"id": "4658091", "patch": values{"viewClientAccountIds": []any{"1"}}},
	} {
		refused["key"] = "k"
		if got := failures(t, only(t, api.MustDo(t, owner(), patchMutationKeyed, refused))); len(got) != 1 {
			t.Errorf("%v: %v", refused, got)
		}
	}
	if got := rows(t, api, "idempotency"); len(got) > 0 {
		t.Errorf("kept %v", got)
	}
	payload(t, api, owner(), patchMutationKeyed, values{"key": "k", "id": "4658091", "patch": values{"city": "Here"}})
}

// TestKeyIsPrintableASCII of 1 to 255 characters, or none.
func TestKeyIsPrintableASCII(t *testing.T) {
	api := reference(t)
	do := func(key any) []failure {
		return failures(t, only(t, api.MustDo(t, owner(), patchMutationKeyed, values{"key": key, "id": "4658091", "patch": values{"city": "Here"}})))
	}
	for _, good := range []any{nil, " ", "~", strings.Repeat("k", 255)} {
		if got := do(good); got != nil {
			t.Errorf("%q: %v", good, got)
		}
	}
	nothingWritten(t, api, func() {
		for _, bad := range []any{"", strings.Repeat("k", 256), "a\x00b", "a\nb", "\x7f", "k\u00e9y"} {
			if diff := gocmp.Diff([]failure{{"INVALID_IDEMPOTENCY_KEY", "idempotencyKey"}}, do(bad)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", bad, diff)
			}
		}
	})
}

// TestKeyIsGoodForADay: afterwards it is as if it had never been used, though
// the database may not have cleared it away yet.
func TestKeyIsGoodForADay(t *testing.T) {
	api := reference(t)
	m := keyedMutations()["createClient"]
	made := func(variables values) any {
		t.Helper()
		return payload(t, api, owner(), m.text, m.with("k", variables))["client"].(values)["clientId"]
	}
	age := func(by time.Duration) {
		t.Helper()
		_, err := api.Mongo.Collection("idempotency").UpdateMany(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: time.Now().Add(-by)}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	first := made(m.variables)
	age(24*time.Hour - time.Minute)
	if made(m.variables) != first {
		t.Error("forgotten within a day")
	}
	age(24*time.Hour + time.Second)
	second := made(m.other)
	if second == first || made(m.other) != second {
		t.Error("not taken anew after a day")
	}
}

// TestParallelRetriesMakeOneClient sends one keyed mutation many times at once to
// two servers.
func TestParallelRetriesMakeOneClient(t *testing.T) {
	db := testdb.New(t)
	servers := []*apitest.API{apitest.On(t, db), apitest.On(t, db)}
	m := keyedMutations()["createClient"]
	variables := m.with("k", values{"input": person(nil)})
	var mu sync.Mutex
	answers := map[string]int{}
	var group sync.WaitGroup
	for i := range 12 {
		group.Go(func() {
			body := string(servers[i%2].Do(t, owner(), m.text, variables).Body)
			mu.Lock()
			defer mu.Unlock()
			answers[body]++
		})
	}
	group.Wait()
	if len(answers) != 1 || strings.Contains(fmt.Sprint(answers), "errors") {
		t.Errorf("answered %v", answers)
	}
	if got := servers[0].MustDo(t, owner(), `{ clientCount }`, nil)["clientCount"]; got != 1.0 {
		t.Errorf("%v clients", got)
	}
}

var (
	// numberOrID is a number or an object id as MongoDB's extended JSON writes them,
	// whose digits may be by chance those that a test looks for.
	numberOrID = regexp.MustCompile(`\{"\$(numberInt|numberLong|numberDouble|oid)":"[^"]*"\}`)
	binaryText = regexp.MustCompile(`"base64":"([^"]*)"`)
)

// plainText is a document in extended JSON without its numbers and ids, with the
// bytes of its binary values as they are.
func plainText(t *testing.T, document string) string {
	t.Helper()
	return binaryText.ReplaceAllStringFunc(numberOrID.ReplaceAllString(document, ""), func(found string) string {
		decoded, err := base64.StdEncoding.DecodeString(binaryText.FindStringSubmatch(found)[1])
		if err != nil {
			t.Fatal(err)
		}
		return string(decoded)
	})
}

// TestKeptAnswerHoldsNothingOfAPerson: neither the key's text, nor the input, nor
// the record.
func TestKeptAnswerHoldsNothingOfAPerson(t *testing.T) {
	api := reference(t)
	m := keyedMutations()["createClient"]
	payload(t, api, owner(), m.text, m.with("canary key", values{"input": person(values{
		"password": "canary horse", "ssn": "987-65-4321", "city": "canary city", "fields": []any{field("322534", "canary beer")},
	})}))
	kept := rows(t, api, "idempotency")
	if len(kept) != 1 {
		t.Fatalf("kept %v", kept)
	}
	for _, secret := range []string{"canary", "Ada", "Bell", "example.com", "4321"} {
		if strings.Contains(plainText(t, kept[0]), secret) {
			t.Errorf("%s holds %s", kept[0], secret)
		}
	}
	if got := rows(t, api, "secretKeys"); len(got) != 1 {
		t.Errorf("keys are %v", got)
	}
}

// TestFeedIsAnsweredTheSame, with the errors of its entries, and an entry that
// was refused alone frees the key.
func TestFeedIsAnsweredTheSame(t *testing.T) {
	api := reference(t)
	m := keyedMutations()["recordAppointments"]
	entry := func(appointment int, clientID string) values {
		return values{"appointmentId": appointment, "clientId": clientID, "start": "2030-01-01T00:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z"}
	}
	refused := values{"key": "k", "entries": []any{entry(1, "1"), entry(3, "x")}}
	if got := only(t, api.MustDo(t, owner(), m.text, refused)); got["recorded"] != 0.0 || len(got["userErrors"].([]any)) != 2 {
		t.Errorf("answered %v", got)
	}
	variables := values{"key": "k", "entries": []any{entry(1, "1"), entry(2, "4658091"), entry(3, "x")}}
	first := only(t, api.MustDo(t, owner(), m.text, variables))
	if first["recorded"] != 1.0 || len(first["userErrors"].([]any)) != 2 {
		t.Errorf("answered %v", first)
	}
	if diff := gocmp.Diff(first, only(t, api.MustDo(t, owner(), m.text, variables))); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

// TestKeyIsNotComparedBySelection: what is asked about the result may differ.
func TestKeyIsNotComparedBySelection(t *testing.T) {
	api := reference(t)
	m := keyedMutations()["createClient"]
	first := payload(t, api, owner(), m.text, m.with("k", m.variables))["client"].(values)
	again := api.MustDo(t, owner(), `mutation ($key: String, $in: CreateClientInput!) { again: createClient(idempotencyKey: $key, input: $in) {
		client { clientId viewClients { clientId } } userErrors { code } } }`, values{"key": "k", "in": m.variables["input"]})
	if got := only(t, again)["client"].(values); got["clientId"] != first["clientId"] {
		t.Errorf("answered %v, want %v", got, first["clientId"])
	}
}

// A retry answers what was done, also when the client is another one's part by
// then; a change of it that was not done yet is told whose.
func TestRetryIsAnsweredAfterTheClientWasMerged(t *testing.T) {
	api := apitest.New(t)
	api.LoadReference(t)
	change := values{"id": "4761823", "patch": values{"city": "There", "clientIdsClientCanView": []any{"5966842"}}, "key": "once"}
	first := api.MustDo(t, owner(), patchMutationKeyed, change)
	api.MustDo(t, owner(), `mutation { mergeClients(clientId: "5143212", clientIds: ["4761823"]) { userErrors { code } } }`, nil)
	before := everyRow(t, api)
	if diff := gocmp.Diff(first, api.MustDo(t, owner(), patchMutationKeyed, change)); diff != "" {
		t.Errorf("the second answer differs (-first +second):\n%s", diff)
	}
	change["key"] = "another"
	if codes := refusals(only(t, api.MustDo(t, owner(), patchMutationKeyed, change))); !slices.Equal(codes, []string{"CLIENT_MERGED"}) {
		t.Errorf("under another key the change is answered with %v", codes)
	}
	if diff := difference(t, before, everyRow(t, api)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}
