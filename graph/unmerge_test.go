package graph_test

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

// refused is the answer to a mutation that is refused: its userErrors, with
// nothing written.
func refused(t *testing.T, answered values) []failure {
	t.Helper()
	if answered["client"] != nil {
		t.Errorf("refused, and answered %v", answered["client"])
	}
	return failures(t, answered)
}

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
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	notes := func(id, text string) {
		t.Helper()
		if _, err := api.Mongo.Collection("clients").UpdateByID(t.Context(), number(t, id), bson.D{{Key: "$set", Value: bson.D{{Key: "notes", Value: text}}}}); err != nil {
			t.Fatal(err)
		}
	}
	try := func() {
		t.Helper()
		nothingWritten(t, api, func() {
			answered := only(t, api.MustDo(t, owner(), mergeMutation, values{"id": a, "ids": entries(b)}))
			if diff := gocmp.Diff([]failure{{"MERGE_TOO_LARGE", "clientIds"}}, refused(t, answered)); diff != "" {
				t.Errorf("userErrors (-want +got):\n%s", diff)
			}
		})
	}
	notes(a, strings.Repeat("a", 4<<20))
	notes(b, strings.Repeat("b", 4<<20))
	try()
	// The report writes each of these with two characters.
	notes(a, "a")
	notes(b, strings.Repeat(`"`, 11<<19))
	try()
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

func TestOnlyTheLatestMergeIsUndoneAndOnlyOnce(t *testing.T) {
	api := reference(t)
	a, b, c, d := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	first := merge(t, api, b, c)
	second := merge(t, api, a, b)
	third := merge(t, api, a, d)
	try := func(id, code, at string) {
		t.Helper()
		nothingWritten(t, api, func() {
			if diff := gocmp.Diff([]failure{{code, at}}, refused(t, only(t, api.MustDo(t, owner(), unmergeMutation, values{"id": id})))); diff != "" {
				t.Errorf("unmerging %s (-want +got):\n%s", id, diff)
			}
		})
	}
	try("99", "NOT_FOUND", "mergeId")
	try(first, "MERGE_NOT_LATEST", "mergeId")
	try(second, "MERGE_NOT_LATEST", "mergeId")
	payload(t, api, owner(), deleteMutation, values{"id": a})
	try(third, "CLIENT_DELETED", "mergeId")
	payload(t, api, owner(), restoreMutation, values{"id": a})
	unmerge(t, api, third)
	try(third, "ALREADY_UNMERGED", "mergeId")
	try(first, "MERGE_NOT_LATEST", "mergeId")
	unmerge(t, api, second)
	unmerge(t, api, first)
	for _, id := range []string{a, b, c, d} {
		if got := read(t, api, owner(), id, "clientId requestedClientId mergedClients { clientId }"); got["clientId"] != id || len(got["mergedClients"].([]any)) > 0 {
			t.Errorf("client(%s) answered %v", id, got)
		}
	}
}

