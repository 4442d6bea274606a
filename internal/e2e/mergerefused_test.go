package e2e_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

func TestMergeRefusesWhatCannotBeMergedAndWritesNothing(t *testing.T) {
	api := reference(t)
	a, b, gone, folded := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	payload(t, api, owner(), deleteMutation, values{"id": gone})
	merge(t, api, a, folded)
	many := make([]any, 51)
	for i := range many {
		many[i] = strconv.Itoa(900 + i)
	}
	choice := func(field, from string) []any { return entries(values{"field": field, "fromClientId": from}) }
	for name, refusal := range map[string]struct {
		variables values
		want      []failure
	}{
		"with nobody":     {values{"id": a, "ids": entries()}, []failure{{"REQUIRED", "clientIds"}}},
		"with 51":         {values{"id": a, "ids": many}, []failure{{"TOO_MANY", "clientIds"}}},
		"with itself":     {values{"id": a, "ids": entries(b, a)}, []failure{{"SELF_MERGE", "clientIds.1"}}},
		"twice the same":  {values{"id": a, "ids": entries(b, b)}, []failure{{"DUPLICATE_ID", "clientIds.1"}}},
		"with unknown":    {values{"id": a, "ids": entries(b, "77", client.ID{Type: "FieldDefinition", Number: 1}.String())}, []failure{{"NOT_FOUND", "clientIds.1"}, {"NOT_FOUND", "clientIds.2"}}},
		"into unknown":    {values{"id": "77", "ids": entries(b)}, []failure{{"NOT_FOUND", "clientId"}}},
		"with a deleted":  {values{"id": a, "ids": entries(gone)}, []failure{{"CLIENT_DELETED", "clientIds.0"}}},
		"into a deleted":  {values{"id": gone, "ids": entries(a)}, []failure{{"CLIENT_DELETED", "clientId"}}},
		"with a merged":   {values{"id": b, "ids": entries(folded)}, []failure{{"CLIENT_MERGED", "clientIds.0"}}},
		"in a circle":     {values{"id": folded, "ids": entries(a)}, []failure{{"CLIENT_MERGED", "clientId"}}},
		"of old versions": {values{"id": a, "ids": entries(b), "versions": entries(values{"clientId": a, "version": 1}, values{"clientId": "77", "version": 1})}, []failure{{"VERSION_CONFLICT", "expectedVersions.0.version"}, {"NOT_FOUND", "expectedVersions.1.clientId"}}},
		"by consent":      {values{"id": a, "ids": entries(b), "choices": choice("blocked", b)}, []failure{{"INVALID_CHOICE", "choices.0.field"}}},
		"by a list":       {values{"id": a, "ids": entries(b), "choices": choice("tags", b)}, []failure{{"INVALID_CHOICE", "choices.0.field"}}},
		"by a stranger":   {values{"id": a, "ids": entries(b), "choices": choice("city", "4658091")}, []failure{{"INVALID_CHOICE", "choices.0.fromClientId"}}},
		"twice chosen":    {values{"id": a, "ids": entries(b), "choices": append(choice("city", b), choice("city", a)...)}, []failure{{"INVALID_CHOICE", "choices.1.field"}}},
	} {
		t.Run(name, func(t *testing.T) {
			nothingWritten(t, api, func() {
				answered := only(t, api.MustDo(t, owner(), mergeMutation, refusal.variables))
				if diff := gocmp.Diff(refusal.want, refused(t, answered)); diff != "" {
					t.Errorf("userErrors (-want +got):\n%s", diff)
				}
			})
			if refusal.variables["versions"] != nil {
				return
			}
			response := api.Do(t, owner(), previewQuery, refusal.variables)
			if len(response.Errors) != len(refusal.want) || response.Errors[0].Code() != refusal.want[0].Code && response.Errors[len(response.Errors)-1].Code() != refusal.want[0].Code {
				t.Errorf("the preview answered %s", response.Body)
			}
		})
	}
}

