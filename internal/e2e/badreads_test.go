package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clientgraph/internal/apitest"
)

// filteredReads are the reads that take a report's filter.
const filteredReads = `query ($filter: ClientReportFilter) {
	clientConnection(filter: $filter, first: 100) { totalCount nodes { clientId } }
	clientIdList(filter: $filter)
	clientReport(filter: $filter) { clientId }
	clientReportCount(filter: $filter)
	clientReportWithCount(filter: $filter) { count clients { clientId } } }`

// filtered are the root fields of filteredReads, in order.
var filtered = []string{"clientConnection", "clientIdList", "clientReport", "clientReportCount", "clientReportWithCount"}

// Whatever is wrong with a filter is told alike by every read that takes it.
func TestBadFiltersAreRefused(t *testing.T) {
	api := reference(t)
	many := repeat(1_001, "17")
	for _, test := range []struct {
		filter values
		want   []told
	}{
		{values{"startDate": "2018-11-05", "endDate": "2018-11-04"}, []told{{"INVALID_DATE_RANGE", "", "filter.endDate"}}},
		{values{"startDate": "2018-02-30"}, []told{{"INVALID_DATE", "", "filter.startDate"}}},
		{values{"endDate": "2018-13-01"}, []told{{"INVALID_DATE", "", "filter.endDate"}}},
		{values{"endDate": "tomorrow"}, []told{{"INVALID_DATE", "", "filter.endDate"}}},
		{values{"clientIdList": many}, []told{{"TOO_MANY", "", "filter.clientIdList"}}},
		{values{"locationGroupIdList": many}, []told{{"TOO_MANY", "", "filter.locationGroupIdList"}}},
		{values{"locationIdList": many}, []told{{"TOO_MANY", "", "filter.locationIdList"}}},
		{values{"reasonIdList": many}, []told{{"TOO_MANY", "", "filter.reasonIdList"}}},
		{values{"staffIdList": many}, []told{{"TOO_MANY", "", "filter.staffIdList"}}},
		{values{"tagsList": many}, []told{{"TOO_MANY", "", "filter.tagsList"}}},
		{values{"staffIdList": []any{"17", "stella"}}, []told{{"INVALID_ID", "", "filter.staffIdList.1"}}},
		{values{"fieldFilters": repeat(1_001, values{"schedulerPreferenceFieldDefnId": "322534", "values": []any{}})}, []told{{"TOO_MANY", "", "filter.fieldFilters"}}},
		{values{"fieldFilters": values{"schedulerPreferenceFieldDefnId": "322534", "values": many}}, []told{{"TOO_MANY", "", "filter.fieldFilters.0.values"}}},
		{values{"fieldFilters": values{"schedulerPreferenceFieldDefnId": "322531", "values": []any{"maybe"}}}, []told{{"INVALID_FIELD_VALUE", "", "filter.fieldFilters.0.values.0"}}},
		{values{"searchTerm": strings.Repeat("x", 10_001)}, []told{{"TOO_LONG", "", "filter.searchTerm"}}},
		// Each stands for 18 letters.
		{values{"searchTerm": strings.Repeat("\ufdfa", 1_667)}, []told{{"TOO_LONG", "", "filter.searchTerm"}}},
		{values{"tagsList": repeat(1_000, strings.Repeat("x", 65))}, []told{{"TOO_LONG", "", "filter.tagsList"}}},
		{values{"fieldFilters": values{"schedulerPreferenceFieldDefnId": "322534", "values": repeat(31, strings.Repeat("x", 1_000))}}, []told{{"TOO_LONG", "", "filter.fieldFilters"}}},
		// All at once.
		{values{"startDate": "2018-11-05", "endDate": "2018-11-04", "tagsList": many}, []told{
			{"INVALID_DATE_RANGE", "", "filter.endDate"}, {"TOO_MANY", "", "filter.tagsList"},
		}},
	} {
		var want []told
		for _, field := range filtered {
			for _, one := range test.want {
				one.Path = field
				want = append(want, one)
			}
		}
		response := api.Do(t, owner(), filteredReads, values{"filter": test.filter})
		got := tell(t, response)
		slices.SortFunc(got, func(a, b told) int { return strings.Compare(a.Path+" "+a.Field, b.Path+" "+b.Field) })
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%.200s (-want +got):\n%s", literal(test.filter), diff)
		}
	}
	// What no client can have is no mistake.
	for _, filter := range []values{
		{"tagsList": []any{"Rotund"}},
		{"searchTerm": "nobody wrote this"},
		{"searchTerm": strings.Repeat("\ufdfa", 1_666)},
		{"searchTerm": strings.Repeat("한", 10_000)},
		{"tagsList": repeat(1_000, strings.Repeat("x", 64))},
		{"fieldFilters": values{"schedulerPreferenceFieldDefnId": "322534", "values": repeat(30, strings.Repeat("x", 1_000))}},
		{"staffIdList": []any{"999"}},
		{"clientIdList": []any{}},
		{"startDate": "1900-01-01", "endDate": "1900-01-01"},
		{"fieldFilters": values{"schedulerPreferenceFieldDefnId": "1", "values": []any{"x"}}},
	} {
		if ids := filteredIDs(t, response(t, api.Do(t, owner(), filteredReads, values{"filter": filter}))); len(ids) > 0 {
			t.Errorf("%s finds %v", literal(filter), ids)
		}
	}
}

