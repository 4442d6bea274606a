package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	gqlast "github.com/vektah/gqlparser/v2/ast"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/testsize"
)

// pair is a value of another business's, and one that nobody has, as literals.
type pair struct{ kind, foreign, missing string }

// asked is a field that is called with a pair at one of its positions.
type asked struct {
	position position
	pair     pair
}

// inquiry holds a home to knowing nothing of another business.
type inquiry struct {
	api            *apitest.API
	schema         *gqlast.Schema
	home, away, no *tenant
	// begin is what the home has at first; touched says that it may have changed.
	begin   map[string][]bson.Raw
	touched bool
	// count is of the pairs that were asked.
	count int
}

// reached are fields by which things come into sight that have arguments too.
func reached(t *testing.T, at *tenant, parent string) (operation, before, after string) {
	t.Helper()
	switch parent {
	case "Query", "Mutation":
		return strings.ToLower(parent), "", ""
	case "Client":
		return "query", fmt.Sprintf("client(clientId: %d) { ", at.at(clientOwn)), " }"
	}
	if parent == "Webhook" {
		return "query", fmt.Sprintf("webhook(webhookId: %d) { ", at.at(lastWebhook)), " }"
	}
	if parent == "MergedClient" {
		return "query", fmt.Sprintf("node(id: %q) { ... on MergedClient { ", globalID(t, "MergedClient", strconv.FormatInt(at.at(clientFolded), 10))), " } }"
	}
	t.Fatalf("say in reached how a %s is come by", parent)
	return "", "", ""
}

// maxRoots is how many fields one operation asks for.
const maxRoots = 20

// equal asks for fields with what is foreign, and with what is missing, and
// compares the answers to the byte, and what they asked of the database.
func (q *inquiry) equal(t *testing.T, who client.Identity, list []asked) (answers string) {
	t.Helper()
	for batch := range slices.Chunk(list, maxRoots) {
		q.count += len(batch)
		operation, _, _ := reached(t, q.home, batch[0].position.parent)
		ask := func(which func(pair) string) (string, []string) {
			var text strings.Builder
			for i, a := range batch {
				_, before, after := reached(t, q.home, a.position.parent)
				f := &filler{schema: q.schema, tenant: q.home, at: a.position.path, value: which(a.pair)}
				fmt.Fprintf(&text, " a%d: %s%s%s", i, before, f.call(a.position.parent, a.position.field), after)
			}
			q.rewind(t)
			var response apitest.Response
			// A caller may look up so many addresses in a time.
			q.api.RateClock.Advance(budgetFills)
			traffic := q.api.Traffic(func() { response = q.api.Do(t, who, operation+" {"+text.String()+" }", nil) })
			if operation == "query" {
				// Its fields are answered side by side.
				slices.Sort(traffic)
			}
			q.touched = q.touched || slices.ContainsFunc(traffic, func(sent string) bool { return strings.HasPrefix(sent, "commit") })
			body := inOrderOfErrors(t, response.Body)
			for _, a := range batch {
				body = neutral(body, which(a.pair))
			}
			return made.ReplaceAllString(body, `"NEW"`), traffic
		}
		foreign, foreignTraffic := ask(func(p pair) string { return p.foreign })
		missing, missingTraffic := ask(func(p pair) string { return p.missing })
		if foreign != missing || !slices.Equal(foreignTraffic, missingTraffic) {
			if len(batch) > 1 {
				// Which of them is it?
				for _, a := range batch {
					q.equal(t, who, []asked{a})
				}
			}
			t.Errorf("%s, %s: the foreign %s of %d is answered (-missing +foreign)\n%s\nby the commands\n%s",
				who.Role, batch[0].position, batch[0].pair.kind, len(batch), gocmp.Diff(missing, foreign), gocmp.Diff(missingTraffic, foreignTraffic))
		}
		if strings.Contains(strings.ToLower(foreign), strings.ToLower(q.away.word)) {
			t.Errorf("%s, %s: the answer tells of the other business:\n%s", who.Role, batch[0].position, foreign)
		}
		answers += foreign
	}
	return answers
}