func TestMergeTellsWhatChangedSinceTheExpectedVersions(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	patch(t, api, owner(), b, values{"city": "Rome"})
	answered := only(t, api.MustDo(t, owner(), mergeMutation, values{"id": a, "ids": entries(b), "versions": entries(values{"clientId": a, "version": 1}, values{"clientId": b, "version": 1})}))
	want := plain(entries(values{"clientId": b, "currentVersion": 2, "changedPaths": entries("city")}))
	if diff := gocmp.Diff(want, answered["conflicts"]); diff != "" {
		t.Errorf("conflicts (-want +got):\n%s", diff)
	}
	payload(t, api, owner(), mergeMutation, values{"id": a, "ids": entries(b), "versions": entries(values{"clientId": a, "version": 1}, values{"clientId": b, "version": 2})})
}

func TestMergeNeedsItsPermission(t *testing.T) {
	api := reference(t)
	narrowed := owner()
	narrowed.Permissions = client.Write | client.Delete
	for _, who := range []client.Identity{staff(), superUser(), account(1151044), narrowed} {
		for _, operation := range []string{
			`{ previewMerge(clientId: 1, clientIds: [2]) { clientId } }`,
			`mutation { mergeClients(clientId: 1, clientIds: [2]) { mergeId } }`,
			`mutation { unmergeClients(mergeId: 1) { client { clientId } } }`,
		} {
			nothingWritten(t, api, func() {
				response := api.Do(t, who, operation, nil)
				if len(response.Errors) != 1 || response.Errors[0].Code() != "FORBIDDEN" {
					t.Errorf("%s of %s is answered %s", operation, who.Role, response.Body)
				}
			})
		}
	}
}

// TestMergeOfTooManySubjectsIsRefused before anything is written.
func TestMergeOfTooManySubjectsIsRefused(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	// Whom an edge leads to need not be there for it to be counted.
	for i, id := range []string{a, b} {
		list := make([]int64, client.MaxSubjects/2+1)
		for s := range list {
			list[s] = int64(1_000_000 + i*client.MaxSubjects + s)
		}
		setSubjects(t, api, number(t, id), list)
	}
	nothingWritten(t, api, func() {
		answered := only(t, api.MustDo(t, owner(), mergeMutation, values{"id": a, "ids": entries(b)}))
		if diff := gocmp.Diff([]failure{{"TOO_MANY_SUBJECTS", "clientIds"}}, refused(t, answered)); diff != "" {
			t.Errorf("userErrors (-want +got):\n%s", diff)
		}
	})
}

// TestMergeOfTooMuchTextIsRefused before anything is written: what is read of the
// clients tells it, or what undoing it would take.
func TestMergeOfTooMuchTextIsRefused(t *testing.T) {
	t.Parallel()
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	// Each alert note is as long as one may be.
	alerts := func(id, text string, count int) {
		t.Helper()
		list := make(bson.A, count)
		for i := range list {
			list[i] = fmt.Sprint(i) + strings.Repeat(text, 99_990)
		}
		if _, err := api.Mongo.Collection("clients").UpdateByID(t.Context(), number(t, id), bson.D{{Key: "$set", Value: bson.D{{Key: "alertNotes", Value: list}}}}); err != nil {
			t.Fatal(err)
		}
	}
	alerts(a, "-", 40)
	alerts(b, "+", 40)
	mergeIsTooLarge(t, api, a, b)
	// The report writes each of these with two characters. Spaces cost no time to index.
	alerts(a, "a", 0)
	alerts(b, "\n", 57)
	nothingWritten(t, api, func() {
		answered := only(t, api.MustDo(t, owner(), mergeMutation, values{"id": a, "ids": entries(b)}))
		if diff := gocmp.Diff([]failure{{"MERGE_TOO_LARGE", "clientIds"}}, refused(t, answered)); diff != "" {
			t.Errorf("userErrors (-want +got):\n%s", diff)
		}
	})
}

