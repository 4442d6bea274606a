package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// Callers of the reference's business. The ids of staff, locations and accounts
// are those of its clients and their appointments.
func owner() client.Identity { return apitest.Owner(sample.BusinessID) }

// staff sees 4658091, 4761823 and 5143212.
func staff() client.Identity {
	return client.Identity{BusinessID: sample.BusinessID, User: "stella", Role: client.RoleStaff, Permissions: client.Write, StaffID: 501}
}

// superUser sees 4922146 and 5143212.
func superUser() client.Identity {
	return client.Identity{
		BusinessID: sample.BusinessID, User: "lou", Role: client.RoleLocationSuperUser,
		Permissions: client.RoleLocationSuperUser.Permissions(), LocationIDs: []int64{12},
	}
}

// account is the client with that login. That of 1151044 is 4761823, who sees
// 4658091 and 4922146; that of 1151035 is 4658091, who sees nobody else.
func account(id int64) client.Identity {
	return client.Identity{BusinessID: sample.BusinessID, User: "web", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: id}
}

// reference is a server with the reference's clients.
func reference(t *testing.T) *apitest.API {
	t.Helper()
	api := apitest.New(t)
	api.LoadReference(t)
	return api
}

// written are the collections in which a write to a client can be seen.
var written = []string{"clients", "clientHistory", "changes"}