func TestUnmergeTellsOfConflictsAndOverwritesNothing(t *testing.T) {
	api := reference(t)
	a := create(t, api, owner(), person(values{"notes": "mine", "tags": entries("Own")}))
	b := create(t, api, owner(), person(values{"notes": "theirs", "city": "Rome", "state": "NY", "tags": entries("Brought", "Dropped"), "fields": entries(field("322530", 7))}))
	id := merge(t, api, a, b)
	patch(t, api, owner(), a, values{"city": "Oslo", "notes": "rewritten", "tags": entries("Own", "Brought", "Later"), "fields": entries(field("322530", 9)), "state": nil, "county": "Kings"})
	version := read(t, api, owner(), a, "version")["version"]
	nothingWritten(t, api, func() {
		answered := only(t, api.MustDo(t, owner(), unmergeMutation, values{"id": id, "version": version}))
		if diff := gocmp.Diff([]failure{{"UNMERGE_CONFLICT", "choices"}}, refused(t, answered)); diff != "" {
			t.Errorf("userErrors (-want +got):\n%s", diff)
		}
		want := plain(entries(
			values{"field": "city", "before": nil, "merged": "Rome", "current": "Oslo"},
			values{"field": "notes", "before": "mine", "merged": "mine\ntheirs", "current": "rewritten"},
			values{"field": "fields.322530", "before": nil, "merged": 7, "current": 9}))
		if diff := gocmp.Diff(want, answered["conflicts"]); diff != "" {
			t.Errorf("conflicts (-want +got):\n%s", diff)
		}
		answered = only(t, api.MustDo(t, owner(), unmergeMutation, values{"id": id, "version": 1}))
		if got := failures(t, answered); len(got) != 1 || got[0] != (failure{"VERSION_CONFLICT", "expectedVersion"}) {
			t.Errorf("an old version is answered %v", got)
		}
	})
	payload(t, api, owner(), unmergeMutation, values{"id": id, "version": version, "choices": entries(
		values{"field": "city", "value": "CURRENT"}, values{"field": "notes", "value": "BEFORE"}, values{"field": "fields.322530", "value": "BEFORE"})})
	const fields = "city state county notes tags fieldDataMap"
	survivor, back := read(t, api, owner(), a, fields), read(t, api, owner(), b, fields)
	want := plain(values{"city": "Oslo", "state": nil, "county": "Kings", "notes": "mine", "tags": entries("Own", "Later"), "fieldDataMap": survivor["fieldDataMap"]})
	if diff := gocmp.Diff(want, any(survivor)); diff != "" {
		t.Errorf("the survivor (-want +got):\n%s", diff)
	}
	want = plain(values{"city": "Rome", "state": "NY", "county": nil, "notes": "theirs", "tags": entries("Brought", "Dropped"), "fieldDataMap": back["fieldDataMap"]})
	if diff := gocmp.Diff(want, any(back)); diff != "" {
		t.Errorf("the other (-want +got):\n%s", diff)
	}
	if _, has := survivor["fieldDataMap"].(values)["322530"]; has || back["fieldDataMap"].(values)["322530"] != 7.0 {
		t.Errorf("custom fields are %v and %v", survivor["fieldDataMap"], back["fieldDataMap"])
	}
}

// TestUnmergeHoldsToWhatIsChosen also where nothing has to be chosen any more, or
// nothing can be.
func TestUnmergeHoldsToWhatIsChosen(t *testing.T) {
	api := reference(t)
	a := create(t, api, owner(), person(nil))
	b := create(t, api, owner(), person(values{"city": "Rome", "state": "NY", "fields": entries(field("322530", 7))}))
	id := merge(t, api, a, b)
	choice := func(field, value string) any { return values{"field": field, "value": value} }
	for _, refusal := range []struct {
		choices []any
		at      string
	}{
		{entries(choice("city", "CURRENT"), choice("county", "BEFORE")), "choices.1.field"},
		{entries(choice("fields.322516", "BEFORE")), "choices.0.field"},
		{entries(choice("city", "CURRENT"), choice("city", "BEFORE")), "choices.1.field"},
	} {
		nothingWritten(t, api, func() {
			answered := only(t, api.MustDo(t, owner(), unmergeMutation, values{"id": id, "choices": refusal.choices}))
			if diff := gocmp.Diff([]failure{{"INVALID_CHOICE", refusal.at}}, refused(t, answered)); diff != "" {
				t.Errorf("userErrors (-want +got):\n%s", diff)
			}
		})
	}
	payload(t, api, owner(), unmergeMutation, values{"id": id, "choices": entries(choice("city", "CURRENT"), choice("fields.322530", "CURRENT"))})
	got := read(t, api, owner(), a, "city state fieldDataMap")
	if got["city"] != "Rome" || got["state"] != nil || got["fieldDataMap"].(values)["322530"] != 7.0 {
		t.Errorf("the survivor is %v", got)
	}
}

