package e2e_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

const previewImportQuery = `query ($input: ImportClientsInput!, $head: String!, $whole: Boolean! = true) {
	previewImport(input: $input, head: $head, whole: $whole) {
		encoding columns { header column } rows { row values problems { row column code } } problems { row column code } choices
	}
}`

// previewImport previews a file.
func previewImport(t *testing.T, api *apitest.API, input values, file string) values {
	t.Helper()
	return previewHead(t, api, input, file, true)
}

// previewHead previews the beginning of a file.
func previewHead(t *testing.T, api *apitest.API, input values, file string, whole bool) values {
	t.Helper()
	head := base64.StdEncoding.EncodeToString([]byte(file))
	return api.MustDo(t, owner(), previewImportQuery, values{"input": input, "head": head, "whole": whole})["previewImport"].(values)
}

// TestPreviewImportTellsWhatTheRowsWouldBe: with the columns that headers are taken for,
// and with the errors that the import would have; and writes nothing.
func TestPreviewImportTellsWhatTheRowsWouldBe(t *testing.T) {
	api := apitest.New(t)
	const file = "Given Name,E-mail 1 - Value,Surname,Birthday,Tags,Shoe\n" +
		"Jane,jane@example.com,Deer,02.01.1993,VIP; early bird,38\nJohn,john@example,Roe,31.13.1980,,\n"
	preview := previewImport(t, api, values{"match": "EMAIL_ADDRESS", "dates": "DD.MM.YYYY", "mapping": []any{values{"header": "Shoe"}}}, file)
	choices := fmt.Sprint(preview["choices"])
	delete(preview, "choices")
	want := values{
		"encoding": "UTF_8", "problems": []any{},
		"columns": []any{
			values{"header": "Given Name", "column": "firstName"},
			values{"header": "E-mail 1 - Value", "column": "emailAddress"},
			values{"header": "Surname", "column": "lastName"},
			values{"header": "Birthday", "column": "dateOfBirth"},
			values{"header": "Tags", "column": "tags"},
			values{"header": "Shoe", "column": nil},
		},
		"rows": []any{
			values{"row": 2.0, "values": []any{"Jane", "jane@example.com", "Deer", "1993-01-02", "VIP; early bird", "38"}, "problems": []any{}},
			values{"row": 3.0, "values": []any{"John", "john@example", "Roe", "31.13.1980", nil, nil}, "problems": []any{
				values{"row": 3.0, "column": "E-mail 1 - Value", "code": "INVALID_EMAIL"}, values{"row": 3.0, "column": "Birthday", "code": "INVALID_DATE"},
			}},
		},
	}
	if diff := gocmp.Diff(want, preview); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{"firstName", "tags", "clientId", client.InputSubjects} {
		if !strings.Contains(choices, name) {
			t.Errorf("%s is no choice among %s", name, choices)
		}
	}
	for _, collection := range []string{"clients", "jobs", "history"} {
		if found := rows(t, api, collection); len(found) != 0 {
			t.Errorf("%s: %v", collection, found)
		}
	}
}

