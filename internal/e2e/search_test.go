package e2e_test

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
)

const (
	typedQuery    = `query ($s: String!) { filterClients(search: $s, first: 100) { clients { clientId } } }`
	searchedQuery = `query ($s: String!) { clientReport(filter: {searchTerm: $s}) { clientId } }`
)

func typedFor(t *testing.T, api *apitest.API, search string) []string {
	t.Helper()
	return inOrder(api.MustDo(t, owner(), typedQuery, values{"s": search})["filterClients"].(values)["clients"])
}

func searchedFor(t *testing.T, api *apitest.API, term string) []string {
	t.Helper()
	return inOrder(api.MustDo(t, owner(), searchedQuery, values{"s": term})["clientReport"])
}

// regional is a fresh world whose business is of a region.
func regional(t *testing.T, region string) *apitest.API {
	t.Helper()
	api := apitest.New(t)
	api.MustDo(t, owner(), `mutation ($r: String) { updateBusiness(input: {phoneRegion: $r}) { business { phoneRegion } } }`, values{"r": region})
	return api
}

// Each spelling of a number finds everybody who has it, however it was typed, in
// the typeahead and in reports; it makes them duplicates, and no conflict of a
// merge.
func TestPhonesAreOneInEverySpelling(t *testing.T) {
	for region, spellings := range map[string][]string{
		"GB": {"+44 7700 900456", "07700 900456", "0044 7700 900456", "07700 900456 x123", "\u202a+447700900456\u202c;"},
		"US": {"+1 212 555 0147", "(212) 555-0147", "2125550147", "1-212-555-0147"},
		"HU": {"+36 20 123 4567", "06 20 123 4567"},
	} {
		t.Run(region, func(t *testing.T) {
			api := regional(t, region)
			var ids []string
			for i, spelling := range spellings {
				ids = append(ids, create(t, api, owner(), person(values{
					"cellPhone": spelling, "emailAddress": string(rune('a'+i)) + "@example.com",
				})))
			}
			create(t, api, owner(), person(values{"cellPhone": "+49 30 901820", "emailAddress": "z@example.com"}))
			for _, search := range spellings {
				for kind, found := range map[string][]string{"filterClients": typedFor(t, api, search), "searchTerm": searchedFor(t, api, search)} {
					slices.Sort(found)
					if diff := gocmp.Diff(ids, found); diff != "" {
						t.Errorf("%s(%+q) (-want +got):\n%s", kind, search, diff)
					}
				}
			}
			data := api.MustDo(t, owner(), `{ duplicateClients { nodes { clients { clientId } pairs { reasons } } } }`, nil)
			groups := data["duplicateClients"].(values)["nodes"].([]any)
			if len(groups) != 1 || len(groups[0].(values)["clients"].([]any)) != len(ids) {
				t.Errorf("the duplicates are %v", groups)
			}
			report := api.MustDo(t, owner(), `query ($id: ID!, $ids: [ID!]!) { previewMerge(clientId: $id, clientIds: $ids) { conflicts { field } aliases { field } } }`,
				values{"id": ids[0], "ids": []any{ids[1]}})["previewMerge"]
			for _, conflict := range report.(values)["conflicts"].([]any) {
				if conflict.(values)["field"] == "cellPhone" {
					t.Errorf("%q and %q are a conflict", spellings[0], spellings[1])
				}
			}
			for _, alias := range report.(values)["aliases"].([]any) {
				if alias.(values)["field"] == "cellPhone" {
					t.Errorf("%q stays as an alias of %q", spellings[1], spellings[0])
				}
			}
		})
	}
}

