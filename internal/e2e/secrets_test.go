package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	gqlast "github.com/vektah/gqlparser/v2/ast"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/sample"
	"clientgraph/internal/store"
	"clientgraph/internal/testsize"
)

const (
	// canaryPassword and canarySSN are sent where a secret belongs. Nobody may
	// ever find them again.
	canaryPassword = "Zq7-canary-password"
	canarySSN      = "919-47-3562"
	// stray is sent where something else belongs. No message and no log line may
	// repeat it.
	stray = "Zq7-stray-secret"
)

// secretPlaces are the names under which a secret is sent.
var secretPlaces = map[string]string{"password": canaryPassword, "ssn": canarySSN}

// Whatever becomes of a mutation, a password or a social security number that
// was sent with it is in no document, answer, history, feed or log line; and
// what was sent in a wrong place is in no message and no log line.
func TestPropertyNoMutationLeavesASecretAnywhere(t *testing.T) {
	t.Parallel()
	schema, variables := apitest.Schema(t), succeeding()
	var names []string
	for _, field := range schema.Mutation.Fields {
		names = append(names, field.Name)
	}
	if unknown := slices.DeleteFunc(slices.Collect(maps.Keys(variables)), func(name string) bool { return slices.Contains(names, name) }); len(unknown) > 0 {
		t.Errorf("the schema has no mutations %v", unknown)
	}
	for _, mutation := range schema.Mutation.Fields {
		t.Run(mutation.Name, func(t *testing.T) {
			text, there := variables[mutation.Name]
			if !there {
				t.Fatalf("a new mutation: say in succeeding with which variables %s succeeds", mutation.Name)
			}
			s := newSecrets(t, schema, mutation)
			s.wantEverySecret(t, text)
			s.run(t, text)
			s.search(t)
		})
	}
}

// secrets is one mutation under test, on an API of its own.
type secrets struct {
	api      *apitest.API
	schema   *gqlast.Schema
	mutation *gqlast.FieldDefinition
	query    string
	owner    client.Identity
}

