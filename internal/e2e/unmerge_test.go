package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

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
		if got := read(t, api, owner(), id, "clientId mergedClients { clientId }"); got["clientId"] != id || len(got["mergedClients"].([]any)) > 0 {
			t.Errorf("client(%s) answered %v", id, got)
		}
	}
}

// TestMergesOfNeighboursAreUndoneFromTheLast: else one of them would see whom it
// never saw.
func TestMergesOfNeighboursAreUndoneFromTheLast(t *testing.T) {
	for name, viewersFirst := range map[string]bool{"a viewer, then whom it sees": true, "a subject, then who sees it": false} {
		t.Run(name, func(t *testing.T) {
			api := reference(t)
			a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
			w, v := create(t, api, owner(), person(nil)), create(t, api, owner(), person(values{"clientIdsClientCanView": entries(b)}))
			sees := func(id string, want ...any) {
				t.Helper()
				if got := read(t, api, owner(), id, "clientIdsClientCanView")["clientIdsClientCanView"]; gocmp.Diff(entries(want...), got) != "" {
					t.Errorf("%s sees %v, not %v", id, got, want)
				}
			}
			pairs := [][2]string{{w, v}, {a, b}}
			if !viewersFirst {
				slices.Reverse(pairs)
			}
			first := merge(t, api, pairs[0][0], pairs[0][1])
			second := merge(t, api, pairs[1][0], pairs[1][1])
			sees(w, a)
			nothingWritten(t, api, func() {
				answered := only(t, api.MustDo(t, owner(), `mutation ($id: ID!) { unmergeClients(mergeId: $id) { userErrors { code field mergedIntoClientId } } }`, values{"id": first}))
				want := plain(entries(values{"code": "MERGE_NOT_LATEST", "field": entries("mergeId"), "mergedIntoClientId": pairs[1][0]}))
				if diff := gocmp.Diff(want, answered["userErrors"]); diff != "" {
					t.Errorf("userErrors (-want +got):\n%s", diff)
				}
			})
			unmerge(t, api, second)
			unmerge(t, api, first)
			sees(w)
			sees(v, b)
		})
	}
}

// TestMergesIntoNeighboursAreUndoneFromTheLast: else who saw the survivor by itself,
// and became part of one whom the merge made see it, would see it no more.
func TestMergesIntoNeighboursAreUndoneFromTheLast(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	w, v := create(t, api, owner(), person(values{"clientIdsClientCanView": entries(b)})), create(t, api, owner(), person(values{"clientIdsClientCanView": entries(a)}))
	first := merge(t, api, a, b)
	second := merge(t, api, w, v)
	nothingWritten(t, api, func() {
		answered := only(t, api.MustDo(t, owner(), `mutation ($id: ID!) { unmergeClients(mergeId: $id) { userErrors { code mergedIntoClientId } } }`, values{"id": first}))
		if diff := gocmp.Diff(plain(entries(values{"code": "MERGE_NOT_LATEST", "mergedIntoClientId": w})), answered["userErrors"]); diff != "" {
			t.Errorf("userErrors (-want +got):\n%s", diff)
		}
	})
	unmerge(t, api, second)
	unmerge(t, api, first)
	for viewer, subject := range map[string]string{w: b, v: a} {
		if got := read(t, api, owner(), viewer, "clientIdsClientCanView")["clientIdsClientCanView"]; gocmp.Diff(entries(subject), got) != "" {
			t.Errorf("%s sees %v, not %s", viewer, got, subject)
		}
	}
}

// TestUnmergeLeavesNobodyWithTooManySubjects: what comes back may be one too many
// beside what was added since. Who takes one away unmerges.
func TestUnmergeLeavesNobodyWithTooManySubjects(t *testing.T) {
	api := reference(t)
	others := func(count int) []int64 {
		list := make([]int64, count)
		for i := range list {
			list[i] = int64(10_000_000 + i)
		}
		return list
	}
	for name, viewed := range map[string]bool{"of the survivor": false, "of a viewer": true} {
		t.Run(name, func(t *testing.T) {
			a, b, full := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
			before := []int64{number(t, b)}
			if viewed {
				before = []int64{number(t, a), number(t, b)}
			} else {
				full = a
			}
			setSubjects(t, api, number(t, full), slices.Concat(before, others(client.MaxSubjects-len(before))))
			id := merge(t, api, a, b)
			// One edge less than before leaves room for another one.
			since := slices.Concat(before[:len(before)-1], others(client.MaxSubjects-len(before)+1))
			setSubjects(t, api, number(t, full), since)
			nothingWritten(t, api, func() {
				answered := only(t, api.MustDo(t, owner(), unmergeMutation, values{"id": id}))
				if diff := gocmp.Diff([]failure{{"TOO_MANY_SUBJECTS", "mergeId"}}, refused(t, answered)); diff != "" {
					t.Errorf("userErrors (-want +got):\n%s", diff)
				}
				message := answered["userErrors"].([]any)[0].(values)["message"].(string)
				if !strings.HasSuffix(message, "subjects: 1; remove some subjects of each first: "+full) {
					t.Errorf("the message is %q", message)
				}
			})
			setSubjects(t, api, number(t, full), since[:len(since)-1])
			unmerge(t, api, id)
		})
	}
}

// TestUnmergeNamesAFewOfThoseWithTooManySubjects in one error, however many they
// are.
func TestUnmergeNamesAFewOfThoseWithTooManySubjects(t *testing.T) {
	api := reference(t)
	const viewers = 22
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	others := make([]int64, client.MaxSubjects)
	for i := range others {
		others[i] = int64(10_000_000 + i)
	}
	ids := make([]string, viewers)
	for i := range ids {
		ids[i] = create(t, api, owner(), person(nil))
		setSubjects(t, api, number(t, ids[i]), []int64{number(t, a), number(t, b)})
	}
	id := merge(t, api, a, b)
	for _, viewer := range ids {
		setSubjects(t, api, number(t, viewer), slices.Concat([]int64{number(t, a)}, others[1:]))
	}
	nothingWritten(t, api, func() {
		answered := only(t, api.MustDo(t, owner(), unmergeMutation, values{"id": id}))
		if diff := gocmp.Diff([]failure{{"TOO_MANY_SUBJECTS", "mergeId"}}, refused(t, answered)); diff != "" {
			t.Fatalf("userErrors (-want +got):\n%s", diff)
		}
		slices.SortFunc(ids, func(x, y string) int { return int(number(t, x) - number(t, y)) })
		message := answered["userErrors"].([]any)[0].(values)["message"].(string)
		if !strings.HasSuffix(message, "subjects: 22; remove some subjects of each first: "+strings.Join(ids[:20], ", ")+" and 2 more") {
			t.Errorf("the message is %q", message)
		}
	})
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
// TestUnmergeTakesTheSameNumberForUnchanged: a social security number that was
// changed away and back is what the merge gave, though sealed anew.
func TestUnmergeTakesTheSameNumberForUnchanged(t *testing.T) {
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(values{"ssn": "123-45-6789"}))
	id := merge(t, api, a, b)
	for _, number := range []string{"078-05-1120", "123-45-6789"} {
		patch(t, api, owner(), a, values{"ssn": number})
	}
	unmerge(t, api, id)
	for who, want := range map[string]any{a: nil, b: "123-45-6789"} {
		if got := read(t, api, owner(), who, "ssn")["ssn"]; got != want {
			t.Errorf("the number of %s is %v, want %v", who, got, want)
		}
	}
}

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
	if got := read(t, api, account(number(t, login)), b, "clientId"); got["clientId"] != a {
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