// A phone that loses in a merge stays as an alias and is found, exported, and gone
// again when the merge is undone.
func TestPhonesThatLoseAreFound(t *testing.T) {
	api := regional(t, "GB")
	survivor := create(t, api, owner(), person(values{"emailAddress": "a@example.com", "cellPhone": "07700 900111", "homePhone": "020 7946 0111"}))
	lost := create(t, api, owner(), person(values{"emailAddress": "b@example.com", "cellPhone": "07700 900222", "homePhone": "+44 20 7946 0111"}))
	third := create(t, api, owner(), person(values{"emailAddress": "c@example.com", "cellPhone": "07700 900222"}))
	id := merge(t, api, survivor, lost)
	told := read(t, api, owner(), survivor, "cellPhone aliases { field value clientId }")
	want := values{"cellPhone": "07700 900111", "aliases": []any{
		values{"field": "emailAddress", "value": "b@example.com", "clientId": lost},
		values{"field": "cellPhone", "value": "07700 900222", "clientId": lost},
	}}
	if diff := gocmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, search := range []string{"07700 900222", "+44 7700 900222", "900222"} {
		for _, found := range [][]string{typedFor(t, api, search), searchedFor(t, api, search)} {
			if !slices.Contains(found, survivor) || !slices.Contains(found, third) || len(found) != 2 {
				t.Errorf("%q finds %v", search, found)
			}
		}
	}
	groups := api.MustDo(t, owner(), `{ duplicateClients { nodes { pairs { reasons } } } }`, nil)["duplicateClients"].(values)["nodes"].([]any)
	if len(groups) != 1 {
		t.Errorf("the survivor and the third are no duplicates: %v", groups)
	}
	unmerge(t, api, id)
	if found := typedFor(t, api, "07700 900222"); slices.Contains(found, survivor) || !slices.Contains(found, lost) {
		t.Errorf("after the undoing, %v", found)
	}
	if told := read(t, api, owner(), survivor, "aliases { field }"); len(told["aliases"].([]any)) != 0 {
		t.Errorf("after the undoing, %v", told)
	}
	// A new region reads aliases too.
	merge(t, api, survivor, lost)
	api.MustDo(t, owner(), `mutation { updateBusiness(input: {phoneRegion: "DE"}) { business { phoneRegion } } }`, nil)
	if err := api.Service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := typedFor(t, api, "+49 7700 900222"); !slices.Contains(found, survivor) {
		t.Errorf("in another region, %v", found)
	}
}

// Whatever people write for one another finds the other, in names and in notes.
func TestSearchesFoldWhatPeopleTypeForOneAnother(t *testing.T) {
	api := apitest.New(t)
	for i, pair := range [][2]string{
		{"O’Brien", "O'Brien"},
		{"Jean\u2011Luc", "Jean-Luc"},
		{"Anna\u00a0Lee", "Anna Lee"},
		{"mar\u00adtin", "martin"},
		{"محمّد", "محمد"},
		{"مصطفى", "مصطفي"},
		{"أحمد", "احمد"},
		{"דָּוִד", "דוד"},
		{"ヤマダ", "やまだ"},
		{"이영숙", "숙"},
		{"“Bo”", `"Bo"`},
	} {
		id := create(t, api, owner(), person(values{"firstName": pair[0], "lastName": "x", "notes": "met " + pair[0], "emailAddress": string(rune('a'+i)) + "@example.com"}))
		for kind, found := range map[string][]string{"filterClients": typedFor(t, api, pair[1]), "searchTerm": searchedFor(t, api, pair[1])} {
			if !slices.Equal(found, []string{id}) {
				t.Errorf("%s(%q) finds %v, want %s", kind, pair[1], found, pair[0])
			}
		}
	}
}

// Two records of one person are duplicates whatever punctuation their names have.
func TestNamesOfOnePersonInOtherPunctuationAreDuplicates(t *testing.T) {
	for _, pair := range [][2]string{
		{"O’Brien", "O'Brien"}, {"Jean\u2011Luc", "Jean-Luc"}, {"Anna\u00a0Lee", "Anna Lee"}, {"D′Arcy", "D`arcy"}, {"مُصطفى", "مصطفي"}, {"ヤマダ", "やまだ"},
	} {
		api := apitest.New(t)
		for i, name := range pair {
			create(t, api, owner(), person(values{"firstName": name, "lastName": "x", "dateOfBirth": "1990-05-01", "emailAddress": string(rune('a'+i)) + "@example.com"}))
		}
		groups := api.MustDo(t, owner(), `{ duplicateClients { nodes { pairs { reasons } } } }`, nil)["duplicateClients"].(values)["nodes"]
		want := []any{values{"pairs": []any{values{"reasons": []any{"SAME_NAME_AND_BIRTH_DATE"}}}}}
		if diff := gocmp.Diff(want, groups); diff != "" {
			t.Errorf("%q (-want +got):\n%s", pair, diff)
		}
	}
}