// numberChanges has all rows of the change feed numbered, and nothing of what was
// written under way.
func numberChanges(t *testing.T, api *apitest.API) {
	t.Helper()
	if err := api.Store.NumberChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// rows are all documents of a collection, in the order of _id, as JSON that
// keeps the types of values.
func rows(t *testing.T, api *apitest.API, collection string) []string {
	t.Helper()
	numberChanges(t, api)
	texts := rawRows(t, api, collection)
	for i, document := range texts {
		texts[i] = readable(t, document)
	}
	slices.Sort(texts)
	return texts
}

// rawRows are all documents of a collection, as the bytes of BSON that they
// are answered in, sorted by them.
func rawRows(t *testing.T, api *apitest.API, collection string) []string {
	t.Helper()
	cursor, err := api.Mongo.Collection(collection).Find(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for cursor.Next(t.Context()) {
		texts = append(texts, string(cursor.Current))
	}
	if err := cursor.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(texts)
	return texts
}

// readable is a document of BSON as JSON that keeps the types of values.
func readable(t *testing.T, document string) string {
	t.Helper()
	text, err := bson.MarshalExtJSON(bson.Raw(document), true, false)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// contents are documents by their collections, as the bytes of BSON: most of
// them are only compared, and found to be the same.
type contents map[string][]string

// stored is everything that the database holds of clients.
func stored(t *testing.T, api *apitest.API) contents {
	t.Helper()
	return collections(t, api, written)
}

func collections(t *testing.T, api *apitest.API, names []string) contents {
	t.Helper()
	numberChanges(t, api)
	all := contents{}
	for _, name := range names {
		all[name] = rawRows(t, api, name)
	}
	return all
}

// difference is what one database holds and the other does not, as JSON; empty
// when they hold the same.
func difference(t *testing.T, before, after contents) string {
	t.Helper()
	if maps.EqualFunc(before, after, slices.Equal) {
		return ""
	}
	texts := func(all contents) map[string][]string {
		read := map[string][]string{}
		for name, list := range all {
			for _, document := range list {
				read[name] = append(read[name], readable(t, document))
			}
			slices.Sort(read[name])
		}
		return read
	}
	if diff := gocmp.Diff(texts(before), texts(after)); diff != "" {
		return diff
	}
	return "the same, but for how it is stored"
}

// nothingWritten runs do and holds it to leaving the database as it is.
func nothingWritten(t *testing.T, api *apitest.API, do func()) {
	t.Helper()
	before := stored(t, api)
	do()
	unchanged(t, api, before)
}

// unchanged fails when the database holds anything else than it did before.
func unchanged(t *testing.T, api *apitest.API, before contents) {
	t.Helper()
	if diff := difference(t, before, stored(t, api)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

const (
	createMutation = `mutation ($input: CreateClientInput!) {
		createClient(input: $input) { client { clientId version } userErrors { code message field } } }`
	patchMutation = `mutation ($id: ID!, $patch: ClientPatch!, $version: Int) {
		patchClient(clientId: $id, patch: $patch, expectedVersion: $version) {
			client { clientId version } userErrors { code message field } conflict { currentVersion changedPaths } } }`
	deleteMutation = `mutation ($id: ID!, $version: Int) {
		deleteClient(clientId: $id, expectedVersion: $version) {
			client { clientId version deleted } userErrors { code message field } conflict { currentVersion changedPaths } } }`
	restoreMutation = `mutation ($id: ID!, $version: Int) {
		restoreClient(clientId: $id, expectedVersion: $version) {
			client { clientId version deleted } userErrors { code message field } conflict { currentVersion changedPaths } } }`
)

// values is a JSON object.
type values = map[string]any

// person is the least that a client is made of, with more.
func person(more values) values {
	input := values{"firstName": "Ada", "lastName": "Bell", "emailAddress": "ada@example.com"}
	maps.Copy(input, more)
	return input
}

// payload is the answer to the one mutation of an operation, without errors of
// any kind.
func payload(t *testing.T, api *apitest.API, who client.Identity, mutation string, variables values) values {
	t.Helper()
	answered := only(t, api.MustDo(t, who, mutation, variables))
	if list, _ := answered["userErrors"].([]any); len(list) > 0 {
		t.Fatalf("%s\nwith %v\nanswered %v", mutation, variables, list)
	}
	return answered
}

// create makes a client and returns its id.
func create(t *testing.T, api *apitest.API, who client.Identity, input values) string {
	t.Helper()
	made := payload(t, api, who, createMutation, values{"input": input})
	return made["client"].(values)["clientId"].(string)
}

// patch changes a client.
func patch(t *testing.T, api *apitest.API, who client.Identity, id string, change values) values {
	t.Helper()
	return payload(t, api, who, patchMutation, values{"id": id, "patch": change})["client"].(values)
}

// read selects fields of a client as that caller.
func read(t *testing.T, api *apitest.API, who client.Identity, id, fields string) values {
	t.Helper()
	found, _ := api.MustDo(t, who, `query ($id: ID!) { client(clientId: $id) { `+fields+` } }`, values{"id": id})["client"].(values)
	return found
}

// only is the one value of an answer.
func only(t *testing.T, data values) values {
	t.Helper()
	if len(data) != 1 {
		t.Fatalf("want one field, got %v", data)
	}
	for _, value := range data {
		answered, _ := value.(values)
		return answered
	}
	return nil
}

// failure is a userError without its message: the code, and where.
type failure struct{ Code, At string }

// failures are the userErrors of a payload. Each has a message.
func failures(t *testing.T, answered values) []failure {
	t.Helper()
	var found []failure
	list, _ := answered["userErrors"].([]any)
	for _, entry := range list {
		e := entry.(values)
		if e["message"] == "" {
			t.Errorf("%v has no message", e)
		}
		found = append(found, failure{e["code"].(string), joined(e["field"])})
	}
	return found
}

// joined is a path as text.
func joined(path any) string {
	elements, _ := path.([]any)
	texts := make([]string, len(elements))
	for i, element := range elements {
		texts[i] = fmt.Sprint(element)
	}
	return strings.Join(texts, ".")
}

// silent fails when a text repeats one of the values that were sent. Values of
// up to three characters are in every text.
func silent(t *testing.T, text string, sent any) {
	t.Helper()
	switch v := sent.(type) {
	case string:
		if len(v) > 3 && strings.Contains(text, v) {
			t.Errorf("%s\nrepeats a value that was sent: %.80s", text, v)
		}
	case values:
		for _, value := range v {
			silent(t, text, value)
		}
	case []any:
		for _, value := range v {
			silent(t, text, value)
		}
	case json.Number:
		silent(t, text, v.String())
	}
}

// fromJSON reads JSON, numbers to the last digit.
func fromJSON(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// literal is a value as a GraphQL document writes it.
func literal(value any) string {
	switch v := value.(type) {
	case values:
		var fields []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, name+": "+literal(v[name]))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case []any:
		entries := make([]string, len(v))
		for i := range v {
			entries[i] = literal(v[i])
		}
		return "[" + strings.Join(entries, ", ") + "]"
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// plain is a JSON value with numbers as float64, as answers have them.
func plain(value any) any {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	var same any
	if err := json.Unmarshal(data, &same); err != nil {
		panic(err)
	}
	return same
}

// number is an id as a number.
func number(t *testing.T, id string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func globalID(t *testing.T, typeName, id string) string {
	t.Helper()
	return client.ID{Type: typeName, Number: number(t, id)}.String()
}

// document is one stored document.
func document(t *testing.T, api *apitest.API, collection string, query bson.D) bson.M {
	t.Helper()
	var found bson.M
	if err := api.Mongo.Collection(collection).FindOne(t.Context(), query).Decode(&found); err != nil {
		t.Fatal(err)
	}
	return found
}

// hashOf is the stored hash of a client's password.
func hashOf(t *testing.T, api *apitest.API, id string) string {
	t.Helper()
	hash, _ := document(t, api, "clients", bson.D{{Key: "_id", Value: number(t, id)}})["password"].(string)
	return hash
}
