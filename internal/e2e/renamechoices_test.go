package e2e_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
)

// drinks is a field with choices, and a client for each of them, by choice.
func drinks(t *testing.T, api *apitest.API, choices ...any) (id string, clients map[string]string) {
	t.Helper()
	id, clients = define(t, api, values{"label": "Drink", "type": "CHOICE", "choices": choices}), map[string]string{}
	for _, choice := range choices {
		clients[choice.(string)] = create(t, api, owner(), person(values{"fields": entries(field(id, choice))}))
	}
	return id, clients
}

// renames are pairs of a choice and its new name.
func renames(pairs ...string) []any {
	var list []any
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, values{"from": pairs[i], "to": pairs[i+1]})
	}
	return list
}

func renameChoices(t *testing.T, api *apitest.API, id string, pairs ...string) values {
	t.Helper()
	return payload(t, api, owner(), updateDefinitionText, values{"id": id, "input": values{"renameChoices": renames(pairs...)}})["fieldDefinition"].(values)
}

// drink is the value that a client is shown with.
func drink(t *testing.T, api *apitest.API, field, client string) any {
	t.Helper()
	return read(t, api, owner(), client, "fieldDataMap")["fieldDataMap"].(values)[field]
}

// foundBy are the clients that a filter of the field finds, and those that a search
// for the text does.
func foundBy(t *testing.T, api *apitest.API, id, text string) (filtered, searched any) {
	t.Helper()
	found := api.MustDo(t, owner(), `query ($filter: ClientReportFilter, $search: ClientReportFilter) {
		filtered: clientIdList(filter: $filter) searched: clientIdList(filter: $search) }`, values{
		"filter": values{"fieldFilters": entries(values{"schedulerPreferenceFieldDefnId": id, "values": entries(text)})},
		"search": values{"searchTerm": text},
	})
	return found["filtered"], found["searched"]
}

// TestRenamedChoiceIsTheValueOfAllWhoHaveIt: shown, filtered, searched and sent
// back by its new name alone, with no new version.
func TestRenamedChoiceIsTheValueOfAllWhoHaveIt(t *testing.T) {
	api := reference(t)
	id, who := drinks(t, api, "Assamtee", "Espresso")
	other, others := drinks(t, api, "Assamtee")
	gone := create(t, api, owner(), person(values{"fields": entries(field(id, "Assamtee"))}))
	payload(t, api, owner(), deleteMutation, values{"id": gone})
	if got := renameChoices(t, api, id, "Assamtee", " Darjeeling "); gocmp.Diff(entries("Darjeeling", "Espresso"), got["choices"]) != "" || got["version"] != 2.0 {
		t.Errorf("the field is %v", got)
	}
	tea := who["Assamtee"]
	if got := read(t, api, owner(), tea, "version textSearchable"); got["version"] != 1.0 || !strings.HasSuffix(got["textSearchable"].(string), "Darjeeling") {
		t.Errorf("the client is %v", got)
	}
	for client, want := range map[string]any{tea: "Darjeeling", gone: "Darjeeling", who["Espresso"]: "Espresso"} {
		if got := drink(t, api, id, client); got != want {
			t.Errorf("client %s has %v, want %v", client, got, want)
		}
	}
	if got := drink(t, api, other, others["Assamtee"]); got != "Assamtee" {
		t.Errorf("another field's value became %v", got)
	}
	for text, want := range map[string][]any{"darjeeling": {tea}, "Assamtee": {}, "espresso": {who["Espresso"]}} {
		filtered, searched := foundBy(t, api, id, text)
		if diff := gocmp.Diff(want, filtered); diff != "" {
			t.Errorf("filtered by %s (-want +got):\n%s", text, diff)
		}
		if text == "Assamtee" {
			want = entries(others["Assamtee"])
		}
		if diff := gocmp.Diff(want, searched); diff != "" {
			t.Errorf("searched for %s (-want +got):\n%s", text, diff)
		}
	}
	nothingWritten(t, api, func() {
		patch(t, api, owner(), tea, values{"fields": entries(field(id, "Darjeeling"))})
		old := only(t, api.MustDo(t, owner(), patchMutation, values{"id": tea, "patch": values{"fields": entries(field(id, "Assamtee"))}}))
		if diff := gocmp.Diff([]failure{{"INVALID_FIELD_VALUE", "patch.fields.0.value"}}, failures(t, old)); diff != "" {
			t.Errorf("the old name (-want +got):\n%s", diff)
		}
	})
	// A new choice of the old name is another one.
	payload(t, api, owner(), updateDefinitionText, values{"id": id, "input": values{"choices": entries("Darjeeling", "Assamtee")}})
	late := create(t, api, owner(), person(values{"fields": entries(field(id, "Assamtee"))}))
	for client, want := range map[string]any{tea: "Darjeeling", late: "Assamtee"} {
		if got := drink(t, api, id, client); got != want {
			t.Errorf("client %s has %v, want %v", client, got, want)
		}
	}
	for text, want := range map[string]string{"Darjeeling": tea, "Assamtee": late} {
		if filtered, _ := foundBy(t, api, id, text); gocmp.Diff(entries(want), filtered) != "" {
			t.Errorf("filtered by %s: %v, want %s", text, filtered, want)
		}
	}
}