// mergeIsTooLarge holds a merge to being refused, and its preview to telling so.
func mergeIsTooLarge(t *testing.T, api *apitest.API, a, b string) (message string) {
	t.Helper()
	variables := values{"id": a, "ids": entries(b)}
	nothingWritten(t, api, func() {
		answered := only(t, api.MustDo(t, owner(), mergeMutation, variables))
		if diff := gocmp.Diff([]failure{{"MERGE_TOO_LARGE", "clientIds"}}, refused(t, answered)); diff != "" {
			t.Errorf("userErrors (-want +got):\n%s", diff)
		}
	})
	response := api.Do(t, owner(), previewQuery, variables)
	if diff := gocmp.Diff([]told{{"MERGE_TOO_LARGE", "previewMerge", "clientIds"}}, tell(t, response)); diff != "" {
		t.Errorf("the preview (-want +got):\n%s", diff)
		return ""
	}
	return response.Errors[0].Message
}

// TestMergeMakesNoRecordThatCouldNotBeWritten: texts and lists have the bounds of
// inputs, but for tags; who shortens them merges.
func TestMergeMakesNoRecordThatCouldNotBeWritten(t *testing.T) {
	api := reference(t)
	list := func(prefix string, count int) []any {
		all := make([]any, count)
		for i := range all {
			all[i] = prefix + strconv.Itoa(i)
		}
		return all
	}
	for name, test := range map[string]struct{ a, b, shorter any }{
		"notes":                      {strings.Repeat("ä", 60_000), strings.Repeat("b", 40_000), strings.Repeat("b", 39_999)},
		"alertNotes":                 {list("a", 600), list("b", 401), list("b", 400)},
		"excludeEmailTemplateIdList": {list("1", 600), list("2", 800), list("1", 600)},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := create(t, api, owner(), person(values{name: test.a, "tags": list("a", 200)})), create(t, api, owner(), person(values{name: test.b, "tags": list("b", 200)}))
			if message := mergeIsTooLarge(t, api, a, b); !strings.HasPrefix(message, name+" has at most ") || !strings.Contains(message, "shorten") {
				t.Errorf("the message is %q", message)
			}
			patch(t, api, owner(), b, values{name: test.shorter})
			merge(t, api, a, b)
			got := read(t, api, owner(), a, name+" tags")
			patch(t, api, owner(), a, values{name: got[name], "city": "Rome"})
			if n := len(got["tags"].([]any)); n != 400 {
				t.Errorf("%d tags", n)
			}
		})
	}
}

func TestMergesOfAnotherBusinessAreUnknown(t *testing.T) {
	api := twoBusinesses(t)
	theirs := apitest.Owner(otherBusiness)
	a, b := create(t, api, theirs, person(nil)), create(t, api, theirs, person(nil))
	own := create(t, api, owner(), person(nil))
	id := payload(t, api, theirs, mergeMutation, values{"id": a, "ids": entries(b)})["mergeId"].(string)
	for operation, refusal := range map[string]struct {
		variables values
		want      []failure
	}{
		unmergeMutation: {values{"id": id}, []failure{{"NOT_FOUND", "mergeId"}}},
		mergeMutation:   {values{"id": own, "ids": entries(a, b)}, []failure{{"NOT_FOUND", "clientIds.0"}, {"NOT_FOUND", "clientIds.1"}}},
	} {
		nothingWritten(t, api, func() {
			if diff := gocmp.Diff(refusal.want, refused(t, only(t, api.MustDo(t, owner(), operation, refusal.variables)))); diff != "" {
				t.Errorf("userErrors (-want +got):\n%s", diff)
			}
		})
	}
	for _, query := range []string{`{ client(clientId: "` + b + `") { clientId } }`, `{ node(id: "` + client.ID{Type: client.TypeClient, Number: number(t, b)}.String() + `") { id } }`} {
		if got := only(t, api.MustDo(t, owner(), query, nil)); got != nil {
			t.Errorf("%s answered %v", query, got)
		}
	}
	payload(t, api, theirs, unmergeMutation, values{"id": id})
}