// TestPreviewImportTellsOfHeadersThatAreNotKnown: their cells are shown, and no row is
// checked before all headers are.
func TestPreviewImportTellsOfHeadersThatAreNotKnown(t *testing.T) {
	api := apitest.New(t)
	for _, test := range []struct {
		input           values
		file            string
		problems, cells string
	}{
		{values{"match": "EMAIL_ADDRESS"}, "email,Shoe,First name,Name\nx,38,A,B\n", "[1 Shoe UNKNOWN_COLUMN]", "[[x 38 A B]]"},
		{values{"match": "EMAIL_ADDRESS"}, "First name,Last name\nA,B\n", "[1 emailAddress MISSING_COLUMN]", "[[A B]]"},
		{values{"match": "NONE", "mapping": []any{values{"header": "Shoe", "column": "city"}, values{"header": "Hat", "column": "city"}}}, "Shoe\n38\n", "[1 Hat MISSING_COLUMN]", "[[38]]"},
		{values{"match": "NONE"}, "city,Town,City\nA,B,C\n", "[1 Town DUPLICATE_COLUMN 1 City DUPLICATE_COLUMN]", "[[A B C]]"},
		{values{"match": "NONE"}, "city\n\"A", "[2 city UNCLOSED_QUOTE]", "[]"},
		{values{"match": "NONE"}, "", "[0  EMPTY_FILE]", "[]"},
		{values{"match": "NONE", "format": "JSONL"}, `{"city":"A","Shoe":1}` + "\n", "[]", "[[A <nil>]]"},
	} {
		preview := previewImport(t, api, test.input, test.file)
		var problems []string
		for _, p := range preview["problems"].([]any) {
			problems = append(problems, fmt.Sprint(p.(values)["row"], " ", p.(values)["column"], " ", p.(values)["code"]))
		}
		cells := []any{}
		for _, row := range preview["rows"].([]any) {
			cells = append(cells, row.(values)["values"])
		}
		if fmt.Sprint(problems) != test.problems || fmt.Sprint(cells) != test.cells {
			t.Errorf("%q: %v %v, want %s %s", test.file, problems, cells, test.problems, test.cells)
		}
	}
}

// TestPreviewImportRefusesWhatIsWrong: all of it, at its place, and who may not import
// learns nothing.
func TestPreviewImportRefusesWhatIsWrong(t *testing.T) {
	api := apitest.New(t)
	long := base64.StdEncoding.EncodeToString(make([]byte, 64<<10+3))
	for _, test := range []struct {
		who   client.Identity
		input values
		head  string
		want  []told
	}{
		{owner(), values{"match": "NONE", "dates": "never", "delimiter": "x"}, "?", []told{
			{"INVALID_CHOICE", "previewImport", "input.delimiter"}, {"INVALID_CHOICE", "previewImport", "input.dates"}, {"INVALID_TYPE", "previewImport", "head"},
		}},
		{owner(), values{"match": "NONE"}, long, []told{{"TOO_LONG", "previewImport", "head"}}},
		{superUser(), values{"match": "NONE", "dates": "never"}, "?", []told{{"FORBIDDEN", "previewImport", ""}}},
		{staff(), values{"match": "NONE"}, "", []told{{"FORBIDDEN", "previewImport", ""}}},
		{narrowed(client.AllPermissions &^ client.Import), values{"match": "NONE"}, "", []told{{"FORBIDDEN", "previewImport", ""}}},
	} {
		response := api.Do(t, test.who, previewImportQuery, values{"input": test.input, "head": test.head})
		got := map[told]bool{}
		for _, one := range tell(t, response) {
			got[one] = true
		}
		want := map[told]bool{}
		for _, one := range test.want {
			want[one] = true
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", test.who.Role, test.input, diff)
		}
	}
}

// TestPreviewImportFindsNoClientOfAnotherBusiness: rows that name one are answered as
// rows that name nobody.
func TestPreviewImportFindsNoClientOfAnotherBusiness(t *testing.T) {
	api := apitest.New(t)
	foreign := create(t, api, apitest.Owner(77), person(values{"emailAddress": "theirs@example.com"}))
	own := create(t, api, owner(), person(nil))
	for match, cells := range map[string][3]string{
		"CLIENT_ID":     {own, foreign, "9999999"},
		"EMAIL_ADDRESS": {"", "theirs@example.com", "nobodys@example.com"},
	} {
		file := map[string]string{"CLIENT_ID": "clientId,city\n", "EMAIL_ADDRESS": "emailAddress,city\n"}[match]
		for _, cell := range cells {
			file += cell + ",Lund\n"
		}
		var codes []string
		for _, row := range previewImport(t, api, values{"match": match}, file)["rows"].([]any) {
			of := ""
			for _, p := range row.(values)["problems"].([]any) {
				of += fmt.Sprint(p.(values)["column"], p.(values)["code"], " ")
			}
			codes = append(codes, of)
		}
		if len(codes) != 3 || codes[1] == "" || codes[1] != codes[2] || codes[0] == codes[1] {
			t.Errorf("%s: %q", match, codes)
		}
	}
}