// filteredIDs are the clients that a filter finds, by id, on which all reads that
// take it must agree.
func filteredIDs(t *testing.T, data values) []string {
	t.Helper()
	connection, report := data["clientConnection"].(values), data["clientReportWithCount"].(values)
	ids := plainTexts(data["clientIdList"])
	for name, list := range map[string]any{
		"clientConnection": connection["nodes"], "clientReport": data["clientReport"], "clientReportWithCount": report["clients"],
	} {
		if diff := gocmp.Diff(ids, slices.Sorted(slices.Values(inOrder(list))), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-clientIdList +%s):\n%s", name, diff)
		}
	}
	for name, count := range map[string]any{
		"clientConnection": connection["totalCount"], "clientReportWithCount": report["count"], "clientReportCount": data["clientReportCount"],
	} {
		if count != float64(len(ids)) {
			t.Errorf("%s counts %v of %d", name, count, len(ids))
		}
	}
	return ids
}

// pages are the root fields with pages. Each tells the largest page; %s stands
// for the page.
var pages = []struct {
	field, rest string
	most        int
}{
	{"clients(%s)", "{ clientId }", 500},
	{"clientsCanView(clientId: 4761823, %s)", "{ clientId }", 500},
	{"clientsCanViewedBy(clientAccountId: 1151035, %s)", "{ clientId }", 500},
	{`clientsByExternalUserName(externalUserName: "cberk", %s)`, "{ clientId }", 500},
	{`clientsByEmail(emailAddress: "noreply@email.com", %s)`, "{ clientId }", 500},
	{`clientsByTag(tag: "Excellent", %s)`, "{ clientId }", 500},
	{"tagUsage(%s)", "{ tag }", 500},
	{"clientReport(%s)", "{ clientId }", 500},
	{"clientReportWithCount(%s)", "{ count clients { clientId } }", 500},
	{"clientIdList(%s)", "", 10_000},
}