// The typeahead finds each word in any order, as the schema says.
func TestTypeaheadFindsWordsInAnyOrder(t *testing.T) {
	api := regional(t, "GB")
	id := create(t, api, owner(), person(values{"firstName": "Marguerite", "lastName": "Vandenbroucke", "emailAddress": "mv@example.com", "cellPhone": "+44 7700 900456"}))
	create(t, api, owner(), person(values{"firstName": "Marguerite", "lastName": "Smith", "emailAddress": "ms@example.com", "cellPhone": "+44 7700 900457"}))
	for _, search := range []string{"vand marg", "Vandenbroucke, Marguerite", "mv@example.com marg", "marg 07700 900456", "900 456", "0770 vand", "v 07700 900456"} {
		if found := typedFor(t, api, search); !slices.Equal(found, []string{id}) {
			t.Errorf("%q finds %v", search, found)
		}
	}
	if found := typedFor(t, api, "vand smith"); len(found) != 0 {
		t.Errorf("words of two clients find %v", found)
	}
}

// One address is one however its domain is written, and is shown as it was typed.
func TestAddressesOfOneDomainAreOne(t *testing.T) {
	api := apitest.New(t)
	id := create(t, api, owner(), person(values{"emailAddress": "u@bücher.test"}))
	other := create(t, api, owner(), person(values{"emailAddress": "u@straße.de"}))
	byEmail := func(address string) []string {
		return inOrder(api.MustDo(t, owner(), `query ($a: String!) { clientsByEmail(emailAddress: $a) { clientId } }`, values{"a": address})["clientsByEmail"])
	}
	for address, want := range map[string][]string{
		"u@xn--bcher-kva.test": {id}, "U@BÜCHER.test": {id}, "u@bu\u0308cher.test": {id}, "u@bucher.test": {},
		"u@strasse.de": {}, "u@xn--strae-oqa.de": {other},
	} {
		if diff := gocmp.Diff(want, byEmail(address)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
	again, created := upsert(t, api, values{"emailAddress": "u@xn--bcher-kva.test"}, values{"city": "Here"})
	if again != id || created {
		t.Errorf("an upsert by the other spelling: %s, %v", again, created)
	}
	if got := read(t, api, owner(), id, "emailAddress"); got["emailAddress"] != "u@bücher.test" {
		t.Errorf("it is shown as %v", got)
	}
	if _, created := upsert(t, api, values{"emailAddress": "u@strasse.de"}, values{"firstName": "S", "lastName": "S"}); !created {
		t.Error("strasse.de is straße.de")
	}
	create(t, api, owner(), person(values{"emailAddress": "U@XN--BCHER-KVA.test"}))
	groups := api.MustDo(t, owner(), `{ duplicateClients { nodes { pairs { reasons } } } }`, nil)["duplicateClients"].(values)["nodes"].([]any)
	found := false
	for _, group := range groups {
		for _, pair := range group.(values)["pairs"].([]any) {
			found = found || slices.Contains(pair.(values)["reasons"].([]any), any("SAME_EMAIL"))
		}
	}
	if !found {
		t.Errorf("the duplicates are %v", groups)
	}
}

// What textSearchable shows of a value that is true or false is found, and a blank
// tag asks for nothing.
func TestFlagsAreSearchedAndBlankTagsAreNone(t *testing.T) {
	api := apitest.New(t)
	field := api.MustDo(t, owner(), `mutation { createFieldDefinition(input: {label: "Member", type: BOOLEAN}) { fieldDefinition { schedulerPreferenceFieldDefnId } } }`, nil)
	definition := field["createFieldDefinition"].(values)["fieldDefinition"].(values)["schedulerPreferenceFieldDefnId"]
	member := func(is any) string {
		return create(t, api, owner(), person(values{"fields": []any{values{"schedulerPreferenceFieldDefnId": definition, "value": is}}}))
	}
	yes, no := member(true), member(false)
	for search, want := range map[string][]string{"true": {yes}, "TRUE": {yes}, "tr": {yes}, "false": {no}, "als": {no}, "truth": {}} {
		if diff := gocmp.Diff(want, searchedFor(t, api, search)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", search, diff)
		}
	}
	for tags, want := range map[string]float64{`[" "]`: 2, `["", "\t"]`: 2, `["none"]`: 0, `[" ", "none"]`: 0, `[]`: 2} {
		got := api.MustDo(t, owner(), `{ clientReportCount(filter: {tagsList: `+tags+`}) }`, nil)["clientReportCount"]
		if got != want {
			t.Errorf("tagsList: %s counts %v, want %v", tags, got, want)
		}
	}
}