// inOrderOfErrors is an answer with its errors in one order: fields of a query are
// answered side by side.
func inOrderOfErrors(t *testing.T, body []byte) string {
	t.Helper()
	var answer struct {
		Errors []json.RawMessage `json:"errors"`
		Data   json.RawMessage   `json:"data"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	slices.SortFunc(answer.Errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	return fmt.Sprintf("%s%s", answer.Errors, answer.Data)
}

// neutral is an answer without the value that was asked for.
func neutral(body, literal string) string {
	value := strings.Trim(literal, `"`)
	if len(value) < len("1000000") {
		// It is told by nothing but itself, and may be part of anything: only the ids of
		// locations, which may be any, are answered as they were sent.
		return strings.ReplaceAll(body, `"locationIds":["`+value+`"]`, `"locationIds":["ASKED"]`)
	}
	return strings.ReplaceAll(body, value, "ASKED")
}

// made are the ids of what the test makes: those above the last ones of the other
// business, and of merges; and of location groups, which have the id that they are
// given, should it be that of a merge.
var made = regexp.MustCompile(`"20(0[1-9]|[1-9][0-9])[0-9]{3}"|"mergeId":"[0-9]+"|"locationGroupId":"[0-9]"|"id":"([A-Za-z0-9_-]{16,}|Sm9i[A-Za-z0-9_-]*)"|"secret":"whsec_[^"]*"|"/jobs/[0-9]+/file"|"(createdDate|modifiedDate|endedDate|previousSecretExpires)":"202[0-9][^"]*"`)

// budgetFills is more than a budget takes to be full again.
const budgetFills = 1 << 40

func newInquiry(t *testing.T) *inquiry {
	t.Helper()
	api, at, other := twoTenants(t)
	if len(other.mergeID) != 1 {
		t.Fatalf("merge %s: one that is missing is to have as many digits", other.mergeID)
	}
	q := &inquiry{api: api, schema: apitest.Schema(t), home: at, away: other, no: &tenant{base: nowhere, word: "Cypress", mergeID: "9"}}
	q.begin = belongings(t, api, at.base)
	return q
}

// rewind brings the home back to how it was at first, so that nothing but what is
// asked for makes a difference. The feed goes on, and its counter.
func (q *inquiry) rewind(t *testing.T) {
	t.Helper()
	if !q.touched {
		return
	}
	q.touched = false
	// A row that waits for its number would stand in the way of the same change of the
	// same client, made once more.
	numberChanges(t, q.api)
	for name, kept := range q.begin {
		if name == "changes" || name == "counters" || name == "feeds" {
			continue
		}
		collection := q.api.Mongo.Collection(name)
		if _, err := collection.DeleteMany(t.Context(), ofBusiness(q.home.base)); err != nil {
			t.Fatal(err)
		}
		if _, err := collection.InsertMany(t.Context(), kept); err != nil {
			t.Fatal(err)
		}
	}
}

// ofBusiness matches what is of a business, and the business itself.
func ofBusiness(businessID int64) bson.D {
	return bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: "businessId", Value: businessID}}, bson.D{{Key: "_id", Value: businessID}}}}}
}

// belongings are all of a business, by collection.
func belongings(t *testing.T, api *apitest.API, businessID int64) map[string][]bson.Raw {
	t.Helper()
	numberChanges(t, api)
	names, err := api.Mongo.ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]bson.Raw{}
	for _, name := range names {
		cursor, err := api.Mongo.Collection(name).Find(t.Context(), ofBusiness(businessID))
		if err != nil {
			t.Fatal(err)
		}
		var found []bson.Raw
		if err := cursor.All(t.Context(), &found); err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			all[name] = found
		}
	}
	for _, needed := range []string{"clients", "clientHistory", "changes", "fieldDefinitions", "clientForms", "appointments", "locationGroups", "mergeJournal"} {
		if len(all[needed]) == 0 {
			t.Fatalf("business %d has nothing in %s", businessID, needed)
		}
	}
	return all
}