// TestChoicesAreRenamedOneAfterTheOtherAndAllAtOnce: a chain, a swap and a way back.
func TestChoicesAreRenamedOneAfterTheOtherAndAllAtOnce(t *testing.T) {
	api := reference(t)
	id, who := drinks(t, api, "Tea", "Milk", "Water")
	for _, step := range []struct {
		pairs             []string
		tea, milk, waters string
	}{
		{[]string{"Tea", "Chai"}, "Chai", "Milk", "Water"},
		{[]string{"Chai", "Mate"}, "Mate", "Milk", "Water"},
		{[]string{"Mate", "Milk", "Milk", "Mate"}, "Milk", "Mate", "Water"},
		{[]string{"Milk", "Mate", "Mate", "Water", "Water", "Milk"}, "Mate", "Water", "Milk"},
		{[]string{"Milk", "Tea"}, "Mate", "Water", "Tea"},
		{[]string{"Mate", "Tea", "Tea", "Water", "Water", "Milk"}, "Tea", "Milk", "Water"},
	} {
		renameChoices(t, api, id, step.pairs...)
		for choice, want := range map[string]string{"Tea": step.tea, "Milk": step.milk, "Water": step.waters} {
			if got := drink(t, api, id, who[choice]); got != want {
				t.Errorf("after %v %s is %v, want %s", step.pairs, choice, got, want)
			}
			if filtered, searched := foundBy(t, api, id, want); gocmp.Diff(entries(who[choice]), filtered) != "" || gocmp.Diff(entries(who[choice]), searched) != "" {
				t.Errorf("after %v %s finds %v and %v, want %s", step.pairs, want, filtered, searched, who[choice])
			}
			patch(t, api, owner(), who[choice], values{"fields": entries(field(id, want))})
		}
	}
	if got := read(t, api, owner(), who["Tea"], "version"); got["version"] != 1.0 {
		t.Errorf("what is sent back unchanged made version %v", got["version"])
	}
}

// TestRenamesOfChoicesAreChecked: all at once, and nothing is written.
func TestRenamesOfChoicesAreChecked(t *testing.T) {
	api := reference(t)
	id, _ := drinks(t, api, "Tea", "Milk", "MILK", "Gone")
	payload(t, api, owner(), updateDefinitionText, values{"id": id, "input": values{"choices": entries("Tea", "Milk", "MILK")}})
	text := define(t, api, values{"label": "Text", "type": "TEXT"})
	try := func(id string, list []any, want ...failure) {
		t.Helper()
		nothingWritten(t, api, func() {
			got := only(t, api.MustDo(t, owner(), updateDefinitionText, values{"id": id, "input": values{"renameChoices": list}}))
			if diff := gocmp.Diff(want, failures(t, got)); diff != "" {
				t.Errorf("%v (-want +got):\n%s", list, diff)
			}
		})
	}
	at := func(code string, i int, part string) failure {
		return failure{code, fmt.Sprintf("input.renameChoices.%d.%s", i, part)}
	}
	try(text, renames("a", "b"), failure{"INVALID_FIELD_TYPE", "input.renameChoices"})
	try(id, renames("Tea", "Milk"), at("DUPLICATE_CHOICE", 0, "to"))
	try(id, renames("Tea", "Gone"), at("DUPLICATE_CHOICE", 0, "to"))
	try(id, renames("Milk", "Oat"), at("INVALID_CHOICE", 0, "from"))
	try(id, renames("Tea", "A", "Tea", "A", "Beer", " ", "tea", strings.Repeat("x", 1001)),
		at("DUPLICATE_CHOICE", 1, "from"), at("INVALID_CHOICE", 2, "from"), at("INVALID_CHOICE", 3, "from"),
		at("DUPLICATE_CHOICE", 1, "to"), at("REQUIRED", 2, "to"), at("TOO_LONG", 3, "to"))
	denied := only(t, api.MustDo(t, owner(), updateDefinitionText, values{"id": id, "version": 1, "input": values{"renameChoices": renames("Tea", "Chai")}}))
	if diff := gocmp.Diff([]failure{{"VERSION_CONFLICT", "expectedVersion"}}, failures(t, denied)); diff != "" {
		t.Errorf("of an earlier version (-want +got):\n%s", diff)
	}
}