func newSecrets(t *testing.T, schema *gqlast.Schema, mutation *gqlast.FieldDefinition) *secrets {
	t.Helper()
	s := &secrets{api: apitest.Watched(t), schema: schema, mutation: mutation, owner: owner()}
	s.api.LoadReference(t)
	// Who may read the number is shown it.
	s.owner.Permissions &^= client.PII
	s.query = mutationText(schema, mutation)
	if answer := s.api.Do(t, s.owner, secretsBefore, nil); s.refused(answer) {
		t.Fatalf("what is done before is refused: %s", answer.Body)
	}
	err := s.api.Store.QueueDeliveries(t.Context(), store.WebhookKey{BusinessID: sample.BusinessID, WebhookID: 1}, []store.WebhookDelivery{
		{Place: 2, MessageID: "msg_1", Kind: history.KindUpserted, ClientID: 4658091, ChangedDate: time.Now(), State: store.DeliveryPending},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mutationText is a document that sends the mutation with all its arguments and
// selects of its payload what can be selected.
func mutationText(schema *gqlast.Schema, mutation *gqlast.FieldDefinition) string {
	var declared, given []string
	for _, argument := range mutation.Arguments {
		declared = append(declared, "$"+argument.Name+": "+argument.Type.String())
		given = append(given, argument.Name+": $"+argument.Name)
	}
	return "mutation (" + strings.Join(declared, ", ") + ") { " + mutation.Name + "(" + strings.Join(given, ", ") + ") " +
		selectAll(schema, mutation.Type, 3) + " }"
}

// selectAll selects all of a type that takes no argument, to that depth.
func selectAll(schema *gqlast.Schema, of *gqlast.Type, depth int) string {
	def := schema.Types[of.Name()]
	if def.IsLeafType() {
		return ""
	}
	selected := []string{"__typename"}
	for _, field := range def.Fields {
		leaf := schema.Types[field.Type.Name()].IsLeafType()
		needs := slices.ContainsFunc(field.Arguments, func(a *gqlast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
		if apitest.IsIntrospection(field) || needs || (depth == 1 && !leaf) {
			continue
		}
		selected = append(selected, field.Name+" "+selectAll(schema, field.Type, depth-1))
	}
	return "{ " + strings.Join(selected, " ") + " }"
}

// wantEverySecret wants the variables to have a secret in every place that the
// mutation has for one.
func (s *secrets) wantEverySecret(t *testing.T, text string) {
	t.Helper()
	seen := map[string]bool{}
	var walk func(name string)
	walk = func(name string) {
		def := s.schema.Types[name]
		if def.Kind != gqlast.InputObject || seen[name] {
			return
		}
		seen[name] = true
		for _, field := range def.Fields {
			if secret := secretPlaces[field.Name]; secret != "" && !strings.Contains(text, secret) {
				t.Errorf("%s.%s takes a secret: let the variables have %s there", name, field.Name, secret)
			}
			walk(field.Type.Name())
		}
	}
	for _, argument := range s.mutation.Arguments {
		walk(argument.Type.Name())
	}
}

// run sends the mutation in every way there is: so that it succeeds, again, and
// so that it fails for each reason that all mutations have.
func (s *secrets) run(t *testing.T, text string) {
	t.Helper()
	fresh := func() map[string]any {
		var variables map[string]any
		if err := json.Unmarshal([]byte(text), &variables); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return variables
	}
	// By those who may not.
	nobody := client.Identity{BusinessID: sample.BusinessID, User: "nobody", Role: client.RoleStaff, StaffID: 1}
	if !s.refused(s.send(t, nobody, fresh())) {
		t.Error("a caller without permissions was let in")
	}
	// With something wrong at each place, or at some of them.
	wrongs := []any{stray + "\x07", stray, strings.Repeat(stray, 8_000), map[string]any{"unexpected": stray}, []any{stray, map[string]any{}}, 12.5}
	all := places(fresh(), nil)
	step := max(1, len(all)*len(wrongs)/testsize.Of(3, math.MaxInt32, math.MaxInt32))
	for n := 0; n < len(all)*len(wrongs); n += step {
		variables := fresh()
		put(variables, all[n/len(wrongs)], wrongs[n%len(wrongs)])
		s.send(t, s.owner, variables)
	}
	for _, name := range []string{"clientId", "expectedVersion", "schedulerPreferenceFieldDefnId"} {
		if s.mutation.Arguments.ForName(name) == nil {
			continue
		}
		variables := fresh()
		variables[name] = 987654321
		if !s.refused(s.send(t, s.owner, variables)) {
			t.Errorf("%s: want 987654321 refused", name)
		}
	}
	s.sendText(t, strings.ReplaceAll(s.query, "$"+s.mutation.Arguments[0].Name+",", stray+",")+" { "+stray)
	s.obstructed(t, fresh())
	if s.mutation.Name == "exportClients" {
		// What was made by chance ends, and makes room.
		runJobs(t, s.api)
		eventually(t, "all jobs have ended", func() bool {
			open, err := s.api.Mongo.Collection("jobs").CountDocuments(t.Context(), bson.D{{Key: "open", Value: true}})
			if err != nil {
				t.Fatal(err)
			}
			return open == 0
		})
	}
	// So that it succeeds, and again.
	variables := fresh()
	variables["idempotencyKey"] = "once"
	for range 2 {
		if answer := s.send(t, s.owner, variables); s.refused(answer) {
			t.Errorf("the variables in succeeding do not succeed: %s", answer.Body)
		}
	}
	variables["expectedVersion"] = 1
	s.send(t, s.owner, variables)
}

// obstructed sends the mutation when the feed, jobs, or what webhooks are locked by, can't
// be written: it fails on our side, with whatever the database says about it.
func (s *secrets) obstructed(t *testing.T, variables map[string]any) {
	t.Helper()
	written := "outbox"
	if strings.Contains(s.mutation.Name, "Webhook") {
		written = "counters"
	}
	if strings.HasSuffix(s.mutation.Name, "portClients") || s.mutation.Name == "cancelJob" {
		written = "jobs"
	}
	accept := func(validator bson.D) {
		t.Helper()
		if err := s.api.Mongo.RunCommand(t.Context(), bson.D{{Key: "collMod", Value: written}, {Key: "validator", Value: validator}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	accept(bson.D{{Key: "nothing has this", Value: bson.D{{Key: "$exists", Value: true}}}})
	defer accept(bson.D{})
	s.send(t, s.owner, variables)
}

func (s *secrets) send(t *testing.T, who client.Identity, variables map[string]any) apitest.Response {
	t.Helper()
	answer := s.api.Do(t, who, s.query, variables)
	s.wantNoSecret(t, "the answer", answer.Body)
	messages, err := json.Marshal([]any{answer.Errors, found(answer.Data, "userErrors")})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(messages, []byte(stray)) {
		t.Errorf("a message repeats what was sent: %.2000s", messages)
	}
	return answer
}

// sendText sends a document that is no operation.
func (s *secrets) sendText(t *testing.T, document string) {
	t.Helper()
	answer := s.api.Do(t, s.owner, document, nil)
	if len(answer.Errors) == 0 || bytes.Contains(answer.Body, []byte(stray)) {
		t.Errorf("%s answers %s", document, answer.Body)
	}
}

// refused says whether an answer has errors of either kind.
func (s *secrets) refused(answer apitest.Response) bool {
	for _, list := range found(answer.Data, "userErrors") {
		if list, _ := list.([]any); len(list) > 0 {
			return true
		}
	}
	return len(answer.Errors) > 0
}

// search looks for secrets in all that is stored, in what can be read of it, and
// in what those who run the server are told: log, metrics and spans.
func (s *secrets) search(t *testing.T) {
	t.Helper()
	for _, query := range []string{
		`{ clients(pageSize: 500) ` + selectAll(s.schema, s.schema.Query.Fields.ForName("clients").Type, 2) + ` }`,
		`{ clients(pageSize: 500) { clientId history { edges { node { operation changes { path before after } } } } } }`,
		`{ exportClientData(clientId: "4761823") ` + selectAll(s.schema, s.schema.Query.Fields.ForName("exportClientData").Type, 2) + ` }`,
		`{ clientChanges(first: 1000) { changes { kind clientId changedFields } } }`,
	} {
		answer := s.api.Do(t, s.owner, query, nil)
		if len(answer.Errors) > 0 {
			t.Errorf("%s answers %s", query, answer.Body)
		}
		s.wantNoSecret(t, query, answer.Body)
	}
	collections, err := s.api.Mongo.ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range collections {
		cursor, err := s.api.Mongo.Collection(name).Find(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		for cursor.Next(t.Context()) {
			s.wantNoSecret(t, "a document of "+name, cursor.Current)
		}
		if err := cursor.Err(); err != nil {
			t.Fatal(err)
		}
	}
	log := []byte(s.api.Observed(t))
	s.wantNoSecret(t, "the log, a metric or a span", log)
	if bytes.Contains(log, []byte(stray)) {
		t.Errorf("the log, a metric or a span repeats what was sent: %s", log)
	}
}

// wantNoSecret looks for the secrets in any form that they are written in.
func (*secrets) wantNoSecret(t *testing.T, where string, text []byte) {
	t.Helper()
	lower := bytes.ToLower(text)
	for _, secret := range []string{canaryPassword, canarySSN} {
		for _, form := range []string{secret, strings.ReplaceAll(secret, "-", ""), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if at := bytes.Index(lower, bytes.ToLower([]byte(form))); at >= 0 {
				t.Errorf("%s holds a secret: %q", where, text[max(0, at-200):min(len(text), at+100)])
			}
		}
	}
}

// places are the paths of all values in a JSON value, secrets themselves aside.
func places(value any, at []any) [][]any {
	var all [][]any
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, places(v[name], append(slices.Clone(at), name))...)
		}
	case []any:
		for i := range v {
			all = append(all, places(v[i], append(slices.Clone(at), i))...)
		}
	}
	if len(at) > 0 {
		all = append(all, at)
	}
	return all
}

// put puts a value at a path.
func put(into any, at []any, value any) {
	for len(at) > 1 {
		switch v := into.(type) {
		case map[string]any:
			into = v[at[0].(string)]
		case []any:
			into = v[at[0].(int)]
		}
		at = at[1:]
	}
	switch v := into.(type) {
	case map[string]any:
		v[at[0].(string)] = value
	case []any:
		v[at[0].(int)] = value
	}
}

// found are the values of that name, at any depth.
func found(value any, name string) []any {
	var all []any
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			if key == name {
				all = append(all, one)
			}
			all = append(all, found(one, name)...)
		}
	case []any:
		for _, one := range v {
			all = append(all, found(one, name)...)
		}
	}
	return all
}