// holdings are the documents of the other business.
func (q *inquiry) holdings(t *testing.T) contents {
	t.Helper()
	all := contents{}
	for name, list := range belongings(t, q.api, q.away.base) {
		for _, document := range list {
			all[name] = append(all[name], string(document))
		}
		slices.Sort(all[name])
	}
	return all
}

// TestNothingOfAnotherBusiness: there is no way to it.
func TestNothingOfAnotherBusiness(t *testing.T) {
	t.Parallel()
	q := newInquiry(t)
	for _, rule := range []struct {
		says string
		hold func(*testing.T, *inquiry)
	}{
		{"foreign ids answer as missing", foreignIDsAnswerAsMissing},
		{"foreign cursors answer as broken", foreignCursorsAnswerAsBroken},
		{"businesses asked at once answer as alone", businessesAskedAtOnceAnswerAsAlone},
		{"subscriptions hear nothing of others", subscriptionsHearNothingOfOthers},
		{"foreign idempotency keys are unknown", foreignKeysAreUnknown},
	} {
		t.Run(rule.says, func(t *testing.T) {
			q.count = 0
			rule.hold(t, q)
			q.touched = true
			q.rewind(t)
		})
	}
}

// foreignIDsAnswerAsMissing calls every field of the schema that takes an id, or a
// text by which records are found, at every place where it takes one, with those
// of another business and with those of nobody.
func foreignIDsAnswerAsMissing(t *testing.T, q *inquiry) {
	before := q.holdings(t)
	// See subscriptionsHearNothingOfOthers for the rest.
	for _, parent := range outputs(q.schema) {
		if parent.Name == "Subscription" {
			continue
		}
		for role, who := range q.home.callers() {
			var list []asked
			for place, p := range positions(q.schema) {
				if p.parent != parent.Name {
					continue
				}
				switch p.meant(q.schema) {
				case idValue:
					for _, pair := range q.pairs(p, who, place+role) {
						list = append(list, asked{p, pair})
					}
				case textValue:
					list = append(list, asked{p, pair{p.name(), quote(q.away.text(p.name())), quote(q.no.text(p.name()))}})
				}
			}
			q.equal(t, who, list)
		}
	}
	if diff := difference(t, before, q.holdings(t)); diff != "" {
		t.Fatalf("the other business changed (-before +after):\n%s", diff)
	}
	t.Logf("%d pairs of a foreign and a missing value are answered alike", q.count)
}

func quote(text string) string { return `"` + text + `"` }

// pairs are the ids to ask for at a place. In the normal size these are one of
// the kind that belongs there, for the administrator one of the others in turn,
// and, for who doesn't see all of the home, one of a client there that is hidden.
func (q *inquiry) pairs(p position, who client.Identity, turn int) []pair {
	var all []pair
	foreign, missing := q.away.ids(), q.no.ids()
	kind := natural(p.name())
	for i := range foreign {
		wanted := foreign[i].kind == kind
		if who.Role == client.RoleAdmin {
			wanted = i == turn%len(foreign)
		}
		if wanted || testsize.Of(0, 1, 1) == 1 {
			all = append(all, pair{foreign[i].kind, foreign[i].literal, missing[i].literal})
		}
	}
	hidden := map[string]int64{"client": clientHidden, "account": firstAccount + clientHidden}[kind]
	if hidden != 0 && who.Role != client.RoleOwner && who.Role != client.RoleAdmin {
		all = append(all, pair{"hidden " + kind, quote(fmt.Sprint(q.home.at(hidden))), quote(fmt.Sprint(q.no.at(hidden)))})
	}
	return all
}
