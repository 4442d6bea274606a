package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	gqlast "github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

// permissionTable is the table that a person reads:
// go test ./internal/e2e -run Permissions -update writes it anew.
const permissionTable = "../../docs/permissions.md"

// TestPermissionsAreThoseOfTheTable asks for every field that a caller can begin
// with, every field of a client, every filter and every property that can be
// written, as each role with each set of permissions that its token can name. It
// holds the answers to what the schema's directives say, and to the table.
func TestPermissionsAreThoseOfTheTable(t *testing.T) {
	m := newMatrix(t)
	var out bytes.Buffer
	out.WriteString("# Who may do what\n\nAs measured, caller by caller; what is refused is null, with the error FORBIDDEN, and takes nothing else away.\n" +
		"A test compares this page with the schema and with the answers, and writes it: `go test ./internal/e2e -run Permissions -update`.\n" +
		"A token that names fewer permissions than its role has may do that much less. Which clients a role sees is another matter.\n")
	for _, section := range []struct{ title, parent string }{
		{"Queries", "Query"}, {"Mutations", "Mutation"}, {"Subscriptions", "Subscription"}, {"Fields of a client", "Client"},
	} {
		fields := slices.DeleteFunc(slices.Clone(m.schema.Types[section.parent].Fields), apitest.IsIntrospection)
		m.section(t, &out, section.title, "needs", rowsOf(fields), func(who client.Identity) map[string]bool {
			return m.fieldsAllowed(t, who, section.parent, fields)
		})
	}
	m.section(t, &out, "Filters of reports", "", m.filters(), func(who client.Identity) map[string]bool { return m.filtersAllowed(t, who) })
	m.section(t, &out, "Properties of its own record, by `patchClient`", "", m.properties(), func(who client.Identity) map[string]bool {
		return m.propertiesAllowed(t, who)
	})
	m.ssn(t, &out)
	checkGolden(t, permissionTable, out.Bytes())
}

// matrix asks as all callers.
type matrix struct {
	api    *apitest.API
	schema *gqlast.Schema
	home   *tenant
	no     *tenant
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	m := &matrix{api: apitest.New(t), schema: apitest.Schema(t), home: &tenant{base: home, word: "Acorn"}, no: &tenant{base: nowhere, word: "Cypress", mergeID: "9"}}
	m.api.Load(t, m.home.dataset())
	m.home.settle(t, m.api)
	patch(t, m.api, m.home.owner(), fmt.Sprint(m.home.at(clientOwn)), values{"ssn": "123-45-6789"})
	return m
}

// row is a line of the table: what is asked for, and which permission it needs
// and which roles it is denied to by the schema.
type row struct {
	name, needs string
	hidden      []string
}

func rowsOf(fields []*gqlast.FieldDefinition) []row {
	var list []row
	for _, field := range fields {
		r := row{name: field.Name}
		if d := field.Directives.ForName("permission"); d != nil {
			r.needs = d.Arguments.ForName("name").Value.Raw
		}
		for _, d := range field.Directives.ForNames("hiddenFrom") {
			r.hidden = append(r.hidden, d.Arguments.ForName("role").Value.Raw)
		}
		list = append(list, r)
	}
	return list
}

// allows says what the schema says of a caller.
func (r row) allows(t *testing.T, who client.Identity) bool {
	t.Helper()
	if slices.Contains(r.hidden, string(who.Role)) {
		return false
	}
	if r.needs == "" {
		return true
	}
	need, err := client.ParsePermissions([]string{strings.ToLower(r.needs)})
	if err != nil {
		t.Fatal(err)
	}
	return who.Permissions.Has(need)
}

// narrowings are all of a role's permissions, none, and each alone.
func narrowings(role client.Role) []client.Permissions {
	claims := []client.Permissions{role.Permissions()}
	if role.Permissions() != 0 {
		claims = append(claims, 0)
	}
	for bit := client.Permissions(1); bit <= client.AllPermissions; bit <<= 1 {
		if role.Permissions().Has(bit) && role.Permissions() != bit {
			claims = append(claims, bit)
		}
	}
	return claims
}

