package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sheet"
	"clientgraph/internal/transfer"
)

// scripts are words in twelve scripts, with characters that cells, lists and formulas
// treat specially.
func scripts() []string {
	return []string{
		"Zoë \"Łódź\", ﬁ; ß", "Привет; мир", "Ελληνικά\\", "שלום עולם", "مرحبا، بالعالم", "नमस्ते", "สวัสดี", "日本語、カナ", "中文；测试",
		"한국어", "ქართული", "አማርኛ", "=1+1", "+1 555", "-x", "@cmd", "'quoted", "''", "e\u0301👩‍👩‍👧",
	}
}

// valueFor returns a valid value for the property, with that text if it is a text.
func valueFor(p *client.Property, text string, n int) any {
	switch p.Name {
	case "status":
		return []any{"ACTIVE", "BLACKLISTED"}[n%2]
	case client.NameEmailAddress:
		return fmt.Sprintf("c%d@example.com", n)
	case "imageUrl":
		return "https://example.com/" + fmt.Sprint(n)
	case "locale":
		return "de-AT"
	case "timeZone":
		return "Europe/Vienna"
	case client.NameTags:
		return []any{text, fmt.Sprint("second ", n)}
	}
	switch p.At(&client.Client{}).(type) {
	case **string:
		return text
	case *bool, **bool:
		return n%2 == 0
	case **float64:
		return float64(n) - 7.25
	case **client.Date:
		return fmt.Sprintf("1993-02-%02d", n+1)
	case *[]string:
		return []any{text, "", text + ";"}
	case *[]int64:
		return []any{int64(n), int64(77)}
	}
	return nil
}

func fieldsOf(t *testing.T, api *apitest.API, business int64) []any {
	t.Helper()
	var definitions []client.FieldDefinition
	for i, d := range []client.FieldDefinition{
		{Label: "Note, of \"sorts\"", Type: client.FieldText},
		{Label: "=Size", Type: client.FieldNumber},
		{Label: "会員", Type: client.FieldBoolean},
		{Label: "Since", Type: client.FieldDate},
		{Label: "Team", Type: client.FieldChoice, Choices: []string{"=A", "Б"}},
		{Label: "Town", Type: client.FieldText, PropertyCode: new("city")},
	} {
		d.BusinessID, d.DefinitionID, d.Version = business, business*100+int64(i), 1
		definitions = append(definitions, d)
	}
	if err := api.Store.PutBusiness(t.Context(), &client.Business{BusinessID: business}); err != nil {
		t.Fatal(err)
	}
	if err := api.Store.PutDefinitions(t.Context(), definitions); err != nil {
		t.Fatal(err)
	}
	field := func(i int, value any) any {
		return map[string]any{client.InputDefinition: definitions[i].DefinitionID, "value": value}
	}
	return []any{field(0, "x"), field(1, -12.5), field(2, true), field(3, "2020-02-29"), field(4, "=A")}
}

func export(t *testing.T, api *apitest.API, business int64, format transfer.Format) string {
	t.Helper()
	var out strings.Builder
	n, err := transfer.ExportClients(t.Context(), api.Service.Reads, apitest.OwnerScope(business), &out, transfer.ExportOptions{Format: format})
	if err != nil || n != int64(len(scripts())) {
		t.Fatalf("%d clients are exported: %v", n, err)
	}
	return out.String()
}

// problems imports a file and returns its problems, one in each line.
func problems(t *testing.T, api *apitest.API, business int64, file string, o transfer.ImportOptions) (transfer.ImportSummary, []string, error) {
	t.Helper()
	var wrong []string
	o.Wrong = func(p transfer.Problem) error {
		wrong = append(wrong, fmt.Sprintf("%d %s %s", p.Row, p.Column, p.Code))
		return nil
	}
	if o.Match == "" {
		o.Match = transfer.MatchNone
	}
	if o.Format == "" {
		o.Format = transfer.CSV
	}
	summary, err := transfer.ImportClients(t.Context(), api.Service.Writes, apitest.OwnerScope(business), strings.NewReader(file), o)
	return summary, wrong, err
}

// timeless returns an export as CSV without what an import makes again: the dates and
// users of creation, and the ids, which are replaced by places in the file.
func timeless(t *testing.T, file string) []string {
	t.Helper()
	r, err := sheet.NewReader(strings.NewReader(file), ',')
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for row, err := r.Next(); err == nil; row, err = r.Next() {
		rows = append(rows, row.Cells)
	}
	place := map[string]string{}
	for i, cells := range rows[1:] {
		place[cells[0]] = fmt.Sprintf("#%d", i)
	}
	var told []string
	names := slices.Clone(rows[0])
	for _, cells := range rows {
		for i, name := range names {
			switch name {
			case "createdDate", "createdUser", "modifiedDate", "modifiedUser":
				cells[i] = ""
			case "clientId", "clientIdsClientCanView", "viewerClientIds":
				ids := strings.Split(cells[i], ";")
				for j, id := range ids {
					if at, known := place[id]; known {
						ids[j] = at
					}
				}
				cells[i] = strings.Join(ids, ";")
			}
		}
		told = append(told, fmt.Sprintf("%q", cells))
	}
	return told
}

// TestExportIsImportedAsItWas: every property, custom fields of every type, texts in many
// scripts, and viewer edges, in both formats.
func TestExportIsImportedAsItWas(t *testing.T) {
	api := apitest.New(t)
	fields := fieldsOf(t, api, 1)
	scope := apitest.OwnerScope(1)
	var ids []any
	for n, text := range scripts() {
		values := client.Values{}
		for i := range client.Properties() {
			if p := &client.Properties()[i]; p.Is(client.Writable) && (n+i)%7 != 0 || p.Is(client.Required) {
				values[p.Name] = valueFor(p, text, n)
			}
		}
		if n%2 == 0 {
			values[client.InputFields] = append([]any{map[string]any{client.InputDefinition: int64(100), "value": text}}, fields[1:]...)
		}
		if n > 2 {
			values[client.InputSubjects] = []any{ids[n-1], ids[0]}
		}
		result, err := api.Service.Create(t.Context(), scope, values)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		ids = append(ids, result.Client.ClientID)
	}
	want := timeless(t, export(t, api, 1, transfer.CSV))
	for business, format := range map[int64]transfer.Format{2: transfer.CSV, 3: transfer.JSONL} {
		fieldsOf(t, api, business)
		summary, wrong, err := problems(t, api, business, export(t, api, 1, format), transfer.ImportOptions{Format: format})
		if err != nil || wrong != nil || summary.Created != int64(len(scripts())) || summary.Edges == 0 || summary.EdgesRefused != 0 {
			t.Fatalf("%s: %+v %v %v", format, summary, wrong, err)
		}
		if diff := gocmp.Diff(want, timeless(t, export(t, api, business, transfer.CSV))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
	if csv := export(t, api, 1, transfer.CSV); slices.ContainsFunc([]string{",=", ",+", ",@", "\n=", ",\"="}, func(begin string) bool { return strings.Contains(csv, begin) }) {
		t.Errorf("a cell of the export is executed:\n%s", csv)
	}
}