func TestMergeMovesEdgesOfNeighboursWithoutANewVersion(t *testing.T) {
	api := reference(t)
	x := create(t, api, owner(), person(nil))
	b := create(t, api, owner(), person(values{"password": "correct horse", "clientIdsClientCanView": entries(x)}))
	v := create(t, api, owner(), person(values{"password": "correct horse", "clientIdsClientCanView": entries(b)}))
	a := create(t, api, owner(), person(values{"clientIdsClientCanView": entries(b)}))
	login := read(t, api, owner(), v, "clientAccountId")["clientAccountId"].(string)
	versions := func() string {
		return fmt.Sprint(read(t, api, owner(), x, "version"), read(t, api, owner(), v, "version"))
	}
	before := versions()
	id := merge(t, api, a, b)
	see := func(who, fields string) any { return read(t, api, owner(), who, fields) }
	if diff := gocmp.Diff(plain(values{"clientIdsClientCanView": entries(x), "viewByClients": entries(values{"clientId": v})}), see(a, "clientIdsClientCanView viewByClients { clientId }")); diff != "" {
		t.Errorf("the survivor (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(plain(values{"viewByClients": entries(values{"clientId": a})}), see(x, "viewByClients { clientId }")); diff != "" {
		t.Errorf("the subject (-want +got):\n%s", diff)
	}
	if got := read(t, api, account(number(t, login)), b, "clientId requestedClientId"); got["clientId"] != a || got["requestedClientId"] != b {
		t.Errorf("the viewer's token reads %v", got)
	}
	if got := versions(); got != before {
		t.Errorf("the neighbours' versions were %s, and are %s", before, got)
	}
	// An edge that is taken away meanwhile does not come back, one that is added
	// stays.
	patch(t, api, owner(), a, values{"clientIdsClientCanView": entries("4658091")})
	unmerge(t, api, id)
	if diff := gocmp.Diff(plain(values{"clientIdsClientCanView": entries("4658091", b)}), see(a, "clientIdsClientCanView")); diff != "" {
		t.Errorf("the survivor (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(plain(values{"clientIdsClientCanView": entries(), "viewByClients": entries(values{"clientId": v}, values{"clientId": a})}), see(b, "clientIdsClientCanView viewByClients { clientId }")); diff != "" {
		t.Errorf("the other (-want +got):\n%s", diff)
	}
}

func TestWhatTheSchedulerSendsForAMergedClientIsTheSurvivors(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	id := merge(t, api, a, b)
	payload(t, api, owner(), `mutation ($entries: [AppointmentInput!]!) { recordAppointments(appointments: $entries) { recorded userErrors { code field } } }`,
		values{"entries": entries(values{"appointmentId": "900", "clientId": b, "staffId": "501", "start": "2030-01-01T00:00:00Z", "status": "OPEN", "modifiedDate": "2030-01-01T00:00:00Z"})})
	payload(t, api, owner(), `mutation ($entries: [ClientFormInput!]!) { recordClientForms(forms: $entries) { recorded userErrors { code field } } }`,
		values{"entries": entries(values{"formId": "f", "clientId": b, "modifiedDate": "2030-01-01T00:00:00Z"}, values{"formId": "e", "clientId": a, "modifiedDate": "2030-01-01T00:00:00Z"})})
	const fields = "clientId activeAppointmentCount formList { formId }"
	want := plain(values{"clientId": a, "activeAppointmentCount": 1, "formList": entries(values{"formId": "e"}, values{"formId": "f"})})
	if diff := gocmp.Diff(want, any(read(t, api, staff(), b, fields))); diff != "" {
		t.Errorf("the survivor (-want +got):\n%s", diff)
	}
	unmerge(t, api, id)
	want = plain(values{"clientId": b, "activeAppointmentCount": 1, "formList": entries(values{"formId": "f"})})
	if diff := gocmp.Diff(want, any(read(t, api, staff(), b, fields))); diff != "" {
		t.Errorf("the other (-want +got):\n%s", diff)
	}
	if got := read(t, api, staff(), a, fields); got != nil {
		t.Errorf("staff sees %v still", got)
	}
}

func TestMergeUnitesWhoSeesTheClients(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, staff(), person(nil))
	id := merge(t, api, a, b)
	if got := read(t, api, staff(), b, "clientId"); got["clientId"] != a {
		t.Errorf("who created the folded client sees %v", got)
	}
	unmerge(t, api, id)
	if got := read(t, api, staff(), a, "clientId"); got != nil {
		t.Errorf("after unmerging it sees %v", got)
	}
}