// Every list has pages of the same bounds; beyond its end it is empty, and its
// count is right. So far that the database would read for long, it is refused.
func TestPagesOfEveryListAreBounded(t *testing.T) {
	api := reference(t)
	ask := func(field, rest, page string) apitest.Response {
		return api.Do(t, owner(), "{ list: "+fmt.Sprintf(field, page)+rest+" }", nil)
	}
	all := api.MustDo(t, owner(), "{ clientCount }", nil)["clientCount"]
	for _, list := range pages {
		for page, want := range map[string][]told{
			"pageSize: 0":                              {{"OUT_OF_RANGE", "list", "pageSize"}},
			"pageSize: -1":                             {{"OUT_OF_RANGE", "list", "pageSize"}},
			fmt.Sprintf("pageSize: %d", list.most+1):   {{"OUT_OF_RANGE", "list", "pageSize"}},
			fmt.Sprintf("pageSize: %d", list.most):     nil,
			"pageNumber: 0":                            {{"OUT_OF_RANGE", "list", "pageNumber"}},
			"pageNumber: 1000":                         nil,
			"pageNumber: 19, pageSize: 500":            nil,
			"pageNumber: 1000000000":                   {{Code: "QUERY_TOO_COSTLY"}},
			"pageNumber: 2147483647, pageSize: 500":    {{Code: "QUERY_TOO_COSTLY"}},
			"pageNumber: -2147483648, pageSize: 12345": {{"OUT_OF_RANGE", "list", "pageNumber"}, {"OUT_OF_RANGE", "list", "pageSize"}},
		} {
			response := ask(list.field, list.rest, page)
			got := tell(t, response)
			slices.SortFunc(got, func(a, b told) int { return strings.Compare(a.Field, b.Field) })
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%s of %s (-want +got):\n%s", page, list.field, diff)
			}
			if want != nil || !strings.HasPrefix(page, "pageNumber") {
				continue
			}
			answer := response.Data["list"]
			if report, ok := answer.(values); ok {
				if report["count"] != all {
					t.Errorf("beyond the end %v are counted of %v", report["count"], all)
				}
				answer = report["clients"]
			}
			if found, ok := answer.([]any); !ok || len(found) > 0 {
				t.Errorf("%s of %s is %v", page, list.field, answer)
			}
		}
	}
	for search, want := range map[string][]told{
		strings.Repeat("x", 10_000): nil, strings.Repeat("x", 10_001): {{"TOO_LONG", "filterClients", "search"}},
	} {
		got := tell(t, api.Do(t, owner(), "query ($s: String!) { filterClients(search: $s) { addNew { fullName } } }", values{"s": search}))
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("a search of %d characters (-want +got):\n%s", len(search), diff)
		}
	}
	for first, want := range map[int][]told{
		0: {{"OUT_OF_RANGE", "filterClients", "first"}}, 101: {{"OUT_OF_RANGE", "filterClients", "first"}}, 100: nil,
	} {
		got := tell(t, api.Do(t, owner(), fmt.Sprintf(`{ filterClients(search: "a", first: %d) { addNew { fullName } } }`, first), nil))
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("first %d (-want +got):\n%s", first, diff)
		}
	}
}

// oddTexts are searches that mean nothing but their letters.
var oddTexts = []string{
	"\u0301", "\u0301\u0308\u0327\u0304", "\u200d\u200e", "\u0640", "\x00", "a\x00b", ".*", ".", "^", "$", "^.*$", "(", "[a-z", "\\", "\\d+", "$where",
	`{"$gt": ""}`, `{"$regex": ".*"}`, "$ne", "%", "_", "'", `"`, "`", "<script>", "\uFEFF", "\U0010FFFF", "😀", strings.Repeat("x", 10_000), strings.Repeat("\u0301", 10_000),
}

// Searching for the strangest texts finds who has them, and nobody else: the
// database is never asked another query than the one meant.
func TestOddSearchesAreOnlyTexts(t *testing.T) {
	t.Parallel()
	api := reference(t)
	ask := func(text string) (reported []string, typed []string) {
		t.Helper()
		data := response(t, api.Do(t, owner(), filteredReads, values{"filter": values{"searchTerm": text}}))
		data2 := response(t, api.Do(t, owner(), `query ($s: String!) { filterClients(search: $s, first: 100) { clients { clientId } } }`, values{"s": text}))
		return filteredIDs(t, data), inOrder(data2["filterClients"].(values)["clients"])
	}
	everybody, _ := ask("")
	if len(everybody) < 3 {
		t.Fatalf("a blank term finds %v", everybody)
	}
	const has, without = "4922146", "5143212"
	for _, text := range oddTexts {
		if strings.Contains(text, "\x00") {
			// Nobody may write it.
			if reported, typed := ask(text); len(reported)+len(typed) > 0 {
				t.Errorf("%.30q finds %v, %v", text, reported, typed)
			}
			continue
		}
		patch(t, api, owner(), has, values{"notes": "before " + text + " after"})
		patch(t, api, owner(), without, values{"notes": "before  after"})
		reported, typed := ask(text)
		found := slices.Contains(reported, has)
		readable := strings.ContainsFunc(text, func(r rune) bool {
			return !strings.ContainsRune("\u0301\u0308\u0327\u0304\u200d\u200e\u0640\uFEFF", r)
		})
		// Every address and custom field of the others is without them, but for dots.
		if found != readable || (slices.Contains(reported, without) && text != ".") || (len(typed) > 0 && text != ".") {
			t.Errorf("%.30q finds %v and %v, and should %v", text, reported, typed, readable)
		}
	}
	if log := api.Log.String(); strings.Contains(log, "internal error") {
		t.Errorf("a search was logged as our error:\n%s", log)
	}
}

// response is the data of an answer without errors.
func response(t *testing.T, answered apitest.Response) values {
	t.Helper()
	if len(answered.Errors) > 0 {
		t.Fatalf("answered %.1000s", answered.Body)
	}
	return answered.Data
}
