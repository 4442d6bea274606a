package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/transfer"
)

// written returns the lines of an export as JSON Lines.
func written(t *testing.T, api *apitest.API, scope client.Scope, filter string) []string {
	t.Helper()
	parsed, err := transfer.ParseFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if _, err := transfer.ExportClients(t.Context(), api.Service.Reads, scope, &out, transfer.ExportOptions{Format: transfer.JSONL, Filter: parsed}); err != nil {
		t.Fatal(err)
	}
	return slices.Collect(strings.Lines(out.String()))
}

// TestExportHasTheRowsOfTheCallerAndOfTheFilter, without edges to other clients, and
// without secrets.
func TestExportHasTheRowsOfTheCallerAndOfTheFilter(t *testing.T) {
	api := apitest.New(t)
	owner := apitest.OwnerScope(1)
	lucia, err := api.Service.Scope(t.Context(), client.Identity{BusinessID: 1, User: "lucia", Role: client.RoleLocationSuperUser, Permissions: client.RoleLocationSuperUser.Permissions(), LocationIDs: []int64{11}})
	if err != nil {
		t.Fatal(err)
	}
	create := func(scope client.Scope, name string, more client.Values) int64 {
		values := client.Values{"firstName": name, "lastName": "X", "emailAddress": name + "@example.com", "password": "hidden password", "ssn": "123-45-6789", "tags": []any{name}}
		for key, value := range more {
			values[key] = value
		}
		result, err := api.Service.Create(t.Context(), scope, values)
		if err != nil {
			t.Fatal(err)
		}
		return result.Client.ClientID
	}
	ann := create(owner, "ann", nil)
	bea := create(lucia, "bea", nil)
	cid := create(lucia, "cid", client.Values{client.InputSubjects: []any{bea}})
	for viewer, subject := range map[int64]int64{ann: bea, cid: ann} {
		if _, err := api.Service.AddViewers(t.Context(), owner, client.ID{Number: subject}, []client.ID{{Number: viewer}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	names := func(lines []string) (found []string) {
		for _, line := range lines {
			for _, name := range []string{"ann", "bea", "cid"} {
				if strings.Contains(line, `"firstName":"`+name+`"`) {
					found = append(found, name)
				}
			}
		}
		return found
	}
	all := written(t, api, owner, "")
	if got := names(all); !slices.Equal(got, []string{"ann", "bea", "cid"}) {
		t.Errorf("an owner exports %q", got)
	}
	if text := strings.Join(all, ""); strings.Contains(text, "argon2") || strings.Contains(text, "password") || strings.Contains(text, "6789") {
		t.Errorf("a secret is exported: %s", text)
	}
	if want := fmt.Sprintf(`"viewerClientIds":["%d","%d"]`, ann, cid); !strings.Contains(all[1], want) {
		t.Errorf("want %s in %s", want, all[1])
	}
	own := written(t, api, lucia, "")
	if got := names(own); !slices.Equal(got, []string{"bea", "cid"}) {
		t.Errorf("a super-user exports %q", got)
	}
	if want := fmt.Sprintf(`"viewerClientIds":["%d"]`, cid); !strings.Contains(own[0], want) {
		t.Errorf("want %s, and nobody else, in %s", want, own[0])
	}
	if want := fmt.Sprintf(`"clientIdsClientCanView":["%d"]`, bea); !strings.Contains(own[1], want) {
		t.Errorf("want %s, and nobody else, in %s", want, own[1])
	}
	for filter, want := range map[string][]string{
		`{"tagsList": ["BEA"]}`:                                           {"bea"},
		fmt.Sprintf(`{"clientIdList": ["%d", %d]}`, ann, cid):             {"ann", "cid"},
		`{"clientIdList": []}`:                                            nil,
		`{"hasNot": ["PHONE"]}`:                                           {"ann", "bea", "cid"},
		`{"appointment": {"from": "2020-01-01", "statusList": ["OPEN"]}}`: nil,
		`{"noAppointment": {"from": "2020-01-01"}}`:                       {"ann", "bea", "cid"},
	} {
		if got := names(written(t, api, owner, filter)); !slices.Equal(got, want) {
			t.Errorf("%s: %q", filter, got)
		}
	}
	staff := owner
	staff.Role, staff.Permissions = client.RoleStaff, client.RoleStaff.Permissions()
	if _, err := transfer.ExportClients(t.Context(), api.Service.Reads, staff, &strings.Builder{}, transfer.ExportOptions{Format: transfer.CSV}); !client.HasCode(err, client.CodeForbidden) {
		t.Errorf("staff exports: %v", err)
	}
}

// TestFilterOfAnExportIsStrict, so that a misspelt condition exports nothing.
func TestFilterOfAnExportIsStrict(t *testing.T) {
	for _, text := range []string{"{", "[]", `{"tagList": ["x"]}`, `{"statusList": ["GONE"]}`, `{"has": ["LUCK"]}`, `{"startDate": "1.2.2020"}`, `{"clientIdList": ["x"]}`, `{} {}`} {
		if filter, err := transfer.ParseFilter(text); err == nil {
			t.Errorf("%s is taken for %+v", text, filter)
		}
	}
	if filter, err := transfer.ParseFilter(`{"statusList": ["ACTIVE"], "birthday": {"from": "12-20", "to": "01-05"}, "endDate": "2020-02-29"}`); err != nil || filter.EndDate == nil || filter.Birthday == nil || len(filter.Statuses) != 1 {
		t.Errorf("%+v: %v", filter, err)
	}
}

// TestTwoImportsOfOneFileBringEachRowInOnce: of two at the same time one gives up, or
// finds that all is done.
func TestTwoImportsOfOneFileBringEachRowInOnce(t *testing.T) {
	api := apitest.New(t)
	const rows = 120
	var file strings.Builder
	file.WriteString("notes," + plainHeader)
	for i := range rows {
		fmt.Fprintf(&file, "%s,Ann,A%d,a%d@b.com\n", strings.Repeat("some words ", 30), i, i)
	}
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			_, err := transfer.ImportClients(context.Background(), api.Service.Writes, apitest.OwnerScope(1), strings.NewReader(file.String()), transfer.ImportOptions{Format: transfer.CSV, Match: transfer.MatchNone})
			if err != nil && !errors.Is(err, writing.ErrOvertaken) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	summary, wrong, err := problems(t, api, 1, file.String(), transfer.ImportOptions{})
	if err != nil || wrong != nil || summary.Created != rows || len(live(t, api, 1)) != rows {
		t.Errorf("%+v, %d clients: %v %v", summary.ImportCounts, len(live(t, api, 1)), wrong, err)
	}
}