// section measures a part of the table and writes it.
func (m *matrix) section(t *testing.T, out *bytes.Buffer, title, needs string, list []row, allowed func(client.Identity) map[string]bool) {
	t.Helper()
	full := map[client.Role]map[string]bool{}
	for _, who := range m.home.callers() {
		for _, claim := range narrowings(who.Role) {
			who.Permissions = claim
			got := allowed(who)
			if claim == who.Role.Permissions() {
				full[who.Role] = got
			}
			for _, r := range list {
				if want := r.allows(t, who); got[r.name] != want {
					t.Errorf("%s, %s with %q: %s is allowed %t, and the schema says %t", title, who.Role, claim.Names(), r.name, got[r.name], want)
				}
			}
		}
	}
	fmt.Fprintf(out, "\n## %s\n\n| | %s | OWNER | ADMIN | LOCATION_SUPER_USER | STAFF | CLIENT |\n|---|---|---|---|---|---|---|\n", title, needs)
	for _, r := range list {
		fmt.Fprintf(out, "| %s | %s |", r.name, r.needs)
		for _, who := range m.home.callers() {
			fmt.Fprintf(out, " %s |", map[bool]string{true: "yes", false: "–"}[full[who.Role][r.name]])
		}
		out.WriteString("\n")
	}
}

// denials reads which fields of an answer are denied: null, and by one error of
// their own. Whatever else was asked for is there.
func denials(t *testing.T, response apitest.Response, at map[string]any, names []string, depth int) map[string]bool {
	t.Helper()
	denied := map[string]bool{}
	for _, e := range response.Errors {
		name := fmt.Sprint(e.Path[depth])
		if e.Code() != string(client.CodeForbidden) {
			continue
		}
		if len(e.Path) != depth+1 || denied[name] {
			t.Errorf("%s is denied by more than one error, or by one elsewhere: %s", name, response.Body)
		}
		denied[name] = true
	}
	for _, name := range names {
		if value, there := at[name]; !there || denied[name] && value != nil {
			t.Errorf("%s is not null, or missing: %s", name, response.Body)
		}
	}
	return denied
}

// fieldsAllowed asks for fields of a type, those that read with what there is and
// those that write with what there is not.
func (m *matrix) fieldsAllowed(t *testing.T, who client.Identity, parent string, fields []*gqlast.FieldDefinition) map[string]bool {
	t.Helper()
	allowed := map[string]bool{}
	if parent == "Subscription" {
		for _, field := range fields {
			allowed[field.Name] = m.heard(t, who, field)
		}
		return allowed
	}
	tn, size := m.home, maxRoots
	switch parent {
	case "Mutation":
		tn = m.no
	case "Client", "MergedClient":
		size = len(fields)
	}
	for batch := range slices.Chunk(fields, size) {
		operation, before, after := reached(t, m.home, parent)
		var names []string
		for _, field := range batch {
			names = append(names, field.Name)
			before += (&filler{schema: m.schema, tenant: tn}).call(parent, field) + " "
		}
		m.api.RateClock.Advance(budgetFills)
		response := m.api.Do(t, who, operation+" { "+before+after+" }", nil)
		at, depth := response.Data, 0
		if parent == "Client" || parent == "MergedClient" {
			at, depth = only(t, response.Data), 1
		}
		denied := denials(t, response, at, names, depth)
		for _, name := range names {
			allowed[name] = !denied[name]
		}
	}
	return allowed
}

// heard says whether a subscription may be begun: with a cursor that is none, it
// is refused for that.
func (m *matrix) heard(t *testing.T, who client.Identity, field *gqlast.FieldDefinition) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	call := (&filler{schema: m.schema, tenant: m.home}).call("Subscription", field)
	follows := field.Arguments.ForName("after") != nil
	if follows {
		call = withCursor(call, "none")
	}
	told := event(t, stream(ctx, t, m.api, who, "subscription { "+call+" }"))
	refused := strings.Contains(told, `"code":"FORBIDDEN"`)
	if follows && !refused && !strings.Contains(told, `"code":"INVALID_CURSOR"`) {
		t.Fatalf("%s of no cursor answers %s", field.Name, told)
	}
	return !refused
}

// filterPlaces are the filters of a report.
func (m *matrix) filterPlaces() []position {
	return slices.DeleteFunc(positions(m.schema), func(p position) bool { return p.field.Name != "clientReportCount" })
}

// filters are their rows: a filter by what a role may not read is denied to it.
func (m *matrix) filters() []row {
	var list []row
	for _, p := range m.filterPlaces() {
		r := row{name: strings.Join(p.path[1:], ".")}
		if property := client.PropertyByName(strings.TrimSuffix(p.name(), "List")); property != nil && property.HiddenFromClient() {
			r.hidden = []string{string(client.RoleClient)}
		}
		list = append(list, r)
	}
	return list
}