// TestHistoryAndUndoneMergesFollowARenamedChoice: history replays to the value of
// today, and a value that a merge brought counts as unchanged.
func TestHistoryAndUndoneMergesFollowARenamedChoice(t *testing.T) {
	api := reference(t)
	id, who := drinks(t, api, "Tea", "Milk")
	survivor := create(t, api, owner(), person(nil))
	patch(t, api, owner(), who["Milk"], values{"fields": entries(field(id, "Tea"))})
	patch(t, api, owner(), who["Milk"], values{"fields": entries(field(id, "Milk"))})
	mergeID := merge(t, api, survivor, who["Tea"])
	renameChoices(t, api, id, "Tea", "Milk", "Milk", "Tea")
	if got := drink(t, api, id, survivor); got != "Milk" {
		t.Errorf("the survivor has %v", got)
	}
	preview := api.MustDo(t, owner(), `query ($id: ID!, $ids: [ID!]!) { previewMerge(clientId: $id, clientIds: $ids) { conflicts { field values { value } } } }`,
		values{"id": survivor, "ids": entries(who["Milk"])})["previewMerge"].(values)["conflicts"].([]any)
	want := plain(values{"field": "fields." + id, "values": entries(values{"value": "Milk"}, values{"value": "Tea"})})
	if len(preview) != 1 || gocmp.Diff(want, preview[0]) != "" {
		t.Errorf("the preview tells %v", preview)
	}
	history := read(t, api, owner(), who["Milk"], "history(first: 50) { nodes { changes { path before after } } }")["history"].(values)["nodes"].([]any)
	value, rows := any(nil), 0
	for _, row := range history {
		for _, change := range row.(values)["changes"].([]any) {
			if c := change.(values); c["path"] == "fields."+id {
				if c["before"] != value {
					t.Errorf("before row %d the value was %v, history says %v", rows, value, c["before"])
				}
				value, rows = c["after"], rows+1
			}
		}
	}
	if value != "Tea" || value != drink(t, api, id, who["Milk"]) || rows != 3 {
		t.Errorf("%d rows replay to %v", rows, value)
	}
	unmerge(t, api, mergeID)
	if got := drink(t, api, id, survivor); got != nil {
		t.Errorf("the survivor kept %v", got)
	}
	if got := drink(t, api, id, who["Tea"]); got != "Milk" {
		t.Errorf("who came back has %v", got)
	}
}

// TestRenamesAmidPatchesLoseNothing: each client has at the end a choice that is
// one, and the last one that it was given.
func TestRenamesAmidPatchesLoseNothing(t *testing.T) {
	api := reference(t)
	id, who := drinks(t, api, "A", "Other")
	var group sync.WaitGroup
	group.Go(func() {
		for i := range 10 {
			renameChoices(t, api, id, string(rune('A'+i)), string(rune('B'+i)))
		}
	})
	group.Go(func() {
		for i := range 20 {
			patch(t, api, owner(), who["A"], values{"city": fmt.Sprint(i)})
			patch(t, api, owner(), who["Other"], values{"fields": entries(field(id, "Other"))})
		}
	})
	group.Wait()
	if a, other := drink(t, api, id, who["A"]), drink(t, api, id, who["Other"]); a != "K" || other != "Other" {
		t.Errorf("the clients have %v and %v", a, other)
	}
}