func (m *matrix) filtersAllowed(t *testing.T, who client.Identity) map[string]bool {
	t.Helper()
	allowed, rows := map[string]bool{}, m.filters()
	// All of them at once cost more than an operation may.
	for places := range slices.Chunk(m.filterPlaces(), 10) {
		for i, denied := range m.filtersDenied(t, who, places) {
			allowed[rows[i].name] = !denied
		}
		rows = rows[len(places):]
	}
	return allowed
}

// filtersDenied says of each filter whether it is denied.
func (m *matrix) filtersDenied(t *testing.T, who client.Identity, places []position) []bool {
	t.Helper()
	text := "{"
	var names []string
	for i, p := range places {
		value := map[string]string{"ID": `"1"`, "Date": `"2026-01-01"`, "Boolean": "true", "ClientStatus": "ACTIVE", "ClientTrait": "PHONE", "AppointmentStatus": "OPEN"}[p.leaf]
		if value == "" {
			value = `"plain"`
		}
		f := &filler{schema: m.schema, tenant: m.home, at: p.path, value: value}
		names = append(names, fmt.Sprintf("a%d", i))
		text += fmt.Sprintf(" a%d: %s", i, f.call(p.parent, p.field))
	}
	response := m.api.Do(t, who, text+" }", nil)
	found := denials(t, response, response.Data, names, 0)
	denied := make([]bool, len(names))
	for i, name := range names {
		denied[i] = found[name]
	}
	return denied
}

// properties are those of a patch, and which of them role CLIENT may not write.
func (m *matrix) properties() []row {
	var list []row
	for _, field := range m.schema.Types["ClientPatch"].Fields {
		r := row{name: field.Name, needs: "WRITE"}
		if !slices.Contains(ownProperties, field.Name) && !slices.Contains([]string{"password", "clientIdsClientCanView", "viewClientAccountIds", "fields"}, field.Name) {
			r.hidden = []string{string(client.RoleClient)}
		}
		list = append(list, r)
	}
	return list
}

// propertiesAllowed clears all properties of the caller's own record at once: some
// can't be, so that nothing is written, and all that is wrong is told.
func (m *matrix) propertiesAllowed(t *testing.T, who client.Identity) map[string]bool {
	t.Helper()
	text := fmt.Sprintf("mutation { patchClient(clientId: %d, patch: {", m.home.at(clientOwn))
	for _, r := range m.properties() {
		text += " " + r.name + ": null"
	}
	response := m.api.Do(t, who, text+" }) { userErrors { code message field } } }", nil)
	answered := only(t, response.Data)
	allowed := map[string]bool{}
	for _, r := range m.properties() {
		allowed[r.name] = answered != nil
	}
	wrong := failures(t, answered)
	if answered != nil && len(wrong) == 0 {
		t.Fatalf("the patch of %s was made", who.Role)
	}
	for _, failure := range wrong {
		if failure.Code == string(client.CodeFieldNotWritable) {
			allowed[strings.TrimPrefix(failure.At, "patch.")] = false
		}
	}
	return allowed
}

// ssn writes how a social security number is read.
func (m *matrix) ssn(t *testing.T, out *bytes.Buffer) {
	t.Helper()
	out.WriteString("\n## Social security numbers\n\n| | OWNER | ADMIN | LOCATION_SUPER_USER | STAFF | CLIENT |\n|---|---|---|---|---|---|\n")
	for _, claim := range []struct {
		title string
		claim client.Permissions
	}{{"with PII", client.AllPermissions}, {"without PII", client.AllPermissions &^ client.PII}} {
		out.WriteString("| " + claim.title + " |")
		for _, who := range m.home.callers() {
			who.Permissions &= claim.claim
			got := read(t, m.api, who, fmt.Sprint(m.home.at(clientOwn)), "ssn")["ssn"]
			want := "***-**-6789"
			if who.Permissions.Has(client.PII) {
				want = "123-45-6789"
			}
			if got != want {
				t.Errorf("%s %s reads %v, want %s", who.Role, claim.title, got, want)
			}
			fmt.Fprintf(out, " %s |", map[bool]string{true: "whole", false: "masked"}[got == "123-45-6789"])
		}
		out.WriteString("\n")
	}
}
